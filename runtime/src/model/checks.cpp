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
  if (!entry.uses_state && call.position != 0)
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s' keeps nothing between calls, so its first token is at position 0, "
                   "not %" PRId64 "; pass 0, or use an entry with a cache, such as 'step'",
                   entry.name, call.position);
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

// Memory that a kernel writes belongs to that output alone.
tenon_status check_overlap(const checked_call& call, const tenon_tensor& output, const void* at,
                           const char* kind, const tenon_tensor& other, const void* other_at) {
  const auto bytes = [&](const tenon_tensor& tensor) {
    return call.count(tensor) * dtype_bytes(tensor.dtype);
  };
  const auto first = reinterpret_cast<std::uintptr_t>(at);
  const auto second = reinterpret_cast<std::uintptr_t>(other_at);
  if (first < second ? second - first >= bytes(output) : first - second >= bytes(other))
    return success();
  return failure(TENON_INVALID_ARGUMENT,
                 "entry '%s': output '%s' overlaps %s '%s' in memory; give each output memory of "
                 "its own",
                 call.entry->name, output.name, kind, other.name);
}

tenon_status check_overlaps(const checked_call& call, const void* const* inputs,
                            void* const* outputs) {
  const tenon_entry& entry = *call.entry;
  for (std::uint32_t o = 0; o < entry.n_outputs; ++o) {
    for (std::uint32_t i = 0; i < entry.n_inputs; ++i)
      TENON_TRY(
          check_overlap(call, entry.outputs[o], outputs[o], "input", entry.inputs[i], inputs[i]));
    for (std::uint32_t before = 0; before < o; ++before)
      TENON_TRY(check_overlap(call, entry.outputs[o], outputs[o], "output", entry.outputs[before],
                              outputs[before]));
  }
  return success();
}

// "[1, 3]": where in a tensor an element lies.
void print_index(const checked_call& call, const tenon_tensor& tensor, std::uint64_t flat,
                 char* text, std::size_t bytes) {
  std::uint64_t inner = call.count(tensor);
  int used = std::snprintf(text, bytes, "[");
  for (std::uint32_t axis = 0; axis < tensor.rank; ++axis) {
    inner /= static_cast<std::uint64_t>(call.dims[tensor.dims[axis]]);
    if (static_cast<std::size_t>(used) < bytes)
      used += std::snprintf(text + used, bytes - static_cast<std::size_t>(used), "%s%" PRIu64,
                            axis > 0 ? ", " : "", flat / inner);
    flat %= inner;
  }
  if (static_cast<std::size_t>(used) < bytes)
    std::snprintf(text + used, bytes - static_cast<std::size_t>(used), "]");
}

// Every other value is some number; only scalars have ranges.
tenon_status check_range(const checked_call& call, const tenon_tensor& tensor, const void* data) {
  const tenon_range& range = *tensor.range;
  double value = 0;
  switch (tensor.dtype) {
    case TENON_F32:
      value = *static_cast<const float*>(data);
      break;
    case TENON_F64:
      value = *static_cast<const double*>(data);
      break;
    case TENON_I32:
      value = *static_cast<const std::int32_t*>(data);
      break;
    default:
      return failure(TENON_INCOMPATIBLE,
                     "entry '%s': input '%s' is %s and has a range, which this runtime does not "
                     "know; build both from one Tenon version",
                     call.entry->name, tensor.name, dtype_name(tensor.dtype));
  }
  // Written so that NaN is in neither.
  const bool from_least = range.least_is_open ? value > range.least : value >= range.least;
  const bool to_most = range.most_is_open ? value < range.most : value <= range.most;
  if (from_least && to_most) return success();
  return failure(TENON_INVALID_ARGUMENT,
                 "entry '%s': input '%s' is %.*g, must lie in %c%.10g, %.10g%c; pass a value in "
                 "that range",
                 call.entry->name, tensor.name, tensor.dtype == TENON_F32 ? 9 : 17, value,
                 range.least_is_open ? '(' : '[', range.least, range.most,
                 range.most_is_open ? ')' : ']');
}

tenon_status check_values(const checked_call& call, const tenon_tensor& tensor, const void* data) {
  if (tensor.range != nullptr && tensor.rank == 0) return check_range(call, tensor, data);
  if (tensor.limit <= 0 || tensor.dtype != TENON_I32) return success();
  const auto* values = static_cast<const std::int32_t*>(data);
  const std::uint64_t count = call.count(tensor);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (values[i] >= 0 && values[i] < tensor.limit) continue;
    if (tensor.has_ignored && values[i] == tensor.ignored) continue;
    char at[192], or_ignored[48] = "";  // `at` of more than 8 axes is cut off
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

checked_call::checked_call(const tenon_model& of)
    : model(&of), dims(of.n_dims), given_by(of.n_dims) {
  std::size_t n_inputs = 0, n_outputs = 0;
  for (std::uint32_t i = 0; i < of.n_entries; ++i) {
    n_inputs = std::max<std::size_t>(n_inputs, of.entries[i].n_inputs);
    n_outputs = std::max<std::size_t>(n_outputs, of.entries[i].n_outputs);
  }
  inputs.resize(n_inputs);
  outputs.resize(n_outputs);
}

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

tenon_status check_call(std::uint32_t entry, const void* const* inputs, void* const* outputs,
                        const std::int64_t* dims, std::int64_t position, checked_call& call) {
  const tenon_model& model = *call.model;
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
  TENON_TRY(check_overlaps(call, inputs, outputs));
  for (std::uint32_t i = 0; i < what.n_inputs; ++i)
    TENON_TRY(check_values(call, what.inputs[i], inputs[i]));
  return success();
}

}  // namespace tenon::runtime::detail
