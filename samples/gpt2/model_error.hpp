// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a user can put right: wrong directories, files, options and prompts.
#pragma once

#include <stdexcept>

namespace tenon::samples {

/// what() is one message: the thing, the values and the next step.
class model_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace tenon::samples
