// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Looking names up in the tables of a model, with failures that say what there is. Nothing here
// allocates.
#pragma once
#include <cstddef>
#include <cstdint>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::detail {

/// The names of the rows of a table.
struct name_table {
  const void* rows;
  std::size_t count;
  const char* (*at)(const void* rows, std::size_t index);
};

/// Of rows with a member `name`.
template <class Row>
name_table names_of(const Row* rows, std::size_t count) {
  return {rows, count, [](const void* table, std::size_t index) -> const char* {
            return static_cast<const Row*>(table)[index].name;
          }};
}

/// Whose table it is and what stands in it, for failures: "model", "toy", "entry".
struct name_place {
  const char* owner;
  const char* owner_name;  // null where there is but one
  const char* kind;
};

/// The row of that name. Else: "model 'toy' has no entry 'stop'; is 'step' meant? it has: forward,
/// step, loss".
tenon_status find_name(const name_table& names, const name_place& place, const char* name,
                       std::size_t& found);

}  // namespace tenon::runtime::detail
