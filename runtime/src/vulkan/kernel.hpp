// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A SPIR-V kernel as a compute pipeline with its descriptor set.
#pragma once
#include "buffer.hpp"

namespace tenon::runtime::detail::vk {

class kernel final : public device_kernel {
 public:
  ~kernel() override;
  static tenon_status create(context& owner, const tenon_gpu_kernel& source,
                             std::unique_ptr<device_kernel>& made);

  /// Binds the buffers in order and runs `groups` work groups to their end.
  tenon_status launch(std::span<device_buffer* const> buffers, std::uint64_t groups,
                      std::uint64_t* nanoseconds);

 private:
  explicit kernel(context& owner) : owner_(owner) {}
  tenon_status make_layout(std::uint32_t n_buffers);
  tenon_status make_pipeline(const tenon_gpu_kernel& source);
  tenon_status make_set(std::uint32_t n_buffers);
  tenon_status read_clock(std::uint64_t& nanoseconds) const;

  context& owner_;
  handle set_layout_ = 0, layout_ = 0, pipeline_ = 0, pool_ = 0, set_ = 0;
};

}  // namespace tenon::runtime::detail::vk
