// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Vulkan memory: buffers on the device, and the staging buffer that fills those the host cannot
// see.
#pragma once
#include "context.hpp"
#include "device/device.hpp"

namespace tenon::runtime::detail::vk {

class buffer final : public device_buffer {
 public:
  ~buffer() override;

  /// Memory with all of the `needed` properties and, where there is such, all of the `wished` ones.
  static tenon_status create(context& owner, std::size_t bytes, const char* what,
                             std::uint32_t needed, std::uint32_t wished,
                             std::unique_ptr<buffer>& made);

  [[nodiscard]] handle object() const { return object_; }
  [[nodiscard]] std::byte* mapped() const { return mapped_; }  // null: the host cannot see it well

 private:
  buffer(context& owner, std::size_t bytes) : device_buffer(bytes), owner_(owner) {}
  tenon_status bind_memory(const char* what, std::uint32_t needed, std::uint32_t wished);

  context& owner_;
  handle object_ = 0, memory_ = 0;
  std::byte* mapped_ = nullptr;
};

}  // namespace tenon::runtime::detail::vk
