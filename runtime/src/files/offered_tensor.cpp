// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The shape of a tensor for messages; see offered_tensor.hpp.
#include "offered_tensor.hpp"

namespace tenon::runtime::detail {

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t size : shape)
    text.append(text.size() > 1 ? ", " : "").append(std::to_string(size));
  return text + "]";
}

}  // namespace tenon::runtime::detail
