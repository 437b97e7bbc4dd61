// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs the program gpt2.
#pragma once

#include "program.hpp"

inline outcome run_gpt2(const std::vector<std::string>& arguments,
                        const std::string& input = "/dev/null", const std::string& output = "") {
  return run_program(TENON_GPT2, arguments, input, output);
}
