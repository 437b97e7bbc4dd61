// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The version of the library, which the build knows.
#include <tenon/runtime/runtime.h>

const char* tenon_version(void) { return TENON_VERSION; }
