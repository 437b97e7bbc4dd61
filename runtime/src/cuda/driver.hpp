// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The part of the CUDA driver interface that the runtime uses, declared here because the CUDA
// headers are no dependency, and found in libcuda.so.1 at run time. Source: CUDA Driver API,
// https://docs.nvidia.com/cuda/cuda-driver-api.
#pragma once
#include <cstddef>

#include "device/library.hpp"

namespace tenon::runtime::detail::cu {

using result = int;
using device_id = int;
using device_pointer = unsigned long long;
using context = struct context_handle*;
using module = struct module_handle*;
using function = struct function_handle*;
using stream = struct stream_handle*;
using event = struct event_handle*;

enum : int {
  success = 0,
  error_out_of_memory = 2,
  error_no_device = 100,
  attribute_max_threads = 1,
  attribute_max_grid_x = 5,
  attribute_major = 75,
  attribute_minor = 76,
  jit_error_log = 5,
  jit_error_log_bytes = 6
};

// clang-format off: one function a row
// X(name without cu, suffix of the current version, parameters)
#define TENON_CUDA_FUNCTIONS(X)                                                                 \
  X(Init, "", (unsigned))                                                                       \
  X(GetErrorName, "", (result, const char**))                                                   \
  X(GetErrorString, "", (result, const char**))                                                 \
  X(DeviceGetCount, "", (int*))                                                                 \
  X(DeviceGet, "", (device_id*, int))                                                           \
  X(DeviceGetName, "", (char*, int, device_id))                                                 \
  X(DeviceGetAttribute, "", (int*, int, device_id))                                             \
  X(DevicePrimaryCtxRetain, "", (context*, device_id))                                          \
  X(DevicePrimaryCtxRelease, "_v2", (device_id))                                                \
  X(CtxPushCurrent, "_v2", (context))                                                           \
  X(CtxPopCurrent, "_v2", (context*))                                                           \
  X(CtxSynchronize, "", ())                                                                     \
  X(MemAlloc, "_v2", (device_pointer*, std::size_t))                                            \
  X(MemFree, "_v2", (device_pointer))                                                           \
  X(MemcpyHtoD, "_v2", (device_pointer, const void*, std::size_t))                              \
  X(MemcpyDtoH, "_v2", (void*, device_pointer, std::size_t))                                    \
  X(ModuleLoadDataEx, "", (module*, const void*, unsigned, int*, void**))                       \
  X(ModuleUnload, "", (module))                                                                 \
  X(ModuleGetFunction, "", (function*, module, const char*))                                    \
  X(LaunchKernel, "",                                                                           \
    (function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, stream,    \
     void**, void**))                                                                           \
  X(EventCreate, "", (event*, unsigned))                                                        \
  X(EventDestroy, "_v2", (event))                                                               \
  X(EventRecord, "", (event, stream))                                                           \
  X(EventSynchronize, "", (event))                                                              \
  X(EventElapsedTime, "", (float*, event, event))

// clang-format on

struct functions {
#define TENON_CUDA_MEMBER(name, suffix, parameters) result(*name) parameters = nullptr;
  TENON_CUDA_FUNCTIONS(TENON_CUDA_MEMBER)
#undef TENON_CUDA_MEMBER

  tenon_status find(const library& driver);
  /// A failure that names the call and the driver's own words for its result.
  [[nodiscard]] tenon_status failed_call(const char* name, result outcome) const;
};

}  // namespace tenon::runtime::detail::cu
