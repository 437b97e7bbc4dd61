// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Around the lines of a page that make embeddings of texts.
#include <string>
#include <vector>

#include "encoder.hpp"

std::vector<float> embed_texts() {
  // the block
  return embeddings;
}
