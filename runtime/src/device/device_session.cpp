// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Device sessions of the C interface: the same checks as on the CPU, then one kernel for the entry.
#include <cinttypes>
#include <cstring>

#include <tenon/runtime/device.h>

#include "device.hpp"
#include "failure.hpp"
#include "model/checks.hpp"
#include "threads/exclusive.hpp"
#include "threads/float_environment.hpp"

using namespace tenon::runtime::detail;

namespace {

// What an entry needs on the device.
struct prepared_entry {
  const tenon_gpu_kernel* kernel = nullptr;  // null: there is none for this device
  std::unique_ptr<device_kernel> ready;
  std::vector<std::unique_ptr<device_buffer>> inputs, outputs;  // grown to the largest call so far
  std::unique_ptr<device_buffer> scalars;
};

}  // namespace

struct tenon_device_session {
  explicit tenon_device_session(std::shared_ptr<const device_parameters> of)
      : parameters(std::move(of)),
        call(*parameters->model),
        scalars(parameters->model->n_dims + 1) {}

  std::shared_ptr<const device_parameters> parameters;  // keeps the device for what follows
  std::vector<prepared_entry> entries;
  checked_call call;
  std::vector<std::int32_t> scalars;  // every dimension's value, then the position
  one_caller turns;
};

namespace {

// The most specific kernel that the device can run.
const tenon_gpu_kernel* choose_kernel(const device& where, const tenon_entry& entry) {
  const tenon_gpu_kernel* best = nullptr;
  for (std::uint32_t i = 0; i < entry.n_gpu_kernels; ++i) {
    const tenon_gpu_kernel& kernel = entry.gpu_kernels[i];
    if (where.accepts(kernel) && (best == nullptr || kernel.architecture > best->architecture))
      best = &kernel;
  }
  return best;
}

tenon_status prepare_entry(device& where, const tenon_entry& entry, std::size_t n_scalars,
                           prepared_entry& prepared) {
  if (entry.trains) return success();  // run_entry refuses it
  prepared.kernel = choose_kernel(where, entry);
  if (prepared.kernel == nullptr) return success();
  prepared.inputs.resize(entry.n_inputs);
  prepared.outputs.resize(entry.n_outputs);
  TENON_TRY(where.allocate(n_scalars * sizeof(std::int32_t), "the scalars", prepared.scalars));
  return where.prepare(*prepared.kernel, prepared.ready);
}

tenon_status grow(device& where, std::size_t bytes, const char* what,
                  std::unique_ptr<device_buffer>& buffer) {
  if (buffer != nullptr && buffer->bytes() >= bytes) return success();
  buffer.reset();  // first, so that both need not fit at once
  return where.allocate(bytes, what, buffer);
}

tenon_status upload_scalars(device& where, const checked_call& call,
                            std::vector<std::int32_t>& values, device_buffer& scalars) {
  const std::uint32_t n = call.model->n_dims;
  for (std::uint32_t i = 0; i <= n; ++i) {
    const std::int64_t value = i < n ? call.dims[i] : call.position;
    if (value > INT32_MAX)
      return failure(TENON_INVALID_ARGUMENT,
                     "entry '%s': %s is %" PRId64
                     ", kernels take at most %d; "
                     "use the CPU",
                     call.entry->name, i < n ? call.model->dims[i].name : "position", value,
                     INT32_MAX);
    values[i] = static_cast<std::int32_t>(value);
  }
  return where.upload(scalars, 0, values.data(), values.size() * sizeof values[0]);
}

tenon_status upload_inputs(device& where, tenon_device_session& session, const void* const* inputs,
                           prepared_entry& entry) {
  const checked_call& call = session.call;
  for (std::uint32_t i = 0; i < call.entry->n_inputs; ++i) {
    const tenon_tensor& tensor = call.entry->inputs[i];
    const std::size_t bytes = call.count(tensor) * dtype_bytes(tensor.dtype);
    TENON_TRY(grow(where, bytes, tensor.name, entry.inputs[i]));
    TENON_TRY(where.upload(*entry.inputs[i], 0, inputs[i], bytes));
  }
  for (std::uint32_t i = 0; i < call.entry->n_outputs; ++i) {
    const tenon_tensor& tensor = call.entry->outputs[i];
    TENON_TRY(
        grow(where, call.count(tensor) * dtype_bytes(tensor.dtype), tensor.name, entry.outputs[i]));
  }
  return upload_scalars(where, call, session.scalars, *entry.scalars);
}

// The buffers in the kernel's order.
tenon_status bind_buffers(const tenon_device_session& session, const prepared_entry& entry,
                          std::vector<device_buffer*>& buffers) {
  for (std::uint32_t i = 0; i < entry.kernel->n_buffers; ++i) {
    const tenon_gpu_buffer& wanted = entry.kernel->buffers[i];
    switch (wanted.source) {
      case TENON_GPU_PARAM:
        buffers.push_back(session.parameters->buffers[wanted.index].get());
        break;
      case TENON_GPU_INPUT:
        buffers.push_back(entry.inputs[wanted.index].get());
        break;
      case TENON_GPU_OUTPUT:
        buffers.push_back(entry.outputs[wanted.index].get());
        break;
      case TENON_GPU_SCALARS:
        buffers.push_back(entry.scalars.get());
        break;
      default:
        return failure(TENON_INCOMPATIBLE,
                       "kernel '%s' asks for a buffer of source %u, this runtime "
                       "knows 0..3; build both from one Tenon version",
                       entry.kernel->symbol, wanted.source);
    }
  }
  return success();
}

// Runs the kernel once, or `n` times with the time of each.
tenon_status run_entry(tenon_device_session& session, std::uint32_t index,
                       const void* const* inputs, void* const* outputs, const std::int64_t* dims,
                       std::int64_t position, std::size_t n, std::uint64_t* nanoseconds) {
  device& where = *session.parameters->owner;
  checked_call& call = session.call;
  TENON_TRY(check_call(index, inputs, outputs, dims, position, call));
  prepared_entry& entry = session.entries[index];
  if (call.entry->trains)
    return failure(TENON_UNAVAILABLE,
                   "entry '%s' trains, and device '%s' holds neither gradients nor moments; use a "
                   "session on the CPU",
                   call.entry->name, where.name().c_str());
  if (entry.kernel == nullptr)
    return failure(TENON_UNAVAILABLE,
                   "entry '%s' has no kernel for device '%s'; build the model with "
                   "a GPU target for it, or use the CPU",
                   call.entry->name, where.name().c_str());
  TENON_TRY(upload_inputs(where, session, inputs, entry));
  std::vector<device_buffer*> buffers;
  TENON_TRY(bind_buffers(session, entry, buffers));
  const std::uint64_t rows = call.entry->n_inputs > 0 ? call.count(call.entry->inputs[0]) : 1;
  const std::uint64_t groups =
      (rows + entry.kernel->rows_per_group - 1) / entry.kernel->rows_per_group;
  for (std::size_t i = 0; i < n; ++i)
    TENON_TRY(where.launch(*entry.ready, buffers, groups,
                           nanoseconds == nullptr ? nullptr : &nanoseconds[i]));
  for (std::uint32_t i = 0; i < call.entry->n_outputs; ++i) {
    const tenon_tensor& tensor = call.entry->outputs[i];
    TENON_TRY(where.download(*entry.outputs[i], outputs[i],
                             call.count(tensor) * dtype_bytes(tensor.dtype)));
  }
  return success();
}

tenon_status run_in_turn(tenon_device_session& session, std::uint32_t index,
                         const void* const* inputs, void* const* outputs, const std::int64_t* dims,
                         std::int64_t position, std::size_t n, std::uint64_t* nanoseconds) {
  return guarded([&] {
    return session.turns.take([&] {
      const float_environment own;
      return run_entry(session, index, inputs, outputs, dims, position, n, nanoseconds);
    });
  });
}

tenon_status no_session() {
  return failure(TENON_INVALID_ARGUMENT, "the session is null; create one first");
}

}  // namespace

tenon_status tenon_device_session_create(const tenon_device_weights* weights,
                                         tenon_device_session** session) {
  return guarded([&] {
    if (session == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the pointer for the session is null; pass one");
    *session = nullptr;
    if (weights == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the weights are null; load them first");
    auto made = std::make_unique<tenon_device_session>(weights->parameters);
    const tenon_model& model = *made->parameters->model;
    made->entries.resize(model.n_entries);
    for (std::uint32_t i = 0; i < model.n_entries; ++i)
      TENON_TRY(prepare_entry(*made->parameters->owner, model.entries[i], made->scalars.size(),
                              made->entries[i]));
    *session = made.release();
    return success();
  });
}

void tenon_device_session_free(tenon_device_session* session) { delete session; }

tenon_status tenon_device_session_run(tenon_device_session* session, uint32_t entry,
                                      const void* const* inputs, void* const* outputs,
                                      const int64_t* dims, int64_t position) {
  if (session == nullptr) return no_session();
  return run_in_turn(*session, entry, inputs, outputs, dims, position, 1, nullptr);
}

tenon_status tenon_device_session_time(tenon_device_session* session, uint32_t entry,
                                       const void* const* inputs, void* const* outputs,
                                       const int64_t* dims, int64_t position, size_t n,
                                       uint64_t* nanoseconds) {
  if (session == nullptr) return no_session();
  if (n == 0 || nanoseconds == nullptr)
    return failure(TENON_INVALID_ARGUMENT,
                   "%zu runs are to be timed into %s; pass at least 1 and an "
                   "array of as many",
                   n, nanoseconds == nullptr ? "null" : "an array");
  return run_in_turn(*session, entry, inputs, outputs, dims, position, n, nanoseconds);
}

tenon_status tenon_device_session_call(tenon_device_session* session, uint32_t entry,
                                       const tenon_view* inputs, size_t n_inputs,
                                       const tenon_view* outputs, size_t n_outputs,
                                       int64_t position) {
  if (session == nullptr) return no_session();
  return guarded([&] {
    return session->turns.take([&] {
      const float_environment own;
      checked_call& call = session->call;
      TENON_TRY(check_views(entry, inputs, n_inputs, outputs, n_outputs, call));
      return run_entry(*session, entry, call.inputs.data(), call.outputs.data(), call.dims.data(),
                       position, 1, nullptr);
    });
  });
}
