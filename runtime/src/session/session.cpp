// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Sessions of the C interface: checks, then one fork over the team's threads.
#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <memory>
#include <new>
#include <vector>

#include "arguments.hpp"
#include "failure.hpp"
#include "mapping.hpp"
#include "model/checks.hpp"
#include "model/dispatch.hpp"
#include "options.hpp"
#include "recording.hpp"
#include "threads/cores.hpp"
#include "threads/exclusive.hpp"
#include "threads/float_environment.hpp"
#include "threads/stack.hpp"
#include "threads/team.hpp"
#include "threads/workload.hpp"
#include "weights/packed.hpp"

using namespace tenon::runtime::detail;

namespace {

// What the threads of a call share. One that is late may still read `call` when the call is over
// and the next one on: it lives as long as they do.
struct launch {
  tenon_run run;
  tenon_call call;
  std::int32_t n_shares;
};

}  // namespace

struct tenon_session {
  explicit tenon_session(std::shared_ptr<const packed_weights> of)
      : weights(std::move(of)), call(*weights->model), cached_dims(weights->model->n_dims) {}

  std::shared_ptr<const packed_weights> weights;
  mapping arena, state, thread_memory;
  std::uint64_t thread_stride = 0;  // of thread_memory, from one thread's to the next one's
  launch current{};
  std::vector<workload> work;  // one an entry
  double grain = 0;
  int most_threads = 1;  // of a call
  std::unique_ptr<team> threads;
  checked_call call;  // kept here so that a call needs no memory and little stack
  std::atomic<std::int64_t> cached = 0;   // others may ask while a call is on
  std::vector<std::int64_t> cached_dims;  // of the call that cached them
  std::unique_ptr<recording> recorded;    // null unless somebody profiles
  one_caller turns;
};

namespace {

void take_part(void* argument, std::int32_t thread) {
  const launch& shared = *static_cast<const launch*>(argument);
  const float_environment own;
  shared.run(&shared.call, thread, shared.n_shares);
}

std::int32_t next_share(void* context, std::int32_t thread) {
  return static_cast<tenon_session*>(context)->threads->next_share(thread);
}

void observe(void* context, std::int32_t thread, std::uint32_t kernel, std::int32_t layer,
             std::int32_t done) {
  const tenon_session& session = *static_cast<tenon_session*>(context);
  if (session.threads->is_over(thread)) return;
  if (done == 0)
    session.recorded->begin_kernel(thread, kernel, layer);
  else
    session.recorded->end_kernel(thread, session.threads->share_ended_at(thread));
}

// The cache holds positions 0..cached-1 of certain sequences: a call must continue them without a
// gap, and be about the same ones.
tenon_status check_cache(const tenon_session& session, const checked_call& call) {
  const tenon_entry& entry = *call.entry;
  const std::int64_t cached = session.cached;
  if (call.position > cached)
    return failure(TENON_INVALID_ARGUMENT,
                   "entry '%s': position %" PRId64 " leaves a gap after the %" PRId64
                   " cached positions; pass at most %" PRId64,
                   entry.name, call.position, cached, cached);
  if (call.position == 0) return success();
  for (std::uint32_t i = 0; i < entry.n_inputs; ++i)
    for (std::uint32_t axis = 0; axis < entry.inputs[i].rank; ++axis) {
      const std::uint32_t dim = entry.inputs[i].dims[axis];
      if (dim != entry.sequence_dim && call.dims[dim] != session.cached_dims[dim])
        return failure(TENON_INVALID_ARGUMENT,
                       "entry '%s': dimension '%s' is %" PRId64
                       ", but the "
                       "cached positions were computed with %" PRId64
                       "; keep it, or start anew at "
                       "position 0",
                       entry.name, call.model->dims[dim].name, call.dims[dim],
                       session.cached_dims[dim]);
    }
  return success();
}

tenon_status run_entry(tenon_session& session, std::uint32_t entry, const void* const* inputs,
                       void* const* outputs, const std::int64_t* dims, std::int64_t position) {
  const packed_weights& weights = *session.weights;
  checked_call& call = session.call;
  launch& shared = session.current;
  {
    const float_environment own;
    TENON_TRY(check_call(entry, inputs, outputs, dims, position, call));
    if (call.entry->uses_state) TENON_TRY(check_cache(session, call));
    shared.n_shares = session.threads->worth_calling(session.work[entry].threads(
        call.dims.data(), position, session.most_threads, session.grain));
  }
  shared.run = weights.variant().runs[entry];
  if (shared.run == nullptr)
    return failure(TENON_UNAVAILABLE,
                   "entry '%s' has no CPU code in variant '%s'; build the model "
                   "with a CPU target",
                   call.entry->name, weights.variant().name);
  shared.call.weights = weights.memory.data();
  shared.call.training = weights.training.data();
  shared.call.arena = session.arena.data();
  shared.call.state = call.entry->uses_state ? session.state.data() : nullptr;
  shared.call.inputs = inputs;
  shared.call.outputs = outputs;
  shared.call.dims = call.dims.data();
  shared.call.position = position;
  shared.call.thread_memory = session.thread_memory.data();
  shared.call.thread_stride = session.thread_stride;
  const bool records = session.recorded && session.recorded->begin(call, entry);
  shared.call.observe = records ? observe : nullptr;
  const auto run = [&] {
    return session.threads->run(shared.n_shares, take_part, &shared, /*timed=*/records);
  };
  const tenon_status ran = call.entry->trains ? weights.users.write("entry", call.entry->name, run)
                                              : weights.users.read("entry", call.entry->name, run);
  if (records) failed(ran) ? session.recorded->drop() : session.recorded->end();
  TENON_TRY(ran);
  if (call.entry->uses_state) {
    session.cached = position + call.length();
    std::ranges::copy(call.dims, session.cached_dims.begin());
  }
  return success();
}

tenon_status no_session() {
  return failure(TENON_INVALID_ARGUMENT, "the session is null; create one first");
}

}  // namespace

tenon_status tenon_session_create(const tenon_model* model, const tenon_weights* weights,
                                  const tenon_options* options, tenon_session** session) {
  return guarded([&] {
    if (session == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the pointer for the session is null; pass one");
    *session = nullptr;
    TENON_TRY(check_model(model));
    if (weights == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the weights are null; load them first");
    const packed_weights& packed = *weights->packed;
    // The session uses the weights' descriptor; another one may lie in a library that is unloaded.
    if (packed.model != model && packed.model->fingerprint == model->fingerprint)
      return failure(TENON_INCOMPATIBLE,
                     "the weights of model '%s' (%016" PRIx64
                     ") were loaded with another copy of its description than the session's; "
                     "pass both the same one, as model() returns it",
                     model->name, model->fingerprint);
    if (packed.model != model)
      return failure(
          TENON_INCOMPATIBLE,
          "the weights were loaded for model '%s' (%016" PRIx64
          "), the session is for '%s' (%016" PRIx64 "); load weights for the session's model",
          packed.model->name, packed.model->fingerprint, model->name, model->fingerprint);
    tenon_options chosen;
    TENON_TRY(read_options(options, chosen));
    if (chosen.cpu != nullptr) {
      std::uint32_t variant = 0;
      TENON_TRY(tenon_variant_select(model, chosen.cpu, &variant));
      if (variant != packed.variant_index)
        return failure(TENON_INCOMPATIBLE,
                       "the weights are packed for variant '%s', options.cpu asks "
                       "for '%s'; load them with the same options.cpu",
                       packed.variant().name, chosen.cpu);
    }
    auto made = std::make_unique<tenon_session>(weights->packed);
    std::uint64_t arena_bytes = 0;
    for (std::uint32_t i = 0; i < model->n_entries; ++i)
      arena_bytes = std::max(arena_bytes, model->entries[i].arena_bytes);
    TENON_TRY(mapping::create(arena_bytes, "the arena", made->arena));
    TENON_TRY(mapping::create(packed.variant().state_bytes, "the cached state", made->state));
    TENON_TRY(grain_from_environment(made->grain));
    for (std::uint32_t i = 0; i < model->n_entries; ++i) made->work.emplace_back(model->entries[i]);
    std::uint64_t stack_bytes = 0;
    for (std::uint32_t i = 0; i < model->n_entries; ++i)
      stack_bytes = std::max(stack_bytes, packed.variant().stack_bytes[i]);
    TENON_TRY(team::create(chosen, stack_bytes + stack_of_runtime, made->threads));
    // More threads than cores would only take turns; of a pool's cores nothing is known.
    const bool all = made->grain == 0 || chosen.parallel != nullptr;
    made->most_threads =
        all ? made->threads->size() : std::min(made->threads->size(), available_cores());
    made->current.call.next_share = next_share;
    made->current.call.share_context = made.get();
    made->current.call.observe_context = made.get();
    // Whole pages, so that each lies where its thread touches it first.
    constexpr std::uint64_t page = 4096;
    made->thread_stride = (packed.variant().thread_bytes + page - 1) / page * page;
    TENON_TRY(
        mapping::create(static_cast<std::uint64_t>(made->threads->size()) * made->thread_stride,
                        "the threads' own memory", made->thread_memory));
    *session = made.release();
    return success();
  });
}

void tenon_session_free(tenon_session* session) { delete session; }

tenon_status tenon_session_run(tenon_session* session, uint32_t entry, const void* const* inputs,
                               void* const* outputs, const int64_t* dims, int64_t position) {
  if (session == nullptr) return no_session();
  return guarded([&] {
    return session->turns.take(
        [&] { return run_entry(*session, entry, inputs, outputs, dims, position); });
  });
}

tenon_status tenon_session_call(tenon_session* session, uint32_t entry, const tenon_view* inputs,
                                size_t n_inputs, const tenon_view* outputs, size_t n_outputs,
                                int64_t position) {
  if (session == nullptr) return no_session();
  return guarded([&] {
    return session->turns.take([&] {
      checked_call& call = session->call;
      TENON_TRY(check_views(entry, inputs, n_inputs, outputs, n_outputs, call));
      return run_entry(*session, entry, call.inputs.data(), call.outputs.data(), call.dims.data(),
                       position);
    });
  });
}

tenon_status tenon_session_call_named(tenon_session* session, const char* entry,
                                      const tenon_argument* inputs, size_t n_inputs,
                                      const tenon_argument* outputs, size_t n_outputs,
                                      int64_t position) {
  if (session == nullptr) return no_session();
  const tenon_model& model = *session->weights->model;
  std::uint32_t index = 0;
  TENON_TRY(tenon_find_entry(&model, entry, &index));
  const tenon_entry& what = model.entries[index];
  tenon_view in[most_views], out[most_views];
  TENON_TRY(arrange(what, "input", what.inputs, what.n_inputs, inputs, n_inputs, in));
  TENON_TRY(arrange(what, "output", what.outputs, what.n_outputs, outputs, n_outputs, out));
  return tenon_session_call(session, index, in, what.n_inputs, out, what.n_outputs, position);
}

tenon_status tenon_session_reset(tenon_session* session) {
  if (session == nullptr) return no_session();
  return session->turns.take([&] {
    session->cached = 0;
    return session->state.clear();
  });
}

int64_t tenon_session_cached(const tenon_session* session) {
  return session == nullptr ? 0 : session->cached.load();
}

int32_t tenon_session_threads(const tenon_session* session) {
  return session == nullptr ? 0 : session->threads->size();
}

const tenon_model* tenon_session_model(const tenon_session* session) {
  return session == nullptr ? nullptr : session->weights->model;
}

tenon_status tenon_session_record(tenon_session* session, uint64_t max_calls) {
  if (session == nullptr) return no_session();
  return guarded([&] {
    constexpr std::uint64_t most = std::uint64_t{1} << 24;
    if (max_calls > most)
      return failure(TENON_INVALID_ARGUMENT,
                     "max_calls is %" PRIu64 "; record at most %" PRIu64 " calls", max_calls, most);
    return session->turns.take([&] {
      session->recorded.reset();
      if (max_calls > 0)
        session->recorded = std::make_unique<recording>(*session->weights->model,
                                                        session->threads->size(), max_calls);
      return success();
    });
  });
}

uint64_t tenon_session_recorded_calls(const tenon_session* session,
                                      const tenon_recorded_call** calls) {
  if (session == nullptr || !session->recorded || calls == nullptr) return 0;
  return session->recorded->calls(*calls);
}

uint64_t tenon_session_recorded_slices(const tenon_session* session, int32_t thread,
                                       const tenon_slice** slices) {
  if (session == nullptr || !session->recorded || slices == nullptr) return 0;
  return session->recorded->slices(thread, *slices);
}

double tenon_cost(const tenon_cost_term* terms, uint32_t n_terms, const int64_t* dims,
                  int64_t position) {
  const float_environment own;
  double sum = 0;
  for (uint32_t i = 0; i < n_terms; ++i) {
    double product = static_cast<double>(terms[i].factor);
    if (terms[i].by_position) product *= static_cast<double>(position);
    for (uint32_t d = 0; d < terms[i].n_dims; ++d)
      product *= static_cast<double>(dims[terms[i].dims[d]]);
    sum += product;
  }
  return sum;
}
