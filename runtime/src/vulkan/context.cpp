// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Opening a Vulkan device and running work on it; see context.hpp.
#include "context.hpp"

#include <algorithm>
#include <vector>

#include "failure.hpp"

#define TENON_VULKAN_TRY(function, ...)                                        \
  do {                                                                         \
    if (const result outcome = call.function(__VA_ARGS__); outcome != success) \
      return failed_call(#function, outcome);                                  \
  } while (false)

namespace tenon::runtime::detail::vk {
namespace {

constexpr std::uint32_t no_family = ~0u;

// Smaller is better.
int preference(std::uint32_t device_type) {
  switch (device_type) {
    case device_type_discrete:
      return 0;
    case device_type_integrated:
      return 1;
    case device_type_virtual:
      return 2;
    case device_type_cpu:
      return 3;
    default:
      return 4;
  }
}

}  // namespace

context::~context() {
  if (device != nullptr) {
    call.DeviceWaitIdle(device);
    if (timestamps != 0) call.DestroyQueryPool(device, timestamps, nullptr);
    if (fence_ != 0) call.DestroyFence(device, fence_, nullptr);
    if (command_pool_ != 0) call.DestroyCommandPool(device, command_pool_, nullptr);
    call.DestroyDevice(device, nullptr);
  }
  if (instance_ != nullptr) call.DestroyInstance(instance_, nullptr);
}

tenon_status context::open(std::int32_t index) {
  TENON_TRY(library::open("libvulkan.so.1", "Vulkan", loader_));
  TENON_TRY(call.find_global(loader_));
  TENON_TRY(make_instance());
  TENON_TRY(choose(index));
  TENON_TRY(make_device());
  return make_command_objects();
}

tenon_status context::make_instance() {
  std::uint32_t version = 0;
  TENON_VULKAN_TRY(EnumerateInstanceVersion, &version);
  if (version < version_1_1)
    return failure(TENON_UNAVAILABLE, "this Vulkan loader is older than 1.1; update it");
  const application_info application{type_application_info,
                                     nullptr,
                                     "tenon",
                                     1,
                                     "tenon",
                                     1,
                                     std::min<std::uint32_t>(version, version_1_3)};
  const instance_create_info info{
      type_instance_create_info, nullptr, 0, &application, 0, nullptr, 0, nullptr};
  if (const result outcome = call.CreateInstance(&info, nullptr, &instance_); outcome != success) {
    instance_ = nullptr;
    return failure(TENON_UNAVAILABLE,
                   "Vulkan has no usable driver (vkCreateInstance gave %d); install "
                   "one or use the CPU",
                   outcome);
  }
  // Without vkDestroyInstance the destructor could not clean up.
  if (const tenon_status found = call.find_instance(instance_); failed(found)) {
    if (call.DestroyInstance == nullptr) instance_ = nullptr;
    return found;
  }
  return detail::success();
}

tenon_status context::choose(std::int32_t index) {
  std::uint32_t n = 0;
  TENON_VULKAN_TRY(EnumeratePhysicalDevices, instance_, &n, nullptr);
  std::vector<dispatchable> devices(n);
  const result listed = call.EnumeratePhysicalDevices(instance_, &n, devices.data());
  if (listed != success && listed != incomplete)
    return failed_call("EnumeratePhysicalDevices", listed);
  devices.resize(n);
  if (index < -1 || (index >= 0 && static_cast<std::uint32_t>(index) >= n))
    return failure(TENON_UNAVAILABLE,
                   "there is no Vulkan device %d, but %u devices; use -1 or an index "
                   "below that",
                   index, n);
  int best = 5;
  for (std::uint32_t i = 0; i < n; ++i) {
    if (index >= 0 && static_cast<std::uint32_t>(index) != i) continue;
    physical_device_properties facts{};
    call.GetPhysicalDeviceProperties(devices[i], &facts);
    std::uint32_t n_families = 0;
    call.GetPhysicalDeviceQueueFamilyProperties(devices[i], &n_families, nullptr);
    std::vector<queue_family_properties> families(n_families);
    call.GetPhysicalDeviceQueueFamilyProperties(devices[i], &n_families, families.data());
    std::uint32_t family = no_family;
    for (std::uint32_t k = 0; k < n_families && family == no_family; ++k)
      if (families[k].flags & queue_compute) family = k;
    if (family == no_family || facts.api_version < version_1_1 || preference(facts.type) >= best)
      continue;
    best = preference(facts.type);
    physical_ = devices[i];
    family_ = family;
    properties = facts;
    timestamp_bits = families[family].timestamp_valid_bits;
  }
  if (physical_ == nullptr)
    return failure(TENON_UNAVAILABLE,
                   "none of %u Vulkan devices computes with Vulkan 1.1; install a "
                   "driver or use the CPU",
                   n);
  call.GetPhysicalDeviceMemoryProperties(physical_, &memory);
  return detail::success();
}

tenon_status context::make_device() {
  const float priority = 1;
  const device_queue_create_info queue{
      type_device_queue_create_info, nullptr, 0, family_, 1, &priority};
  const device_create_info info{
      type_device_create_info, nullptr, 0, 1, &queue, 0, nullptr, 0, nullptr, nullptr};
  TENON_VULKAN_TRY(CreateDevice, physical_, &info, nullptr, &device);
  call.GetDeviceQueue(device, family_, 0, &queue_);
  return detail::success();
}

tenon_status context::make_command_objects() {
  const command_pool_create_info pool{type_command_pool_create_info, nullptr,
                                      command_pool_reset_buffers, family_};
  TENON_VULKAN_TRY(CreateCommandPool, device, &pool, nullptr, &command_pool_);
  const command_buffer_allocate_info buffer{type_command_buffer_allocate_info, nullptr,
                                            command_pool_, 0, 1};
  TENON_VULKAN_TRY(AllocateCommandBuffers, device, &buffer, &commands);
  const fence_create_info fence{type_fence_create_info, nullptr, 0};
  TENON_VULKAN_TRY(CreateFence, device, &fence, nullptr, &fence_);
  if (timestamp_bits == 0 || properties.limits.timestamp_period <= 0) return detail::success();
  const query_pool_create_info queries{
      type_query_pool_create_info, nullptr, 0, query_timestamp, 2, 0};
  TENON_VULKAN_TRY(CreateQueryPool, device, &queries, nullptr, &timestamps);
  return detail::success();
}

tenon_status context::begin() {
  const command_buffer_begin_info info{type_command_buffer_begin_info, nullptr, one_time_submit,
                                       nullptr};
  TENON_VULKAN_TRY(BeginCommandBuffer, commands, &info);  // also forgets what was recorded before
  return detail::success();
}

tenon_status context::run() {
  TENON_VULKAN_TRY(EndCommandBuffer, commands);
  TENON_VULKAN_TRY(ResetFences, device, 1, &fence_);
  const submit_info info{type_submit_info, nullptr, 0, nullptr, nullptr, 1, &commands, 0, nullptr};
  TENON_VULKAN_TRY(QueueSubmit, queue_, 1, &info, fence_);
  TENON_VULKAN_TRY(WaitForFences, device, 1, &fence_, 1, ~std::uint64_t{0});
  return detail::success();
}

}  // namespace tenon::runtime::detail::vk
