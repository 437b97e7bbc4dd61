// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tensors of a model one by one: parameters and, in training, their moments.
#pragma once

#include <string>
#include <vector>

#include <tenon/runtime/weights.hpp>

namespace tenon::samples {

/// One parameter of one layer.
struct model_tensor {
  std::string name;  // "h.3.ln_1.weight"
  tenon_dtype dtype;
  std::vector<std::int64_t> shape;
  std::uint64_t bytes;  // row-major
};

/// All of a model, in its order.
std::vector<model_tensor> tensors_of(const tenon_model& model);

}  // namespace tenon::samples
