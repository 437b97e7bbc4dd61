// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weights in the packed form of one variant, and how they are filled from a source.
#pragma once
#include <memory>

#include "mapping.hpp"
#include "parameters.hpp"
#include "threads/exclusive.hpp"

namespace tenon::runtime::detail {

/// Shared by the handle and its sessions. What stands in it changes only by calls of entries that
/// train and by tenon_weights_write.
struct packed_weights {
  const tenon_model* model = nullptr;
  std::uint32_t variant_index = 0;
  mapping memory;    // variant().weights_bytes
  mapping training;  // gradients, first and second moments, each as `memory`; else nothing
  mutable readers_or_writer users;

  [[nodiscard]] const tenon_variant& variant() const { return model->variants[variant_index]; }
};

/// Whether an entry of the model works on gradients or moments, or writes parameters.
bool trains(const tenon_model& model);

/// Chooses the variant and maps the memory, all zero.
tenon_status create_zero(const tenon_model& model, const tenon_options& options,
                         std::shared_ptr<packed_weights>& packed);

/// Reads every parameter and packs it, with the threads of `options`. All or nothing.
tenon_status pack(const tenon_model& model, const tenon_options& options,
                  const parameter_source& source, std::shared_ptr<const packed_weights>& packed);

}  // namespace tenon::runtime::detail

/// The handle of the C interface.
struct tenon_weights {
  std::shared_ptr<const tenon::runtime::detail::packed_weights> packed;
};
