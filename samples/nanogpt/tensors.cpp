// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tensors of a model; see tensors.hpp.
#include "tensors.hpp"

namespace tenon::samples {

std::vector<model_tensor> tensors_of(const tenon_model& model) {
  std::vector<model_tensor> all;
  for (std::uint32_t i = 0; i < model.n_params; ++i) {
    const tenon_param& param = model.params[i];
    model_tensor tensor{param.tensor.name, static_cast<tenon_dtype>(param.tensor.dtype), {}, 0};
    tensor.bytes = tensor.dtype == TENON_BF16 ? 2 : tensor.dtype == TENON_F64 ? 8 : 4;
    for (std::uint32_t axis = 0; axis < param.tensor.rank; ++axis) {
      tensor.shape.push_back(model.dims[param.tensor.dims[axis]].max);
      tensor.bytes *= static_cast<std::uint64_t>(tensor.shape.back());
    }
    if (param.layers == 0) {
      all.push_back(tensor);
      continue;
    }
    const std::string pattern = tensor.name;
    const std::size_t hole = pattern.find("{}");
    for (std::uint32_t layer = 0; layer < param.layers; ++layer) {
      tensor.name = pattern;
      if (hole != std::string::npos) tensor.name.replace(hole, 2, std::to_string(layer));
      all.push_back(tensor);
    }
  }
  return all;
}

}  // namespace tenon::samples
