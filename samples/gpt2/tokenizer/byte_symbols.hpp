// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GPT-2's alphabet: each of the 256 bytes is spelt in the files as one printable character.
#pragma once

#include <string>
#include <string_view>

namespace tenon::samples {

/// The UTF-8 spelling of a byte: itself for !..~, U+00A1..U+00AC and U+00AE..U+00FF; the other 68
/// bytes are, in order, U+0100 and up (a space is U+0120).
///   Source: `bytes_to_unicode` of GPT-2's encoder.py.
std::string byte_symbol(unsigned char byte);

/// The bytes that a token of the files stands for. A token with a character outside the alphabet
/// stands for its own UTF-8 bytes, as in Hugging Face's decoder.
std::string token_bytes(std::string_view token);

}  // namespace tenon::samples
