// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Nothing of its own: the target that MLIR's precompiled headers belong to. See CMakeLists.txt.
