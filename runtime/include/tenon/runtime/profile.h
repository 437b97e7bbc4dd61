// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* What the threads of a session did in its calls, and when, in C. The memory for it is made before;
 * recording allocates nothing. What a kernel is and costs stands in tenon_entry.kernels. */
#ifndef TENON_RUNTIME_PROFILE_H
#define TENON_RUNTIME_PROFILE_H
#include <tenon/runtime/runtime.h>

#ifdef __cplusplus
extern "C" {
#endif
#ifdef TENON_EXPORT
#pragma GCC visibility push(default)
#endif

/* One thread's share of one kernel, in one layer. Times are of the steady clock, in ns. */
typedef struct tenon_slice {
  uint64_t begin, end;
  uint32_t call;   /* index of the recorded call */
  uint32_t kernel; /* index into the entry's kernels */
  int32_t layer;   /* 0 outside of a stack */
} tenon_slice;

typedef struct tenon_recorded_call {
  uint64_t begin, end; /* ns: from the fork of the threads until all are through */
  uint32_t entry;
  int64_t position;
  const int64_t* dims; /* the value of every dimension of the model; the session's memory */
} tenon_recorded_call;

/* Makes memory for the next `max_calls` calls and records them; calls beyond run unrecorded. What
 * was recorded before is dropped; 0 gives the memory back. Calls that fail are not recorded. */
tenon_status tenon_session_record(tenon_session* session, uint64_t max_calls);

/* Both point into the session's memory, valid until the session records anew or is freed, and
 * return how many there are. Not during a call. A thread's slices are in the order of time. */
uint64_t tenon_session_recorded_calls(const tenon_session* session,
                                      const tenon_recorded_call** calls);
uint64_t tenon_session_recorded_slices(const tenon_session* session, int32_t thread,
                                       const tenon_slice** slices);

/* The value of a kernel's flops or bytes in a call with these sizes at that position. */
double tenon_cost(const tenon_cost_term* terms, uint32_t n_terms, const int64_t* dims,
                  int64_t position);

#ifdef TENON_EXPORT
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif
#endif
