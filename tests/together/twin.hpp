// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What each of the two files does with the model `twin` that it was linked with.
#pragma once
#include <vector>

#include <tenon/runtime/typed.hpp>

/// The weights' only parameter is `table` (11 x 16); x of the tokens 0 to 10.
std::vector<float> run_gelu_tanh(const std::vector<float>& table);
std::vector<float> run_gelu_erf(const std::vector<float>& table);

const tenon_model& model_gelu_tanh();
const tenon_model& model_gelu_erf();
