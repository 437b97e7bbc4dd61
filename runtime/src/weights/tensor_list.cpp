// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The learned tensors of a model; see tensor_list.hpp and model.h.
#include "tensor_list.hpp"

#include <memory>

#include "failure.hpp"
#include "model/checks.hpp"
#include "model/dispatch.hpp"
#include "model/names.hpp"

using namespace tenon::runtime::detail;

tenon_tensor_list::tenon_tensor_list(const tenon_model& model)
    : model_name(model.name), slots(slots_of(model)) {
  for (std::uint32_t param = 0; param < model.n_params; ++param)
    shapes_.push_back(shape_of(model, model.params[param]));
  for (const slot& each : slots) names_.push_back(slot_name(model, each));
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const std::vector<std::int64_t>& shape = shapes_[slots[i].param];
    tensors.push_back({names_[i].c_str(), model.params[slots[i].param].tensor.dtype,
                       static_cast<std::uint32_t>(shape.size()), shape.data(), nullptr});
  }
}

tenon_status tenon_tensor_list::find(const char* name, std::size_t& index) const {
  return find_name(names_of(tensors.data(), tensors.size()),
                   {"model", model_name.c_str(), "tensor"}, name, index);
}

tenon_status tenon_tensor_list_create(const tenon_model* model, tenon_tensor_list** list) {
  return guarded([&] {
    if (list == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the pointer for the list is null; pass one");
    *list = nullptr;
    TENON_TRY(check_model(model));
    *list = new tenon_tensor_list(*model);
    return success();
  });
}

void tenon_tensor_list_free(tenon_tensor_list* list) { delete list; }

size_t tenon_tensor_list_all(const tenon_tensor_list* list, const tenon_named_tensor** tensors) {
  if (list == nullptr || tensors == nullptr) return 0;
  *tensors = list->tensors.data();
  return list->tensors.size();
}

tenon_status tenon_tensor_list_find(const tenon_tensor_list* list, const char* name,
                                    size_t* index) {
  if (list == nullptr || index == nullptr)
    return failure(TENON_INVALID_ARGUMENT,
                   "the list or the pointer for the index is null; pass both");
  return list->find(name, *index);
}

uint64_t tenon_tensor_bytes(const tenon_named_tensor* tensor) {
  if (tensor == nullptr || tensor->dtype > TENON_F64) return 0;
  std::uint64_t bytes = dtype_bytes(tensor->dtype);
  for (std::uint32_t axis = 0; axis < tensor->rank; ++axis)
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(tensor->shape[axis]), &bytes))
      return UINT64_MAX;
  return bytes;
}
