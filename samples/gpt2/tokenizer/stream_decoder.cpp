// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The streaming form of bpe::decode.
#include "tokenizer/stream_decoder.hpp"

namespace tenon::samples {

std::string stream_decoder::push(std::int32_t id) {
  std::string text;
  assembler_.push(tokenizer_->bytes_of(id), text);
  return text;
}

std::string stream_decoder::flush() {
  std::string text;
  assembler_.flush(text);
  return text;
}

}  // namespace tenon::samples
