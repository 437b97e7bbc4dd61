// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a GPU backend must offer; vulkan/ and cuda/ implement it. Everything is synchronous, and one
// thread at a time uses a device.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <tenon/runtime/abi.h>
#include <tenon/runtime/runtime.h>

namespace tenon::runtime::detail {

/// Memory on a device; the device outlives it.
class device_buffer {
 public:
  virtual ~device_buffer() = default;
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 protected:
  explicit device_buffer(std::size_t bytes) : bytes_(bytes) {}

 private:
  std::size_t bytes_;
};

/// A kernel made ready for a device; the device outlives it.
class device_kernel {
 public:
  virtual ~device_kernel() = default;
};

class device {
 public:
  virtual ~device() = default;
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Whether a kernel's code can run here, given its kind and architecture.
  [[nodiscard]] virtual bool accepts(const tenon_gpu_kernel& kernel) const = 0;
  virtual tenon_status allocate(std::size_t bytes, const char* what,
                                std::unique_ptr<device_buffer>& buffer) = 0;
  virtual tenon_status upload(device_buffer& to, std::size_t offset, const void* from,
                              std::size_t bytes) = 0;
  virtual tenon_status download(const device_buffer& from, void* to, std::size_t bytes) = 0;
  virtual tenon_status prepare(const tenon_gpu_kernel& kernel,
                               std::unique_ptr<device_kernel>& ready) = 0;
  /// Runs `groups` work groups on buffers in the kernel's order and waits for the end. Writes the
  /// time on the device where `nanoseconds` is not null.
  virtual tenon_status launch(device_kernel& kernel, std::span<device_buffer* const> buffers,
                              std::uint64_t groups, std::uint64_t* nanoseconds) = 0;

 protected:
  std::string name_;
};

tenon_status open_vulkan(std::int32_t index, std::shared_ptr<device>& opened);
tenon_status open_cuda(std::int32_t index, std::shared_ptr<device>& opened);

/// The parameters of a model on a device, layers of one parameter one after the other.
struct device_parameters {
  std::shared_ptr<device> owner;  // before the buffers: they are released first
  const tenon_model* model = nullptr;
  std::vector<std::unique_ptr<device_buffer>> buffers;  // one a parameter
};

}  // namespace tenon::runtime::detail

struct tenon_device {
  std::shared_ptr<tenon::runtime::detail::device> opened;
};
struct tenon_device_weights {
  std::shared_ptr<const tenon::runtime::detail::device_parameters> parameters;
};
