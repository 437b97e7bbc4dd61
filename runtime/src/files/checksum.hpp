// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A 64-bit checksum against damaged files; no protection against intent.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tenon::runtime::detail {

/// Takes words of 8 bytes, little endian. Every step is a bijection of the state for a given word
/// and of the word for a given state: files of equal length that differ in one word never agree.
class checksum {
 public:
  /// A whole piece; its length counts, and a last word that is not full is filled with zeros.
  void add_piece(const void* data, std::size_t bytes) {
    add_part(data, bytes);
    end_piece(bytes);
  }
  /// A part of a piece; all but the last are multiples of 8 bytes.
  void add_part(const void* data, std::size_t bytes) {
    const char* from = static_cast<const char*>(data);
    for (; bytes >= 8; bytes -= 8, from += 8) step(word(from, 8));
    if (bytes > 0) step(word(from, bytes));
  }
  void end_piece(std::uint64_t bytes) { step(bytes); }

  [[nodiscard]] std::uint64_t value() const {  // the finaliser of MurmurHash3
    std::uint64_t h = state_;
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
    return h ^ (h >> 33);
  }

 private:
  static std::uint64_t word(const char* from, std::size_t bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, from, bytes);
    if constexpr (std::endian::native == std::endian::big) value = __builtin_bswap64(value);
    return value;
  }
  void step(std::uint64_t value) { state_ = std::rotl((state_ ^ value) * 0x9e3779b97f4a7c15u, 29); }

  std::uint64_t state_ = 0x7465'6e6f'6e00'0001u;
};

}  // namespace tenon::runtime::detail
