// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a model has, by name; see model.h.
#include <tenon/runtime/model.h>

#include <algorithm>
#include <cstring>

#include "checks.hpp"
#include "dispatch.hpp"
#include "failure.hpp"
#include "names.hpp"

using namespace tenon::runtime::detail;

namespace {

tenon_status no_place(const char* what) {
  return failure(TENON_INVALID_ARGUMENT, "the pointer for the %s is null; pass one", what);
}

tenon_status find_index(const name_table& names, const name_place& place, const char* name,
                        std::uint32_t* index) {
  if (index == nullptr) return no_place(place.kind);
  std::size_t found = 0;
  TENON_TRY(find_name(names, place, name, found));
  *index = static_cast<std::uint32_t>(found);
  return success();
}

// Text of bounded room that goes on counting behind its end, as snprintf does.
struct bounded_text {
  char* text;
  std::size_t bytes, length = 0;

  void add(const char* letters) {
    for (; *letters != '\0'; ++letters, ++length)
      if (length + 1 < bytes) text[length] = *letters;
    if (bytes > 0) text[std::min(length, bytes - 1)] = '\0';
  }
};

}  // namespace

tenon_status tenon_find_entry(const tenon_model* model, const char* name, uint32_t* entry) {
  TENON_TRY(check_model(model));
  return find_index(names_of(model->entries, model->n_entries), {"model", model->name, "entry"},
                    name, entry);
}

tenon_status tenon_find_dim(const tenon_model* model, const char* name, uint32_t* dim) {
  TENON_TRY(check_model(model));
  return find_index(names_of(model->dims, model->n_dims), {"model", model->name, "dimension"}, name,
                    dim);
}

tenon_status tenon_find_input(const tenon_model* model, uint32_t entry, const char* name,
                              uint32_t* input) {
  TENON_TRY(check_model(model));
  const tenon_entry* what = nullptr;
  TENON_TRY(find_entry(*model, entry, what));
  return find_index(names_of(what->inputs, what->n_inputs), {"entry", what->name, "input"}, name,
                    input);
}

tenon_status tenon_find_output(const tenon_model* model, uint32_t entry, const char* name,
                               uint32_t* output) {
  TENON_TRY(check_model(model));
  const tenon_entry* what = nullptr;
  TENON_TRY(find_entry(*model, entry, what));
  return find_index(names_of(what->outputs, what->n_outputs), {"entry", what->name, "output"}, name,
                    output);
}

const char* tenon_model_metadata(const tenon_model* model, const char* key) {
  if (failed(check_model(model)) || key == nullptr) return nullptr;
  for (std::uint32_t i = 0; i < model->n_metadata; ++i)
    if (std::strcmp(model->metadata[i].key, key) == 0) return model->metadata[i].value;
  return nullptr;
}

size_t tenon_describe(const tenon_model* model, const tenon_tensor* tensor, char* text,
                      size_t bytes) {
  bounded_text all{text, text == nullptr ? 0 : bytes};
  if (model == nullptr || tensor == nullptr) {
    all.add("");
    return 0;
  }
  all.add(tensor->name);
  all.add(" ");
  all.add(dtype_name(tensor->dtype));
  all.add(" (");
  for (std::uint32_t axis = 0; axis < tensor->rank; ++axis) {
    all.add(axis == 0 ? "" : ", ");
    all.add(model->dims[tensor->dims[axis]].name);
  }
  all.add(")");
  return all.length;
}
