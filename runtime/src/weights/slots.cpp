// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tensors that a model expects: names, shapes and sizes; see parameters.hpp.
#include <charconv>

#include "model/checks.hpp"
#include "parameters.hpp"

namespace tenon::runtime::detail {

std::vector<slot> slots_of(const tenon_model& model) {
  std::vector<slot> slots;
  for (std::uint32_t param = 0; param < model.n_params; ++param)
    for (std::uint32_t layer = 0; layer == 0 || layer < model.params[param].layers; ++layer)
      slots.push_back({param, layer});
  return slots;
}

layer_place find_layer_place(std::string_view name) {
  layer_place place;
  place.begin = name.find('{');
  const std::size_t end = name.find('}');
  if (place.begin == std::string_view::npos || end == std::string_view::npos) return {};
  const char* at = name.data() + place.begin + 1;
  const char* const last = name.data() + end;
  if (at != last) {  // step 'i' '+' first
    const auto step = std::from_chars(at, last, place.step);
    if (step.ec != std::errc() || !std::string_view(step.ptr, last).starts_with("i+")) return {};
    const auto first = std::from_chars(step.ptr + 2, last, place.first);
    if (first.ec != std::errc() || first.ptr != last) return {};
  }
  place.size = end + 1 - place.begin;
  return place;
}

std::string slot_name(const tenon_model& model, const slot& which) {
  const tenon_param& param = model.params[which.param];
  std::string name = param.tensor.name;
  if (const layer_place place = find_layer_place(name); param.layers > 0 && place.size > 0)
    name.replace(place.begin, place.size, std::to_string(place.step * which.layer + place.first));
  return name;
}

std::vector<std::int64_t> shape_of(const tenon_model& model, const tenon_param& param) {
  std::vector<std::int64_t> shape;
  for (std::uint32_t axis = 0; axis < param.tensor.rank; ++axis)
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
