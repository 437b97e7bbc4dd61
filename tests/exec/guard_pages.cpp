// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Generated code called through the ABI, with every buffer between forbidden pages: nothing before
// or behind a tensor, the packed weights, the arena or the cached state is read or written.
#include <cmath>

#include "attentions.tenon.h"
#include "attentions_bf16.tenon.h"
#include "embeddings.tenon.h"
#include "experts_alone.tenon.h"
#include "gpt_d1.tenon.h"
#include "gpt_d2.tenon.h"
#include "gpt_d33.tenon.h"
#include "gpt_d5.tenon.h"
#include "gpt_d5_bf16.tenon.h"
#include "gpt_d64.tenon.h"
#include "gpt_d64_bf16.tenon.h"
#include "guarded_call.hpp"
#include "heads_apart.tenon.h"
#include "heads_apart_bf16.tenon.h"
#include "in_turns.tenon.h"
#include "linear_depths.tenon.h"
#include "linear_depths_bf16.tenon.h"
#include "linear_epilogue.tenon.h"
#include "linear_epilogue_bf16.tenon.h"
#include "linear_widths.tenon.h"
#include "linear_widths_bf16.tenon.h"
#include "losses.tenon.h"
#include "norms.tenon.h"
#include "pointwise.tenon.h"
#include "shifts_alone.tenon.h"
#include "tied_heads.tenon.h"
#include "tied_heads_bf16.tenon.h"
#include "two_stacks.tenon.h"

namespace {

using namespace driver;

/// Inputs of an entry: floats around 0, ids and targets in range.
std::vector<words> random_inputs(const tenon_entry& entry, const std::vector<std::int64_t>& sizes,
                                 std::mt19937& random) {
  std::vector<words> inputs;
  for (std::uint32_t i = 0; i < entry.n_inputs; ++i) {
    words& input = inputs.emplace_back();
    const tenon_tensor& type = entry.inputs[i];
    while (input.size() < count_of(type, sizes))
      input.push_back(type.dtype == TENON_F32
                          ? bits(static_cast<float>(random() % 1000) / 500.0f - 1.0f)
                          : random() % static_cast<std::uint32_t>(type.limit));
  }
  return inputs;
}

void check(const tenon_model& model, edge where) {
  const auto given = random_parameters(model);
  std::mt19937 random(3);
  for_variants(model, [&](const tenon_variant& variant) {
    const packed_weights packed(model, variant, given, where);
    const auto weights = given.pack(model, variant.name);
    auto session = open_session(model, weights, variant.name, 1);
    const auto most_rows = model.dims[dim_of(model, "batch")].max;
    const auto most_tokens = model.dims[dim_of(model, "seq")].max;
    for (const auto& [b, t] : {std::pair<std::int64_t, std::int64_t>{1, 1},
                               {1, 5},
                               {2, 16},
                               {2, 17},
                               {most_rows, most_tokens}}) {
      if (b > most_rows || t > most_tokens) continue;
      for (std::uint32_t entry = 0; entry < model.n_entries; ++entry) {
        if (model.entries[entry].trains != 0) continue;  // guard_training.cpp
        CAPTURE(model.name, variant.name, model.entries[entry].name, b, t);
        const auto sizes = sizes_of(model, b, t);
        const auto inputs = random_inputs(model.entries[entry], sizes, random);
        const guarded state(variant.state_bytes, where);
        const auto got = run_guarded(model, variant, packed, entry, sizes, inputs, where, state);
        REQUIRE(session.reset());
        REQUIRE(got == call(session, model, entry, sizes, inputs));
      }
    }
  });
}

/// A prompt, then tokens one by one or a few at a time, up to the last position of the cache.
void check_growing(const tenon_model& model, edge where) {
  const auto given = random_parameters(model);
  const std::uint32_t step = entry_of(model, "step");
  const std::int64_t context = model.entries[step].context;
  const std::int64_t b = model.dims[dim_of(model, "batch")].max;
  std::mt19937 random(5);
  for_variants(model, [&](const tenon_variant& variant) {
    const packed_weights packed(model, variant, given, where);
    auto session = open_session(model, given.pack(model, variant.name), variant.name, 1);
    const guarded state(variant.state_bytes, where);
    std::int64_t position = 0;
    for (const std::int64_t end :
         {context / 2, context / 2 + 1, context - 8, context - 1, context}) {
      if (end <= position) continue;
      const auto sizes = sizes_of(model, b, end - position);
      const auto inputs = random_inputs(model.entries[step], sizes, random);
      const auto got =
          run_guarded(model, variant, packed, step, sizes, inputs, where, state, position);
      CAPTURE(model.name, variant.name, position, end);
      REQUIRE(got == call(session, model, step, sizes, inputs, position));
      position = end;
    }
    REQUIRE(position == context);
  });
}

const tenon_model* const models[] = {&tenon_model_linear_widths,
                                     &tenon_model_linear_depths,
                                     &tenon_model_tied_heads,
                                     &tenon_model_linear_epilogue,
                                     &tenon_model_norms,
                                     &tenon_model_pointwise,
                                     &tenon_model_embeddings,
                                     &tenon_model_losses,
                                     &tenon_model_experts_alone,
                                     &tenon_model_shifts_alone,
                                     &tenon_model_two_stacks,
                                     &tenon_model_in_turns,
                                     &tenon_model_gpt_d1,
                                     &tenon_model_gpt_d2,
                                     &tenon_model_gpt_d5,
                                     &tenon_model_gpt_d33,
                                     &tenon_model_gpt_d64,
                                     &tenon_model_attentions,
                                     &tenon_model_attentions_bf16,
                                     &tenon_model_heads_apart,
                                     &tenon_model_heads_apart_bf16,
                                     &tenon_model_linear_widths_bf16,
                                     &tenon_model_linear_depths_bf16,
                                     &tenon_model_tied_heads_bf16,
                                     &tenon_model_linear_epilogue_bf16,
                                     &tenon_model_gpt_d5_bf16,
                                     &tenon_model_gpt_d64_bf16};

}  // namespace

TEST_CASE("nothing before a buffer is touched") {
  for (const tenon_model* model : models) check(*model, edge::start);
}

TEST_CASE("nothing behind a buffer is touched") {
  for (const tenon_model* model : models) check(*model, edge::end);
}

TEST_CASE("nothing before or behind a buffer is touched while the cache grows to its end") {
  for (const tenon_model* model :
       {&tenon_model_attentions, &tenon_model_attentions_bf16, &tenon_model_heads_apart,
        &tenon_model_heads_apart_bf16, &tenon_model_two_stacks, &tenon_model_gpt_d1,
        &tenon_model_gpt_d5, &tenon_model_gpt_d33, &tenon_model_gpt_d64_bf16,
        &tenon_model_shifts_alone})
    for (const edge where : {edge::start, edge::end}) check_growing(*model, where);
}

TEST_CASE("ids that nobody checked read no memory outside of the table and become NaN") {
  const tenon_model& model = tenon_model_embeddings;
  const auto given = random_parameters(model);
  std::mt19937 random(9);
  for_variants(model, [&](const tenon_variant& variant) {
    const packed_weights packed(model, variant, given, edge::end);
    const auto sizes = sizes_of(model, 1, 4);
    auto inputs = random_inputs(model.entries[0], sizes, random);
    for (std::uint32_t i = 0; i < model.entries[0].n_inputs; ++i)
      inputs[i] = {0, 0xFFFFFFFFu, static_cast<std::uint32_t>(model.entries[0].inputs[i].limit),
                   0x80000000u};
    const guarded state(variant.state_bytes, edge::end);
    for (const words& output :
         run_guarded(model, variant, packed, 0, sizes, inputs, edge::end, state))
      for (std::size_t i = 0; i < output.size(); ++i) {
        CAPTURE(variant.name, i);
        REQUIRE(std::isnan(value(output[i])) == (i >= output.size() / 4));
      }
  });
}

TEST_CASE("targets that nobody checked read no memory outside of the logits") {
  const tenon_model& model = tenon_model_losses;
  const auto given = random_parameters(model);
  std::mt19937 random(9);
  for_variants(model, [&](const tenon_variant& variant) {
    const packed_weights packed(model, variant, given, edge::end);
    const auto sizes = sizes_of(model, 1, 4);
    auto inputs = random_inputs(model.entries[0], sizes, random);
    for (std::uint32_t i = 0; i < model.entries[0].n_inputs; ++i)
      if (model.entries[0].inputs[i].dtype == TENON_I32)
        inputs[i] = {0, 0x7FFFFFFFu, static_cast<std::uint32_t>(model.entries[0].inputs[i].limit),
                     0x80000000u};
    const guarded state(variant.state_bytes, edge::end);
    for (const words& output :
         run_guarded(model, variant, packed, 0, sizes, inputs, edge::end, state))
      CHECK(std::isfinite(value(output[0])));
  });
}
