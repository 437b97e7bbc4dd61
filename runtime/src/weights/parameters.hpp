// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where parameter values come from: tensors in memory, a checkpoint, or a random generator. The
// packed weights of a CPU and the buffers of a device are both filled through parameter_source.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/runtime/runtime.h>

#include "files/offered_tensor.hpp"

namespace tenon::runtime::detail {

/// One tensor of the model: a parameter, at one layer where it belongs to a stack.
struct slot {
  std::uint32_t param, layer;
};

/// All slots, parameters in model order and layers within.
std::vector<slot> slots_of(const tenon_model& model);

/// Where the number of a layer goes in a name, and how it follows from that of the slot: "{}", or
/// "{2i+1}" of layers that take turns. `size` is 0 where there is no such place.
struct layer_place {
  std::size_t begin = 0, size = 0;
  std::int64_t step = 1, first = 0;
};
layer_place find_layer_place(std::string_view name);

/// "h.3.ln_1.weight": the name with the layer's number in it.
std::string slot_name(const tenon_model& model, const slot& which);

/// Elements of one layer of a parameter, and its shape.
std::size_t element_count(const tenon_model& model, const tenon_param& param);
std::vector<std::int64_t> shape_of(const tenon_model& model, const tenon_param& param);
/// Bytes of one layer of a parameter, row-major.
std::size_t slot_bytes(const tenon_model& model, const tenon_param& param);

/// Values of the slots of one model.
class parameter_source {
 public:
  virtual ~parameter_source() = default;
  /// Writes elements first .. first + count - 1 of slot `index` (into slots_of), row-major in the
  /// parameter's dtype. `first` is a multiple of 4. Called by several threads at once.
  virtual tenon_status read(std::size_t index, std::size_t first, std::size_t count,
                            void* destination) const = 0;
};

/// The failure of a value that convert() cannot represent.
tenon_status does_not_fit(const offered_tensor& tensor, element type);

/// For each slot, the index of the offered tensor that belongs to it. Every missing, misshaped and
/// unexpected tensor is named in the failure. Names may begin with prefixes of wrappers
/// ("module._orig_mod.") and of the model; what else it says of names (tenon_model.stored) holds:
/// tensors that are ignored, `twins` to compare.
struct twin {
  std::size_t tensor, slot;  // an offered tensor that must hold the same values as a slot
};
tenon_status bind(const tenon_model& model, const std::vector<slot>& slots,
                  const std::vector<offered_tensor>& offered, std::vector<std::size_t>& bound,
                  std::vector<twin>& twins);

}  // namespace tenon::runtime::detail
