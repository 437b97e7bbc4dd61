// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Compute pipelines; see kernel.hpp.
#include "kernel.hpp"

#include <cinttypes>
#include <cstring>
#include <vector>

#include "failure.hpp"

#define TENON_VULKAN_TRY(function, ...)                                               \
  do {                                                                                \
    if (const result outcome = owner_.call.function(__VA_ARGS__); outcome != success) \
      return failed_call(#function, outcome);                                         \
  } while (false)

namespace tenon::runtime::detail::vk {

kernel::~kernel() {
  const functions& call = owner_.call;
  if (pool_ != 0) call.DestroyDescriptorPool(owner_.device, pool_, nullptr);  // and its set
  if (pipeline_ != 0) call.DestroyPipeline(owner_.device, pipeline_, nullptr);
  if (layout_ != 0) call.DestroyPipelineLayout(owner_.device, layout_, nullptr);
  if (set_layout_ != 0) call.DestroyDescriptorSetLayout(owner_.device, set_layout_, nullptr);
}

tenon_status kernel::create(context& owner, const tenon_gpu_kernel& source,
                            std::unique_ptr<device_kernel>& made) {
  const physical_device_limits& limits = owner.properties.limits;
  if (source.workgroup_size > limits.max_group_size[0] ||
      source.workgroup_size > limits.max_group_invocations)
    return failure(TENON_UNAVAILABLE,
                   "kernel '%s' has work groups of %u threads, device '%s' takes at "
                   "most %u; use another device or the CPU",
                   source.symbol, source.workgroup_size, owner.properties.name,
                   limits.max_group_invocations);
  if (source.n_buffers > limits.max_per_stage_storage_buffers)
    return failure(TENON_UNAVAILABLE,
                   "kernel '%s' uses %u buffers, device '%s' takes at most %u; use "
                   "another device or the CPU",
                   source.symbol, source.n_buffers, owner.properties.name,
                   limits.max_per_stage_storage_buffers);
  std::unique_ptr<kernel> fresh(new kernel(owner));
  TENON_TRY(fresh->make_layout(source.n_buffers));
  TENON_TRY(fresh->make_pipeline(source));
  TENON_TRY(fresh->make_set(source.n_buffers));
  made = std::move(fresh);
  return detail::success();
}

tenon_status kernel::make_layout(std::uint32_t n_buffers) {
  std::vector<descriptor_set_layout_binding> bindings;
  for (std::uint32_t i = 0; i < n_buffers; ++i)
    bindings.push_back({i, descriptor_storage_buffer, 1, shader_stage_compute, nullptr});
  const descriptor_set_layout_create_info set{type_descriptor_set_layout_create_info, nullptr, 0,
                                              n_buffers, bindings.data()};
  TENON_VULKAN_TRY(CreateDescriptorSetLayout, owner_.device, &set, nullptr, &set_layout_);
  const pipeline_layout_create_info layout{
      type_pipeline_layout_create_info, nullptr, 0, 1, &set_layout_, 0, nullptr};
  TENON_VULKAN_TRY(CreatePipelineLayout, owner_.device, &layout, nullptr, &layout_);
  return detail::success();
}

tenon_status kernel::make_pipeline(const tenon_gpu_kernel& source) {
  // SPIR-V is words; generated code holds it aligned, but the ABI only says bytes.
  std::vector<std::uint32_t> words(source.code_bytes / 4);
  std::memcpy(words.data(), source.code, words.size() * 4);
  const shader_module_create_info info{type_shader_module_create_info, nullptr, 0, words.size() * 4,
                                       words.data()};
  handle module = 0;
  TENON_VULKAN_TRY(CreateShaderModule, owner_.device, &info, nullptr, &module);
  const compute_pipeline_create_info pipeline{
      type_compute_pipeline_create_info,
      nullptr,
      0,
      {type_pipeline_shader_stage_create_info, nullptr, 0, shader_stage_compute, module,
       source.symbol, nullptr},
      layout_,
      0,
      -1};
  const result outcome =
      owner_.call.CreateComputePipelines(owner_.device, 0, 1, &pipeline, nullptr, &pipeline_);
  owner_.call.DestroyShaderModule(owner_.device, module, nullptr);
  if (outcome != success) return failed_call("CreateComputePipelines", outcome);
  return detail::success();
}

tenon_status kernel::make_set(std::uint32_t n_buffers) {
  const descriptor_pool_size size{descriptor_storage_buffer, n_buffers};
  const descriptor_pool_create_info pool{type_descriptor_pool_create_info, nullptr, 0, 1,
                                         n_buffers > 0 ? 1u : 0u,          &size};
  TENON_VULKAN_TRY(CreateDescriptorPool, owner_.device, &pool, nullptr, &pool_);
  const descriptor_set_allocate_info info{type_descriptor_set_allocate_info, nullptr, pool_, 1,
                                          &set_layout_};
  TENON_VULKAN_TRY(AllocateDescriptorSets, owner_.device, &info, &set_);
  return detail::success();
}

tenon_status kernel::launch(std::span<device_buffer* const> buffers, std::uint64_t groups,
                            std::uint64_t* nanoseconds) {
  if (groups > owner_.properties.limits.max_group_count[0])
    return failure(TENON_INVALID_ARGUMENT,
                   "the call needs %" PRIu64
                   " work groups, device '%s' launches "
                   "at most %u; pass fewer rows",
                   groups, owner_.properties.name, owner_.properties.limits.max_group_count[0]);
  if (nanoseconds != nullptr && owner_.timestamps == 0)
    return failure(TENON_UNAVAILABLE,
                   "device '%s' has no clock for its queue; time the call on the host",
                   owner_.properties.name);
  std::vector<descriptor_buffer_info> infos;
  for (device_buffer* each : buffers)
    infos.push_back({static_cast<const buffer*>(each)->object(), 0, ~std::uint64_t{0}});
  std::vector<write_descriptor_set> writes;
  for (std::uint32_t i = 0; i < infos.size(); ++i)
    writes.push_back({type_write_descriptor_set, nullptr, set_, i, 0, 1, descriptor_storage_buffer,
                      nullptr, &infos[i], nullptr});
  const functions& call = owner_.call;
  call.UpdateDescriptorSets(owner_.device, static_cast<std::uint32_t>(writes.size()), writes.data(),
                            0, nullptr);

  const dispatchable commands = owner_.commands;
  TENON_TRY(owner_.begin());
  // Earlier copies and kernels before this one; this one before later copies and the host.
  const memory_barrier before{type_memory_barrier, nullptr,
                              access_transfer_write | access_host_write | access_shader_write,
                              access_shader_read | access_shader_write};
  call.CmdPipelineBarrier(commands, stage_transfer | stage_host | stage_compute, stage_compute, 0,
                          1, &before, 0, nullptr, 0, nullptr);
  call.CmdBindPipeline(commands, bind_point_compute, pipeline_);
  call.CmdBindDescriptorSets(commands, bind_point_compute, layout_, 0, 1, &set_, 0, nullptr);
  if (nanoseconds != nullptr) {
    call.CmdResetQueryPool(commands, owner_.timestamps, 0, 2);
    call.CmdWriteTimestamp(commands, stage_bottom, owner_.timestamps, 0);
  }
  call.CmdDispatch(commands, static_cast<std::uint32_t>(groups), 1, 1);
  if (nanoseconds != nullptr) call.CmdWriteTimestamp(commands, stage_bottom, owner_.timestamps, 1);
  const memory_barrier after{type_memory_barrier, nullptr, access_shader_write,
                             access_transfer_read | access_host_read};
  call.CmdPipelineBarrier(commands, stage_compute, stage_transfer | stage_host, 0, 1, &after, 0,
                          nullptr, 0, nullptr);
  TENON_TRY(owner_.run());
  return nanoseconds == nullptr ? detail::success() : read_clock(*nanoseconds);
}

tenon_status kernel::read_clock(std::uint64_t& nanoseconds) const {
  std::uint64_t ticks[2] = {};
  TENON_VULKAN_TRY(GetQueryPoolResults, owner_.device, owner_.timestamps, 0, 2, sizeof ticks, ticks,
                   sizeof ticks[0], query_result_64 | query_result_wait);
  const std::uint32_t bits = owner_.timestamp_bits;
  const std::uint64_t valid = bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  nanoseconds = static_cast<std::uint64_t>(static_cast<double>((ticks[1] - ticks[0]) & valid) *
                                           double{owner_.properties.limits.timestamp_period});
  return detail::success();
}

}  // namespace tenon::runtime::detail::vk
