// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Around the lines of a page that take a text apart and put it together.
#include <cstdint>
#include <iostream>
#include <vector>

#include "tokenizer/bpe.hpp"
#include "tokenizer/stream_decoder.hpp"

void tokenize() {
  // the block
}
