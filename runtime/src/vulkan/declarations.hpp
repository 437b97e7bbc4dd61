// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The part of Vulkan that the runtime uses, declared here because the Vulkan headers are not a
// dependency. A test compares every layout with theirs. Names follow the specification, less "Vk";
// source: Vulkan 1.1 specification, https://registry.khronos.org/vulkan.
#pragma once
#include <cstddef>
#include <cstdint>

// clang-format off: the fields of a structure stand together
namespace tenon::runtime::detail::vk {

using dispatchable = struct dispatchable_handle*;  // VkInstance, VkDevice, VkQueue, ...
using handle = std::uint64_t;                      // non-dispatchable handles
using result = std::int32_t;

enum : std::int32_t { success = 0, incomplete = 5, out_of_host_memory = -1,
                      out_of_device_memory = -2, device_lost = -4 };

enum structure_type : std::int32_t {
  type_application_info = 0, type_instance_create_info = 1, type_device_queue_create_info = 2,
  type_device_create_info = 3, type_submit_info = 4, type_memory_allocate_info = 5,
  type_fence_create_info = 8, type_query_pool_create_info = 11, type_buffer_create_info = 12,
  type_shader_module_create_info = 16, type_pipeline_shader_stage_create_info = 18,
  type_compute_pipeline_create_info = 29, type_pipeline_layout_create_info = 30,
  type_descriptor_set_layout_create_info = 32, type_descriptor_pool_create_info = 33,
  type_descriptor_set_allocate_info = 34, type_write_descriptor_set = 35,
  type_command_pool_create_info = 39, type_command_buffer_allocate_info = 40,
  type_command_buffer_begin_info = 42, type_memory_barrier = 46
};

enum : std::uint32_t {
  version_1_1 = (1u << 22) | (1u << 12), version_1_3 = (1u << 22) | (3u << 12),
  device_type_integrated = 1, device_type_discrete = 2, device_type_virtual = 3,
  device_type_cpu = 4,
  queue_compute = 2,
  memory_device_local = 1, memory_host_visible = 2, memory_host_coherent = 4,
  memory_host_cached = 8,
  usage_transfer_source = 1, usage_transfer_destination = 2, usage_storage_buffer = 32,
  descriptor_storage_buffer = 7, shader_stage_compute = 32, bind_point_compute = 1,
  command_pool_reset_buffers = 2, one_time_submit = 1,
  query_timestamp = 2, query_result_64 = 1, query_result_wait = 2,
  stage_compute = 0x800, stage_transfer = 0x1000, stage_bottom = 0x2000, stage_host = 0x4000,
  access_shader_read = 0x20, access_shader_write = 0x40, access_transfer_read = 0x800,
  access_transfer_write = 0x1000, access_host_read = 0x2000, access_host_write = 0x4000
};

struct application_info {
  structure_type type; const void* next; const char* application_name;
  std::uint32_t application_version; const char* engine_name;
  std::uint32_t engine_version, api_version;
};
struct instance_create_info {
  structure_type type; const void* next; std::uint32_t flags; const application_info* application;
  std::uint32_t n_layers; const char* const* layers;
  std::uint32_t n_extensions; const char* const* extensions;
};

// Limits: the fields in use, with the bytes between them.
struct physical_device_limits {
  std::byte before_storage_range[28]; std::uint32_t max_storage_buffer_range;
  alignas(8) std::byte before_storage_buffers[44];
  std::uint32_t max_per_stage_storage_buffers; std::byte before_group_count[140];
  std::uint32_t max_group_count[3], max_group_invocations, max_group_size[3];
  std::byte before_timestamp[176]; float timestamp_period; std::byte rest[76];
};
struct physical_device_properties {
  std::uint32_t api_version, driver_version, vendor, device, type; char name[256];
  std::uint8_t cache_uuid[16]; physical_device_limits limits; std::uint32_t sparse[5];
};
struct queue_family_properties {
  std::uint32_t flags, count, timestamp_valid_bits, image_granularity[3];
};
struct memory_type { std::uint32_t properties, heap; };
struct memory_heap { std::uint64_t bytes; std::uint32_t flags; };
struct memory_properties {
  std::uint32_t n_types; memory_type types[32]; std::uint32_t n_heaps; memory_heap heaps[16];
};
struct device_queue_create_info {
  structure_type type; const void* next; std::uint32_t flags, family, count;
  const float* priorities;
};
struct device_create_info {
  structure_type type; const void* next; std::uint32_t flags, n_queues;
  const device_queue_create_info* queues; std::uint32_t n_layers; const char* const* layers;
  std::uint32_t n_extensions; const char* const* extensions; const void* features;
};

struct memory_requirements { std::uint64_t size, alignment; std::uint32_t type_bits; };
struct memory_allocate_info {
  structure_type type; const void* next; std::uint64_t size; std::uint32_t memory_type;
};
struct buffer_create_info {
  structure_type type; const void* next; std::uint32_t flags; std::uint64_t size;
  std::uint32_t usage, sharing_mode, n_families; const std::uint32_t* families;
};
struct buffer_copy { std::uint64_t source, destination, size; };

struct shader_module_create_info {
  structure_type type; const void* next; std::uint32_t flags; std::size_t code_bytes;
  const std::uint32_t* code;
};
struct pipeline_shader_stage_create_info {
  structure_type type; const void* next; std::uint32_t flags, stage; handle module;
  const char* name; const void* specialization;
};
struct compute_pipeline_create_info {
  structure_type type; const void* next; std::uint32_t flags;
  pipeline_shader_stage_create_info stage; handle layout, base_pipeline; std::int32_t base_index;
};
struct descriptor_set_layout_binding {
  std::uint32_t binding, descriptor_type, count, stages; const handle* samplers;
};
struct descriptor_set_layout_create_info {
  structure_type type; const void* next; std::uint32_t flags, n_bindings;
  const descriptor_set_layout_binding* bindings;
};
struct pipeline_layout_create_info {
  structure_type type; const void* next; std::uint32_t flags, n_set_layouts;
  const handle* set_layouts; std::uint32_t n_push_constant_ranges; const void* push_constants;
};
struct descriptor_pool_size { std::uint32_t descriptor_type, count; };
struct descriptor_pool_create_info {
  structure_type type; const void* next; std::uint32_t flags, max_sets, n_sizes;
  const descriptor_pool_size* sizes;
};
struct descriptor_set_allocate_info {
  structure_type type; const void* next; handle pool; std::uint32_t n_sets;
  const handle* set_layouts;
};
struct descriptor_buffer_info { handle buffer; std::uint64_t offset, range; };
struct write_descriptor_set {
  structure_type type; const void* next; handle set;
  std::uint32_t binding, array_element, count, descriptor_type;
  const void* images; const descriptor_buffer_info* buffers; const handle* texel_views;
};

struct command_pool_create_info {
  structure_type type; const void* next; std::uint32_t flags, family;
};
struct command_buffer_allocate_info {
  structure_type type; const void* next; handle pool; std::uint32_t level, count;
};
struct command_buffer_begin_info {
  structure_type type; const void* next; std::uint32_t flags; const void* inheritance;
};
struct memory_barrier {
  structure_type type; const void* next; std::uint32_t source_access, destination_access;
};
struct submit_info {
  structure_type type; const void* next; std::uint32_t n_waits; const handle* waits;
  const std::uint32_t* wait_stages; std::uint32_t n_commands; const dispatchable* commands;
  std::uint32_t n_signals; const handle* signals;
};
struct fence_create_info { structure_type type; const void* next; std::uint32_t flags; };
struct query_pool_create_info {
  structure_type type; const void* next; std::uint32_t flags, query_type, count, statistics;
};

}  // namespace tenon::runtime::detail::vk
