// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A library that knows its models at run time only.
#pragma once
#include <string>

/// A line a model of the program, sorted: its name and what it says of itself.
std::string linked_models_and_metadata();
