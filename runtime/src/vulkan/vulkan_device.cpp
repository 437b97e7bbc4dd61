// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The Vulkan backend; see vulkan_device.hpp.
#include "vulkan_device.hpp"

#include <algorithm>
#include <cstring>

#include "failure.hpp"

namespace tenon::runtime::detail::vk {
namespace {

constexpr std::size_t staging_bytes = std::size_t{16} << 20;

}  // namespace

tenon_status device::open(std::int32_t index, bool always_stage, std::shared_ptr<device>& opened) {
  auto fresh = std::make_shared<device>();
  fresh->always_stage_ = always_stage;
  TENON_TRY(fresh->context_.open(index));
  TENON_TRY(buffer::create(fresh->context_, staging_bytes, "the staging buffer",
                           memory_host_visible | memory_host_coherent, memory_host_cached,
                           fresh->staging_));
  fresh->name_ = fresh->context_.properties.name;
  opened = std::move(fresh);
  return detail::success();
}

bool device::accepts(const tenon_gpu_kernel& kernel) const {
  return kernel.code_kind == TENON_GPU_SPIRV;
}

tenon_status device::allocate(std::size_t bytes, const char* what,
                              std::unique_ptr<device_buffer>& made) {
  std::unique_ptr<buffer> fresh;
  // Where host and device share memory, a type that the host reads well saves the copies.
  TENON_TRY(buffer::create(context_, bytes, what, memory_device_local,
                           memory_host_visible | memory_host_coherent | memory_host_cached, fresh));
  made = std::move(fresh);
  return detail::success();
}

tenon_status device::copy(handle from, std::uint64_t from_offset, handle to,
                          std::uint64_t to_offset, std::uint64_t bytes) {
  TENON_TRY(context_.begin());
  const buffer_copy region{from_offset, to_offset, bytes};
  const memory_barrier before{type_memory_barrier, nullptr,
                              access_host_write | access_shader_write | access_transfer_write,
                              access_transfer_read | access_transfer_write};
  context_.call.CmdPipelineBarrier(context_.commands, stage_host | stage_compute | stage_transfer,
                                   stage_transfer, 0, 1, &before, 0, nullptr, 0, nullptr);
  context_.call.CmdCopyBuffer(context_.commands, from, to, 1, &region);
  const memory_barrier after{type_memory_barrier, nullptr, access_transfer_write, access_host_read};
  context_.call.CmdPipelineBarrier(context_.commands, stage_transfer, stage_host, 0, 1, &after, 0,
                                   nullptr, 0, nullptr);
  return context_.run();
}

tenon_status device::upload(device_buffer& to, std::size_t offset, const void* from,
                            std::size_t bytes) {
  const buffer& target = static_cast<const buffer&>(to);
  if (target.mapped() != nullptr && !always_stage_) {
    std::memcpy(target.mapped() + offset, from, bytes);
    return detail::success();
  }
  for (std::size_t at = 0; at < bytes; at += staging_bytes) {
    const std::size_t n = std::min(staging_bytes, bytes - at);
    std::memcpy(staging_->mapped(), static_cast<const std::byte*>(from) + at, n);
    TENON_TRY(copy(staging_->object(), 0, target.object(), offset + at, n));
  }
  return detail::success();
}

tenon_status device::download(const device_buffer& from, void* to, std::size_t bytes) {
  const buffer& source = static_cast<const buffer&>(from);
  if (source.mapped() != nullptr && !always_stage_) {
    std::memcpy(to, source.mapped(), bytes);
    return detail::success();
  }
  for (std::size_t at = 0; at < bytes; at += staging_bytes) {
    const std::size_t n = std::min(staging_bytes, bytes - at);
    TENON_TRY(copy(source.object(), at, staging_->object(), 0, n));
    std::memcpy(static_cast<std::byte*>(to) + at, staging_->mapped(), n);
  }
  return detail::success();
}

tenon_status device::prepare(const tenon_gpu_kernel& source,
                             std::unique_ptr<device_kernel>& ready) {
  return kernel::create(context_, source, ready);
}

tenon_status device::launch(device_kernel& ready, std::span<device_buffer* const> buffers,
                            std::uint64_t groups, std::uint64_t* nanoseconds) {
  return static_cast<kernel&>(ready).launch(buffers, groups, nanoseconds);
}

}  // namespace tenon::runtime::detail::vk

tenon_status tenon::runtime::detail::open_vulkan(std::int32_t index,
                                                 std::shared_ptr<device>& opened) {
  std::shared_ptr<vk::device> fresh;
  TENON_TRY(vk::device::open(index, false, fresh));
  opened = std::move(fresh);
  return success();
}
