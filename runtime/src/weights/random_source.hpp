// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parameters drawn by the model's initialisers, the numbers that a generated entry `init` draws
// with the same seed. Counter-based: an element's value depends only on the seed, its parameter's
// name, its layer and its index, never on threads, order or other parameters.
#pragma once
#include "parameters.hpp"

namespace tenon::runtime::detail {

/// normal and scaled_normal: N(0, init_value), a standard deviation (the model's source has already
/// scaled it by depth); uniform: (-init_value, init_value); zeros; ones.
class random_source final : public parameter_source {
 public:
  /// Refuses integer parameters and unknown initialisers. The variant decides how products are
  /// rounded; null: as with fused multiply-add.
  static tenon_status create(const tenon_model& model, std::uint64_t seed,
                             const tenon_variant* variant, random_source& made);
  tenon_status read(std::size_t index, std::size_t first, std::size_t count,
                    void* destination) const override;

 private:
  const tenon_model* model_ = nullptr;
  std::uint64_t seed_ = 0;
  bool fuses_ = true;
  std::vector<slot> slots_;
};

}  // namespace tenon::runtime::detail
