// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See options.hpp.
#include "options.hpp"

#include <cinttypes>
#include <cstddef>
#include <cstring>

#include "failure.hpp"

namespace tenon::runtime::detail {
namespace {

// Of the struct as it was first released; fields are only ever added behind.
constexpr std::uint64_t least_size = offsetof(tenon_options, progress_context) + sizeof(void*);

}  // namespace

tenon_status read_options(const tenon_options* given, tenon_options& options) {
  options = tenon_options{};
  if (given == nullptr) return success();
  const std::uint64_t size = given->size;
  if (size < least_size)
    return failure(TENON_INVALID_ARGUMENT,
                   "options.size is %" PRIu64 ", must be sizeof(tenon_options), at least %" PRIu64
                   "; begin with TENON_OPTIONS_DEFAULT",
                   size, least_size);
  if (size > sizeof options)
    return failure(TENON_INCOMPATIBLE,
                   "options.size is %" PRIu64
                   ", this runtime knows %zu bytes of options; build both from one Tenon version",
                   size, sizeof options);
  std::memcpy(&options, given, size);
  options.size = sizeof options;
  return success();
}

}  // namespace tenon::runtime::detail
