// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lengths around every block of keys: a prompt in any pieces, a batch and its rows, and any number
// of threads give the same bits.
#include "driver.hpp"
#include "gpt_d20.tenon.h"
#include "gpt_d33.tenon.h"
#include "gpt_d5.tenon.h"
#include "gpt_d5_bf16.tenon.h"
#include "gpt_d64.tenon.h"
#include "gpt_d64_bf16.tenon.h"
#include "token_shifts.tenon.h"

namespace {

using namespace driver;

const tenon_model* const models[] = {&tenon_model_gpt_d5,      &tenon_model_gpt_d20,
                                     &tenon_model_gpt_d33,     &tenon_model_gpt_d64,
                                     &tenon_model_gpt_d5_bf16, &tenon_model_gpt_d64_bf16,
                                     &tenon_model_token_shifts};

// Blocks hold 16 to 64 keys, depending on the variant.
std::vector<std::int64_t> lengths_of(const tenon_model& model) {
  const std::int64_t bound = model.dims[dim_of(model, "seq")].max;
  std::vector<std::int64_t> lengths;
  for (std::int64_t t : {1, 2, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129})
    if (t < bound) lengths.push_back(t);
  lengths.push_back(bound);
  return lengths;
}

words random_ids(const tenon_model& model, std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  const auto v = static_cast<unsigned>(model.dims[dim_of(model, "n_vocab")].max);
  words ids;
  for (std::int64_t i = 0; i < count; ++i) ids.push_back(random() % v);
  return ids;
}

/// Columns [begin, end) of ids (B, T).
words columns(const words& ids, std::int64_t b, std::int64_t begin, std::int64_t end) {
  const auto t = static_cast<std::int64_t>(ids.size()) / b;
  words part;
  for (std::int64_t row = 0; row < b; ++row)
    part.insert(part.end(), ids.begin() + row * t + begin, ids.begin() + row * t + end);
  return part;
}

/// The logits (B, V) of position t out of those of all (B, T, V).
words at_position(const words& all, std::int64_t b, std::int64_t length, std::int64_t t) {
  const auto v = static_cast<std::int64_t>(all.size()) / (b * length);
  words some;
  for (std::int64_t row = 0; row < b; ++row) {
    const auto from = all.begin() + (row * length + t) * v;
    some.insert(some.end(), from, from + v);
  }
  return some;
}

bool all_finite(const words& results) {
  return std::all_of(results.begin(), results.end(),
                     [](auto w) { return std::isfinite(value(w)); });
}

}  // namespace

TEST_CASE("a prompt in random pieces gives the bits of forward at the end of each piece") {
  for (const tenon_model* model : models) {
    const auto given = random_parameters(*model);
    const auto forward = entry_of(*model, "forward"), step = entry_of(*model, "step");
    for (const std::string& variant : variants_of(*model)) {
      const auto weights = given.pack(*model, variant);
      auto session = open_session(*model, weights, variant, 1);
      std::mt19937 random(5);
      for (const std::int64_t length : lengths_of(*model)) {
        const std::int64_t b = 1 + static_cast<std::int64_t>(random() % 3);
        const words ids = random_ids(*model, b * length, random());
        const auto all = call(session, *model, forward, sizes_of(*model, b, length), {ids})[0];
        REQUIRE(all_finite(all));
        for (int turn = 0; turn < 2; ++turn) {
          REQUIRE(session.reset());
          for (std::int64_t begin = 0, end = 0; begin < length; begin = end) {
            // Mostly short pieces, so that they end everywhere in a block.
            const std::int64_t most = turn == 0 ? 9 : 70;
            end = std::min(length, begin + 1 + static_cast<std::int64_t>(random()) % most);
            const auto got = call(session, *model, step, sizes_of(*model, b, end - begin),
                                  {columns(ids, b, begin, end)}, begin)[0];
            CAPTURE(model->name, variant, b, length, begin, end);
            REQUIRE(got == at_position(all, b, length, end - 1));
          }
        }
      }
    }
  }
}

TEST_CASE("a smaller position forgets what comes after it") {
  for (const tenon_model* model : models) {
    const auto given = random_parameters(*model);
    const auto forward = entry_of(*model, "forward"), step = entry_of(*model, "step");
    const std::int64_t length = lengths_of(*model).back(), b = 2;
    for (const std::string& variant : variants_of(*model)) {
      const auto weights = given.pack(*model, variant);
      auto session = open_session(*model, weights, variant, 1);
      const words ids = random_ids(*model, b * length, 7);
      const auto all = call(session, *model, forward, sizes_of(*model, b, length), {ids})[0];
      // Other tokens up to the end, then these from a position on that lies before it.
      const words others = random_ids(*model, b * length, 8);
      for (const std::int64_t from : {length - 1, length / 2, std::int64_t{1}}) {
        call(session, *model, step, sizes_of(*model, b, from), {columns(ids, b, 0, from)});
        call(session, *model, step, sizes_of(*model, b, length - from),
             {columns(others, b, from, length)}, from);
        for (std::int64_t begin = from, end = from; begin < length; begin = end) {
          end = std::min(length, begin + 3);
          const auto got = call(session, *model, step, sizes_of(*model, b, end - begin),
                                {columns(ids, b, begin, end)}, begin)[0];
          CAPTURE(model->name, variant, from, begin, end);
          REQUIRE(got == at_position(all, b, length, end - 1));
        }
      }
    }
  }
}

TEST_CASE("a batch gives the bits of its rows alone") {
  for (const tenon_model* model : models) {
    const auto given = random_parameters(*model);
    const auto forward = entry_of(*model, "forward");
    const std::int64_t b = model->dims[dim_of(*model, "batch")].max;
    for (const std::string& variant : variants_of(*model)) {
      const auto weights = given.pack(*model, variant);
      auto session = open_session(*model, weights, variant, 1);
      for (const std::int64_t t : lengths_of(*model)) {
        const words ids = random_ids(*model, b * t, static_cast<unsigned>(t));
        const auto all = call(session, *model, forward, sizes_of(*model, b, t), {ids})[0];
        const auto size = static_cast<std::int64_t>(all.size()) / b;
        for (std::int64_t row = 0; row < b; ++row) {
          const words own(ids.begin() + row * t, ids.begin() + (row + 1) * t);
          const auto got = call(session, *model, forward, sizes_of(*model, 1, t), {own})[0];
          CAPTURE(model->name, variant, t, row);
          REQUIRE(got == words(all.begin() + row * size, all.begin() + (row + 1) * size));
        }
      }
    }
  }
}

TEST_CASE("any number of threads gives the same bits in every entry") {
  for (const tenon_model* model : models) {
    const auto given = random_parameters(*model);
    for (const std::string& variant : variants_of(*model)) {
      const auto weights = given.pack(*model, variant);
      std::vector<std::vector<words>> first;
      for (const int threads : {1, 2, 3, 8}) {
        auto session = open_session(*model, weights, variant, threads);
        std::size_t at = 0;
        for (const std::int64_t t : lengths_of(*model))
          for (std::uint32_t entry = 0; entry < model->n_entries; ++entry) {
            REQUIRE(session.reset());
            std::vector<words> inputs(model->entries[entry].n_inputs, random_ids(*model, 2 * t, 3));
            auto got = call(session, *model, entry, sizes_of(*model, 2, t), inputs);
            CAPTURE(model->name, variant, threads, t, model->entries[entry].name);
            if (threads == 1)
              first.push_back(std::move(got));
            else
              REQUIRE(got == first[at]);
            ++at;
          }
      }
    }
  }
}

TEST_CASE("decoding past the context is refused, and the session goes on") {
  const tenon_model& model = tenon_model_gpt_d5;
  const std::int64_t bound = model.dims[dim_of(model, "n_block")].max;
  const auto variant = variants_of(model).front();
  const auto weights = random_parameters(model).pack(model, variant);
  auto session = open_session(model, weights, variant, 2);
  const auto step = entry_of(model, "step");
  call(session, model, step, sizes_of(model, 1, bound), {random_ids(model, bound, 1)});
  const auto beyond = try_call(session, model, step, sizes_of(model, 1, 1), {{0}}, bound);
  REQUIRE(!beyond);
  CHECK(std::string(beyond.message()).find(std::to_string(bound)) != std::string::npos);
  call(session, model, step, sizes_of(model, 1, 1), {{0}}, bound - 1);
}
