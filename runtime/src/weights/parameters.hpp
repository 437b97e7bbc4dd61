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

#include "arrangement.hpp"
#include "files/offered_tensor.hpp"

namespace tenon::runtime::detail {

/// One tensor of the model: a parameter, at one layer where it belongs to a stack, and one part of
/// it where each part along its first dimension is a tensor.
struct slot {
  std::uint32_t param, layer, part;
};

/// All slots, parameters in model order, layers within, parts within these.
std::vector<slot> slots_of(const tenon_model& model);

/// Where the number of a layer, or of a part, goes first in a name, and how it follows from that of
/// the slot: "{}", or "{2i+1}" of layers that take turns. `size` is 0 where there is no such place.
struct number_place {
  std::size_t begin = 0, size = 0;
  std::int64_t step = 1, first = 0;
};
number_place find_number_place(std::string_view name);

/// "h.3.ln_1.weight": the name with the layer's number in it, and behind it the part's.
std::string slot_name(const tenon_model& model, const slot& which);

/// How many slots a layer of a parameter is: the parts along its first dimension where the name has
/// a place for their number, else 1.
std::uint32_t parts_of(const tenon_model& model, const tenon_param& param);

/// Elements of one slot of a parameter, and its shape.
std::size_t element_count(const tenon_model& model, const tenon_param& param);
std::vector<std::int64_t> shape_of(const tenon_model& model, const tenon_param& param);
/// Bytes of one slot of a parameter, row-major.
std::size_t slot_bytes(const tenon_model& model, const tenon_param& param);

/// Values of the slots of one model.
class parameter_source {
 public:
  virtual ~parameter_source() = default;
  /// Writes elements first .. first + count - 1 of slot `index` (into slots_of), row-major in the
  /// parameter's dtype. `first` is a multiple of 4. Called by several threads at once.
  virtual tenon_status read(std::size_t index, std::size_t first, std::size_t count,
                            void* destination) const = 0;
  /// Whether a slot is better read whole than in pieces.
  [[nodiscard]] virtual bool whole(std::size_t /*index*/) const { return false; }
};

/// Where the values of a slot lie.
struct binding {
  std::size_t tensor;                        // index of an offered tensor
  arrangement lies = arrangement::as_it_is;  // in that tensor
  std::size_t first = 0;                     // its element that the slot begins with
};
struct twin {
  std::size_t tensor, slot;  // an offered tensor that must hold the same values as a slot
};

/// A binding for each slot. Every missing, misshaped and unexpected tensor is named in the failure.
/// Names may begin with prefixes of wrappers ("module._orig_mod.") and of the model; what else it
/// says of names (tenon_model.stored) holds: other names of parameters, tensors that are ignored,
/// `twins` to compare.
tenon_status bind_slots(const tenon_model& model, const std::vector<slot>& slots,
                        const std::vector<offered_tensor>& offered, std::vector<binding>& bound,
                        std::vector<twin>& twins);

}  // namespace tenon::runtime::detail
