// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writing of safetensors files; the format's rules are in safetensors.hpp.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenon/runtime/runtime.h>

#include "offered_tensor.hpp"

namespace tenon::runtime::detail {

/// Keys and values of __metadata__, UTF-8.
using metadata_list = std::vector<std::pair<std::string, std::string>>;

/// What a file is to hold.
struct safetensors_contents {
  std::vector<offered_tensor> tensors;
  metadata_list metadata;
  std::string checksum_key;  // empty: none
  /// Writes tensor `index`, row-major, to memory of `bytes` bytes.
  std::function<tenon_status(std::size_t index, void* data, std::size_t bytes)> fill;
};

/// Digits of a checksum as they stand in a header, and what stands there while it is computed.
inline constexpr std::string_view no_checksum = "0000000000000000";
std::string checksum_text(std::uint64_t value);

/// `"key":"value"`, as it stands in a header.
std::string metadata_text(std::string_view key, std::string_view value);

/// Writes `path` as a whole or not at all.
tenon_status write_safetensors(const std::string& path, const safetensors_contents& contents);

}  // namespace tenon::runtime::detail
