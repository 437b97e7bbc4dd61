// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A tensor as a file, or the memory of an application, offers it: what it is, not its values.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <tenon/runtime/runtime.h>

#include "block_format.hpp"
#include "element.hpp"

namespace tenon::runtime::detail {

struct offered_tensor {
  std::string name;
  element type;  // of what is quantised f32: what its values are once they are read
  std::vector<std::int64_t> shape;
  std::string type_name = {};            // as in the file, where the type is element::other
  const block_format* blocks = nullptr;  // of what is quantised

  [[nodiscard]] const char* type_text() const {
    if (blocks != nullptr) return blocks->name;
    return type == element::other ? type_name.c_str() : element_name(type);
  }
};

/// "[768, 3072]"
std::string shape_text(const std::vector<std::int64_t>& shape);

/// The failure of a value that convert() cannot represent.
tenon_status does_not_fit(const offered_tensor& tensor, element type);

}  // namespace tenon::runtime::detail
