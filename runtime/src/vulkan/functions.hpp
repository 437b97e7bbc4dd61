// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The Vulkan entry points that the runtime calls, found in libvulkan.so.1 at run time.
#pragma once
#include "declarations.hpp"
#include "device/library.hpp"

namespace tenon::runtime::detail::vk {

// clang-format off: one function a row
// X(name without vk, result, parameters). Before there is an instance:
#define TENON_VULKAN_GLOBAL(X)                                                                   \
  X(EnumerateInstanceVersion, result, (std::uint32_t*))                                          \
  X(CreateInstance, result, (const instance_create_info*, const void*, dispatchable*))
// With one:
#define TENON_VULKAN_INSTANCE(X)                                                                 \
  X(DestroyInstance, void, (dispatchable, const void*))                                          \
  X(EnumeratePhysicalDevices, result, (dispatchable, std::uint32_t*, dispatchable*))             \
  X(GetPhysicalDeviceProperties, void, (dispatchable, physical_device_properties*))              \
  X(GetPhysicalDeviceQueueFamilyProperties, void,                                                \
    (dispatchable, std::uint32_t*, queue_family_properties*))                                    \
  X(GetPhysicalDeviceMemoryProperties, void, (dispatchable, memory_properties*))                 \
  X(CreateDevice, result, (dispatchable, const device_create_info*, const void*, dispatchable*)) \
  X(DestroyDevice, void, (dispatchable, const void*))                                            \
  X(DeviceWaitIdle, result, (dispatchable))                                                      \
  X(GetDeviceQueue, void, (dispatchable, std::uint32_t, std::uint32_t, dispatchable*))           \
  X(CreateBuffer, result, (dispatchable, const buffer_create_info*, const void*, handle*))       \
  X(DestroyBuffer, void, (dispatchable, handle, const void*))                                    \
  X(GetBufferMemoryRequirements, void, (dispatchable, handle, memory_requirements*))             \
  X(AllocateMemory, result, (dispatchable, const memory_allocate_info*, const void*, handle*))   \
  X(FreeMemory, void, (dispatchable, handle, const void*))                                       \
  X(BindBufferMemory, result, (dispatchable, handle, handle, std::uint64_t))                     \
  X(MapMemory, result,                                                                           \
    (dispatchable, handle, std::uint64_t, std::uint64_t, std::uint32_t, void**))                 \
  X(CreateShaderModule, result,                                                                  \
    (dispatchable, const shader_module_create_info*, const void*, handle*))                      \
  X(DestroyShaderModule, void, (dispatchable, handle, const void*))                              \
  X(CreateDescriptorSetLayout, result,                                                           \
    (dispatchable, const descriptor_set_layout_create_info*, const void*, handle*))              \
  X(DestroyDescriptorSetLayout, void, (dispatchable, handle, const void*))                       \
  X(CreatePipelineLayout, result,                                                                \
    (dispatchable, const pipeline_layout_create_info*, const void*, handle*))                    \
  X(DestroyPipelineLayout, void, (dispatchable, handle, const void*))                            \
  X(CreateComputePipelines, result,                                                              \
    (dispatchable, handle, std::uint32_t, const compute_pipeline_create_info*, const void*,      \
     handle*))                                                                                   \
  X(DestroyPipeline, void, (dispatchable, handle, const void*))                                  \
  X(CreateDescriptorPool, result,                                                                \
    (dispatchable, const descriptor_pool_create_info*, const void*, handle*))                    \
  X(DestroyDescriptorPool, void, (dispatchable, handle, const void*))                            \
  X(AllocateDescriptorSets, result,                                                              \
    (dispatchable, const descriptor_set_allocate_info*, handle*))                                \
  X(UpdateDescriptorSets, void,                                                                  \
    (dispatchable, std::uint32_t, const write_descriptor_set*, std::uint32_t, const void*))      \
  X(CreateCommandPool, result,                                                                   \
    (dispatchable, const command_pool_create_info*, const void*, handle*))                       \
  X(DestroyCommandPool, void, (dispatchable, handle, const void*))                               \
  X(AllocateCommandBuffers, result,                                                              \
    (dispatchable, const command_buffer_allocate_info*, dispatchable*))                          \
  X(BeginCommandBuffer, result, (dispatchable, const command_buffer_begin_info*))                \
  X(EndCommandBuffer, result, (dispatchable))                                                    \
  X(CmdCopyBuffer, void, (dispatchable, handle, handle, std::uint32_t, const buffer_copy*))      \
  X(CmdPipelineBarrier, void,                                                                    \
    (dispatchable, std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t,                   \
     const memory_barrier*, std::uint32_t, const void*, std::uint32_t, const void*))             \
  X(CmdBindPipeline, void, (dispatchable, std::uint32_t, handle))                                \
  X(CmdBindDescriptorSets, void,                                                                 \
    (dispatchable, std::uint32_t, handle, std::uint32_t, std::uint32_t, const handle*,           \
     std::uint32_t, const std::uint32_t*))                                                       \
  X(CmdDispatch, void, (dispatchable, std::uint32_t, std::uint32_t, std::uint32_t))              \
  X(CreateQueryPool, result,                                                                     \
    (dispatchable, const query_pool_create_info*, const void*, handle*))                         \
  X(DestroyQueryPool, void, (dispatchable, handle, const void*))                                 \
  X(CmdResetQueryPool, void, (dispatchable, handle, std::uint32_t, std::uint32_t))               \
  X(CmdWriteTimestamp, void, (dispatchable, std::uint32_t, handle, std::uint32_t))               \
  X(GetQueryPoolResults, result,                                                                 \
    (dispatchable, handle, std::uint32_t, std::uint32_t, std::size_t, void*, std::uint64_t,      \
     std::uint32_t))                                                                             \
  X(CreateFence, result, (dispatchable, const fence_create_info*, const void*, handle*))         \
  X(DestroyFence, void, (dispatchable, handle, const void*))                                     \
  X(ResetFences, result, (dispatchable, std::uint32_t, const handle*))                           \
  X(WaitForFences, result,                                                                       \
    (dispatchable, std::uint32_t, const handle*, std::uint32_t, std::uint64_t))                  \
  X(QueueSubmit, result, (dispatchable, std::uint32_t, const submit_info*, handle))

// clang-format on

struct functions {
#define TENON_VULKAN_MEMBER(name, returned, parameters) returned(*name) parameters = nullptr;
  TENON_VULKAN_GLOBAL(TENON_VULKAN_MEMBER)
  TENON_VULKAN_INSTANCE(TENON_VULKAN_MEMBER)
#undef TENON_VULKAN_MEMBER
  void* (*GetInstanceProcAddr)(dispatchable, const char*) = nullptr;

  /// Finds what may be called before there is an instance.
  tenon_status find_global(const library& loader);
  /// Finds the rest.
  tenon_status find_instance(dispatchable instance);
};

/// A failure that names the call and its result; out of memory and a lost device are told apart.
tenon_status failed_call(const char* call, result outcome);

}  // namespace tenon::runtime::detail::vk
