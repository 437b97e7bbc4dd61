// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* A C program with a compiled model. The model's header is all that it includes of Tenon's. */
#include <stdio.h>
#include <stdlib.h>

#include "twin.tenon.h"

static int fail(const char* what, const char* message) {
  fprintf(stderr, "failed: %s: %s\n", what, message);
  return 1;
}

int main(void) {
  tenon_options options = TENON_OPTIONS_DEFAULT;
  options.threads = 1;
  tenon_weights* weights = NULL;
  tenon_status status = tenon_weights_random(&tenon_model_twin, 1, &options, &weights);
  if (status.code != TENON_OK) return fail("weights", status.message);
  tenon_session* session = NULL;
  status = tenon_session_create(&tenon_model_twin, weights, &options, &session);
  if (status.code != TENON_OK) return fail("session", status.message);
  tenon_weights_free(weights);

  int32_t* ids = aligned_alloc(TENON_ALIGNMENT, TENON_ALIGNMENT);
  float* x = aligned_alloc(TENON_ALIGNMENT, 2 * TENON_ALIGNMENT);
  ids[0] = 3, ids[1] = 10;
  x[31] = -1.0e30f;
  const void* inputs[] = {ids};
  void* outputs[] = {x};
  const int64_t dims[] = {1, 2, 0, 0}; /* batch, seq; n_vocab and n_embd are static */
  status = tenon_session_run(session, tenon_twin_forward, inputs, outputs, dims, 0);
  if (status.code != TENON_OK) return fail("forward", status.message);
  if (x[31] == -1.0e30f) return fail("forward", "the last element was not written");
  ids[1] = 11;
  status = tenon_session_run(session, tenon_twin_forward, inputs, outputs, dims, 0);
  if (status.code != TENON_INVALID_ARGUMENT) return fail("an id out of range", "was taken");

  tenon_session_free(session);
  free(ids);
  free(x);
  puts("every step of the C program held");
  return 0;
}
