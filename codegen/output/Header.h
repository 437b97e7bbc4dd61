// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes the header that an application includes: the model's types, entries and parameters.
#pragma once
#include "Compiled.h"

namespace tenon {

/// <name>.tenon.h: C++20 over tenon/runtime/typed.hpp, and a part for plain C.
std::string writeHeader(const CompiledModel &model);

} // namespace tenon
