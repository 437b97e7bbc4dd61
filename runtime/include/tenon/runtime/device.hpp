// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GPUs: C++ over device.h. Open a device, put a model's weights on it, run or time its entries.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <type_traits>

#include <tenon/runtime/device.h>
#include <tenon/runtime/session.hpp>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

enum class device_kind : std::uint32_t { vulkan = TENON_VULKAN, cuda = TENON_CUDA };

/// Move-only. One thread at a time uses a device and what was made from it.
class device {
 public:
  /// `index` in the driver's order, -1: the best. TENON_UNAVAILABLE, with the reason, where there
  /// is no driver or no such device.
  static result<device> open(device_kind kind, std::int32_t index = -1) {
    tenon_device* made = nullptr;
    const status outcome = tenon_device_open(static_cast<std::uint32_t>(kind), index, &made);
    if (!outcome) return outcome;
    return device(made);
  }
  [[nodiscard]] const char* name() const noexcept { return tenon_device_name(handle_.get()); }
  [[nodiscard]] const tenon_device* handle() const noexcept { return handle_.get(); }

 private:
  struct release {
    void operator()(tenon_device* handle) const noexcept { tenon_device_close(handle); }
  };
  explicit device(tenon_device* owned) noexcept : handle_(owned) {}
  std::unique_ptr<tenon_device, release> handle_;
};

/// A model's parameters in device memory; made like `weights`.
class device_weights {
 public:
  static result<device_weights> load(const device& where, const tenon_model& model,
                                     const std::string& path) {
    tenon_device_weights* made = nullptr;
    return wrap(tenon_device_weights_load(where.handle(), &model, path.c_str(), &made), made);
  }
  static result<device_weights> from_tensors(const device& where, const tenon_model& model,
                                             std::span<const tenon_named_tensor> tensors) {
    tenon_device_weights* made = nullptr;
    return wrap(tenon_device_weights_from_tensors(where.handle(), &model, tensors.data(),
                                                  tensors.size(), &made),
                made);
  }
  static result<device_weights> random(const device& where, const tenon_model& model,
                                       std::uint64_t seed) {
    tenon_device_weights* made = nullptr;
    return wrap(tenon_device_weights_random(where.handle(), &model, seed, &made), made);
  }
  [[nodiscard]] const tenon_device_weights* handle() const noexcept { return handle_.get(); }

 private:
  struct release {
    void operator()(tenon_device_weights* handle) const noexcept {
      tenon_device_weights_free(handle);
    }
  };
  explicit device_weights(tenon_device_weights* owned) noexcept : handle_(owned) {}
  // By reference: `made` is written by the call that the other argument is.
  static result<device_weights> wrap(const tenon_status& outcome,
                                     tenon_device_weights* const& made) {
    if (outcome.code != TENON_OK) return status(outcome);
    return device_weights(made);
  }
  std::unique_ptr<tenon_device_weights, release> handle_;
};

/// Runs those entries of a model that have a kernel for the device.
class device_session {
 public:
  static result<device_session> create(const device_weights& parameters) {
    tenon_device_session* made = nullptr;
    const status outcome = tenon_device_session_create(parameters.handle(), &made);
    if (!outcome) return outcome;
    return device_session(made);
  }

  /// An entry with typed tensors: inputs (const elements) in the entry's order, then outputs.
  template <class... Ts>
  status call(std::uint32_t entry, std::int64_t position, const Ts&... tensors) {
    constexpr std::size_t n_inputs =
        (std::size_t{0} + ... + (std::is_const_v<typename Ts::element_type> ? 1 : 0));
    const std::array<tenon_view, sizeof...(Ts)> views{view_of(tensors)...};
    return tenon_device_session_call(handle_.get(), entry, views.data(), n_inputs,
                                     views.data() + n_inputs, views.size() - n_inputs, position);
  }
  /// Untyped: see tenon_device_session_run.
  status run(std::uint32_t entry, const void* const* inputs, void* const* outputs,
             const std::int64_t* dims, std::int64_t position = 0) {
    return tenon_device_session_run(handle_.get(), entry, inputs, outputs, dims, position);
  }
  /// Runs the kernel once for each element of `nanoseconds`, on resident data; see
  /// tenon_device_session_time.
  status time(std::uint32_t entry, const void* const* inputs, void* const* outputs,
              const std::int64_t* dims, std::int64_t position,
              std::span<std::uint64_t> nanoseconds) {
    return tenon_device_session_time(handle_.get(), entry, inputs, outputs, dims, position,
                                     nanoseconds.size(), nanoseconds.data());
  }
  [[nodiscard]] tenon_device_session* handle() const noexcept { return handle_.get(); }

 private:
  struct release {
    void operator()(tenon_device_session* handle) const noexcept {
      tenon_device_session_free(handle);
    }
  };
  explicit device_session(tenon_device_session* owned) noexcept : handle_(owned) {}
  std::unique_ptr<tenon_device_session, release> handle_;
};

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
