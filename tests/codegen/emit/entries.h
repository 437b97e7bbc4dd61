// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The entries that tenon-emit-entries compiled, as a table.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tenon/runtime/abi.h"

namespace tenon::test {

struct CompiledEntry {
  const char *model, *entry, *symbol;
  tenon_run run;
  unsigned cpu; // bits of tenon_cpu
  std::size_t arenaBytes, threadBytes;
};

/// The entries of a model for one target, by name.
using Variant = std::map<std::string, CompiledEntry>;
/// Those of a model that this CPU can run, one a target, the most capable last.
std::vector<Variant> variantsOf(const std::string &model);

} // namespace tenon::test
