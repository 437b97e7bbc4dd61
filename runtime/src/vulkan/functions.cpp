// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finding Vulkan's entry points; see functions.hpp.
#include "functions.hpp"

#include "failure.hpp"

namespace tenon::runtime::detail::vk {
namespace {

template <class Function>
bool find(void* (*look_up)(dispatchable, const char*), dispatchable instance, const char* name,
          Function& function) {
  function = reinterpret_cast<Function>(look_up(instance, name));
  return function != nullptr;
}

tenon_status lacks(const char* name) {
  return failure(TENON_UNAVAILABLE,
                 "this Vulkan lacks %s; install a driver for Vulkan 1.1 or later", name);
}

}  // namespace

tenon_status functions::find_global(const library& loader) {
  GetInstanceProcAddr =
      reinterpret_cast<decltype(GetInstanceProcAddr)>(loader.symbol("vkGetInstanceProcAddr"));
  if (GetInstanceProcAddr == nullptr) return lacks("vkGetInstanceProcAddr");
#define TENON_VULKAN_FIND(name, returned, parameters) \
  if (!find(GetInstanceProcAddr, nullptr, "vk" #name, name)) return lacks("vk" #name);
  TENON_VULKAN_GLOBAL(TENON_VULKAN_FIND)
#undef TENON_VULKAN_FIND
  return detail::success();
}

tenon_status functions::find_instance(dispatchable instance) {
#define TENON_VULKAN_FIND(name, returned, parameters) \
  if (!find(GetInstanceProcAddr, instance, "vk" #name, name)) return lacks("vk" #name);
  TENON_VULKAN_INSTANCE(TENON_VULKAN_FIND)
#undef TENON_VULKAN_FIND
  return detail::success();
}

tenon_status failed_call(const char* call, result outcome) {
  switch (outcome) {
    case out_of_host_memory:
    case out_of_device_memory:
      return failure(TENON_OUT_OF_MEMORY, "vk%s: out of %s memory; use smaller sizes or the CPU",
                     call, outcome == out_of_host_memory ? "host" : "device");
    case device_lost:
      return failure(TENON_DEVICE_ERROR,
                     "vk%s: the device was lost; open it anew and look into the "
                     "system's log",
                     call);
    default:
      return failure(TENON_DEVICE_ERROR,
                     "vk%s failed with VkResult %d; update the driver or use the "
                     "CPU",
                     call, outcome);
  }
}

}  // namespace tenon::runtime::detail::vk
