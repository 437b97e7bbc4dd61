// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GGUF files: C++ over gguf.h.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <tenon/runtime/gguf.h>
#include <tenon/runtime/status.hpp>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

/// A GGUF file whose header has been checked. Move-only.
class gguf_file {
 public:
  static result<gguf_file> open(const std::string& path) {
    tenon_gguf_file* opened = nullptr;
    const status outcome = tenon_gguf_open(path.c_str(), &opened);
    if (!outcome) return outcome;
    return gguf_file(opened);
  }

  /// Number of keys, and each by its place.
  [[nodiscard]] std::size_t keys() const noexcept { return tenon_gguf_keys(handle_.get()); }
  [[nodiscard]] const char* key(std::size_t index) const noexcept {
    return tenon_gguf_key(handle_.get(), index);
  }
  /// The value of a key; its kind is TENON_GGUF_NONE where there is no such key.
  [[nodiscard]] tenon_gguf_value find(const char* key) const noexcept {
    return tenon_gguf_find(handle_.get(), key);
  }
  /// An item of an array.
  [[nodiscard]] tenon_gguf_value item(const tenon_gguf_value& array,
                                      std::uint64_t index) const noexcept {
    return tenon_gguf_item(handle_.get(), &array, index);
  }

  /// Number of tensors; they come in the order of their bytes.
  [[nodiscard]] std::size_t size() const noexcept { return tenon_gguf_count(handle_.get()); }
  /// Name, dtype (UINT32_MAX where tenon_dtype has no such type) and shape.
  [[nodiscard]] tenon_named_tensor tensor(std::size_t index) const noexcept {
    return tenon_gguf_tensor(handle_.get(), index);
  }
  /// The name of a tensor's type, such as "Q8_0".
  [[nodiscard]] const char* type(std::size_t index) const noexcept {
    return tenon_gguf_type(handle_.get(), index);
  }
  /// Reads elements of a tensor from `first` on, as f32.
  status read(std::size_t index, std::uint64_t first, std::span<float> values) const noexcept {
    return tenon_gguf_read(handle_.get(), index, first, values.data(), values.size());
  }

 private:
  struct close {
    void operator()(tenon_gguf_file* file) const noexcept { tenon_gguf_close(file); }
  };
  explicit gguf_file(tenon_gguf_file* owned) noexcept : handle_(owned) {}

  std::unique_ptr<tenon_gguf_file, close> handle_;
};

/// The text of a value; empty where it is of another kind.
inline std::string_view text_of(const tenon_gguf_value& value) noexcept {
  return value.kind == TENON_GGUF_TEXT ? std::string_view(value.text, value.bytes)
                                       : std::string_view();
}

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
