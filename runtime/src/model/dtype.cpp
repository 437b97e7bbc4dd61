// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sizes and names of the ABI's element types; see checks.hpp.
#include "checks.hpp"

namespace tenon::runtime::detail {

std::size_t dtype_bytes(std::uint32_t dtype) {
  switch (dtype) {
    case TENON_BF16:
      return 2;
    case TENON_F64:
      return 8;
    default:
      return 4;  // f32 and i32; a model holds nothing else
  }
}

const char* dtype_name(std::uint32_t dtype) {
  switch (dtype) {
    case TENON_F32:
      return "f32";
    case TENON_BF16:
      return "bf16";
    case TENON_I32:
      return "i32";
    case TENON_F64:
      return "f64";
    default:
      return "of an unknown type";
  }
}

}  // namespace tenon::runtime::detail
