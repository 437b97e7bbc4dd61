// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Models that train: scalars of calls, memory of gradients and moments, tensors read and written.
#include <cstring>
#include <limits>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

#include "fixture/learner.tenon.h"
#include "fixture/toy_weights.hpp"

namespace rt = tenon::runtime;
using rt::memory;

namespace {

constexpr memory all_memory[] = {memory::value, memory::gradient, memory::moment_1,
                                 memory::moment_2};

std::vector<float> read(const rt::weights& weights, memory what, const std::string& name,
                        std::size_t count) {
  std::vector<float> data(count, -1);
  const rt::status outcome = weights.read(what, name, data);
  INFO(outcome.message());
  REQUIRE(outcome);
  return data;
}

rt::weights filled() {
  rt::weights weights = *rt::weights::zero(learner::model());
  const std::vector<float> w = {1, 2, 3, 4, 5, 6}, bias = {-1, -2, -4};
  REQUIRE(weights.write(memory::value, "w.weight", w));
  REQUIRE(weights.write(memory::value, "h.1.bias", bias));
  return weights;
}

}  // namespace

TEST_CASE("weights of zeros and their gradients and moments are zero") {
  const rt::weights weights = *rt::weights::zero(learner::model());
  for (const memory what : all_memory) {
    CHECK(read(weights, what, "w.weight", 6) == std::vector<float>(6, 0));
    CHECK(read(weights, what, "h.1.bias", 3) == std::vector<float>(3, 0));
  }
  // Also where the values come from elsewhere.
  const rt::weights random = *rt::weights::random(learner::model(), 3);
  CHECK(read(random, memory::value, "w.weight", 6) != std::vector<float>(6, 0));
  CHECK(read(random, memory::moment_2, "w.weight", 6) == std::vector<float>(6, 0));
}

TEST_CASE("what is written is read back, in its own memory and place only") {
  rt::weights weights = *rt::weights::zero(learner::model());
  float next = 1;
  const auto fill = [&](std::size_t count) {
    std::vector<float> data(count);
    std::iota(data.begin(), data.end(), next);
    next += static_cast<float>(count);
    return data;
  };
  std::vector<std::vector<float>> written;
  const std::pair<const char*, std::size_t> tensors[] = {
      {"w.weight", 6}, {"h.0.bias", 3}, {"h.1.bias", 3}};
  for (const memory what : all_memory)
    for (const auto& [name, count] : tensors) {
      written.push_back(fill(count));
      REQUIRE(weights.write(what, name, written.back()));
    }
  std::size_t i = 0;
  for (const memory what : all_memory)
    for (const auto& [name, count] : tensors)
      CHECK(read(weights, what, name, count) == written[i++]);
  // Values lie packed as generated code wants them: w transposed.
  CHECK(static_cast<const float*>(weights.data())[1] == 4);
}

TEST_CASE("a transposed variant gives a checkpoint's tensor back") {
  const auto all = toy_weights::tensors();
  for (const char* const cpu : {"plain", "transposed"}) {
    const rt::weights weights = toy_weights::make(cpu);
    for (const auto& each : all)
      CHECK(read(weights, memory::value, each.name, each.values.size()) == each.values);
  }
}

TEST_CASE("entries that train work in the weights of their session, and others see it") {
  const int n_threads = GENERATE(1, 3);
  rt::options how{};
  how.threads = n_threads;
  rt::weights weights = filled();
  auto session = *learner::session::create(weights, how);
  auto other = *learner::session::create(weights, how);
  float sum = 0;
  std::int32_t count = 0;
  REQUIRE(session.gradients({.scale = 0.5f}, sum, count));
  CHECK(sum == 14);
  CHECK(count == 1);
  CHECK(read(weights, memory::gradient, "w.weight", 6) ==
        std::vector<float>{0.5f, 1, 1.5f, 2, 2.5f, 3});
  REQUIRE(session.gradients({.micro_step = 1, .scale = 0.5f}, sum, count));
  CHECK(count == 2);
  CHECK(read(weights, memory::gradient, "h.1.bias", 3) == std::vector<float>{-1, -2, -4});
  REQUIRE(session.update({.lr = 0.5f}));
  CHECK(read(weights, memory::moment_1, "h.1.bias", 3) == std::vector<float>{-1, -2, -4});
  CHECK(read(weights, memory::moment_2, "h.1.bias", 3) == std::vector<float>{1, 4, 16});
  CHECK(read(weights, memory::value, "h.1.bias", 3) == std::vector<float>{-0.5f, -1, -2});
  REQUIRE(other.sum(sum));
  CHECK(sum == 7);
  // What is written later, sessions see too.
  REQUIRE(weights.write(memory::value, "h.0.bias", std::vector<float>{1, 1, 1}));
  REQUIRE(other.sum(sum));
  CHECK(sum == 10);
}

TEST_CASE("scalars of calls may be variables or elements of buffers") {
  auto session = *learner::session::create(filled());
  auto sums = *rt::buffer<float>::create(2);
  REQUIRE(session.sum(sums[1]));  // not aligned to 64 bytes
  CHECK(sums[1] == 14);
  REQUIRE(session.sum(rt::tensor<float>(sums.first(1))));
  CHECK(sums[0] == 14);
  CHECK(std::string(session.sum(rt::tensor<float>(sums)).message()) ==
        "entry 'sum': output 'sum' holds 2 elements, its sizes make 1; pass exactly as many");
  alignas(4) char odd[8];
  void* off[] = {odd + 1};
  const std::int64_t sizes[] = {0, 0, 0};
  CHECK(std::string(session.run(0, nullptr, off, sizes).message()) ==
        "entry 'sum': output 'sum' lies 1 bytes off a multiple of 4; use memory aligned to 4 "
        "bytes, such as tenon::runtime::buffer");
}

TEST_CASE("a scalar out of its range is refused, and nothing has changed") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  rt::weights weights = filled();
  auto session = *learner::session::create(weights);
  float sum = 0;
  std::int32_t count = 0;
  REQUIRE(session.gradients({}, sum, count));
  const auto everything = [&] {
    std::vector<float> all;
    for (const memory what : all_memory)
      for (const auto& [name, n] : {std::pair{"w.weight", 6}, {"h.0.bias", 3}, {"h.1.bias", 3}})
        for (const float x : read(weights, what, name, static_cast<std::size_t>(n)))
          all.push_back(x);
    return all;
  };
  const std::vector<float> before = everything();
  sum = -5, count = -6;
  for (const auto& [lr, text] : {std::pair{nan, "nan"},
                                 {-nan, "-nan"},
                                 {-1e-3f, "-0.00100000005"},
                                 {inf, "inf"},
                                 {-inf, "-inf"}})
    CHECK(std::string(session.update({.lr = lr}).message()) ==
          std::string("entry 'update': input 'lr' is ") + text +
              ", must lie in [0, inf); pass a value in that range");
  CHECK(std::string(session.gradients({.micro_step = -1}, sum, count).message()) ==
        "entry 'gradients': input 'micro_step' is -1, must lie in [0, 2147483647]; pass a value in "
        "that range");
  for (const float scale : {nan, inf, -inf})
    CHECK_THAT(session.gradients({.scale = scale}, sum, count).message(),
               Catch::Contains("input 'scale' is ") && Catch::Contains("in (-inf, inf);"));
  const std::vector<float> after = everything();
  CHECK(std::memcmp(before.data(), after.data(), before.size() * sizeof(float)) == 0);
  CHECK(sum == -5);
  CHECK(count == -6);
  CHECK(session.update({.lr = 0}).ok());
  CHECK(session.gradients({.micro_step = 2147483647, .scale = -1e30f}, sum, count).ok());
}

TEST_CASE("two outputs in one place are refused") {
  auto session = *learner::session::create(filled());
  const std::int32_t micro_step = 0;
  const float scale = 1;
  float both = 0;
  const void* in[] = {&micro_step, &scale};
  void* out[] = {&both, &both};
  const std::int64_t dims[] = {0, 0, 0};
  CHECK(
      std::string(session.run(1, in, out, dims).message()) ==
      "entry 'gradients': output 'count' overlaps output 'sum' in memory; give each output memory "
      "of its own");
}

TEST_CASE("reads and writes say what does not fit") {
  rt::weights weights = *rt::weights::zero(learner::model());
  std::vector<float> data(6);
  CHECK(std::string(weights.read(memory::value, "h.2.bias", data).message()) ==
        "model 'learner' has no tensor 'h.2.bias'; is 'h.0.bias' meant? it has: w.weight, "
        "h.0.bias, h.1.bias");
  CHECK(std::string(weights.write(memory::gradient, "h.1.bias", data).message()) ==
        "tensor 'h.1.bias' is F32 [3] of 12 bytes, got 24; pass exactly its size");
  CHECK(read(weights, memory::gradient, "h.1.bias", 3) == std::vector<float>(3, 0));
  const auto sixth = static_cast<memory>(6);
  CHECK(std::string(weights.read(sixth, "w.weight", data).message()) ==
        "memory 6 is none of tenon_memory; pass TENON_VALUE (0), TENON_GRADIENT (1), "
        "TENON_MOMENT_1 (2) or TENON_MOMENT_2 (3)");
  CHECK(tenon_weights_read(nullptr, 0, "w.weight", data.data(), 24).code == TENON_INVALID_ARGUMENT);
  CHECK(tenon_weights_read(weights.handle(), 0, nullptr, data.data(), 24).code ==
        TENON_INVALID_ARGUMENT);
  CHECK(tenon_weights_read(weights.handle(), 0, "w.weight", nullptr, 24).code ==
        TENON_INVALID_ARGUMENT);

  rt::weights untrained = toy_weights::make();
  std::vector<float> norm(3);
  CHECK(std::string(untrained.read(memory::moment_1, "h.0.ln.weight", norm).message()) ==
        "the parameters of model 'toy' have no first moment, since none of its 3 entries trains; "
        "build the model with an entry such as train_step, or pass TENON_VALUE");
  REQUIRE(untrained.write(memory::value, "h.0.ln.weight", norm));
  CHECK(read(untrained, memory::value, "h.0.ln.weight", 3) == norm);
}
