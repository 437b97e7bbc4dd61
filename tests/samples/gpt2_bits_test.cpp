// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Bits do not depend on how work is cut: prompt splits, threads, batches, variants alike.
#include <cstring>

#include <catch2/catch.hpp>

#include "golden_models.hpp"

namespace {

using row = std::span<const float>;

// Equal bytes, so that -0 and NaN count too.
bool same_bits(row a, row b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

// One sequence that fills the context, or what the golden has.
ids_t sequence(const golden_model& which, std::int64_t n_block) {
  if (which.goldens.empty()) {
    ids_t ids(static_cast<std::size_t>(n_block));
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int32_t>(i * 157);
    return ids;
  }
  ids_t ids = golden<std::int32_t>(which, "input_ids");
  ids.resize(std::min<std::size_t>(ids.size(), static_cast<std::size_t>(n_block)));
  return ids;
}

// Three different sequences of equal length, one after the other.
ids_t three_rows(const ids_t& one, std::int64_t n_vocab) {
  ids_t ids;
  for (std::int32_t shift = 0; shift < 3; ++shift)
    for (const std::int32_t id : one)
      ids.push_back((id + 7 * shift) % static_cast<std::int32_t>(n_vocab));
  return ids;
}

}  // namespace

TEST_CASE("step in any split equals forward bit for bit", "[bits]") {
  const auto& which = golden_models()[GENERATE(range(0, n_models))];
  for (const std::string& variant : runnable_variants(*which.model)) {
    any_session session(which, variant, 2);
    const ids_t ids = sequence(which, session.n_block());
    const std::size_t n_vocab = static_cast<std::size_t>(session.n_vocab()), n = ids.size();
    const auto all = session.forward(ids, 1);
    // Chunk lengths, the last one repeated: whole; one by one; a prompt and then decoding; mixed.
    for (const std::vector<std::size_t>& split :
         {std::vector<std::size_t>{n}, {1}, {n / 2, 1}, {3, 5, 1, 2, 7}, {n - 1, 1}}) {
      std::size_t position = 0;
      for (std::size_t i = 0; position < n; ++i) {
        const std::size_t length = std::min(split[std::min(i, split.size() - 1)], n - position);
        const auto logits = session.step(std::span(ids).subspan(position, length), 1,
                                         static_cast<std::int64_t>(position));
        position += length;
        INFO(which.model->name << " on " << variant << ", chunk " << i << " up to " << position);
        REQUIRE(same_bits(logits, row(all).subspan((position - 1) * n_vocab, n_vocab)));
      }
    }
  }
}

TEST_CASE("going back to an earlier position forgets what followed", "[bits]") {
  const auto& which = golden_models()[GENERATE(range(0, n_models))];
  any_session session(which, runnable_variants(*which.model).front(), 1);
  const ids_t ids = sequence(which, session.n_block());
  const auto expected = session.step(ids, 1, 0);
  const ids_t others(4, 1);
  session.step(others, 1, 5);
  CHECK(same_bits(session.step(std::span(ids).subspan(5), 1, 5), expected));
}

TEST_CASE("any number of threads gives the same bits", "[bits]") {
  const auto& which = golden_models()[GENERATE(range(0, n_models))];
  for (const std::string& variant : runnable_variants(*which.model)) {
    INFO(which.model->name << " on " << variant);
    any_session one(which, variant, 1);
    const ids_t ids = sequence(which, one.n_block());
    const auto forward = one.forward(ids, 1), step = one.step(ids, 1, 0);
    const ids_t next{1};
    const auto position = static_cast<std::int64_t>(ids.size()) - 1;
    const auto decoded = one.step(next, 1, position);
    for (const int threads : {2, 3}) {
      any_session more(which, variant, threads);
      CHECK(same_bits(more.forward(ids, 1), forward));
      CHECK(same_bits(more.step(ids, 1, 0), step));
      CHECK(same_bits(more.step(next, 1, position), decoded));
    }
  }
}

TEST_CASE("a batch equals its rows", "[bits]") {
  const auto& which = golden_models()[GENERATE(range(0, n_models))];
  for (const std::string& variant : runnable_variants(*which.model)) {
    INFO(which.model->name << " on " << variant);
    any_session session(which, variant, 2);
    const ids_t one = sequence(which, session.n_block());
    const ids_t rows = three_rows(one, session.n_vocab());
    const auto forward = session.forward(rows, 3);
    const std::size_t half = one.size() / 2;
    ids_t first, second;  // the same three rows, cut in the middle
    for (std::size_t r = 0; r < 3; ++r) {
      const auto from = rows.begin() + static_cast<std::ptrdiff_t>(r * one.size());
      first.insert(first.end(), from, from + static_cast<std::ptrdiff_t>(half));
      second.insert(second.end(), from + static_cast<std::ptrdiff_t>(half),
                    from + static_cast<std::ptrdiff_t>(one.size()));
    }
    session.step(first, 3, 0);
    const auto step = session.step(second, 3, static_cast<std::int64_t>(half));
    any_session single(which, variant, 2);
    for (std::size_t r = 0; r < 3; ++r) {
      const auto ids = std::span(rows).subspan(r * one.size(), one.size());
      const std::size_t n = forward.size() / 3, v = step.size() / 3;
      CHECK(same_bits(single.forward(ids, 1), row(forward).subspan(r * n, n)));
      CHECK(same_bits(single.step(ids, 1, 0), row(step).subspan(r * v, v)));
    }
  }
}
