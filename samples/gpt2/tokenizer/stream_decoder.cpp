// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The streaming form of bpe::decode.
#include "tokenizer/stream_decoder.hpp"

namespace tenon::samples {

std::string stream_decoder::push(std::int32_t id) {
  std::string text;
  assembler_.push(tokenizer_->bytes_of(id), text);
  return without_first_space(std::move(text));
}

std::string stream_decoder::flush() {
  std::string text;
  assembler_.flush(text);
  text = without_first_space(std::move(text));
  at_start_ = true;
  return text;
}

std::string stream_decoder::without_first_space(std::string text) {
  if (!at_start_ || text.empty()) return text;
  at_start_ = false;
  if (tokenizer_->drops_first_space() && text.starts_with(' ')) text.erase(0, 1);
  return text;
}

}  // namespace tenon::samples
