// Weights in the packed form of one variant, and how they are filled from a source.
#pragma once
#include <memory>

#include "mapping.hpp"
#include "parameters.hpp"

namespace tenon::runtime::detail {

/// Immutable once made; shared by the handle and its sessions.
struct packed_weights {
  const tenon_model* model = nullptr;
  std::uint32_t variant_index = 0;
  mapping memory;

  [[nodiscard]] const tenon_variant& variant() const { return model->variants[variant_index]; }
};

/// Reads every parameter and packs it, with the threads of `options`. All or nothing.
tenon_status pack(const tenon_model& model, const tenon_options& options,
                  const parameter_source& source, std::shared_ptr<const packed_weights>& packed);

}  // namespace tenon::runtime::detail

/// The handle of the C interface.
struct tenon_weights {
  std::shared_ptr<const tenon::runtime::detail::packed_weights> packed;
};
