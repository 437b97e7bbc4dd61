// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* The runtime's C interface to GPUs: the counterpart of weights and sessions in runtime.h. Drivers
 * (libvulkan.so.1, libcuda.so.1) are opened at run time; where there is none, opening a device
 * fails with TENON_UNAVAILABLE and the reason. Any handle keeps what it was made from alive. */
#ifndef TENON_RUNTIME_DEVICE_H
#define TENON_RUNTIME_DEVICE_H
#include <tenon/runtime/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef TENON_EXPORT
#pragma GCC visibility push(default)
#endif

typedef enum tenon_device_kind { TENON_VULKAN = 1, TENON_CUDA = 2 } tenon_device_kind;

typedef struct tenon_device tenon_device;
typedef struct tenon_device_weights tenon_device_weights;
typedef struct tenon_device_session tenon_device_session;

/* Opens device `index` of that kind in the driver's order; -1 picks one (discrete before
 * integrated before software). TENON_VULKAN runs SPIR-V kernels, TENON_CUDA runs PTX. */
tenon_status tenon_device_open(uint32_t kind, int32_t index, tenon_device** device);
void tenon_device_close(tenon_device* device); /* NULL is fine */
const char* tenon_device_name(const tenon_device* device);

/* The model's parameters in device memory, row-major. As their namesakes of runtime.h. */
tenon_status tenon_device_weights_load(const tenon_device* device, const tenon_model* model,
                                       const char* path, tenon_device_weights** weights);
tenon_status tenon_device_weights_from_tensors(const tenon_device* device, const tenon_model* model,
                                               const tenon_named_tensor* tensors, size_t n_tensors,
                                               tenon_device_weights** weights);
tenon_status tenon_device_weights_random(const tenon_device* device, const tenon_model* model,
                                         uint64_t seed, tenon_device_weights** weights);
void tenon_device_weights_free(tenon_device_weights* weights);

/* Prepares the kernel of every entry that has one for this device. One caller at a time, as is
 * everything on one device. */
tenon_status tenon_device_session_create(const tenon_device_weights* weights,
                                         tenon_device_session** session);
void tenon_device_session_free(tenon_device_session* session);

/* Uploads the inputs, runs the entry's kernel, downloads the outputs. Arguments and checks as of
 * tenon_session_run; TENON_UNAVAILABLE where the entry has no kernel for this device. Device
 * buffers grow as needed and are kept. */
tenon_status tenon_device_session_run(tenon_device_session* session, uint32_t entry,
                                      const void* const* inputs, void* const* outputs,
                                      const int64_t* dims, int64_t position);

/* The same with every size given at its tensor, as tenon_session_call. */
tenon_status tenon_device_session_call(tenon_device_session* session, uint32_t entry,
                                       const tenon_view* inputs, size_t n_inputs,
                                       const tenon_view* outputs, size_t n_outputs,
                                       int64_t position);

/* Like tenon_device_session_run, but runs the kernel `n` times on data that stay on the device, and
 * writes to nanoseconds[i] how long run i took there (the device's own clock). The outputs are
 * downloaded once, after the last run. */
tenon_status tenon_device_session_time(tenon_device_session* session, uint32_t entry,
                                       const void* const* inputs, void* const* outputs,
                                       const int64_t* dims, int64_t position, size_t n,
                                       uint64_t* nanoseconds);

#ifdef TENON_EXPORT
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
