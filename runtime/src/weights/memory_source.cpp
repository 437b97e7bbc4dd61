// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tensors in memory; see memory_source.hpp.
#include "memory_source.hpp"

#include <cstring>

#include "failure.hpp"

namespace tenon::runtime::detail {

tenon_status memory_source::create(const tenon_model& model,
                                   std::span<const tenon_named_tensor> tensors,
                                   memory_source& made) {
  std::vector<offered_tensor> offered;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const tenon_named_tensor& tensor = tensors[i];
    if (tensor.name == nullptr || tensor.data == nullptr ||
        (tensor.rank > 0 && tensor.shape == nullptr))
      return failure(TENON_INVALID_ARGUMENT, "tensor %zu has a null name, shape or data; set all",
                     i);
    if (tensor.rank > TENON_MAX_RANK || tensor.dtype > TENON_F64)
      return failure(TENON_INVALID_ARGUMENT,
                     "tensor '%s' has rank %u and dtype %u; ranks go up to %u "
                     "and dtypes are those of tenon_dtype",
                     tensor.name, tensor.rank, tensor.dtype, TENON_MAX_RANK);
    offered.push_back(
        {tensor.name, element_of(tensor.dtype), {tensor.shape, tensor.shape + tensor.rank}});
  }
  const std::vector<slot> slots = slots_of(model);
  std::vector<twin> twins;
  TENON_TRY(bind_slots(model, slots, offered, made.bound_, twins));
  made.tensors_ = tensors;
  for (const slot& each : slots) {
    made.types_.push_back(element_of(model.params[each.param].tensor.dtype));
    made.shapes_.push_back(shape_of(model, model.params[each.param]));
  }
  for (const twin& pair : twins) {
    const tenon_named_tensor& tensor = tensors[pair.tensor];
    const tenon_named_tensor& same = tensors[made.bound_[pair.slot].tensor];
    const std::size_t bytes = element_count(model, model.params[slots[pair.slot].param]) *
                              element_bytes(element_of(tensor.dtype));
    if (tensor.dtype != same.dtype || std::memcmp(tensor.data, same.data, bytes) != 0)
      return failure(TENON_INCOMPATIBLE,
                     "tensor '%s' differs from '%s', to which the model ties it; "
                     "use weights with tied embeddings",
                     tensor.name, same.name);
  }
  return success();
}

tenon_status memory_source::read(std::size_t index, std::size_t first, std::size_t count,
                                 void* destination) const {
  const binding& from = bound_[index];
  const tenon_named_tensor& tensor = tensors_[from.tensor];
  const element stored = element_of(tensor.dtype);
  const auto read = [&](element type, std::size_t begin, std::size_t n, std::byte* to) {
    const std::size_t offset = (from.first + begin) * element_bytes(stored);
    const auto* const data = static_cast<const std::byte*>(tensor.data) + offset;
    if (convert(stored, data, type, to, n) < n)
      return does_not_fit({tensor.name, stored, {}}, type);
    return success();
  };
  return read_arranged(from.lies, shapes_[index], types_[index], first, count, read,
                       static_cast<std::byte*>(destination));
}

}  // namespace tenon::runtime::detail
