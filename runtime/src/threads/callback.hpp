// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls of functions that belong to the application: an exception becomes a failure.
#pragma once
#include <exception>
#include <utility>

#include "failure.hpp"

namespace tenon::runtime::detail {

/// `name` as the application knows it: "options.progress".
template <class Body>
tenon_status of_application(const char* name, Body&& body) {
  try {
    std::forward<Body>(body)();
    return success();
  } catch (const std::exception& thrown) {
    return failure(TENON_CALLBACK_THREW, "%s threw '%s'; callbacks of a C interface must return",
                   name, thrown.what());
  } catch (...) {
    return failure(TENON_CALLBACK_THREW,
                   "%s threw what is no std::exception; callbacks of a C interface must return",
                   name);
  }
}

}  // namespace tenon::runtime::detail
