// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* GGUF files in C: what a header says (keys with values, tensors), and values of tensors. Weights
 * are loaded from them by tenon_weights_load; this is for what an application reads besides, such
 * as the sizes and the tokenizer of a model. */
#ifndef TENON_RUNTIME_GGUF_H
#define TENON_RUNTIME_GGUF_H
#include <tenon/runtime/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef TENON_EXPORT
#pragma GCC visibility push(default)
#endif

typedef struct tenon_gguf_file tenon_gguf_file;

/* Opens a file of version 2 or 3, little-endian and whole, and checks its header: what is in it is
 * at most 100 MB. */
tenon_status tenon_gguf_open(const char* path, tenon_gguf_file** file);
void tenon_gguf_close(tenon_gguf_file* file); /* NULL is fine */

/* ---- Keys ---- */

typedef enum tenon_gguf_kind {
  TENON_GGUF_NONE = 0, /* there is no such value */
  TENON_GGUF_INTEGER = 1,
  TENON_GGUF_REAL = 2, /* also an integer beyond INT64_MAX */
  TENON_GGUF_BOOL = 3,
  TENON_GGUF_TEXT = 4,
  TENON_GGUF_ARRAY = 5
} tenon_gguf_kind;

typedef struct tenon_gguf_value {
  uint32_t kind;    /* tenon_gguf_kind */
  int64_t integer;  /* of an integer; of a bool 0 or 1 */
  double real;      /* of an integer, too */
  const char* text; /* `bytes` bytes, not ended by NUL; perhaps no UTF-8 */
  uint64_t bytes;
  uint64_t count;    /* of an array: its items */
  const void* items; /* for tenon_gguf_item */
} tenon_gguf_value;

/* The number of keys, and each, in the order of the file; NULL where there is none. */
size_t tenon_gguf_keys(const tenon_gguf_file* file);
const char* tenon_gguf_key(const tenon_gguf_file* file, size_t index);
/* The value of a key. What it points to is valid while the file is open. */
tenon_gguf_value tenon_gguf_find(const tenon_gguf_file* file, const char* key);
/* An item of an array. */
tenon_gguf_value tenon_gguf_item(const tenon_gguf_file* file, const tenon_gguf_value* array,
                                 uint64_t index);

/* ---- Tensors ---- */

size_t tenon_gguf_count(const tenon_gguf_file* file);
/* Tensor `index` < count; its data is NULL, its dtype UINT32_MAX where tenon_dtype has no such
 * type. The innermost dimension comes last, unlike in the file. Valid while the file is open. */
tenon_named_tensor tenon_gguf_tensor(const tenon_gguf_file* file, size_t index);
/* The name of its type, such as "Q8_0"; NULL where there is no such tensor. */
const char* tenon_gguf_type(const tenon_gguf_file* file, size_t index);
/* Reads `count` elements of tensor `index` from `first` on, row-major, as f32; of what is
 * quantised, the values that it stands for. */
tenon_status tenon_gguf_read(const tenon_gguf_file* file, size_t index, uint64_t first,
                             float* values, uint64_t count);

#ifdef TENON_EXPORT
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
