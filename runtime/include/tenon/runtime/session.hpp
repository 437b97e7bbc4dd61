// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A stream of calls on one model: C++ over tenon_session of runtime.h. Generated headers derive
// their typed sessions from it and hand their arguments to `call`.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <type_traits>

#include <tenon/runtime/named_call.hpp>
#include <tenon/runtime/status.hpp>
#include <tenon/runtime/tensor.hpp>
#include <tenon/runtime/weights.hpp>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

/// Move-only owner of arena, cached state and threads. One caller at a time; allocates nothing
/// after it was made.
class session {
 public:
  /// Takes over a handle of tenon_session_create.
  explicit session(tenon_session* owned) noexcept : handle_(owned) {}

  /// Any entry, untyped: see tenon_session_run.
  status run(std::uint32_t entry, const void* const* inputs, void* const* outputs,
             const std::int64_t* dims, std::int64_t position = 0) noexcept {
    return tenon_session_run(handle_.get(), entry, inputs, outputs, dims, position);
  }
  /// Any entry by names, the arguments in any order; the names are looked up in each call.
  ///   session.call("step", {{"ids", ids, {1, n}}}, {{"logits", logits}}, position)
  status call(const char* entry, std::initializer_list<named_input> inputs,
              std::initializer_list<named_output> outputs, std::int64_t position = 0) noexcept {
    return call_named(handle_.get(), entry, inputs, outputs, position);
  }
  /// An entry whose arguments are named once and set before each run; see bound_call.
  result<bound_call> bind(const char* entry) {
    return bound_call::bind(handle_.get(), *tenon_session_model(handle_.get()), entry);
  }
  /// Forgets the cached positions.
  status reset() noexcept { return tenon_session_reset(handle_.get()); }
  [[nodiscard]] std::int64_t cached() const noexcept { return tenon_session_cached(handle_.get()); }
  [[nodiscard]] int threads() const noexcept { return tenon_session_threads(handle_.get()); }
  [[nodiscard]] tenon_session* handle() const noexcept { return handle_.get(); }

 protected:
  /// Runs an entry with typed tensors: inputs (const elements) in the entry's order, then outputs.
  template <class... Ts>
  status call(std::uint32_t entry, std::int64_t position, const Ts&... tensors) noexcept {
    constexpr std::size_t n_inputs =
        (std::size_t{0} + ... + (std::is_const_v<typename Ts::element_type> ? 1 : 0));
    const std::array<tenon_view, sizeof...(Ts)> views{view_of(tensors)...};
    return tenon_session_call(handle_.get(), entry, views.data(), n_inputs, views.data() + n_inputs,
                              views.size() - n_inputs, position);
  }

 private:
  struct release {
    void operator()(tenon_session* handle) const noexcept { tenon_session_free(handle); }
  };

  std::unique_ptr<tenon_session, release> handle_;
};

/// Makes a session, or one of a class derived from it.
template <class Session = session>
result<Session> create_session(const tenon_model& model, const weights& parameters,
                               const options& how = {}) {
  tenon_session* made = nullptr;
  const status outcome = tenon_session_create(&model, parameters.handle(), &how, &made);
  if (!outcome) return outcome;
  return Session(made);
}

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
