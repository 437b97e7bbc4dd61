// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The byte-to-character alphabet of GPT-2, in both directions.
#include "tokenizer/byte_symbols.hpp"

#include <array>

namespace tenon::samples {
namespace {

constexpr bool spelt_as_itself(unsigned byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

// Code point of each byte; all lie below U+0144, so that one spelling takes one or two bytes.
constexpr std::array<unsigned, 256> make_code_points() {
  std::array<unsigned, 256> points{};
  unsigned next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    points[byte] = spelt_as_itself(byte) ? byte : next++;
  }
  return points;
}

constexpr unsigned point_limit = 0x144;
constexpr auto code_points = make_code_points();

// Byte of each code point below the limit, -1 for those that spell no byte.
constexpr std::array<int, point_limit> make_bytes() {
  std::array<int, point_limit> bytes{};
  for (int& byte : bytes) byte = -1;
  for (int byte = 0; byte < 256; ++byte) bytes[code_points[static_cast<unsigned>(byte)]] = byte;
  return bytes;
}

constexpr auto bytes_of_points = make_bytes();

}  // namespace

std::string byte_symbol(unsigned char byte) {
  const unsigned point = code_points[byte];
  if (point < 0x80) return std::string(1, static_cast<char>(point));
  return {static_cast<char>(0xC0 | (point >> 6)), static_cast<char>(0x80 | (point & 0x3F))};
}

std::string token_bytes(std::string_view token) {
  std::string bytes;
  for (std::size_t i = 0; i < token.size(); ++i) {
    unsigned point = static_cast<unsigned char>(token[i]);
    if (point >= 0x80) {
      // Two-byte sequences only: longer ones are beyond the alphabet.
      if (point < 0xC2 || point >= 0xE0 || i + 1 == token.size()) return std::string(token);
      const auto second = static_cast<unsigned char>(token[++i]);
      point = ((point & 0x1F) << 6) | (second & 0x3F);
    }
    if (point >= point_limit || bytes_of_points[point] < 0) return std::string(token);
    bytes += static_cast<char>(bytes_of_points[point]);
  }
  return bytes;
}

}  // namespace tenon::samples
