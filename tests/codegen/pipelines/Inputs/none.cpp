// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// An object without a model.
int answer() { return 42; }
