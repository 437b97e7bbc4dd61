// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* The runtime's C interface: weights, sessions and their errors. Usable from plain C.
 * Every function that can fail returns a tenon_status by value; nothing is allocated for it and no
 * exception leaves the library. Devices (GPU) are in device.h. */
#ifndef TENON_RUNTIME_RUNTIME_H
#define TENON_RUNTIME_RUNTIME_H
#include <stddef.h>
#include <stdint.h>
#include <tenon/runtime/abi.h>

#ifdef __cplusplus
/* abi_5: the inline namespace of the C++ headers. Two shared libraries of one process, each with a
 * Tenon of its own in it, share no names of C++ unless their versions are the same. */
#define TENON_ABI_NAMESPACE_OF_(version) abi_##version
#define TENON_ABI_NAMESPACE_OF(version) TENON_ABI_NAMESPACE_OF_(version)
#define TENON_ABI_NAMESPACE TENON_ABI_NAMESPACE_OF(TENON_ABI_VERSION)

extern "C" {
#endif
#ifdef TENON_EXPORT
#pragma GCC visibility push(default)
#endif

/* The version of the library that was linked, such as "0.2.0". It lives as long as the program. */
const char* tenon_version(void);

#define TENON_MAX_RANK 8u /* dimensions of a tensor that is read from memory or a file */

typedef enum tenon_status_code {
  TENON_OK = 0,
  TENON_INVALID_ARGUMENT = 1, /* a value, size or pointer that the call cannot accept */
  TENON_INCOMPATIBLE = 2,     /* model, weights, CPU or runtime do not belong together */
  TENON_BAD_FILE = 3,         /* the bytes of a file are not what they must be */
  TENON_IO_ERROR = 4,         /* the operating system refused to open or read */
  TENON_OUT_OF_MEMORY = 5,
  TENON_UNAVAILABLE = 6,  /* no driver or no such device on this machine */
  TENON_DEVICE_ERROR = 7, /* a device or its driver failed */
  TENON_BUSY = 8, /* another call is on, in a session or on weights, that allows none beside */
  TENON_CALLBACK_THREW = 9 /* a function of the application threw an exception */
} tenon_status_code;

/* How a call ended. `message` is empty where code is TENON_OK; otherwise it names the thing, the
 * values and the next step. */
typedef struct tenon_status {
  int32_t code; /* tenon_status_code */
  char message[1020];
} tenon_status;

/* Runs task(argument, 0..n_threads-1) and returns when all that it has begun have returned. They
 * share the work as they come: best all at the same time, but also one after the other, or only
 * some of them, one at least. For applications with a thread pool of their own. */
typedef void (*tenon_task)(void* argument, int32_t thread);
typedef void (*tenon_parallel)(void* context, int32_t n_threads, tenon_task task, void* argument);

/* Told now and then while weights are made: how many bytes of the parameters are there, of how
 * many. By one thread, which waits meanwhile. */
typedef void (*tenon_progress)(void* context, uint64_t done, uint64_t total);

/* Begin with TENON_OPTIONS_DEFAULT; in C++ {} is the same. All else that is zero is a good default.
 */
#define TENON_OPTIONS_DEFAULT {.size = sizeof(tenon_options)}
typedef struct tenon_options {
  /* sizeof(tenon_options): what fields a runtime that is newer than its caller may read. */
#ifdef __cplusplus
  uint64_t size = sizeof(tenon_options);
#else
  uint64_t size;
#endif
  int32_t threads;         /* the most that a call gets; small calls get fewer. 0: the environment's
                              TENON_THREADS, and where that is unset, as many as the affinity mask and the
                              cgroup quota allow */
  const char* cpu;         /* name of the variant to use; NULL: the environment's TENON_CPU, and
                              where that is unset, the most capable one that this CPU can run */
  tenon_parallel parallel; /* NULL: the session starts threads of its own */
  void* parallel_context;
  tenon_progress progress; /* NULL: nobody is told */
  void* progress_context;
} tenon_options;

/* ---- Dispatch ---- */

/* Picks the variant for this CPU; `cpu` as in tenon_options. `variant` receives an index into
 * model->variants. TENON_INCOMPATIBLE where the ABI differs or nothing fits. */
tenon_status tenon_variant_select(const tenon_model* model, const char* cpu, uint32_t* variant);

/* The TENON_CPU_* bits that this CPU and its operating system offer. */
uint32_t tenon_cpu_features(void);

/* ---- Weights: the parameters of a model, packed for one variant ---- */

typedef struct tenon_weights tenon_weights;

/* A tensor in memory, row-major and dense; `name` as in the model ("h.0.ln_1.weight"). */
typedef struct tenon_named_tensor {
  const char* name;
  uint32_t dtype; /* tenon_dtype */
  uint32_t rank;
  const int64_t* shape;
  const void* data;
} tenon_named_tensor;

/* Reads `path`: a .safetensors file, a directory that holds model.safetensors or
 * model.safetensors.index.json and its shards, or a GGUF file. The names are the model's own or
 * other names that it gives them (tenon_model.stored). They may begin with prefixes of wrappers,
 * "_orig_mod." (torch.compile) and "module." (DistributedDataParallel), and with those of the model
 * (tenon_model.stored).
 * A tensor has its parameter's shape, or neighbouring dimensions of it multiplied: heads may be
 * stored flat, (H * D, C) for (H, D, C). Saving writes the parameter's own shape.
 * F64, F32, F16 and BF16 are converted to what the model has, rounded to nearest where it is
 * narrower; a value beyond its range is an error. What is quantised in a GGUF file (Q4_0, Q4_1,
 * Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K) becomes the f32 values that it stands for, and then what the
 * model has: it takes the memory of that. On any error nothing is kept and *weights is
 * NULL; missing, misshaped and unexpected tensors are all named. */
tenon_status tenon_weights_load(const tenon_model* model, const char* path,
                                const tenon_options* options, tenon_weights** weights);

/* Packs `n_tensors` tensors, one for every parameter (of every layer); they are copied. */
tenon_status tenon_weights_from_tensors(const tenon_model* model, const tenon_named_tensor* tensors,
                                        size_t n_tensors, const tenon_options* options,
                                        tenon_weights** weights);

/* Draws the parameters by the model's initialisers; the same bits for any thread count. */
tenon_status tenon_weights_random(const tenon_model* model, uint64_t seed,
                                  const tenon_options* options, tenon_weights** weights);

/* Weights of all zeros: to be set by the model's entry `init`, or by tenon_weights_write. */
tenon_status tenon_weights_zero(const tenon_model* model, const tenon_options* options,
                                tenon_weights** weights);

/* What there is of a parameter; all but TENON_VALUE only where an entry of the model trains. */
typedef enum tenon_memory {
  TENON_VALUE = 0,
  TENON_GRADIENT = 1,
  TENON_MOMENT_1 = 2, /* running mean of gradients (AdamW's m) */
  TENON_MOMENT_2 = 3  /* running mean of their squares (AdamW's v), at least 0 */
} tenon_memory;

/* Copies one tensor out of the weights, or into them: by its name with the layer's number
 * ("h.0.ln_1.weight"), row-major and dense, in the parameter's dtype. `bytes` must be its size.
 * `what` is a tenon_memory. Sessions made from the weights see what was written.
 * TENON_BUSY where a call that trains is on, and for writing where any is. */
tenon_status tenon_weights_read(const tenon_weights* weights, uint32_t what, const char* name,
                                void* data, uint64_t bytes);
tenon_status tenon_weights_write(tenon_weights* weights, uint32_t what, const char* name,
                                 const void* data, uint64_t bytes);

/* Writes all parameters (values, not moments) to `path`: one safetensors file with the names of
 * checkpoints, row-major, in each parameter's dtype, and "format": "pt" in its __metadata__, which
 * transformers asks for. tenon_weights_load reads it. The file appears whole or not at all, as
 * files.h says. TENON_BUSY where a call that trains is on. */
tenon_status tenon_weights_save(const tenon_weights* weights, const char* path);

/* Gives the handle back. Sessions made from it keep the memory alive. NULL is fine. */
void tenon_weights_free(tenon_weights* weights);

const tenon_model* tenon_weights_model(const tenon_weights* weights);
uint32_t tenon_weights_variant(const tenon_weights* weights); /* index into model->variants */
const void* tenon_weights_data(const tenon_weights* weights); /* the packed bytes */

/* ---- Sessions: one stream of calls, with its arena, cached state and threads ---- */

typedef struct tenon_session tenon_session;

/* Makes everything that calls need; a session allocates nothing afterwards. A session serves one
 * caller at a time, in the process that made it: others get TENON_BUSY, a fork a status too. Any
 * number of sessions may share weights. An entry that trains (tenon_entry) changes the weights that
 * its session was made from, for all of their sessions: while it runs, any other call on these
 * weights gets TENON_BUSY, as it does itself while others run. What a session has cached stays that
 * of the weights before: tenon_session_reset forgets it. */
tenon_status tenon_session_create(const tenon_model* model, const tenon_weights* weights,
                                  const tenon_options* options, tenon_session** session);
void tenon_session_free(tenon_session* session); /* NULL is fine */

/* Runs entry `entry`. `inputs` and `outputs` are in the entry's order, row-major and dense, aligned
 * to TENON_ALIGNMENT (scalars, of rank 0, to their own size). `dims` has one value a dimension of
 * the model; 0 may stand for dimensions that are static or that the entry does not use. `position`
 * is that of the first token: at most what is cached (less: the rest is forgotten), 0 where the
 * entry has no positions. On an error nothing ran and the cached state is as before. */
tenon_status tenon_session_run(tenon_session* session, uint32_t entry, const void* const* inputs,
                               void* const* outputs, const int64_t* dims, int64_t position);

/* One argument with its own sizes, for tenon_session_call. */
typedef struct tenon_view {
  void* data;           /* not written to where it is an input */
  uint64_t count;       /* elements at data */
  uint32_t dtype, rank; /* tenon_dtype */
  const int64_t* sizes; /* NULL: those that the other arguments of the call have, and the model */
} tenon_view;

/* tenon_session_run with every size given at its tensor: also checks number, dtype, rank, element
 * count, and that a dimension has one size throughout the call. */
tenon_status tenon_session_call(tenon_session* session, uint32_t entry, const tenon_view* inputs,
                                size_t n_inputs, const tenon_view* outputs, size_t n_outputs,
                                int64_t position);

tenon_status tenon_session_reset(tenon_session* session); /* forgets and zeroes the cached state */
int64_t tenon_session_cached(const tenon_session* session); /* positions cached so far */
int32_t tenon_session_threads(const tenon_session* session);
const tenon_model* tenon_session_model(const tenon_session* session); /* NULL of NULL */

#ifdef TENON_EXPORT
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
