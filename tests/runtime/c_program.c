// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/* The C interface from a plain C program: load a file, run an entry, read an error. Exits with 0
 * only if every step gave what it should. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tenon/runtime/device.h>
#include <tenon/runtime/model.h>
#include <tenon/runtime/runtime.h>

extern const tenon_model tenon_model_toy, tenon_model_learner;

static int failures = 0;

static void expect(int holds, const char* what, const char* message) {
  if (holds) return;
  failures += 1;
  fprintf(stderr, "failed: %s: %s\n", what, message);
}

/* A model that trains: its scalars are variables, its weights are written and read. */
static void train(void) {
  tenon_weights* weights = NULL;
  tenon_session* session = NULL;
  tenon_status status = tenon_weights_zero(&tenon_model_learner, NULL, &weights);
  expect(status.code == TENON_OK && weights != NULL, "weights of zeros", status.message);
  const float bias[] = {1, 2, 3};
  status = tenon_weights_write(weights, TENON_VALUE, "h.0.bias", bias, sizeof bias);
  expect(status.code == TENON_OK, "write", status.message);
  status = tenon_session_create(&tenon_model_learner, weights, NULL, &session);
  expect(status.code == TENON_OK, "session of a model that trains", status.message);

  const int32_t micro_step = 0;
  const float scale = 2;
  float sum = 0;
  int32_t count = 0;
  const void* inputs[] = {&micro_step, &scale};
  void* outputs[] = {&sum, &count};
  const int64_t dims[] = {0, 0, 0};
  status = tenon_session_run(session, 1, inputs, outputs, dims, 0);
  expect(status.code == TENON_OK && sum == 6 && count == 1, "gradients", status.message);
  float gradient[3] = {0};
  status = tenon_weights_read(weights, TENON_GRADIENT, "h.0.bias", gradient, sizeof gradient);
  expect(status.code == TENON_OK && gradient[2] == 6, "read", status.message);
  status = tenon_weights_read(weights, TENON_GRADIENT, "h.0.bias", gradient, 8);
  expect(status.code == TENON_INVALID_ARGUMENT && strstr(status.message, "12 bytes, got 8") != NULL,
         "a wrong size", status.message);
  tenon_session_free(session);
  tenon_weights_free(weights);
}

/* What the program was linked with. */
static void list_models(void) {
  size_t n = 0;
  while (tenon_linked_model(n) != NULL) n += 1;
  const tenon_model* found = NULL;
  tenon_status status = tenon_find_model("learner", &found);
  expect(n == 2 && status.code == TENON_OK && found == &tenon_model_learner, "a model by name",
         status.message);
  status = tenon_find_model("learners", &found);
  expect(status.code == TENON_INVALID_ARGUMENT && found == NULL &&
             strstr(status.message,
                    "the program has no model 'learners'; is 'learner' meant? it has: ") ==
                 status.message,
         "no such model", status.message);
}

/* What a checkpoint of the model holds. */
static void list_tensors(void) {
  tenon_tensor_list* list = NULL;
  tenon_status status = tenon_tensor_list_create(&tenon_model_toy, &list);
  const tenon_named_tensor* tensors = NULL;
  size_t index = 0;
  expect(status.code == TENON_OK && tenon_tensor_list_all(list, &tensors) == 6, "list of tensors",
         status.message);
  status = tenon_tensor_list_find(list, "h.1.proj.weight", &index);
  expect(status.code == TENON_OK && index == 5 && tenon_tensor_bytes(&tensors[index]) == 36,
         "a tensor by name", status.message);
  tenon_tensor_list_free(list);
}

int main(void) {
  tenon_options options = TENON_OPTIONS_DEFAULT;
  tenon_weights* weights = NULL;
  tenon_session* session = NULL;
  tenon_status status = tenon_weights_random(&tenon_model_toy, 1, &options, &weights);
  expect(status.code == TENON_OK && weights != NULL, "weights", status.message);
  options.threads = 2;
  status = tenon_session_create(&tenon_model_toy, weights, &options, &session);
  expect(status.code == TENON_OK && tenon_session_threads(session) == 2, "session", status.message);
  tenon_weights_free(weights);

  int32_t* ids = aligned_alloc(TENON_ALIGNMENT, TENON_ALIGNMENT);
  float* logits = aligned_alloc(TENON_ALIGNMENT, TENON_ALIGNMENT);
  ids[0] = 3;
  ids[1] = 4;
  logits[10] = -1.0e30f;
  const void* inputs[] = {ids};
  void* outputs[] = {logits};
  const int64_t dims[] = {1, 2, 0, 0, 0, 0}; /* batch, seq; the others are static */
  status = tenon_session_run(session, 1, inputs, outputs, dims, 0);
  expect(status.code == TENON_OK && status.message[0] == '\0', "step", status.message);
  expect(logits[10] != -1.0e30f && tenon_session_cached(session) == 2, "step wrote", "nothing");

  const int64_t ids_sizes[] = {1, 2};
  const tenon_argument named_ids = {"ids", {ids, 2, TENON_I32, 2, ids_sizes}};
  const tenon_argument named_logits = {"logits", {logits, 11, TENON_F32, 0, NULL}};
  const float before = logits[10];
  logits[10] = 0;
  status = tenon_session_call_named(session, "step", &named_ids, 1, &named_logits, 1, 0);
  expect(status.code == TENON_OK && logits[10] == before, "step by names", status.message);
  list_models();
  list_tensors();

  ids[1] = 11;
  status = tenon_session_run(session, 1, inputs, outputs, dims, 0);
  expect(status.code == TENON_INVALID_ARGUMENT &&
             strstr(status.message, "'ids' at [0, 1] is 11") != NULL,
         "a bad id", status.message);
  status = tenon_weights_load(&tenon_model_toy, "/nowhere", NULL, &weights);
  expect(status.code == TENON_IO_ERROR && weights == NULL, "no file", status.message);
  expect(tenon_session_run(NULL, 0, inputs, outputs, dims, 0).code == TENON_INVALID_ARGUMENT,
         "null", "");
  tenon_session_free(session);
  expect(strcmp(tenon_version(), TENON_TEST_VERSION) == 0, "version", tenon_version());
  train();
  free(ids);
  free(logits);
  if (failures == 0) puts("every step of the C program held");
  return failures != 0;
}
