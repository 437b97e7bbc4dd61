// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Looking names up; see names.hpp.
#include "names.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "failure.hpp"

namespace tenon::runtime::detail {
namespace {

// Longer names are compared by their beginnings.
constexpr std::size_t most_letters = 96;

// Letters to insert, remove or replace to make one of the other (Levenshtein).
std::size_t distance(const char* a, const char* b) {
  const std::size_t n = strnlen(a, most_letters), m = strnlen(b, most_letters);
  std::size_t row[most_letters + 1];  // of the first i letters of a, to each beginning of b
  for (std::size_t j = 0; j <= m; ++j) row[j] = j;
  for (std::size_t i = 1; i <= n; ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= m; ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[m];
}

// The name that may have been meant: no more than a third of its letters differ. Null if none.
const char* nearest(const name_table& names, const char* name) {
  const char* best = nullptr;
  std::size_t least = most_letters;
  for (std::size_t i = 0; i < names.count; ++i) {
    const char* const each = names.at(names.rows, i);
    const std::size_t away = distance(name, each);
    if (away >= least || away > std::max<std::size_t>(1, strnlen(each, most_letters) / 3)) continue;
    least = away;
    best = each;
  }
  return best;
}

// "forward, step and 12 more": as many names as fit.
void list_names(const name_table& names, char* text, std::size_t bytes) {
  constexpr std::size_t tail = sizeof ", ... and 4294967295 more";
  std::size_t used = 0;
  text[0] = '\0';
  for (std::size_t i = 0; i < names.count; ++i) {
    const char* const each = names.at(names.rows, i);
    if (used + std::strlen(each) + 2 + tail > bytes) {
      std::snprintf(text + used, bytes - used, "%s and %zu more", i == 0 ? "..." : ", ...",
                    names.count - i);
      return;
    }
    used += static_cast<std::size_t>(
        std::snprintf(text + used, bytes - used, "%s%s", i == 0 ? "" : ", ", each));
  }
}

}  // namespace

tenon_status find_name(const name_table& names, const name_place& place, const char* name,
                       std::size_t& found) {
  char owner[most_letters + 32];
  if (place.owner_name == nullptr)
    std::snprintf(owner, sizeof owner, "%s", place.owner);
  else
    std::snprintf(owner, sizeof owner, "%s '%.*s'", place.owner, static_cast<int>(most_letters),
                  place.owner_name);
  if (name == nullptr)
    return failure(TENON_INVALID_ARGUMENT, "the name of the %s is null; pass one that %s has",
                   place.kind, owner);
  for (std::size_t i = 0; i < names.count; ++i)
    if (std::strcmp(names.at(names.rows, i), name) == 0) {
      found = i;
      return success();
    }
  if (names.count == 0)
    return failure(TENON_INVALID_ARGUMENT, "%s has no %s '%s'; it has none", owner, place.kind,
                   name);
  char all[400], meant[most_letters + 16] = "";
  list_names(names, all, sizeof all);
  if (const char* const near = nearest(names, name))
    std::snprintf(meant, sizeof meant, "is '%.*s' meant? ", static_cast<int>(most_letters), near);
  return failure(TENON_INVALID_ARGUMENT, "%s has no %s '%s'; %sit has: %s", owner, place.kind, name,
                 meant, all);
}

}  // namespace tenon::runtime::detail
