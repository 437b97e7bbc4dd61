// The parameters of a model, packed for this CPU: C++ over tenon_weights of runtime.h.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <tenon/runtime/status.hpp>

namespace tenon::runtime {

/// Threads, CPU variant and thread pool; value-initialised means "decide for me".
using options = tenon_options;

/// Move-only owner of packed weights. Read-only once made, so any thread may use them; sessions
/// keep the memory alive after the handle is gone.
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

}  // namespace tenon::runtime
