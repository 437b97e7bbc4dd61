// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A page's whole source of a model: nothing stands around it.
// the block
