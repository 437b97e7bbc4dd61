// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The runtime's own declarations of Vulkan against the official headers, where they are installed.
#include <cstddef>

#include <catch2/catch.hpp>

#if __has_include(<vulkan/vulkan.h>)
#include <vulkan/vulkan.h>

#include "vulkan/declarations.hpp"

namespace vk = tenon::runtime::detail::vk;

#define SAME_SIZE(ours, theirs) static_assert(sizeof(vk::ours) == sizeof(theirs))
#define SAME_PLACE(ours, field, theirs, their_field)                         \
  static_assert(offsetof(vk::ours, field) == offsetof(theirs, their_field)); \
  static_assert(sizeof(vk::ours::field) == sizeof(theirs::their_field))

SAME_SIZE(application_info, VkApplicationInfo);
SAME_PLACE(application_info, api_version, VkApplicationInfo, apiVersion);
SAME_SIZE(instance_create_info, VkInstanceCreateInfo);
SAME_PLACE(instance_create_info, extensions, VkInstanceCreateInfo, ppEnabledExtensionNames);
SAME_SIZE(physical_device_limits, VkPhysicalDeviceLimits);
SAME_PLACE(physical_device_limits, max_storage_buffer_range, VkPhysicalDeviceLimits,
           maxStorageBufferRange);
SAME_PLACE(physical_device_limits, max_per_stage_storage_buffers, VkPhysicalDeviceLimits,
           maxPerStageDescriptorStorageBuffers);
SAME_PLACE(physical_device_limits, max_group_count, VkPhysicalDeviceLimits,
           maxComputeWorkGroupCount);
SAME_PLACE(physical_device_limits, max_group_invocations, VkPhysicalDeviceLimits,
           maxComputeWorkGroupInvocations);
SAME_PLACE(physical_device_limits, max_group_size, VkPhysicalDeviceLimits, maxComputeWorkGroupSize);
SAME_PLACE(physical_device_limits, timestamp_period, VkPhysicalDeviceLimits, timestampPeriod);
SAME_SIZE(physical_device_properties, VkPhysicalDeviceProperties);
SAME_PLACE(physical_device_properties, api_version, VkPhysicalDeviceProperties, apiVersion);
SAME_PLACE(physical_device_properties, type, VkPhysicalDeviceProperties, deviceType);
SAME_PLACE(physical_device_properties, name, VkPhysicalDeviceProperties, deviceName);
SAME_PLACE(physical_device_properties, limits, VkPhysicalDeviceProperties, limits);
SAME_SIZE(queue_family_properties, VkQueueFamilyProperties);
SAME_PLACE(queue_family_properties, timestamp_valid_bits, VkQueueFamilyProperties,
           timestampValidBits);
SAME_SIZE(memory_properties, VkPhysicalDeviceMemoryProperties);
SAME_PLACE(memory_properties, types, VkPhysicalDeviceMemoryProperties, memoryTypes);
SAME_SIZE(device_queue_create_info, VkDeviceQueueCreateInfo);
SAME_PLACE(device_queue_create_info, priorities, VkDeviceQueueCreateInfo, pQueuePriorities);
SAME_SIZE(device_create_info, VkDeviceCreateInfo);
SAME_PLACE(device_create_info, queues, VkDeviceCreateInfo, pQueueCreateInfos);
SAME_SIZE(memory_requirements, VkMemoryRequirements);
SAME_PLACE(memory_requirements, type_bits, VkMemoryRequirements, memoryTypeBits);
SAME_SIZE(memory_allocate_info, VkMemoryAllocateInfo);
SAME_PLACE(memory_allocate_info, memory_type, VkMemoryAllocateInfo, memoryTypeIndex);
SAME_SIZE(buffer_create_info, VkBufferCreateInfo);
SAME_PLACE(buffer_create_info, usage, VkBufferCreateInfo, usage);
SAME_SIZE(buffer_copy, VkBufferCopy);
SAME_SIZE(shader_module_create_info, VkShaderModuleCreateInfo);
SAME_PLACE(shader_module_create_info, code, VkShaderModuleCreateInfo, pCode);
SAME_SIZE(pipeline_shader_stage_create_info, VkPipelineShaderStageCreateInfo);
SAME_PLACE(pipeline_shader_stage_create_info, module, VkPipelineShaderStageCreateInfo, module);
SAME_SIZE(compute_pipeline_create_info, VkComputePipelineCreateInfo);
SAME_PLACE(compute_pipeline_create_info, layout, VkComputePipelineCreateInfo, layout);
SAME_SIZE(descriptor_set_layout_binding, VkDescriptorSetLayoutBinding);
SAME_PLACE(descriptor_set_layout_binding, stages, VkDescriptorSetLayoutBinding, stageFlags);
SAME_SIZE(descriptor_set_layout_create_info, VkDescriptorSetLayoutCreateInfo);
SAME_SIZE(pipeline_layout_create_info, VkPipelineLayoutCreateInfo);
SAME_PLACE(pipeline_layout_create_info, set_layouts, VkPipelineLayoutCreateInfo, pSetLayouts);
SAME_SIZE(descriptor_pool_size, VkDescriptorPoolSize);
SAME_SIZE(descriptor_pool_create_info, VkDescriptorPoolCreateInfo);
SAME_PLACE(descriptor_pool_create_info, max_sets, VkDescriptorPoolCreateInfo, maxSets);
SAME_SIZE(descriptor_set_allocate_info, VkDescriptorSetAllocateInfo);
SAME_SIZE(descriptor_buffer_info, VkDescriptorBufferInfo);
SAME_SIZE(write_descriptor_set, VkWriteDescriptorSet);
SAME_PLACE(write_descriptor_set, buffers, VkWriteDescriptorSet, pBufferInfo);
SAME_SIZE(command_pool_create_info, VkCommandPoolCreateInfo);
SAME_SIZE(command_buffer_allocate_info, VkCommandBufferAllocateInfo);
SAME_SIZE(command_buffer_begin_info, VkCommandBufferBeginInfo);
SAME_SIZE(memory_barrier, VkMemoryBarrier);
SAME_PLACE(memory_barrier, source_access, VkMemoryBarrier, srcAccessMask);
SAME_SIZE(submit_info, VkSubmitInfo);
SAME_PLACE(submit_info, commands, VkSubmitInfo, pCommandBuffers);
SAME_SIZE(fence_create_info, VkFenceCreateInfo);
SAME_SIZE(query_pool_create_info, VkQueryPoolCreateInfo);
SAME_PLACE(query_pool_create_info, count, VkQueryPoolCreateInfo, queryCount);
static_assert(sizeof(vk::handle) == sizeof(VkBuffer));

TEST_CASE("numbers of the Vulkan declarations are the official ones") {
  CHECK(int{vk::type_write_descriptor_set} == VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET);
  CHECK(int{vk::type_compute_pipeline_create_info} ==
        VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO);
  CHECK(int{vk::type_memory_barrier} == VK_STRUCTURE_TYPE_MEMORY_BARRIER);
  CHECK(int{vk::type_query_pool_create_info} == VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO);
  CHECK(std::uint32_t{vk::version_1_3} == VK_API_VERSION_1_3);
  CHECK(std::uint32_t{vk::usage_storage_buffer} == VK_BUFFER_USAGE_STORAGE_BUFFER_BIT);
  CHECK(std::uint32_t{vk::descriptor_storage_buffer} == VK_DESCRIPTOR_TYPE_STORAGE_BUFFER);
  CHECK(std::uint32_t{vk::stage_compute} == VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT);
  CHECK(std::uint32_t{vk::stage_bottom} == VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT);
  CHECK(std::uint32_t{vk::stage_host} == VK_PIPELINE_STAGE_HOST_BIT);
  CHECK(std::uint32_t{vk::stage_transfer} == VK_PIPELINE_STAGE_TRANSFER_BIT);
  CHECK(std::uint32_t{vk::access_host_write} == VK_ACCESS_HOST_WRITE_BIT);
  CHECK(std::uint32_t{vk::access_shader_write} == VK_ACCESS_SHADER_WRITE_BIT);
  CHECK(std::uint32_t{vk::access_transfer_write} == VK_ACCESS_TRANSFER_WRITE_BIT);
  CHECK(std::uint32_t{vk::memory_host_cached} == VK_MEMORY_PROPERTY_HOST_CACHED_BIT);
  CHECK(std::uint32_t{vk::query_timestamp} == VK_QUERY_TYPE_TIMESTAMP);
}
#else
TEST_CASE("numbers of the Vulkan declarations are the official ones") {
  WARN("[skipped] the Vulkan headers are not installed");
}
#endif
