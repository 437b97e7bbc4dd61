// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files: C++ over files.h. Safetensors read and written, and whole files written in one step.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <tenon/runtime/files.h>
#include <tenon/runtime/status.hpp>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

/// Replaces a file by these bytes, or leaves it as it was.
inline status write_file(const std::string& path, std::string_view bytes) {
  return tenon_file_write(path.c_str(), bytes.data(), bytes.size());
}

/// Writes a safetensors file whole or not at all.
inline status write_safetensors(const std::string& path, const tenon_safetensors& contents) {
  return tenon_safetensors_write(path.c_str(), &contents);
}

/// A safetensors file whose header has been checked. Move-only.
class safetensors_file {
 public:
  static result<safetensors_file> open(const std::string& path) {
    tenon_safetensors_file* opened = nullptr;
    const status outcome = tenon_safetensors_open(path.c_str(), &opened);
    if (!outcome) return outcome;
    return safetensors_file(opened);
  }

  /// Number of tensors; they come in the order of their bytes.
  [[nodiscard]] std::size_t size() const noexcept { return tenon_safetensors_count(handle_.get()); }
  /// Name, dtype (UINT32_MAX where tenon_dtype has no such type) and shape.
  [[nodiscard]] tenon_named_tensor tensor(std::size_t index) const noexcept {
    return tenon_safetensors_tensor(handle_.get(), index);
  }
  /// The name of a tensor's dtype as in the file.
  [[nodiscard]] const char* dtype(std::size_t index) const noexcept {
    return tenon_safetensors_dtype(handle_.get(), index);
  }
  /// A value of __metadata__; null where there is none.
  [[nodiscard]] const char* metadata(const char* key) const noexcept {
    return tenon_safetensors_metadata(handle_.get(), key);
  }
  /// Reads a tensor of `bytes` bytes.
  status read(std::size_t index, void* data, std::uint64_t bytes) const noexcept {
    return tenon_safetensors_read(handle_.get(), index, data, bytes);
  }
  /// Reads everything and compares it with the checksum under `key`.
  status verify(const char* key) const noexcept {
    return tenon_safetensors_verify(handle_.get(), key);
  }

 private:
  struct close {
    void operator()(tenon_safetensors_file* file) const noexcept { tenon_safetensors_close(file); }
  };
  explicit safetensors_file(tenon_safetensors_file* owned) noexcept : handle_(owned) {}

  std::unique_ptr<tenon_safetensors_file, close> handle_;
};

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
