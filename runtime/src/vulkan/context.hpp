// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One Vulkan device, opened: its queue and the one command buffer that all work goes through.
#pragma once
#include "functions.hpp"

namespace tenon::runtime::detail::vk {

/// Neither copied nor moved: buffers and kernels point to it.
class context {
 public:
  context() = default;
  context(const context&) = delete;
  ~context();

  /// `index` in the driver's order; -1: discrete before integrated, virtual and software devices.
  tenon_status open(std::int32_t index);

  /// Work is recorded into `commands` between begin() and run(), which waits for its end.
  tenon_status begin();
  tenon_status run();

  functions call;
  dispatchable device = nullptr;
  physical_device_properties properties{};
  memory_properties memory{};
  dispatchable commands = nullptr;
  handle timestamps = 0;  // a pool of two; 0 where the queue has no clock
  std::uint32_t timestamp_bits = 0;

 private:
  tenon_status make_instance();
  tenon_status choose(std::int32_t index);
  tenon_status make_device();
  tenon_status make_command_objects();

  library loader_;
  dispatchable instance_ = nullptr, physical_ = nullptr, queue_ = nullptr;
  std::uint32_t family_ = 0;
  handle command_pool_ = 0, fence_ = 0;
};

}  // namespace tenon::runtime::detail::vk
