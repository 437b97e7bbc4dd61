// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* The ABI: what a generated library offers to the runtime, in C. A contract between codegen (which
 * writes a constant `tenon_model` per model) and runtime (which reads it). Layouts, of these
 * structs and of what the C++ headers beside this one declare, change only together with
 * TENON_ABI_VERSION; the runtime refuses a model of another version with a message.
 */
#ifndef TENON_RUNTIME_ABI_H
#define TENON_RUNTIME_ABI_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TENON_ABI_VERSION 7
/* Bytes, of every buffer that generated code is handed; scalars (rank 0) need their own size only.
 */
#define TENON_ALIGNMENT 64u

typedef enum tenon_dtype {
  TENON_F32 = 0,
  TENON_BF16 = 1,
  TENON_I32 = 2,
  TENON_F64 = 3
} tenon_dtype;
typedef enum tenon_init {
  TENON_INIT_ZEROS = 0,
  TENON_INIT_ONES = 1,
  TENON_INIT_NORMAL = 2,
  TENON_INIT_SCALED_NORMAL = 3,
  TENON_INIT_UNIFORM = 4
} tenon_init;

/* A dimension of the model; min == max where it is known at compile time. */
typedef struct tenon_dim {
  const char* name;
  int64_t min, max;
} tenon_dim;

/* From `least` to `most`. An end that is open does not belong to the range: a finite number lies
 * between two open infinities. NaN lies in no range. */
typedef struct tenon_range {
  double least, most;
  uint32_t least_is_open, most_is_open;
} tenon_range;

/* Name, element type and shape; `dims` holds `rank` indices into tenon_model.dims. */
typedef struct tenon_tensor {
  const char* name;
  uint32_t dtype, rank;
  const uint32_t* dims;
  /* Inputs only: the values must lie in [0, limit), or equal `ignored` where has_ignored is 1;
   * limit 0: any value is fine. */
  int64_t limit;
  int32_t ignored;
  uint32_t has_ignored;
  const tenon_range* range; /* of an input that is a scalar; NULL: any value is fine */
} tenon_tensor;

/* A learned tensor. `layers` is 0, or the depth of the stack it belongs to; then the name holds
 * "{}" where the layer's number goes ("h.{}.ln_1.weight"), or "{2i+1}" where layer i of the stack
 * has the number 2 i + 1, as layers that take turns have. One "{}" more stands for the number of a
 * part along the first dimension: checkpoints hold each part as a tensor of its own; such a
 * parameter is not packed. */
typedef struct tenon_param {
  tenon_tensor tensor;
  uint32_t layers;
  uint32_t init; /* tenon_init */
  double init_value;
} tenon_param;

/* Told by a thread that it comes to a kernel (done 0) or that all of the kernel is computed (done
 * 1). `kernel` is an index into entry.kernels, `layer` the layer of a stack, 0 outside of one. */
typedef void (*tenon_observer)(void* context, int32_t thread, uint32_t kernel, int32_t layer,
                               int32_t done);

/* One call of an entry, shared by all its threads. */
typedef struct tenon_call {
  void* weights;             /* packed weights, variant.weights_bytes; written where entry.trains */
  void* arena;               /* entry.arena_bytes */
  void* state;               /* variant.state_bytes; NULL where the entry has none */
  const void* const* inputs; /* in the order of entry.inputs, row-major and dense */
  void* const* outputs;      /* in the order of entry.outputs, row-major and dense */
  const int64_t* dims;       /* the value of every dimension of the model in this call */
  int64_t position;          /* position of the first token; 0 where nothing is cached yet */
  /* A call goes through stages of n_shares shares each, in the same order on every thread. Returns
   * the share that this thread is to compute next of its stage, whose shares before are computed by
   * now; -1 when all of the stage are, by whichever threads: the next call is about the stage
   * after. Memory may be touched while a share is held only: a late thread finds every stage done,
   * and the call over. */
  int32_t (*next_share)(void* context, int32_t thread);
  void* share_context;
  tenon_observer observe; /* NULL, as it is unless somebody profiles: nothing is told */
  void* observe_context;
  /* Gradients, first and second moments, one after the other: each variant.weights_bytes, laid out
   * as the packed weights are. NULL where no entry of the model trains. */
  void* training;
  /* What each thread has alone while it runs a kernel: thread t variant.thread_bytes from
   * thread_memory + t * thread_stride on. The stride is a multiple of TENON_ALIGNMENT. */
  void* thread_memory;
  uint64_t thread_stride;
} tenon_call;

/* Takes part in a call as thread `thread`, which counts from 0. All is computed when one thread has
 * returned, however many take part. */
typedef void (*tenon_run)(const tenon_call* call, int32_t thread, int32_t n_shares);

/* Copies one parameter tensor (of one layer): row-major to its place in the packed weights, or
 * back. */
typedef void (*tenon_pack)(const void* source, void* destination);

/* Where a parameter lies in the packed weights: layer l at offset + l * stride. */
typedef struct tenon_packed_param {
  uint64_t offset, stride, bytes; /* bytes: size of one layer's packed tensor */
  tenon_pack pack;                /* row-major to packed; NULL: packed form is the row-major form */
  tenon_pack unpack;              /* packed to row-major; NULL where pack is */
} tenon_packed_param;

/* CPU features that a variant needs; the runtime's dispatch tests them (bits of tenon_cpu). */
enum {
  TENON_CPU_X86_64_V2 = 1u << 0,
  TENON_CPU_X86_64_V3 = 1u << 1,
  TENON_CPU_X86_64_V4 = 1u << 2,
  TENON_CPU_AVX512_BF16 = 1u << 3,
  TENON_CPU_AARCH64 = 1u << 8
};

/* The code of one instruction set. `runs[i]` belongs to entry i. */
typedef struct tenon_variant {
  const char* name; /* "x86-64-v4" */
  uint32_t cpu;     /* all of these bits must be present */
  uint64_t weights_bytes, state_bytes;
  const tenon_packed_param* params; /* one a parameter of the model */
  const tenon_run* runs;            /* one an entry of the model */
  uint64_t thread_bytes;            /* of memory that each thread of a call has alone */
  /* One an entry: what a call of its run takes of the stack of each thread, without what
   * call.next_share and call.observe take in turn. */
  const uint64_t* stack_bytes;
} tenon_variant;

/* A buffer of a GPU kernel, in binding (SPIR-V, set 0) or argument (PTX) order. */
typedef enum tenon_gpu_source {
  TENON_GPU_PARAM = 0,
  TENON_GPU_INPUT = 1,
  TENON_GPU_OUTPUT = 2,
  TENON_GPU_SCALARS = 3 /* int32: every dimension's value in model order, then the position */
} tenon_gpu_source;
typedef struct tenon_gpu_buffer {
  uint32_t source, index;
} tenon_gpu_buffer;

typedef enum tenon_gpu_code { TENON_GPU_SPIRV = 1, TENON_GPU_PTX = 2 } tenon_gpu_code;

/* One kernel that computes a whole entry; launched with ceil(rows / rows_per_group) work groups,
 * rows being the product of the first input's dimensions. Parameters are row-major. */
typedef struct tenon_gpu_kernel {
  uint32_t code_kind;    /* tenon_gpu_code */
  uint32_t architecture; /* PTX: 80 for sm_80; SPIR-V: 0 */
  const void* code;      /* SPIR-V words, or PTX text with a terminating zero */
  uint64_t code_bytes;
  const char* symbol;
  uint32_t workgroup_size; /* threads, one-dimensional */
  uint32_t rows_per_group;
  uint32_t n_buffers;
  const tenon_gpu_buffer* buffers;
} tenon_gpu_kernel;

/* factor * the product of the sizes of `dims`, * the call's position where by_position is 1. */
typedef struct tenon_cost_term {
  int64_t factor;
  uint32_t by_position, n_dims;
  const uint32_t* dims; /* indices into tenon_model.dims, of dimensions known at run time only */
} tenon_cost_term;

/* What one kernel of an entry is, and what one run of it (in one layer) costs: sums of terms. Bytes
 * count what has to be read and written, each buffer once. */
typedef struct tenon_kernel {
  const char* name;  /* its operations and parameters: "linear h.{}.mlp.c_fc + gelu" */
  const char* lines; /* where they stand in the model's source: "gpt2.model.cpp:45" */
  uint32_t repeats;  /* how often a call runs it: the layers of its stack, 1 outside of one */
  uint32_t n_flops, n_bytes;
  const tenon_cost_term* flops;
  const tenon_cost_term* bytes;
} tenon_kernel;

/* Something the model can be asked to compute. */
typedef struct tenon_entry {
  const char* name; /* "forward", "step", "loss" */
  uint32_t n_inputs, n_outputs;
  const tenon_tensor* inputs;
  const tenon_tensor* outputs;
  uint64_t arena_bytes;
  uint32_t uses_state;   /* 1: reads and extends the cached state, starting at call.position */
  uint32_t trains;       /* 1: works on call.training or writes call.weights */
  uint32_t compute;      /* tenon_dtype of factors: bf16, perhaps rounded on the way, or f32 */
  int64_t context;       /* positions must stay below this; 0: no positions are involved */
  uint32_t sequence_dim; /* index of the dimension that counts positions; valid if context > 0 */
  uint32_t n_gpu_kernels;
  const tenon_gpu_kernel* gpu_kernels;
  uint32_t n_kernels; /* of the code for CPUs, in the order in which they run */
  const tenon_kernel* kernels;
} tenon_entry;

/* What a model or a file says of itself beside its tables; UTF-8. */
typedef struct tenon_metadata {
  const char* key;
  const char* value;
} tenon_metadata;

/* What a name in a checkpoint means that is no parameter's: letters that may stand before all
 * names; a tensor to ignore; a second copy of parameter `param`, whose values must be equal; or the
 * parameter itself, as checkpoints of another kind have it. "{}" stands for the number of a layer.
 */
typedef enum tenon_stored {
  TENON_STORED_PREFIX = 0,
  TENON_STORED_IGNORED = 1,
  TENON_STORED_TWIN = 2,
  TENON_STORED_NAMED = 3,   /* as it is; of a parameter in parts, all of them in one tensor */
  TENON_STORED_SWAPPED = 4, /* its first two dimensions in the other order */
  TENON_STORED_PAIRED = 5,  /* of the D rows in the last but one dimension, i and i + D/2 are 2i and
                               2i + 1 there: channels that turn together are neighbours */
  TENON_STORED_RAISED = 6   /* each value is greater by 1 */
} tenon_stored;
typedef struct tenon_stored_name {
  const char* name;
  uint32_t kind;  /* tenon_stored */
  uint32_t param; /* index into tenon_model.params, of all but a prefix and what is ignored */
} tenon_stored_name;

/* A model as a generated library defines it. Its header declares it as tenon_model_<name>; the
 * linker knows it as tenon_model_<name>_<fingerprint in hexadecimal>. */
typedef struct tenon_model {
  uint32_t abi_version; /* TENON_ABI_VERSION of the generator */
  const char* name;
  uint64_t fingerprint;  /* of the graph, of what was asked of the compiler, and of its version */
  const char* generator; /* version of the compiler that wrote it */
  uint32_t n_dims, n_params, n_entries, n_variants, n_metadata, n_stored;
  const tenon_dim* dims;
  const tenon_param* params;
  const tenon_entry* entries;
  const tenon_variant* variants; /* most capable first */
  const tenon_metadata* metadata;
  const tenon_stored_name* stored;
} tenon_model;

/* TENON_REGISTER_MODEL(gpt2) puts tenon_model_gpt2 on the list of the program or shared library
 * that it is linked into (tenon_linked_model of model.h): linkers gather such pointers in one
 * section and say where it begins and ends; `retain` keeps them where unused sections are dropped.
 * A link line asks an archive for them by the name tenon_linked_gpt2, which is weak, since two
 * models may have one name. */
#if defined(__has_attribute)
#if __has_attribute(retain)
#define TENON_IN_MODELS section("tenon_models"), used, retain
#endif
#endif
#ifndef TENON_IN_MODELS
#define TENON_IN_MODELS section("tenon_models"), used
#endif
#define TENON_REGISTER_MODEL(model)                                                \
  extern const tenon_model* const tenon_linked_##model                             \
      __attribute__((weak, visibility("hidden")));                                 \
  const tenon_model* const tenon_linked_##model __attribute__((TENON_IN_MODELS)) = \
      &tenon_model_##model

#ifdef __cplusplus
}
#endif
#endif
