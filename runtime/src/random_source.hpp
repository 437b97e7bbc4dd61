// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parameters drawn by the model's initialisers. Counter-based: an element's value depends only on
// the seed, its parameter, its layer and its index, never on threads or order.
#pragma once
#include <array>

#include "parameters.hpp"

namespace tenon::runtime::detail {

/// Philox4x32-10. Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key);

/// normal and scaled_normal: N(0, init_value), a standard deviation (the model's source has already
/// scaled it by depth); uniform: [-init_value, init_value); zeros; ones.
class random_source final : public parameter_source {
 public:
  /// Refuses integer parameters and unknown initialisers.
  static tenon_status create(const tenon_model& model, std::uint64_t seed, random_source& made);
  tenon_status read(std::size_t index, std::size_t first, std::size_t count,
                    void* destination) const override;

 private:
  const tenon_model* model_ = nullptr;
  std::uint64_t seed_ = 0;
  std::vector<slot> slots_;
};

}  // namespace tenon::runtime::detail
