// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A tensor as a file, or the memory of an application, offers it: what it is, not its values.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "element.hpp"

namespace tenon::runtime::detail {

struct offered_tensor {
  std::string name;
  element type;
  std::vector<std::int64_t> shape;
  std::string type_name = {};  // as in the file, where the type is element::other

  [[nodiscard]] const char* type_text() const {
    return type == element::other ? type_name.c_str() : element_name(type);
  }
};

/// "[768, 3072]"
std::string shape_text(const std::vector<std::int64_t>& shape);

}  // namespace tenon::runtime::detail
