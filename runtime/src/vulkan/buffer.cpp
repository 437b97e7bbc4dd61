// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Vulkan buffers; see buffer.hpp.
#include "buffer.hpp"

#include <algorithm>

#include "failure.hpp"

namespace tenon::runtime::detail::vk {
namespace {

constexpr std::uint32_t none = ~0u;

std::uint32_t find_type(const memory_properties& memory, std::uint32_t allowed,
                        std::uint32_t properties) {
  for (std::uint32_t i = 0; i < memory.n_types; ++i)
    if ((allowed >> i & 1u) && (memory.types[i].properties & properties) == properties) return i;
  return none;
}

}  // namespace

buffer::~buffer() {
  if (object_ != 0) owner_.call.DestroyBuffer(owner_.device, object_, nullptr);
  if (memory_ != 0) owner_.call.FreeMemory(owner_.device, memory_, nullptr);  // also unmaps
}

tenon_status buffer::create(context& owner, std::size_t bytes, const char* what,
                            std::uint32_t needed, std::uint32_t wished,
                            std::unique_ptr<buffer>& made) {
  const std::size_t most = owner.properties.limits.max_storage_buffer_range;
  if (bytes > most)
    return failure(TENON_OUT_OF_MEMORY,
                   "'%s' takes %zu bytes, a buffer of device '%s' at most %zu; use "
                   "another device or the CPU",
                   what, bytes, owner.properties.name, most);
  std::unique_ptr<buffer> fresh(new buffer(owner, bytes));
  // Vulkan has no empty buffers; shaders address whole words.
  const std::uint64_t size = std::max<std::uint64_t>((bytes + 3) / 4 * 4, 4);
  const buffer_create_info info{
      type_buffer_create_info,
      nullptr,
      0,
      size,
      usage_storage_buffer | usage_transfer_source | usage_transfer_destination,
      0,
      0,
      nullptr};
  if (const result outcome = owner.call.CreateBuffer(owner.device, &info, nullptr, &fresh->object_);
      outcome != success)
    return failed_call("CreateBuffer", outcome);
  TENON_TRY(fresh->bind_memory(what, needed, wished));
  made = std::move(fresh);
  return detail::success();
}

tenon_status buffer::bind_memory(const char* what, std::uint32_t needed, std::uint32_t wished) {
  memory_requirements facts{};
  owner_.call.GetBufferMemoryRequirements(owner_.device, object_, &facts);
  std::uint32_t type = find_type(owner_.memory, facts.type_bits, needed | wished);
  if (type == none) type = find_type(owner_.memory, facts.type_bits, needed);
  if (type == none)
    return failure(TENON_DEVICE_ERROR,
                   "device '%s' has no memory of properties %u; use another device",
                   owner_.properties.name, needed);
  const memory_allocate_info info{type_memory_allocate_info, nullptr, facts.size, type};
  result outcome = owner_.call.AllocateMemory(owner_.device, &info, nullptr, &memory_);
  if (outcome == out_of_device_memory || outcome == out_of_host_memory)
    return failure(TENON_OUT_OF_MEMORY,
                   "device '%s' has no %zu bytes left for '%s'; use smaller sizes or "
                   "the CPU",
                   owner_.properties.name, bytes(), what);
  if (outcome != success) return failed_call("AllocateMemory", outcome);
  outcome = owner_.call.BindBufferMemory(owner_.device, object_, memory_, 0);
  if (outcome != success) return failed_call("BindBufferMemory", outcome);
  // Device memory that is not cached on the host is slow to read there: it goes through staging.
  constexpr std::uint32_t readable =
      memory_host_visible | memory_host_coherent | memory_host_cached;
  const std::uint32_t has = owner_.memory.types[type].properties;
  if ((has & readable) != readable && (needed & memory_host_visible) == 0) return detail::success();
  void* pointer = nullptr;
  outcome = owner_.call.MapMemory(owner_.device, memory_, 0, ~std::uint64_t{0}, 0, &pointer);
  if (outcome != success) return failed_call("MapMemory", outcome);
  mapped_ = static_cast<std::byte*>(pointer);
  return detail::success();
}

}  // namespace tenon::runtime::detail::vk
