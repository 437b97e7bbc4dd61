// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See entries.h.
#include "entries.h"

#include "tenon/runtime/runtime.h"

extern "C" {
#define TENON_ENTRY(model, entry, symbol, cpu, arena, own)                                         \
  void symbol(const tenon_call *, int32_t, int32_t);
#include "entries.inc"
#undef TENON_ENTRY
}

namespace tenon::test {

static const CompiledEntry entries[] = {
#define TENON_ENTRY(model, entry, symbol, cpu, arena, own)                                         \
  {model, entry, #symbol, symbol, cpu, arena, own},
#include "entries.inc"
#undef TENON_ENTRY
};

std::vector<Variant> variantsOf(const std::string &model) {
  std::map<unsigned, Variant> variants;
  for (const CompiledEntry &entry : entries)
    if (entry.model == model && (entry.cpu & ~tenon_cpu_features()) == 0)
      variants[entry.cpu].emplace(entry.entry, entry);
  std::vector<Variant> result;
  for (const auto &[cpu, variant] : variants)
    result.push_back(variant);
  return result;
}

} // namespace tenon::test
