// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The CUDA backend, over the driver interface: memory, PTX modules compiled by the driver, launches
// on the default stream (so that copies and kernels follow each other).
#pragma once
#include "device/device.hpp"
#include "driver.hpp"

namespace tenon::runtime::detail::cu {

class cuda_device final : public detail::device {
 public:
  ~cuda_device() override;
  static tenon_status open(std::int32_t index, std::shared_ptr<detail::device>& opened);

  [[nodiscard]] bool accepts(const tenon_gpu_kernel& kernel) const override;
  tenon_status allocate(std::size_t bytes, const char* what,
                        std::unique_ptr<device_buffer>& made) override;
  tenon_status upload(device_buffer& to, std::size_t offset, const void* from,
                      std::size_t bytes) override;
  tenon_status download(const device_buffer& from, void* to, std::size_t bytes) override;
  tenon_status prepare(const tenon_gpu_kernel& kernel,
                       std::unique_ptr<device_kernel>& ready) override;
  tenon_status launch(device_kernel& ready, std::span<device_buffer* const> buffers,
                      std::uint64_t groups, std::uint64_t* nanoseconds) override;

  functions call;

  /// Makes the device's context current while it lives, and then the caller's again.
  class current {
   public:
    explicit current(const cuda_device& owner) : owner_(owner) {
      outcome = owner.call.CtxPushCurrent(owner.context_);
    }
    ~current() {
      context popped = nullptr;
      if (outcome == success) owner_.call.CtxPopCurrent(&popped);
    }
    current(const current&) = delete;
    result outcome;

   private:
    const cuda_device& owner_;
  };

 private:
  tenon_status find_device(std::int32_t index);

  library driver_;
  device_id id_ = 0;
  context context_ = nullptr;
  event start_ = nullptr, end_ = nullptr;
  int capability_ = 0, most_threads_ = 0, most_groups_ = 0;  // capability: 90 for sm_90
};

}  // namespace tenon::runtime::detail::cu
