// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tensors that a model expects: names, shapes and sizes; see parameters.hpp.
#include <string_view>

#include "model/checks.hpp"
#include "parameters.hpp"

namespace tenon::runtime::detail {

namespace {

// Whether a name has a place for the number of a part, behind that of a layer.
bool has_parts(const tenon_param& param) {
  const std::string_view name = param.tensor.name;
  const std::size_t first = name.find("{}");
  return first != std::string_view::npos &&
         (param.layers == 0 || name.find("{}", first + 2) != std::string_view::npos);
}

}  // namespace

std::vector<slot> slots_of(const tenon_model& model) {
  std::vector<slot> slots;
  for (std::uint32_t param = 0; param < model.n_params; ++param)
    for (std::uint32_t layer = 0; layer == 0 || layer < model.params[param].layers; ++layer)
      for (std::uint32_t part = 0; part < parts_of(model, model.params[param]); ++part)
        slots.push_back({param, layer, part});
  return slots;
}

std::string slot_name(const tenon_model& model, const slot& which) {
  const tenon_param& param = model.params[which.param];
  std::string name = param.tensor.name;
  const auto put = [&](std::uint32_t number) {
    if (const std::size_t hole = name.find("{}"); hole != std::string::npos)
      name.replace(hole, 2, std::to_string(number));
  };
  if (param.layers > 0) put(which.layer);
  put(which.part);
  return name;
}

std::uint32_t parts_of(const tenon_model& model, const tenon_param& param) {
  return has_parts(param) ? model.dims[param.tensor.dims[0]].max : 1;
}

std::vector<std::int64_t> shape_of(const tenon_model& model, const tenon_param& param) {
  std::vector<std::int64_t> shape;
  for (std::uint32_t axis = has_parts(param) ? 1 : 0; axis < param.tensor.rank; ++axis)
    shape.push_back(model.dims[param.tensor.dims[axis]].max);
  return shape;
}

std::size_t element_count(const tenon_model& model, const tenon_param& param) {
  std::size_t count = 1;
  for (const std::int64_t size : shape_of(model, param)) count *= static_cast<std::size_t>(size);
  return count;
}

std::size_t slot_bytes(const tenon_model& model, const tenon_param& param) {
  return element_count(model, param) * dtype_bytes(param.tensor.dtype);
}

}  // namespace tenon::runtime::detail
