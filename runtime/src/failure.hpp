// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Making a tenon_status: success, a formatted failure, and the wall that keeps exceptions inside.
#pragma once
#include <exception>
#include <new>
#include <string>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::detail {

inline tenon_status success() {
  tenon_status outcome;
  outcome.code = TENON_OK;
  outcome.message[0] = '\0';
  return outcome;
}

inline bool failed(const tenon_status& outcome) { return outcome.code != TENON_OK; }

/// A failure with a printf-style message. What a terminal may not be shown (names come from
/// untrusted files) becomes \xNN; a message that does not fit ends in "...".
[[gnu::format(printf, 2, 3)]] tenon_status failure(tenon_status_code code, const char* format, ...);

/// A path for a message: of a very long one only the end, so that what follows still fits.
std::string shown(const std::string& path);

/// What a user does about an error of the system while a file is written.
const char* next_step(int error);

/// Runs `body` (which returns a tenon_status) for the C interface: no exception passes.
template <class Body>
tenon_status guarded(Body&& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return failure(TENON_OUT_OF_MEMORY, "out of memory; free memory or use a smaller model");
  } catch (const std::exception& problem) {
    return failure(TENON_INVALID_ARGUMENT, "unexpected: %s; please report it", problem.what());
  } catch (...) {
    return failure(TENON_INVALID_ARGUMENT,
                   "unexpected: what was thrown is no std::exception; please report it");
  }
}

}  // namespace tenon::runtime::detail

/// Returns from the function where `expression` is a failure.
#define TENON_TRY(expression)                                                           \
  do {                                                                                  \
    if (const tenon_status tried = (expression); tenon::runtime::detail::failed(tried)) \
      return tried;                                                                     \
  } while (false)
