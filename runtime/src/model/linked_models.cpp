// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The models that a linker gathered in one section; see abi.h, which puts them there.
#include <tenon/runtime/model.h>

#include <vector>

#include "dispatch.hpp"
#include "failure.hpp"
#include "names.hpp"

using namespace tenon::runtime::detail;

// Hidden: each program and shared library has a list of its own.
extern "C" {
extern const tenon_model* const __start_tenon_models[] __attribute__((visibility("hidden")));
extern const tenon_model* const __stop_tenon_models[] __attribute__((visibility("hidden")));
}

namespace {

// Linkers name the two ends only of a section that is there: this makes one in a program without
// models.
const tenon_model* const no_model __attribute__((TENON_IN_MODELS)) = nullptr;

// Those that this runtime can read, in order; `others` receives what is wrong with another one.
const tenon_model* readable_model(std::size_t index, tenon_status& others) {
  for (const tenon_model* const* each = __start_tenon_models; each != __stop_tenon_models; ++each) {
    if (*each == no_model) continue;
    if (const tenon_status reads = check_model(*each); failed(reads))
      others = reads;
    else if (index-- == 0)
      return *each;
  }
  return nullptr;
}

}  // namespace

const tenon_model* tenon_linked_model(size_t index) {
  tenon_status others = success();
  return readable_model(index, others);
}

tenon_status tenon_find_model(const char* name, const tenon_model** model) {
  return guarded([&] {
    if (model == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the pointer for the model is null; pass one");
    *model = nullptr;
    std::vector<const tenon_model*> all;
    tenon_status others = success();
    while (const tenon_model* const each = readable_model(all.size(), others)) all.push_back(each);
    const name_table names{all.data(), all.size(), [](const void* table, std::size_t index) {
                             return static_cast<const tenon_model* const*>(table)[index]->name;
                           }};
    std::size_t found = 0;
    const tenon_status outcome = find_name(names, {"the program", nullptr, "model"}, name, found);
    if (failed(outcome)) return name != nullptr && failed(others) ? others : outcome;
    *model = all[found];
    return success();
  });
}
