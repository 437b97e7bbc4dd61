// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes the C source that defines a model's descriptor, the constant `tenon_model_<name>`.
#pragma once
#include "Compiled.h"

namespace tenon {

/// C11 against runtime/include/tenon/runtime/abi.h. All tables are static and constant; the symbols
/// of the variants' objects are declared extern.
std::string writeDescriptor(const CompiledModel &model);

} // namespace tenon
