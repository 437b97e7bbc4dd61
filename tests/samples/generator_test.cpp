// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The loop of generation, with a model that answers by rule: which calls it makes and why it stops.
#include <vector>

#include <catch2/catch.hpp>

#include "generation/generator.hpp"
#include "model_error.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;
using ids_t = std::vector<std::int32_t>;

namespace {

constexpr model_sizes sizes{8, 10};

struct call {
  ids_t ids;
  std::int64_t position;
  bool operator==(const call&) const = default;
};

struct outcome {
  generation done;
  ids_t emitted;
  std::vector<call> calls;
};

// `wanted`: how many tokens are taken before no more are.
outcome continue_prompt(const ids_t& prompt, const generation_limits& limits,
                        std::size_t wanted = 1000) {
  sampler choose({}, 10);
  outcome result;
  // Continues with the successor of the last token.
  const auto step = [&](std::span<const std::int32_t> ids, std::int64_t position,
                        std::span<float> logits) {
    result.calls.push_back({{ids.begin(), ids.end()}, position});
    std::fill(logits.begin(), logits.end(), 0.0f);
    logits[(ids.back() + 1) % 10] = 1;
    return tenon::runtime::status();
  };
  result.done = generate(step, sizes, prompt, choose, limits, [&](std::int32_t id) {
    result.emitted.push_back(id);
    return result.emitted.size() < wanted;
  });
  return result;
}

}  // namespace

TEST_CASE("the prompt is one call, every new token another", "[generator]") {
  const auto [done, emitted, calls] = continue_prompt({3, 4}, {3, {}});
  CHECK(emitted == ids_t{5, 6, 7});
  // The last token needs no call: nothing follows it.
  CHECK(calls == std::vector<call>{{{3, 4}, 0}, {{5}, 2}, {{6}, 3}});
  CHECK(done.stopped == stop_reason::token_limit);
  CHECK(done.n_prompt == 2);
  CHECK(done.n_generated == 3);
  CHECK(done.n_steps == 2);
}

TEST_CASE("the end of the text is not emitted", "[generator]") {
  const auto [done, emitted, calls] = continue_prompt({3}, {100, {9, 6}});
  CHECK(emitted == ids_t{4, 5});
  CHECK(done.stopped == stop_reason::end_of_text);
  CHECK(calls.size() == 3);
}

TEST_CASE("generation stops at the context's end", "[generator]") {
  const auto [done, emitted, calls] = continue_prompt({1, 2, 3}, {100, {}});
  // Positions 0..7 are read, so 3 + 6 tokens: the last one lies behind the context and is not read.
  CHECK(emitted == ids_t{4, 5, 6, 7, 8, 9});
  CHECK(calls.back() == call{{8}, 7});
  CHECK(done.stopped == stop_reason::context_full);
}

TEST_CASE("generation stops where no more is wanted", "[generator]") {
  const auto [done, emitted, calls] = continue_prompt({3}, {100, {}}, 2);
  CHECK(emitted == ids_t{4, 5});
  CHECK(done.stopped == stop_reason::not_wanted);
  CHECK(done.n_generated == 2);
  CHECK(calls.size() == 2);
}

TEST_CASE("a prompt may fill the context, and no more", "[generator]") {
  const auto full = continue_prompt({0, 1, 2, 3, 4, 5, 6, 7}, {100, {}});
  CHECK(full.emitted == ids_t{8});
  CHECK(full.done.stopped == stop_reason::context_full);
  CHECK_THROWS_WITH(continue_prompt(ids_t(9, 1), {1, {}}),
                    Contains("the prompt has 9 tokens, the model's context 8"));
  CHECK_THROWS_WITH(continue_prompt({}, {1, {}}), Contains("the prompt is empty"));
}
