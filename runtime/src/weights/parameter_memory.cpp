// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tensors of parameters by name; see parameter_memory.hpp.
#include "parameter_memory.hpp"

#include <cinttypes>
#include <cstring>

#include "failure.hpp"
#include "tensor_list.hpp"

namespace tenon::runtime::detail {
namespace {

constexpr const char* memory_names[] = {"value", "gradient", "first moment", "second moment"};

// The block of memory that holds such tensors of all parameters.
tenon_status find_block(const packed_weights& weights, std::uint32_t kind, std::byte*& block) {
  if (kind > TENON_MOMENT_2)
    return failure(TENON_INVALID_ARGUMENT,
                   "memory %u is none of tenon_memory; pass TENON_VALUE (0), TENON_GRADIENT (1), "
                   "TENON_MOMENT_1 (2) or TENON_MOMENT_2 (3)",
                   kind);
  if (kind == TENON_VALUE) {
    block = static_cast<std::byte*>(weights.memory.data());
    return success();
  }
  if (!trains(*weights.model))
    return failure(TENON_INVALID_ARGUMENT,
                   "the parameters of model '%s' have no %s, since none of its %u entries trains; "
                   "build the model with an entry such as train_step, or pass TENON_VALUE",
                   weights.model->name, memory_names[kind], weights.model->n_entries);
  block = static_cast<std::byte*>(weights.training.data()) +
          (kind - TENON_GRADIENT) * weights.variant().weights_bytes;
  return success();
}

}  // namespace

void parameter_place::copy_in(const void* row_major) const {
  if (pack != nullptr)
    pack(row_major, packed);
  else
    std::memcpy(packed, row_major, bytes);
}

void parameter_place::copy_out(void* row_major) const {
  if (unpack != nullptr)
    unpack(packed, row_major);
  else
    std::memcpy(row_major, packed, bytes);
}

tenon_status find_place(const tenon_weights* handle, std::uint32_t what, const char* name,
                        const void* data, std::uint64_t bytes, parameter_place& place) {
  if (handle == nullptr || name == nullptr || data == nullptr)
    return failure(TENON_INVALID_ARGUMENT,
                   "the weights, the name or the data is null; pass weights, a parameter's name "
                   "and its row-major tensor");
  const packed_weights& weights = *handle->packed;
  const tenon_model& model = *weights.model;
  std::byte* block = nullptr;
  TENON_TRY(find_block(weights, what, block));
  const tenon_tensor_list list(model);
  std::size_t found = 0;
  TENON_TRY(list.find(name, found));
  const slot& which = list.slots[found];
  const tenon_param& param = model.params[which.param];
  const std::uint64_t expected = slot_bytes(model, param);
  if (bytes != expected)
    return failure(TENON_INVALID_ARGUMENT,
                   "tensor '%s' is %s %s of %" PRIu64 " bytes, got %" PRIu64
                   "; pass exactly its size",
                   name, element_name(element_of(param.tensor.dtype)),
                   shape_text(shape_of(model, param)).c_str(), expected, bytes);
  const tenon_packed_param& packed = weights.variant().params[which.param];
  place = {block + packed.offset + which.layer * packed.stride + which.part * expected, expected,
           packed.pack, packed.unpack};
  return success();
}

}  // namespace tenon::runtime::detail
