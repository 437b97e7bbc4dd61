// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parameters given as tensors in memory.
#pragma once
#include <span>

#include "parameters.hpp"

namespace tenon::runtime::detail {

class memory_source final : public parameter_source {
 public:
  /// Binds the tensors by name; they must outlive the source.
  static tenon_status create(const tenon_model& model, std::span<const tenon_named_tensor> tensors,
                             memory_source& made);
  tenon_status read(std::size_t index, std::size_t first, std::size_t count,
                    void* destination) const override;

 private:
  std::span<const tenon_named_tensor> tensors_;
  std::vector<std::size_t> bound_;  // slot -> tensor
  std::vector<element> types_;      // of the parameters, by slot
  std::vector<std::size_t> counts_;
};

}  // namespace tenon::runtime::detail
