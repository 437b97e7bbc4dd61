// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a user can put right: wrong directories, files, options and prompts.
#pragma once

#include <stdexcept>
#include <utility>

#include <tenon/runtime/status.hpp>

namespace tenon::samples {

/// what() is one message: the thing, the values and the next step.
class model_error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What the runtime refuses is such an error.
inline void check(const runtime::status& outcome) {
  if (!outcome) throw model_error(outcome.message());
}
template <class T>
T checked(runtime::result<T> outcome) {
  check(outcome.error());
  return *std::move(outcome);
}

}  // namespace tenon::samples
