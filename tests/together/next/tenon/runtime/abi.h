// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* The ABI as if a later version of Tenon had changed it: another number, and so other names. */
#include_next <tenon/runtime/abi.h>

#undef TENON_ABI_VERSION
#define TENON_ABI_VERSION 1000
