// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Arguments by name; see arguments.hpp.
#include "arguments.hpp"

#include "failure.hpp"
#include "model/names.hpp"

namespace tenon::runtime::detail {

tenon_status arrange(const tenon_entry& entry, const char* kind, const tenon_tensor* tensors,
                     std::size_t n_tensors, const tenon_argument* arguments, std::size_t n,
                     tenon_view* views) {
  if (n_tensors > most_views)
    return failure(TENON_INCOMPATIBLE,
                   "entry '%s' has %zu %ss, this call takes %zu; use tenon_session_run", entry.name,
                   n_tensors, kind, most_views);
  if (n > 0 && arguments == nullptr)
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s': the array of %zu %ss is null; pass one argument for each",
                   entry.name, n, kind);
  bool given[most_views] = {};
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t which = 0;
    TENON_TRY(find_name(names_of(tensors, n_tensors), {"entry", entry.name, kind},
                        arguments[i].name, which));
    if (given[which])
      return failure(TENON_INVALID_ARGUMENT, "entry '%s': %s '%s' is given twice; give it once",
                     entry.name, kind, tensors[which].name);
    given[which] = true;
    views[which] = arguments[i].view;
  }
  for (std::size_t i = 0; i < n_tensors; ++i)
    if (!given[i])
      return failure(TENON_INVALID_ARGUMENT,
                     "entry '%s': %s '%s' is not given, %zu of %zu are; pass it too", entry.name,
                     kind, tensors[i].name, n, n_tensors);
  return success();
}

}  // namespace tenon::runtime::detail
