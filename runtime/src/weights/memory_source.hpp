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
  // By slot: its tensor, type and shape.
  std::vector<binding> bound_;
  std::vector<element> types_;
  std::vector<std::vector<std::int64_t>> shapes_;
};

}  // namespace tenon::runtime::detail
