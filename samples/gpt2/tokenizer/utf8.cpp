// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// UTF-8 after table 3-7 of the Unicode Standard (well-formed byte sequences).
#include "tokenizer/utf8.hpp"

#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// Bytes of the sequence that `lead` begins; 0 if no sequence begins with it.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

// Whether `byte` may stand at `position` (1..3) of a sequence that begins with `lead`. Only the
// second byte has a narrower range: against overlong forms, surrogates and values too large.
bool may_continue(unsigned char lead, std::size_t position, unsigned char byte) {
  unsigned char low = 0x80, high = 0xBF;
  if (position == 1) {
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  }
  return byte >= low && byte <= high;
}

}  // namespace

std::size_t first_invalid_utf8(std::string_view text) {
  for (std::size_t start = 0; start < text.size();) {
    const auto lead = static_cast<unsigned char>(text[start]);
    const std::size_t length = sequence_length(lead);
    if (length == 0 || length > text.size() - start) return start;
    for (std::size_t i = 1; i < length; ++i) {
      if (!may_continue(lead, i, static_cast<unsigned char>(text[start + i]))) return start;
    }
    start += length;
  }
  return std::string_view::npos;
}

void demand_utf8(std::string_view text) {
  const std::size_t offset = first_invalid_utf8(text);
  if (offset == std::string_view::npos) return;
  throw tokenizer_error("the text of " + std::to_string(text.size()) +
                        " bytes is not valid UTF-8 at byte " + std::to_string(offset) + " (" +
                        shown(text.substr(offset, 4)) + "); convert it to UTF-8");
}

void utf8_assembler::push(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (size_ > 0 && !may_continue(pending_[0], size_, byte)) flush(out);
    if (size_ == 0 && sequence_length(byte) == 0) {
      out += replacement;
      continue;
    }
    pending_[size_++] = byte;
    if (size_ == sequence_length(pending_[0])) {
      out.append(reinterpret_cast<const char*>(pending_.data()), size_);
      size_ = 0;
    }
  }
}

void utf8_assembler::flush(std::string& out) {
  if (size_ > 0) out += replacement;
  size_ = 0;
}

}  // namespace tenon::samples
