// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Checks of a call's sizes, position, pointers and values; see checks.hpp.
#include "checks.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "dispatch.hpp"
#include "failure.hpp"

namespace tenon::runtime::detail {
namespace {

tenon_status check_dims(const checked_call& call, const tenon_tensor* tensors, std::uint32_t n) {
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint32_t axis = 0; axis < tensors[i].rank; ++axis) {
      const std::uint32_t index = tensors[i].dims[axis];
      const tenon_dim& dim = call.model->dims[index];
      const std::int64_t size = call.dims[index];
      if (size < dim.min || size > dim.max)
        return failure(TENON_INVALID_ARGUMENT,
                       "entry '%s': dimension '%s' is %" PRId64 ", must lie in [%" PRId64
                       ", %" PRId64
                       "]; pass a size within the model's "
                       "bounds",
                       call.entry->name, dim.name, size, dim.min, dim.max);
    }
  return success();
}

tenon_status check_position(const checked_call& call) {
  const tenon_entry& entry = *call.entry;
  if (entry.context == 0 && call.position != 0)
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s' has no positions, but position is %" PRId64 "; pass 0", entry.name,
                   call.position);
  if (entry.context == 0) return success();
  const std::int64_t length = call.length();
  if (call.position < 0 || call.position > entry.context - length)
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s': position %" PRId64 " with %" PRId64
                   " tokens must lie in the context of %" PRId64
                   " positions; pass fewer tokens or "
                   "start anew at position 0",
                   entry.name, call.position, length, entry.context);
  return success();
}

tenon_status check_pointer(const checked_call& call, const char* kind, const tenon_tensor& tensor,
                           const void* data) {
  if (data == nullptr)
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s': %s '%s' is null; pass its %" PRIu64 " elements", call.entry->name,
                   kind, tensor.name, call.count(tensor));
  // A scalar may be a variable of the caller's.
  const std::size_t alignment = tensor.rank == 0 ? dtype_bytes(tensor.dtype) : TENON_ALIGNMENT;
  if (const auto beyond = reinterpret_cast<std::uintptr_t>(data) % alignment; beyond != 0)
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s': %s '%s' lies %zu bytes off a multiple of %zu; "
                   "use memory aligned to %zu bytes, such as tenon::runtime::buffer",
                   call.entry->name, kind, tensor.name, static_cast<std::size_t>(beyond), alignment,
                   alignment);
  return success();
}

// "[1, 3]": where in a tensor an element lies.
void print_index(const checked_call& call, const tenon_tensor& tensor, std::uint64_t flat,
                 char* text, std::size_t bytes) {
  std::uint64_t index[TENON_MAX_RANK] = {};
  const std::uint32_t rank = std::min(tensor.rank, TENON_MAX_RANK);
  for (std::uint32_t axis = rank; axis-- > 0;) {
    const auto size = static_cast<std::uint64_t>(call.dims[tensor.dims[axis]]);
    index[axis] = flat % size;
    flat /= size;
  }
  int used = std::snprintf(text, bytes, "[");
  for (std::uint32_t axis = 0; axis < rank; ++axis)
    used += std::snprintf(text + used, bytes - static_cast<std::size_t>(used), "%s%" PRIu64,
                          axis > 0 ? ", " : "", index[axis]);
  std::snprintf(text + used, bytes - static_cast<std::size_t>(used), "]");
}

tenon_status check_values(const checked_call& call, const tenon_tensor& tensor, const void* data) {
  if (tensor.limit <= 0 || tensor.dtype != TENON_I32) return success();
  const auto* values = static_cast<const std::int32_t*>(data);
  const std::uint64_t count = call.count(tensor);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (values[i] >= 0 && values[i] < tensor.limit) continue;
    if (tensor.has_ignored && values[i] == tensor.ignored) continue;
    char at[TENON_MAX_RANK * 22 + 3], or_ignored[48] = "";
    print_index(call, tensor, i, at, sizeof at);
    if (tensor.has_ignored)
      std::snprintf(or_ignored, sizeof or_ignored, " and is not %d (ignored)", tensor.ignored);
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s': input '%s' at %s is %d, outside [0, %" PRId64
                   ")%s; pass values of the model's vocabulary",
                   call.entry->name, tensor.name, at, values[i], tensor.limit, or_ignored);
  }
  return success();
}

}  // namespace

std::uint64_t checked_call::count(const tenon_tensor& tensor) const {
  std::uint64_t product = 1;  // the bounds of a model keep it far below 2^64
  for (std::uint32_t axis = 0; axis < tensor.rank; ++axis)
    product *= static_cast<std::uint64_t>(dims[tensor.dims[axis]]);
  return product;
}

std::int64_t checked_call::length() const {
  return entry->context > 0 ? dims[entry->sequence_dim] : 0;
}

tenon_status find_entry(const tenon_model& model, std::uint32_t entry, const tenon_entry*& found) {
  if (entry >= model.n_entries)
    return failure(TENON_INVALID_ARGUMENT,
                   "model '%s' has entries 0..%u, not %u; use an index of its "
                   "header",
                   model.name, model.n_entries - 1, entry);
  found = &model.entries[entry];
  return success();
}

tenon_status check_call(const tenon_model& model, std::uint32_t entry, const void* const* inputs,
                        void* const* outputs, const std::int64_t* dims, std::int64_t position,
                        checked_call& call) {
  call.model = &model;
  call.position = position;
  TENON_TRY(find_entry(model, entry, call.entry));
  const tenon_entry& what = *call.entry;
  if (dims == nullptr || (what.n_inputs > 0 && inputs == nullptr) ||
      (what.n_outputs > 0 && outputs == nullptr))
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s': inputs, outputs or dims is null; pass an "
                   "array for each",
                   what.name);
  for (std::uint32_t i = 0; i < model.n_dims; ++i) {
    const bool is_static = model.dims[i].min == model.dims[i].max;
    call.dims[i] = is_static && dims[i] == 0 ? model.dims[i].max : dims[i];
  }
  TENON_TRY(check_dims(call, what.inputs, what.n_inputs));
  TENON_TRY(check_dims(call, what.outputs, what.n_outputs));
  TENON_TRY(check_position(call));
  for (std::uint32_t i = 0; i < what.n_inputs; ++i)
    TENON_TRY(check_pointer(call, "input", what.inputs[i], inputs[i]));
  for (std::uint32_t i = 0; i < what.n_outputs; ++i)
    TENON_TRY(check_pointer(call, "output", what.outputs[i], outputs[i]));
  for (std::uint32_t i = 0; i < what.n_inputs; ++i)
    TENON_TRY(check_values(call, what.inputs[i], inputs[i]));
  return success();
}

}  // namespace tenon::runtime::detail
