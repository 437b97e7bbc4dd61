// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The parameters of a model, packed for this CPU: C++ over tenon_weights of runtime.h.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <tenon/runtime/model.hpp>
#include <tenon/runtime/status.hpp>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

/// Threads, CPU variant and thread pool; value-initialised means "decide for me".
using options = tenon_options;

/// What there is of a parameter: its value and, where an entry of the model trains, its gradient
/// and AdamW's two moments.
enum class memory : std::uint32_t {
  value = TENON_VALUE,
  gradient = TENON_GRADIENT,
  moment_1 = TENON_MOMENT_1,
  moment_2 = TENON_MOMENT_2
};

/// Move-only owner of packed weights. Any thread may use them, since only `write` and calls of
/// entries that train change them, during which nobody else may; sessions keep the memory alive
/// after the handle is gone.
class weights {
 public:
  /// Reads a .safetensors file or a Hugging Face directory. Nothing is kept on an error.
  static result<weights> load(const tenon_model& model, const std::string& path,
                              const options& how = {}) {
    tenon_weights* made = nullptr;
    return wrap(tenon_weights_load(&model, path.c_str(), &how, &made), made);
  }
  /// Packs tensors given by name; they are copied.
  static result<weights> from_tensors(const tenon_model& model,
                                      std::span<const tenon_named_tensor> tensors,
                                      const options& how = {}) {
    tenon_weights* made = nullptr;
    return wrap(tenon_weights_from_tensors(&model, tensors.data(), tensors.size(), &how, &made),
                made);
  }
  /// Draws by the model's initialisers; the same bits for any thread count.
  static result<weights> random(const tenon_model& model, std::uint64_t seed,
                                const options& how = {}) {
    tenon_weights* made = nullptr;
    return wrap(tenon_weights_random(&model, seed, &how, &made), made);
  }

  /// All zeros, to be set by the model's entry `init`, or by `write`.
  static result<weights> zero(const tenon_model& model, const options& how = {}) {
    tenon_weights* made = nullptr;
    return wrap(tenon_weights_zero(&model, &how, &made), made);
  }

  /// Copies a tensor out by its name with the layer's number ("h.0.ln_1.weight"), row-major. `data`
  /// must have exactly its size and the parameter's element type (`bf16` of tensor.hpp for bf16).
  template <class T>
  status read(memory what, const std::string& name, std::span<T> data) const noexcept {
    return tenon_weights_read(handle_.get(), static_cast<std::uint32_t>(what), name.c_str(),
                              data.data(), data.size_bytes());
  }
  status read(memory what, const std::string& name, std::span<float> data) const noexcept {
    return read<float>(what, name, data);
  }
  /// Copies a tensor in; sessions made from these weights see it.
  template <class T>
  status write(memory what, const std::string& name, std::span<T> data) noexcept {
    return tenon_weights_write(handle_.get(), static_cast<std::uint32_t>(what), name.c_str(),
                               data.data(), data.size_bytes());
  }
  status write(memory what, const std::string& name, std::span<const float> data) noexcept {
    return write<const float>(what, name, data);
  }

  /// Writes all values as one safetensors file, whole or not at all.
  status save(const std::string& path) const noexcept {
    return tenon_weights_save(handle_.get(), path.c_str());
  }

  /// Name, dtype and shape of every tensor, as `read`, `write` and `save` name them.
  [[nodiscard]] result<tensor_list> tensors() const { return tensor_list::of(model()); }
  [[nodiscard]] const tenon_model& model() const noexcept {
    return *tenon_weights_model(handle_.get());
  }
  [[nodiscard]] const tenon_variant& variant() const noexcept {
    return model().variants[tenon_weights_variant(handle_.get())];
  }
  [[nodiscard]] const void* data() const noexcept { return tenon_weights_data(handle_.get()); }
  [[nodiscard]] const tenon_weights* handle() const noexcept { return handle_.get(); }

 private:
  struct release {
    void operator()(tenon_weights* handle) const noexcept { tenon_weights_free(handle); }
  };
  explicit weights(tenon_weights* owned) noexcept : handle_(owned) {}
  // By reference: `made` is written by the call that the other argument is.
  static result<weights> wrap(const tenon_status& outcome, tenon_weights* const& made) {
    if (outcome.code != TENON_OK) return status(outcome);
    return weights(made);
  }

  std::unique_ptr<tenon_weights, release> handle_;
};

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
