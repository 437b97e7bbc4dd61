// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The CUDA backend; see cuda_device.hpp.
#include "cuda_device.hpp"

#include <cinttypes>
#include <cmath>
#include <vector>

#include "failure.hpp"

// Return from the function where a driver call on `device` fails.
#define TENON_CUDA_TRY(device, function, ...)                                       \
  do {                                                                              \
    if (const result tried = (device).call.function(__VA_ARGS__); tried != success) \
      return (device).call.failed_call(#function, tried);                           \
  } while (false)
#define TENON_CUDA_ENTER(device)              \
  const cuda_device::current entered(device); \
  if (entered.outcome != success)             \
  return (device).call.failed_call("CtxPushCurrent", entered.outcome)

namespace tenon::runtime::detail::cu {
namespace {

class buffer final : public device_buffer {
 public:
  buffer(const cuda_device& owner, std::size_t bytes, device_pointer where)
      : device_buffer(bytes), address(where), owner_(owner) {}
  ~buffer() override {
    const cuda_device::current entered(owner_);
    owner_.call.MemFree(address);
  }
  const device_pointer address;

 private:
  const cuda_device& owner_;
};

class kernel final : public device_kernel {
 public:
  explicit kernel(const cuda_device& owner) : owner_(owner) {}
  ~kernel() override {
    if (loaded == nullptr) return;
    const cuda_device::current entered(owner_);
    owner_.call.ModuleUnload(loaded);
  }
  module loaded = nullptr;
  function entry = nullptr;
  unsigned threads = 0;

 private:
  const cuda_device& owner_;
};

}  // namespace

cuda_device::~cuda_device() {
  if (context_ == nullptr) return;
  {
    const current entered(*this);
    if (start_ != nullptr) call.EventDestroy(start_);
    if (end_ != nullptr) call.EventDestroy(end_);
  }
  call.DevicePrimaryCtxRelease(id_);
}

tenon_status cuda_device::open(std::int32_t index, std::shared_ptr<detail::device>& opened) {
  auto fresh = std::make_shared<cuda_device>();
  cuda_device& self = *fresh;
  TENON_TRY(library::open("libcuda.so.1", "CUDA", self.driver_));
  TENON_TRY(self.call.find(self.driver_));
  if (const result outcome = self.call.Init(0); outcome != success) {
    tenon_status why = self.call.failed_call("Init", outcome);
    why.code = TENON_UNAVAILABLE;  // a driver without a device, or one that does not fit the kernel
    return why;
  }
  TENON_TRY(self.find_device(index));
  TENON_CUDA_TRY(self, DevicePrimaryCtxRetain, &self.context_, self.id_);
  TENON_CUDA_ENTER(self);
  TENON_CUDA_TRY(self, EventCreate, &self.start_, 0);
  TENON_CUDA_TRY(self, EventCreate, &self.end_, 0);
  opened = std::move(fresh);
  return detail::success();
}

tenon_status cuda_device::find_device(std::int32_t index) {
  int n = 0;
  TENON_CUDA_TRY(*this, DeviceGetCount, &n);
  const int wanted = index == -1 ? 0 : index;  // the driver lists the fastest first
  if (wanted < 0 || wanted >= n)
    return failure(TENON_UNAVAILABLE,
                   "there is no CUDA device %d, but %d devices; use -1 or an index "
                   "below that",
                   wanted, n);
  TENON_CUDA_TRY(*this, DeviceGet, &id_, wanted);
  char name[256] = "";
  TENON_CUDA_TRY(*this, DeviceGetName, name, sizeof name, id_);
  name_ = name;
  int major = 0, minor = 0;
  TENON_CUDA_TRY(*this, DeviceGetAttribute, &major, attribute_major, id_);
  TENON_CUDA_TRY(*this, DeviceGetAttribute, &minor, attribute_minor, id_);
  TENON_CUDA_TRY(*this, DeviceGetAttribute, &most_threads_, attribute_max_threads, id_);
  TENON_CUDA_TRY(*this, DeviceGetAttribute, &most_groups_, attribute_max_grid_x, id_);
  capability_ = 10 * major + minor;
  return detail::success();
}

bool cuda_device::accepts(const tenon_gpu_kernel& source) const {
  return source.code_kind == TENON_GPU_PTX &&
         source.architecture <= static_cast<std::uint32_t>(capability_);
}

tenon_status cuda_device::allocate(std::size_t bytes, const char* what,
                                   std::unique_ptr<device_buffer>& made) {
  TENON_CUDA_ENTER(*this);
  device_pointer address = 0;
  const result outcome = call.MemAlloc(&address, bytes > 0 ? bytes : 1);  // 0 bytes are refused
  if (outcome == error_out_of_memory)
    return failure(TENON_OUT_OF_MEMORY,
                   "device '%s' has no %zu bytes left for '%s'; use smaller sizes or "
                   "the CPU",
                   name_.c_str(), bytes, what);
  if (outcome != success) return call.failed_call("MemAlloc", outcome);
  made = std::make_unique<buffer>(*this, bytes, address);
  return detail::success();
}

tenon_status cuda_device::upload(device_buffer& to, std::size_t offset, const void* from,
                                 std::size_t bytes) {
  if (bytes == 0) return detail::success();
  TENON_CUDA_ENTER(*this);
  TENON_CUDA_TRY(*this, MemcpyHtoD, static_cast<const buffer&>(to).address + offset, from, bytes);
  return detail::success();
}

tenon_status cuda_device::download(const device_buffer& from, void* to, std::size_t bytes) {
  if (bytes == 0) return detail::success();
  TENON_CUDA_ENTER(*this);
  TENON_CUDA_TRY(*this, MemcpyDtoH, to, static_cast<const buffer&>(from).address, bytes);
  return detail::success();
}

tenon_status cuda_device::prepare(const tenon_gpu_kernel& source,
                                  std::unique_ptr<device_kernel>& ready) {
  if (source.workgroup_size > static_cast<unsigned>(most_threads_))
    return failure(TENON_UNAVAILABLE,
                   "kernel '%s' has work groups of %u threads, device '%s' takes at "
                   "most %d; use another device or the CPU",
                   source.symbol, source.workgroup_size, name_.c_str(), most_threads_);
  TENON_CUDA_ENTER(*this);
  auto fresh = std::make_unique<kernel>(*this);
  fresh->threads = source.workgroup_size;
  char log[512] = "";
  int options[] = {jit_error_log, jit_error_log_bytes};
  void* values[] = {log, reinterpret_cast<void*>(std::uintptr_t{sizeof log})};
  const result outcome = call.ModuleLoadDataEx(&fresh->loaded, source.code, 2, options, values);
  if (outcome != success) {
    fresh->loaded = nullptr;
    const tenon_status why = call.failed_call("ModuleLoadDataEx", outcome);
    return failure(static_cast<tenon_status_code>(why.code),
                   "kernel '%s' for sm_%u does not load: %s; the "
                   "driver says: %s",
                   source.symbol, source.architecture, why.message,
                   log[0] == '\0' ? "nothing" : log);
  }
  TENON_CUDA_TRY(*this, ModuleGetFunction, &fresh->entry, fresh->loaded, source.symbol);
  ready = std::move(fresh);
  return detail::success();
}

tenon_status cuda_device::launch(device_kernel& ready, std::span<device_buffer* const> buffers,
                                 std::uint64_t groups, std::uint64_t* nanoseconds) {
  const kernel& what = static_cast<const kernel&>(ready);
  if (groups > static_cast<std::uint64_t>(most_groups_))
    return failure(TENON_INVALID_ARGUMENT,
                   "the call needs %" PRIu64
                   " work groups, device '%s' launches "
                   "at most %d; pass fewer rows",
                   groups, name_.c_str(), most_groups_);
  TENON_CUDA_ENTER(*this);
  std::vector<device_pointer> addresses;
  for (const device_buffer* each : buffers)
    addresses.push_back(static_cast<const buffer*>(each)->address);
  std::vector<void*> arguments;
  for (device_pointer& address : addresses) arguments.push_back(&address);

  if (nanoseconds != nullptr) TENON_CUDA_TRY(*this, EventRecord, start_, nullptr);
  TENON_CUDA_TRY(*this, LaunchKernel, what.entry, static_cast<unsigned>(groups), 1, 1, what.threads,
                 1, 1, 0, nullptr, arguments.data(), nullptr);
  if (nanoseconds == nullptr) {
    TENON_CUDA_TRY(*this, CtxSynchronize);
    return detail::success();
  }
  TENON_CUDA_TRY(*this, EventRecord, end_, nullptr);
  TENON_CUDA_TRY(*this, EventSynchronize, end_);
  float milliseconds = 0;
  TENON_CUDA_TRY(*this, EventElapsedTime, &milliseconds, start_, end_);
  *nanoseconds = static_cast<std::uint64_t>(std::llround(double{milliseconds} * 1e6));
  return detail::success();
}

}  // namespace tenon::runtime::detail::cu

tenon_status tenon::runtime::detail::open_cuda(std::int32_t index,
                                               std::shared_ptr<device>& opened) {
  return cu::cuda_device::open(index, opened);
}
