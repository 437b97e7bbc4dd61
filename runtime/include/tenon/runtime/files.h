// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* Files in C: safetensors read and written, and whole files written in one step. Saved weights are
 * written with this; applications keep what belongs to them (training state, settings) in the same
 * way.
 *
 * What is written appears whole or not at all: temporary file in the same folder, fsync, rename,
 * fsync of the folder; on any error what was there stays and the temporary file is removed. A
 * process that is killed may leave "<file>.tmp-<process>-<number>" behind (of a name too long for
 * that, its beginning), which nobody needs.
 *
 * A file that is replaced keeps its mode, owner, group and access list, where the system lets this
 * user set them; nobody may read more than before. A new file has the mode that the umask leaves.
 * Links are followed: they stay, and the file that they lead to is replaced, or made. Another name
 * of that file (a hard link) keeps the old bytes. Only regular files that this user may write to
 * are replaced: devices, pipes, sockets and directories are refused with TENON_IO_ERROR. */
#ifndef TENON_RUNTIME_FILES_H
#define TENON_RUNTIME_FILES_H
#include <tenon/runtime/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef TENON_EXPORT
#pragma GCC visibility push(default)
#endif

/* Replaces `path` by `bytes` bytes of `data`. */
tenon_status tenon_file_write(const char* path, const void* data, uint64_t bytes);

/* ---- Writing safetensors ---- */

/* Gives the `bytes` bytes of tensor `index`, row-major. A failure ends the writing. */
typedef tenon_status (*tenon_fill)(void* context, size_t index, void* data, uint64_t bytes);

typedef struct tenon_safetensors {
  const tenon_named_tensor* tensors;
  size_t n_tensors;
  tenon_fill fill; /* called for tensors whose data is NULL, one at a time */
  void* fill_context;
  const tenon_metadata* metadata; /* entries of the header's __metadata__ */
  size_t n_metadata;
  const char* checksum_key; /* NULL: none; else __metadata__ gets a checksum of header and data
                               under this key (16 hex digits), for tenon_safetensors_verify */
} tenon_safetensors;

/* The header is padded to a multiple of 8 bytes; wider dtypes come first, so that every tensor is
 * aligned to its elements, and otherwise the order is that given. */
tenon_status tenon_safetensors_write(const char* path, const tenon_safetensors* contents);

/* ---- Reading safetensors ---- */

typedef struct tenon_safetensors_file tenon_safetensors_file;

/* Opens a file and checks its whole header; the bytes are read by tenon_safetensors_read. */
tenon_status tenon_safetensors_open(const char* path, tenon_safetensors_file** file);
void tenon_safetensors_close(tenon_safetensors_file* file); /* NULL is fine */

size_t tenon_safetensors_count(const tenon_safetensors_file* file);
/* Tensor `index` < count; its data is NULL, its dtype UINT32_MAX where tenon_dtype has no such
 * type. Valid while the file is open. */
tenon_named_tensor tenon_safetensors_tensor(const tenon_safetensors_file* file, size_t index);
/* The name of its dtype as in the file ("F16"), also of types that are not known here; NULL where
 * there is no such tensor. */
const char* tenon_safetensors_dtype(const tenon_safetensors_file* file, size_t index);
/* The value of a key of __metadata__; NULL where there is none. */
const char* tenon_safetensors_metadata(const tenon_safetensors_file* file, const char* key);
/* Reads tensor `index`; `bytes` must be its size. */
tenon_status tenon_safetensors_read(const tenon_safetensors_file* file, size_t index, void* data,
                                    uint64_t bytes);
/* Reads all of it and compares with the checksum under `key`: TENON_BAD_FILE where it differs or is
 * not there. */
tenon_status tenon_safetensors_verify(const tenon_safetensors_file* file, const char* key);

#ifdef TENON_EXPORT
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
