// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Checks of arguments that carry their own sizes; see checks.hpp.
#include <algorithm>
#include <cinttypes>

#include "checks.hpp"
#include "failure.hpp"

namespace tenon::runtime::detail {
namespace {

// The sizes that a view gives.
tenon_status check_sizes(checked_call& call, const char* kind, const tenon_tensor& tensor,
                         const tenon_view& view) {
  const tenon_entry& entry = *call.entry;
  if (view.data == nullptr)
    return failure(TENON_INVALID_ARGUMENT, "entry '%s': %s '%s' is null; pass its elements",
                   entry.name, kind, tensor.name);
  if (view.dtype != tensor.dtype)
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s': %s '%s' is %s, the model has %s; pass a tensor "
                   "of that type",
                   entry.name, kind, tensor.name, dtype_name(view.dtype), dtype_name(tensor.dtype));
  if (tensor.rank > TENON_MAX_RANK)
    return failure(TENON_INCOMPATIBLE,
                   "entry '%s': %s '%s' has %u dimensions in the model, this call takes %u; use "
                   "tenon_session_run",
                   entry.name, kind, tensor.name, tensor.rank, TENON_MAX_RANK);
  if (view.sizes == nullptr) return success();
  if (view.rank != tensor.rank)
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s': %s '%s' has %u sizes, the model has %u; pass "
                   "one a dimension",
                   entry.name, kind, tensor.name, view.rank, tensor.rank);
  for (std::uint32_t axis = 0; axis < tensor.rank; ++axis) {
    const std::uint32_t index = tensor.dims[axis];
    const tenon_dim& dim = call.model->dims[index];
    const std::int64_t size = view.sizes[axis];
    // Also in check_call, but the product needs the bounds and the message can name the tensor.
    if (size < dim.min || size > dim.max)
      return failure(TENON_INVALID_ARGUMENT,
                     "entry '%s': %s '%s' has %" PRId64
                     " along '%s', must "
                     "lie in [%" PRId64 ", %" PRId64 "]; pass a size within the model's bounds",
                     entry.name, kind, tensor.name, size, dim.name, dim.min, dim.max);
    if (call.given_by[index] != nullptr && call.dims[index] != size)
      return failure(TENON_INVALID_ARGUMENT,
                     "entry '%s': dimension '%s' is %" PRId64 " in '%s' but %" PRId64
                     " in '%s'; pass tensors of one size",
                     entry.name, dim.name, call.dims[index], call.given_by[index], size,
                     tensor.name);
    call.dims[index] = size;
    call.given_by[index] = tensor.name;
  }
  return success();
}

// The number of elements, once all sizes are known.
tenon_status check_count(checked_call& call, const char* kind, const tenon_tensor& tensor,
                         const tenon_view& view) {
  const tenon_entry& entry = *call.entry;
  std::uint64_t product = 1;
  for (std::uint32_t axis = 0; axis < tensor.rank; ++axis) {
    const std::uint32_t index = tensor.dims[axis];
    const tenon_dim& dim = call.model->dims[index];
    const bool is_given = call.given_by[index] != nullptr;
    if (!is_given && dim.min != dim.max)
      return failure(
          TENON_INVALID_ARGUMENT,
          "entry '%s': %s '%s' was given no sizes, and no other argument tells how large "
          "'%s' is; pass its sizes",
          entry.name, kind, tensor.name, dim.name);
    const std::int64_t size = is_given ? call.dims[index] : dim.max;
    if (__builtin_mul_overflow(product, static_cast<std::uint64_t>(size), &product))
      product = UINT64_MAX;
  }
  if (view.count != product)
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s': %s '%s' holds %" PRIu64
                   " elements, its sizes "
                   "make %" PRIu64 "; pass exactly as many",
                   entry.name, kind, tensor.name, view.count, product);
  return success();
}

}  // namespace

tenon_status check_views(std::uint32_t index, const tenon_view* inputs, std::size_t n_inputs,
                         const tenon_view* outputs, std::size_t n_outputs, checked_call& call) {
  TENON_TRY(find_entry(*call.model, index, call.entry));
  const tenon_entry& entry = *call.entry;
  if (n_inputs != entry.n_inputs || n_outputs != entry.n_outputs)
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s' takes %u inputs and %u outputs, got %zu and "
                   "%zu; pass one tensor for each",
                   entry.name, entry.n_inputs, entry.n_outputs, n_inputs, n_outputs);
  const bool lacks_inputs = n_inputs > 0 && inputs == nullptr;
  if (lacks_inputs || (n_outputs > 0 && outputs == nullptr))
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s': the array of %zu %s is null; pass one tensor for each", entry.name,
                   lacks_inputs ? n_inputs : n_outputs, lacks_inputs ? "inputs" : "outputs");
  std::ranges::fill(call.dims, 0);
  std::ranges::fill(call.given_by, nullptr);
  const auto each = [&](auto check) {
    for (std::size_t i = 0; i < n_inputs; ++i)
      TENON_TRY(check(call, "input", entry.inputs[i], inputs[i]));
    for (std::size_t i = 0; i < n_outputs; ++i)
      TENON_TRY(check(call, "output", entry.outputs[i], outputs[i]));
    return success();
  };
  TENON_TRY(each(check_sizes));
  TENON_TRY(each(check_count));
  for (std::size_t i = 0; i < n_inputs; ++i) call.inputs[i] = inputs[i].data;
  for (std::size_t i = 0; i < n_outputs; ++i) call.outputs[i] = outputs[i].data;
  return success();
}

}  // namespace tenon::runtime::detail
