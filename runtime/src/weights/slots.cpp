// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tensors that a model expects: names, shapes and sizes; see parameters.hpp.
#include <charconv>
#include <string_view>

#include "model/checks.hpp"
#include "parameters.hpp"

namespace tenon::runtime::detail {

namespace {

// Whether a name has a place for the number of a part, behind that of a layer.
bool has_parts(const tenon_param& param) {
  std::string_view name = param.tensor.name;
  if (param.layers > 0) {
    const number_place layer = find_number_place(name);
    name.remove_prefix(layer.begin + layer.size);
  }
  return find_number_place(name).size > 0;
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

number_place find_number_place(std::string_view name) {
  number_place place;
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
  const auto put = [&](std::uint32_t number) {
    if (const number_place place = find_number_place(name); place.size > 0)
      name.replace(place.begin, place.size, std::to_string(place.step * number + place.first));
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
