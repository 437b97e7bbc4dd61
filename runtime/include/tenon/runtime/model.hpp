// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A model by its names: entries, dimensions and learned tensors at run time. C++ over model.h.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <tenon/runtime/model.h>
#include <tenon/runtime/status.hpp>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

/// Bytes of a tensor, row-major and dense.
[[nodiscard]] inline std::uint64_t bytes_of(const tenon_named_tensor& tensor) noexcept {
  return tenon_tensor_bytes(&tensor);
}
[[nodiscard]] inline std::span<const std::int64_t> shape_of(
    const tenon_named_tensor& tensor) noexcept {
  return {tensor.shape, tensor.rank};
}

/// The learned tensors of a model, one a layer, under their names in a checkpoint. Move-only; what
/// it gives is valid while it lives.
class tensor_list {
 public:
  static result<tensor_list> of(const tenon_model& model) {
    tenon_tensor_list* made = nullptr;
    const status outcome = tenon_tensor_list_create(&model, &made);
    if (!outcome) return outcome;
    return tensor_list(made);
  }

  [[nodiscard]] std::size_t size() const noexcept { return all().size(); }
  [[nodiscard]] const tenon_named_tensor* begin() const noexcept { return all().data(); }
  [[nodiscard]] const tenon_named_tensor* end() const noexcept { return begin() + size(); }
  [[nodiscard]] const tenon_named_tensor& operator[](std::size_t index) const noexcept {
    return begin()[index];
  }
  /// By name, "h.3.ln_1.weight"; the failure names the nearest.
  [[nodiscard]] result<tenon_named_tensor> find(const std::string& name) const noexcept {
    std::size_t index = 0;
    const status outcome = tenon_tensor_list_find(handle_.get(), name.c_str(), &index);
    if (!outcome) return outcome;
    return begin()[index];
  }

 private:
  struct release {
    void operator()(tenon_tensor_list* list) const noexcept { tenon_tensor_list_free(list); }
  };
  explicit tensor_list(tenon_tensor_list* owned) noexcept : handle_(owned) {}
  [[nodiscard]] std::span<const tenon_named_tensor> all() const noexcept {
    const tenon_named_tensor* tensors = nullptr;
    const std::size_t count = tenon_tensor_list_all(handle_.get(), &tensors);
    return {tensors, count};
  }

  std::unique_ptr<tenon_tensor_list, release> handle_;
};

/// An entry of a model: what it takes and gives.
class entry {
 public:
  entry(const tenon_model& model, std::uint32_t index) noexcept : model_(&model), index_(index) {}

  [[nodiscard]] const char* name() const noexcept { return raw().name; }
  [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
  [[nodiscard]] std::span<const tenon_tensor> inputs() const noexcept {
    return {raw().inputs, raw().n_inputs};
  }
  [[nodiscard]] std::span<const tenon_tensor> outputs() const noexcept {
    return {raw().outputs, raw().n_outputs};
  }
  /// What its products and tables read: f32, or bf16, perhaps rounded on the way.
  [[nodiscard]] tenon_dtype compute() const noexcept {
    return static_cast<tenon_dtype>(raw().compute);
  }
  [[nodiscard]] const tenon_entry& raw() const noexcept { return model_->entries[index_]; }

 private:
  const tenon_model* model_;
  std::uint32_t index_;
};

/// A model that a program was linked with, whichever it is. A view: copying it is cheap.
class model {
 public:
  model(const tenon_model& raw) noexcept : raw_(&raw) {}

  [[nodiscard]] const char* name() const noexcept { return raw_->name; }
  [[nodiscard]] const tenon_model& raw() const noexcept { return *raw_; }
  operator const tenon_model&() const noexcept { return *raw_; }

  [[nodiscard]] std::uint32_t n_entries() const noexcept { return raw_->n_entries; }
  /// Precondition: index < n_entries().
  [[nodiscard]] runtime::entry entry(std::uint32_t index) const noexcept { return {*raw_, index}; }
  [[nodiscard]] result<runtime::entry> entry(const std::string& name) const noexcept {
    std::uint32_t index = 0;
    const status outcome = tenon_find_entry(raw_, name.c_str(), &index);
    if (!outcome) return outcome;
    return runtime::entry(*raw_, index);
  }

  [[nodiscard]] std::span<const tenon_dim> dims() const noexcept {
    return {raw_->dims, raw_->n_dims};
  }
  [[nodiscard]] result<tenon_dim> dim(const std::string& name) const noexcept {
    std::uint32_t index = 0;
    const status outcome = tenon_find_dim(raw_, name.c_str(), &index);
    if (!outcome) return outcome;
    return raw_->dims[index];
  }

  /// What the model says of itself under a key; null where it says nothing.
  [[nodiscard]] const char* metadata(const std::string& key) const noexcept {
    return tenon_model_metadata(raw_, key.c_str());
  }
  [[nodiscard]] std::span<const tenon_metadata> metadata() const noexcept {
    return {raw_->metadata, raw_->n_metadata};
  }

  [[nodiscard]] result<tensor_list> tensors() const { return tensor_list::of(*raw_); }

  /// "ids i32 (batch, seq)", of an input, an output or a parameter.
  [[nodiscard]] std::string describe(const tenon_tensor& tensor) const {
    std::string text(tenon_describe(raw_, &tensor, nullptr, 0), '\0');
    tenon_describe(raw_, &tensor, text.data(), text.size() + 1);
    return text;
  }

 private:
  const tenon_model* raw_;
};

/// The models that the program was linked with; see tenon_linked_model.
[[nodiscard]] inline std::vector<model> linked_models() {
  std::vector<model> all;
  for (std::size_t i = 0; const tenon_model* each = tenon_linked_model(i); ++i)
    all.emplace_back(*each);
  return all;
}
[[nodiscard]] inline result<model> find_model(const std::string& name) noexcept {
  const tenon_model* found = nullptr;
  const status outcome = tenon_find_model(name.c_str(), &found);
  if (!outcome) return outcome;
  return model(*found);
}

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
