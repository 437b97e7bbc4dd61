// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The Vulkan backend.
#pragma once
#include "kernel.hpp"

namespace tenon::runtime::detail::vk {

class device final : public detail::device {
 public:
  /// With `always_stage`, copies go through the staging buffer even where the host sees the memory
  /// (for tests on devices that share the host's memory).
  static tenon_status open(std::int32_t index, bool always_stage, std::shared_ptr<device>& opened);

  [[nodiscard]] bool accepts(const tenon_gpu_kernel& kernel) const override;
  tenon_status allocate(std::size_t bytes, const char* what,
                        std::unique_ptr<device_buffer>& made) override;
  tenon_status upload(device_buffer& to, std::size_t offset, const void* from,
                      std::size_t bytes) override;
  tenon_status download(const device_buffer& from, void* to, std::size_t bytes) override;
  tenon_status prepare(const tenon_gpu_kernel& kernel,
                       std::unique_ptr<device_kernel>& ready) override;
  tenon_status launch(device_kernel& ready, std::span<device_buffer* const> buffers,
                      std::uint64_t groups, std::uint64_t* nanoseconds) override;

 private:
  tenon_status copy(handle from, std::uint64_t from_offset, handle to, std::uint64_t to_offset,
                    std::uint64_t bytes);

  context context_;  // before the staging buffer, which it outlives
  std::unique_ptr<buffer> staging_;
  bool always_stage_ = false;
};

}  // namespace tenon::runtime::detail::vk
