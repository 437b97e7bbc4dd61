// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls by names: at once or bound, they give what typed calls give, and refuse what does not fit.
#include <algorithm>

#include <catch2/catch.hpp>

#include "fixture/learner.tenon.h"
#include "fixture/toy_weights.hpp"

namespace rt = tenon::runtime;
using Catch::Matchers::Contains;

namespace {

// A session that does not know which model it has, and the buffers of its calls.
struct stage {
  rt::weights weights = toy_weights::make();
  rt::session session = *rt::create_session(toy::model(), weights);
  rt::buffer<std::int32_t> ids = *rt::buffer<std::int32_t>::create(64);
  rt::buffer<std::int32_t> targets = *rt::buffer<std::int32_t>::create(64);
  rt::buffer<float> out = *rt::buffer<float>::create(64 * 3);

  explicit stage(const std::vector<int>& tokens = {}) { std::ranges::copy(tokens, ids.begin()); }
};

std::vector<float> values_of(std::span<const float> row) { return {row.begin(), row.end()}; }

std::vector<float> expected_logits(const std::vector<int>& ids) {
  const auto logits = toy_weights::logits(toy_weights::tensors(), ids);
  return {logits.begin(), logits.end()};
}

}  // namespace

TEST_CASE("a call by names computes what a typed call does, in any order of arguments") {
  stage s({4, 0, 9});
  REQUIRE(s.session.call("step", {{"ids", s.ids.first(3), {1, 3}}},
                         {{"logits", s.out.first(11), {1, 11}}}));
  CHECK(values_of(s.out.first(11)) == expected_logits({4, 0, 9}));

  s.targets[0] = 2, s.targets[1] = -1, s.targets[2] = 5;
  float by_names = 0, typed = 1;
  REQUIRE(s.session.call("loss",
                         {{"targets", s.targets.first(3), {1, 3}}, {"ids", s.ids.first(3), {1, 3}}},
                         {{"loss", by_names}}));
  auto session = *toy::session::create(s.weights);
  REQUIRE(session.loss({s.ids.first(3), 1, 3}, {s.targets.first(3), 1, 3}, typed));
  CHECK(by_names == typed);
}

TEST_CASE("sizes that are left out are those of the other arguments and of the model") {
  stage s({4, 0, 9, 1, 2, 3});
  REQUIRE(s.session.call("step", {{"ids", s.ids.first(6), {2, 3}}}, {{"logits", s.out.first(22)}}));
  CHECK(values_of(s.out.first(11)) == expected_logits({4, 0, 9}));
  REQUIRE(
      s.session.call("forward", {{"ids", s.ids.first(6)}}, {{"x", s.out.first(18), {3, 2, 3}}}));
  // Too few for a batch of 2, and nobody tells the batch.
  CHECK(std::string(
            s.session.call("step", {{"ids", s.ids.first(6), {2, 3}}}, {{"logits", s.out.first(11)}})
                .message()) ==
        "entry 'step': output 'logits' holds 11 elements, its sizes make 22; pass exactly as many");
  CHECK(std::string(s.session.call("step", {{"ids", s.ids.first(6)}}, {{"logits", s.out.first(22)}})
                        .message()) ==
        "entry 'step': input 'ids' was given no sizes, and no other argument tells how large "
        "'batch' is; pass its sizes");
}

TEST_CASE("a bound call runs again and again on what is set") {
  stage s({4, 0, 9, 1});
  auto step = *s.session.bind("step");
  auto ids = *step.input("ids");
  auto logits = *step.output("logits");
  logits.set(s.out.first(11));
  ids.set(s.ids.first(2), {1, 2});
  REQUIRE(step.run(0));
  CHECK(values_of(s.out.first(11)) == expected_logits({4, 0}));
  auto moved = std::move(step);  // its arguments go with it
  for (std::size_t i = 2; i < 4; ++i) {
    s.ids[0] = s.ids[i];
    ids.set(s.ids.first(1), {1, 1});
    REQUIRE(moved.run(static_cast<std::int64_t>(i)));
  }
  CHECK(s.session.cached() == 4);
  CHECK(values_of(s.out.first(11)) == expected_logits({4, 0, 9, 1}));
}

TEST_CASE("views serve where the type of elements is known at run time only") {
  stage s({4, 0, 9});
  const std::int64_t sizes[] = {1, 3};
  const tenon_view ids{s.ids.data(), 3, TENON_I32, 2, sizes},
      logits{s.out.data(), 11, TENON_F32, 0, nullptr};
  REQUIRE(s.session.call("step", {{"ids", ids}}, {{"logits", logits}}));
  CHECK(values_of(s.out.first(11)) == expected_logits({4, 0, 9}));

  auto step = *s.session.bind("step");
  {
    const std::vector<std::int64_t> gone = {1, 3};  // sizes are kept, not viewed
    step.input("ids")->set({s.ids.data(), 3, TENON_I32, 2, gone.data()});
  }
  step.output("logits")->set(logits);
  s.out[0] = 0;
  REQUIRE(step.run());
  CHECK(values_of(s.out.first(11)) == expected_logits({4, 0, 9}));
}

TEST_CASE("scalars are copied where they are read, and variables where they are written") {
  rt::weights weights = *rt::weights::zero(learner::model());
  REQUIRE(weights.write(rt::memory::value, "h.0.bias", std::vector<float>{1, 2, 3}));
  rt::session session = *rt::create_session(learner::model(), weights);
  float sum = 0;
  std::int32_t count = 0;
  REQUIRE(session.call("gradients", {{"scale", 2.0f}, {"micro_step", 4}},
                       {{"sum", sum}, {"count", count}}));
  CHECK(sum == 6);
  CHECK(count == 5);

  auto gradients = *session.bind("gradients");
  auto micro_step = *gradients.input("micro_step");
  gradients.input("scale")->set(0.5f);
  gradients.output("sum")->set(sum);
  gradients.output("count")->set(count);
  for (std::int32_t step = 0; step < 3; ++step) {
    micro_step.set(step);
    REQUIRE(gradients.run());
    CHECK(count == step + 1);
  }
  std::vector<float> gradient(3);
  REQUIRE(weights.read(rt::memory::gradient, "h.0.bias", std::span<float>(gradient)));
  CHECK(gradient == std::vector<float>{1.5f, 3, 4.5f});

  std::int32_t wrong = 0;
  CHECK(std::string(session
                        .call("gradients", {{"scale", 2}, {"micro_step", 0}},
                              {{"sum", sum}, {"count", wrong}})
                        .message()) ==
        "entry 'gradients': input 'scale' is i32, the model has f32; pass a tensor of that type");
}

TEST_CASE("names that do not fit are refused before anything runs") {
  stage s({4, 0, 9});
  const auto ids = s.ids.first(3);
  const auto said = [&](const char* entry, std::initializer_list<rt::named_input> inputs,
                        std::initializer_list<rt::named_output> outputs) {
    return std::string(s.session.call(entry, inputs, outputs).message());
  };
  CHECK(said("stop", {}, {}) ==
        "model 'toy' has no entry 'stop'; is 'step' meant? it has: forward, step, loss");
  CHECK(said("step", {{"input_ids", ids, {1, 3}}}, {{"logits", s.out.first(11)}}) ==
        "entry 'step' has no input 'input_ids'; it has: ids");
  CHECK(said("step", {{"ids", ids, {1, 3}}}, {{"logit", s.out.first(11)}}) ==
        "entry 'step' has no output 'logit'; is 'logits' meant? it has: logits");
  CHECK(said("step", {{"ids", ids, {1, 3}}, {"ids", ids, {1, 3}}}, {{"logits", s.out.first(11)}}) ==
        "entry 'step': input 'ids' is given twice; give it once");
  CHECK(said("loss", {{"ids", ids, {1, 3}}}, {}) ==
        "entry 'loss': input 'targets' is not given, 1 of 2 are; pass it too");
  CHECK(said("step", {{nullptr, ids, {1, 3}}}, {{"logits", s.out.first(11)}}) ==
        "the name of the input is null; pass one that entry 'step' has");
  CHECK(
      said("step", {{"ids", ids, {1, 1, 1, 1, 1, 1, 1, 1, 1, 3}}}, {{"logits", s.out.first(11)}}) ==
      "entry 'step': input 'ids' has 10 sizes, the model has 2; pass one a dimension");
  CHECK(s.session.cached() == 0);

  CHECK(std::string(s.session.bind("stop").message()) ==
        "model 'toy' has no entry 'stop'; is 'step' meant? it has: forward, step, loss");
  auto step = *s.session.bind("step");
  CHECK_THAT(std::string(step.input("id").message()), Contains("is 'ids' meant?"));
  CHECK_THAT(std::string(step.output("ids").message()), Contains("it has: logits"));
  CHECK(std::string(step.run().message()) ==
        "entry 'step': input 'ids' is null; pass its elements");

  CHECK(tenon_session_call_named(nullptr, "step", nullptr, 0, nullptr, 0, 0).code ==
        TENON_INVALID_ARGUMENT);
  CHECK(std::string(tenon_session_call_named(s.session.handle(), "step", nullptr, 1, nullptr, 1, 0)
                        .message) ==
        "entry 'step': the array of 1 inputs is null; pass one argument for each");
  CHECK(std::string(tenon_session_call_named(s.session.handle(), nullptr, nullptr, 0, nullptr, 0, 0)
                        .message) ==
        "the name of the entry is null; pass one that model 'toy' has");
  CHECK(tenon_session_model(s.session.handle()) == &toy::model());
  CHECK(tenon_session_model(nullptr) == nullptr);
}

// What would dangle or be written though it is read-only does not compile.
template <class Argument, class... From>
constexpr bool takes = std::is_constructible_v<Argument, const char*, From...>;
template <class Bound, class From>
constexpr bool sets = requires(Bound bound, From&& from) { bound.set(std::forward<From>(from)); };

static_assert(takes<rt::named_input, std::vector<float>&>);
static_assert(takes<rt::named_input, std::span<const std::int32_t>>);
static_assert(takes<rt::named_input, float> && !takes<rt::named_input, std::int64_t>);
static_assert(takes<rt::named_output, std::span<float>> && takes<rt::named_output, float&>);
static_assert(!takes<rt::named_output, std::span<const float>>);
static_assert(!takes<rt::named_output, const float&> && !takes<rt::named_output, float>);
static_assert(sets<rt::bound_input, std::vector<float>&> &&
              sets<rt::bound_input, std::span<float>>);
static_assert(!sets<rt::bound_input, std::vector<float>>);
static_assert(sets<rt::bound_output, std::vector<float>&> && sets<rt::bound_output, float&>);
static_assert(!sets<rt::bound_output, std::vector<float>> && !sets<rt::bound_output, float>);
static_assert(!sets<rt::bound_output, const std::vector<float>&>);
