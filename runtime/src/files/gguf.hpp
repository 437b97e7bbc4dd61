// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The header of a GGUF file, checked in full before any of it is used.
// Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md: magic, version, counts, keys
// with typed values, tensors, and behind padding their data. Versions 2 and 3, little-endian.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <tenon/runtime/runtime.h>

#include "file.hpp"
#include "stored_tensor.hpp"

namespace tenon::runtime::detail {

/// Types of values, by their numbers in the file.
enum class gguf_type : std::uint32_t {
  u8,
  i8,
  u16,
  i16,
  u32,
  i32,
  f32,
  boolean,
  string,
  array,
  u64,
  i64,
  f64
};

/// A value of the header: where it begins in the header's bytes. Of an array `type` is that of its
/// items, and of an array of strings `starts` says where each begins (at its length).
struct gguf_value {
  gguf_type type;
  bool is_array = false;
  std::uint64_t count = 1;
  std::size_t begin = 0;
  std::vector<std::uint32_t> starts = {};
};

struct gguf_entry {
  std::string key;
  gguf_value value;
};

struct gguf_header {
  std::vector<gguf_entry> entries;
  std::string bytes;
};

/// Whether a file begins as GGUF files do.
tenon_status has_gguf_magic(const file& source, bool& has);

/// Reads and checks the header of an open file; the tensors come in the order of their bytes, their
/// shapes with the innermost dimension last. A part of a split file is refused.
tenon_status read_gguf(const file& source, std::vector<stored_tensor>& tensors,
                       gguf_header& header);

/// Bytes of a value that is neither a string nor an array.
std::size_t gguf_bytes(gguf_type type);
/// The text of the string that begins at a place.
std::string_view gguf_text(const gguf_header& header, std::size_t begin);

}  // namespace tenon::runtime::detail
