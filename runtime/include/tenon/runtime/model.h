// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* A model by its names, for programs that are not written for one model: which entries, dimensions
 * and learned tensors it has, and calls whose arguments are named. Names are compared letter by
 * letter; a failure says what was asked for, what is nearest and what there is. */
#ifndef TENON_RUNTIME_MODEL_H
#define TENON_RUNTIME_MODEL_H
#include <tenon/runtime/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef TENON_EXPORT
#pragma GCC visibility push(default)
#endif

/* ---- The models of a program ---- */

/* Model `index` of those that were linked into the program, or into the shared library that this
 * runtime is part of, in the linker's order; NULL behind the last. A target that links a library of
 * tenon_add_model links its models, whether it names them or not. Those of another ABI version are
 * left out, and tenon_find_model says so where it finds nothing. */
const tenon_model* tenon_linked_model(size_t index);
tenon_status tenon_find_model(const char* name, const tenon_model** model);

/* ---- What a model has: indices into its tables ---- */

tenon_status tenon_find_entry(const tenon_model* model, const char* name, uint32_t* entry);
tenon_status tenon_find_dim(const tenon_model* model, const char* name, uint32_t* dim);
tenon_status tenon_find_input(const tenon_model* model, uint32_t entry, const char* name,
                              uint32_t* input);
tenon_status tenon_find_output(const tenon_model* model, uint32_t entry, const char* name,
                               uint32_t* output);

/* Writes "ids i32 (batch, seq)" for a tensor of the model, cut to `bytes` bytes with a terminating
 * zero, and returns the length of the whole text, as snprintf does. `text` may be NULL if `bytes`
 * is 0. */
size_t tenon_describe(const tenon_model* model, const tenon_tensor* tensor, char* text,
                      size_t bytes);

/* What the model says of itself under a key (METADATA of tenon_add_model); NULL where nothing. */
const char* tenon_model_metadata(const tenon_model* model, const char* key);

/* ---- Learned tensors, as a checkpoint names them: one a layer, "h.3.ln_1.weight" ---- */

typedef struct tenon_tensor_list tenon_tensor_list;

/* All tensors of a model in its order: those of tenon_weights_read, tenon_weights_write and of the
 * file of tenon_weights_save. It does not keep the model. */
tenon_status tenon_tensor_list_create(const tenon_model* model, tenon_tensor_list** list);
void tenon_tensor_list_free(tenon_tensor_list* list); /* NULL is fine */

/* How many there are; `tensors` receives them, with data NULL. Valid until the list is freed. */
size_t tenon_tensor_list_all(const tenon_tensor_list* list, const tenon_named_tensor** tensors);
tenon_status tenon_tensor_list_find(const tenon_tensor_list* list, const char* name, size_t* index);

/* Bytes of a tensor, row-major and dense; 0 where tenon_dtype has no such type, UINT64_MAX where
 * they are more. */
uint64_t tenon_tensor_bytes(const tenon_named_tensor* tensor);

/* ---- Calls by names ---- */

typedef struct tenon_argument {
  const char* name;
  tenon_view view; /* its sizes may be NULL: see tenon_session_call */
} tenon_argument;

/* tenon_session_call with entry and arguments by name, in any order, each one once. Names are
 * looked up anew in each call; where that matters, look them up once and use tenon_session_call.
 * Nothing is allocated. */
tenon_status tenon_session_call_named(tenon_session* session, const char* entry,
                                      const tenon_argument* inputs, size_t n_inputs,
                                      const tenon_argument* outputs, size_t n_outputs,
                                      int64_t position);

#ifdef TENON_EXPORT
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
