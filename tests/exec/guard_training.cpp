// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Entries that train, called through the ABI with every buffer between forbidden pages: nothing
// before or behind the weights, the gradients and moments, the arena or a tensor is touched, and
// what pads panels stays zero, as those rely on it that walk over all memory of the weights.
#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include "experts_alone.tenon.h"
#include "guarded_call.hpp"
#include "train_chain.tenon.h"
#include "train_gpt.tenon.h"
#include "train_gpt_bf16.tenon.h"
#include "train_gpt_plain.tenon.h"
#include "updates.tenon.h"

namespace {

using namespace driver;

/// `scalar` is every i32 of rank 0: the step, or the part of a batch.
std::vector<words> training_inputs(const tenon_entry& entry, const std::vector<std::int64_t>& sizes,
                                   std::uint32_t scalar, std::mt19937& random) {
  std::vector<words> inputs;
  for (std::uint32_t i = 0; i < entry.n_inputs; ++i) {
    const tenon_tensor& type = entry.inputs[i];
    words& input = inputs.emplace_back();
    if (type.rank == 0) {
      const bool is_beta = std::string_view(type.name).starts_with("beta");
      input.push_back(type.dtype == TENON_I32 ? scalar : bits(is_beta ? 0.9f : 0.01f));
    }
    while (input.size() < count_of(type, sizes))
      input.push_back(type.dtype == TENON_F32
                          ? bits(static_cast<float>(random() % 1000) / 500.0f - 1.0f)
                          : random() % static_cast<std::uint32_t>(type.limit));
  }
  return inputs;
}

/// Every parameter's tensors in a block laid out as packed weights are finite, and what pads them
/// is zero: unpacked and packed again they have the same bits.
void check_block(const tenon_model& model, const tenon_variant& variant, const char* block) {
  for (std::uint32_t p = 0; p < model.n_params; ++p) {
    const tenon_packed_param& place = variant.params[p];
    for (std::uint32_t layer = 0; layer < std::max(model.params[p].layers, 1u); ++layer) {
      CAPTURE(model.params[p].tensor.name, layer);
      const char* packed = block + place.offset + layer * place.stride;
      const auto* values = reinterpret_cast<const float*>(packed);
      REQUIRE(
          std::all_of(values, values + place.bytes / 4, [](float x) { return std::isfinite(x); }));
      if (place.unpack == nullptr) continue;
      std::vector<char> rows(place.bytes), again(place.bytes);
      place.unpack(packed, rows.data());
      place.pack(rows.data(), again.data());
      REQUIRE(std::memcmp(again.data(), packed, place.bytes) == 0);
    }
  }
}

void check(const tenon_model& model, edge where) {
  const std::span entries(model.entries, model.n_entries);
  REQUIRE(std::ranges::any_of(entries, &tenon_entry::trains));
  const auto given = random_parameters(model);
  std::mt19937 random(3);
  for_variants(model, [&](const tenon_variant& variant) {
    const auto most_rows = model.dims[dim_of(model, "batch")].max;
    const auto most_tokens = model.dims[dim_of(model, "seq")].max;
    for (const auto& [b, t] :
         {std::pair<std::int64_t, std::int64_t>{1, 1}, {2, 17}, {most_rows, most_tokens}}) {
      if (b > most_rows || t > most_tokens) continue;
      for (std::uint32_t index = 0; index < model.n_entries; ++index) {
        const tenon_entry& entry = model.entries[index];
        if (!entry.trains) continue;
        const std::uint32_t scalar = t % 3;
        CAPTURE(model.name, variant.name, entry.name, b, t, scalar);
        const packed_weights packed(model, variant, given, where);
        const guarded training(3 * variant.weights_bytes, where);
        // Gradients and moments like the weights, of which the last is not negative.
        const std::size_t count = variant.weights_bytes / 4;
        const auto* weights = packed.memory().as<float>();
        auto* memory = training.as<float>();
        for (std::size_t i = 0; i < count; ++i) {
          memory[i] = weights[i], memory[count + i] = weights[i];
          memory[2 * count + i] = weights[i] * weights[i];
        }
        const auto sizes = sizes_of(model, b, t);
        const guarded state(0, where);
        const auto outputs =
            run_guarded(model, variant, packed, index, sizes,
                        training_inputs(entry, sizes, scalar, random), where, state, 0, &training);
        // Whatever stood in the arena before is NaN.
        for (const words& output : outputs)
          for (const std::uint32_t word : output) REQUIRE(std::isfinite(value(word)));
        check_block(model, variant, packed.memory().as<char>());
        for (std::size_t third = 0; third < 3; ++third)
          check_block(model, variant, training.as<char>() + third * variant.weights_bytes);
      }
    }
  });
}

const tenon_model* const models[] = {&tenon_model_train_chain,    &tenon_model_updates,
                                     &tenon_model_train_gpt,      &tenon_model_train_gpt_plain,
                                     &tenon_model_train_gpt_bf16, &tenon_model_experts_alone};

}  // namespace

TEST_CASE("an entry that trains touches nothing before a buffer") {
  for (const tenon_model* model : models) check(*model, edge::start);
}

TEST_CASE("an entry that trains touches nothing behind a buffer") {
  for (const tenon_model* model : models) check(*model, edge::end);
}
