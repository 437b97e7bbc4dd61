// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tensors in messages; see offered_tensor.hpp.
#include "offered_tensor.hpp"

#include "failure.hpp"

namespace tenon::runtime::detail {

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (const std::int64_t size : shape)
    text.append(text.size() > 1 ? ", " : "").append(std::to_string(size));
  return text + "]";
}

tenon_status does_not_fit(const offered_tensor& tensor, element type) {
  return failure(TENON_INCOMPATIBLE,
                 "tensor '%s' is %s and has a value beyond the greatest %s; such weights cannot be "
                 "used with this model",
                 tensor.name.c_str(), tensor.type_text(), element_name(type));
}

}  // namespace tenon::runtime::detail
