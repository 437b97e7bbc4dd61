// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What is checked about a call before anything runs, message by message; the state stays as it was.
#include <algorithm>

#include <catch2/catch.hpp>

#include "fixture/toy_weights.hpp"

namespace rt = tenon::runtime;

namespace {

struct stage {
  toy::session session = *toy::session::create(toy_weights::make());
  rt::buffer<std::int32_t> ids = *rt::buffer<std::int32_t>::create(80);
  rt::buffer<std::int32_t> targets = *rt::buffer<std::int32_t>::create(80);
  rt::buffer<float> out = *rt::buffer<float>::create(240);

  std::string forward(int b, int t) {
    const auto n = static_cast<std::size_t>(b * t);
    return session.forward({ids.first(n), b, t}, {out.first(n * 3), b, t}).message();
  }
  std::string step(int b, int t, int position = 0) {
    return session
        .step({ids.first(static_cast<std::size_t>(b * t)), b, t},
              {out.first(static_cast<std::size_t>(b) * 11), b}, position)
        .message();
  }
};

}  // namespace

TEST_CASE("token ids are checked wherever they stand") {
  stage s;
  for (const std::size_t bad : {0u, 5u, 23u}) {
    for (const int value : {11, -1, -7, 2147483647, -2147483647 - 1}) {
      s.ids[bad] = value;
      CHECK(s.forward(4, 6) == "entry 'forward': input 'ids' at [" + std::to_string(bad / 6) +
                                   ", " + std::to_string(bad % 6) + "] is " +
                                   std::to_string(value) +
                                   ", outside [0, 11); pass values of the model's vocabulary");
    }
    s.ids[bad] = 10;
  }
  CHECK(s.forward(4, 6).empty());
}

TEST_CASE("targets may hold the ignored value, ids may not") {
  stage s;
  const auto loss = [&] {
    return std::string(s.session
                           .loss({s.ids.first(2), 1, 2}, {s.targets.first(2), 1, 2},
                                 rt::tensor<float>(s.out.first(1)))
                           .message());
  };
  s.targets[1] = -1;
  CHECK(loss().empty());
  s.targets[1] = -2;
  CHECK(loss() ==
        "entry 'loss': input 'targets' at [0, 1] is -2, outside [0, 11) and is not -1 (ignored); "
        "pass values of the model's vocabulary");
  s.targets[1] = 0;
  s.ids[0] = -1;
  CHECK_THAT(loss(), Catch::Contains("input 'ids' at [0, 0] is -1, outside [0, 11);"));
}

TEST_CASE("sizes must lie within the model's bounds") {
  stage s;
  CHECK(s.forward(1, 17) ==
        "entry 'forward': input 'ids' has 17 along 'seq', must lie in [1, 16]; pass a "
        "size within the model's bounds");
  CHECK(s.forward(5, 1) ==
        "entry 'forward': input 'ids' has 5 along 'batch', must lie in [1, 4]; pass a "
        "size within the model's bounds");
  CHECK_THAT(s.forward(0, 1), Catch::Contains("has 0 along 'batch'"));
  CHECK_THAT(
      std::string(s.session.forward({s.ids.first(1), -1, -1}, {s.out.first(3), -1, -1}).message()),
      Catch::Contains("has -1 along 'batch'"));
  CHECK(s.forward(4, 16).empty());
}

TEST_CASE("a tensor holds as many elements as its sizes say, and a dimension has one size") {
  stage s;
  CHECK(std::string(s.session.forward({s.ids.first(5), 2, 3}, {s.out.first(18), 2, 3}).message()) ==
        "entry 'forward': input 'ids' holds 5 elements, its sizes make 6; pass exactly as many");
  CHECK(std::string(s.session.forward({s.ids.first(6), 2, 3}, {s.out.first(19), 2, 3}).message()) ==
        "entry 'forward': output 'x' holds 19 elements, its sizes make 18; pass exactly as many");
  CHECK(std::string(s.session.forward({s.ids.first(6), 2, 3}, {s.out.first(18), 3, 2}).message()) ==
        "entry 'forward': dimension 'batch' is 2 in 'ids' but 3 in 'x'; pass tensors of one size");
}

TEST_CASE("positions must lie in the context") {
  stage s;
  REQUIRE(s.step(1, 13).empty());
  CHECK(s.step(1, 3, 13).empty());
  CHECK(s.step(1, 3, 14) ==
        "entry 'step': position 14 with 3 tokens must lie in the context of 16 "
        "positions; pass fewer tokens or start anew at position 0");
  CHECK_THAT(s.step(1, 1, -1), Catch::Contains("position -1 with 1 tokens"));
  const std::int64_t dims[6] = {1, 1};
  const void* in[] = {s.ids.data()};
  void* out[] = {s.out.data()};
  CHECK_THAT(std::string(s.session.run(1, in, out, dims, INT64_MAX).message()),
             Catch::Contains("position 9223372036854775807 with 1 tokens"));
}

TEST_CASE("an entry that keeps nothing takes no position") {
  stage s;
  const std::int64_t dims[6] = {1, 1};
  const void* in[] = {s.ids.data(), s.targets.data()};
  void* out[] = {s.out.data()};
  for (const std::uint32_t entry : {0u, 2u})
    for (const std::int64_t position : {std::int64_t{1}, std::int64_t{-1}, INT64_MAX, INT64_MIN})
      CHECK(std::string(s.session.run(entry, in, out, dims, position).message()) ==
            std::string("entry '") + (entry == 0 ? "forward" : "loss") +
                "' keeps nothing between calls, so its first token is at position 0, not " +
                std::to_string(position) +
                "; pass 0, or use an entry with a cache, such as 'step'");
}

TEST_CASE("an output has memory of its own") {
  stage s;
  const std::int64_t dims[6] = {4, 16};
  alignas(64) static std::int32_t memory[512];
  const auto overlapping = [&](int ids_at, int x_at) {
    std::ranges::fill(memory, 0);
    const void* in[] = {memory + ids_at};
    void* out[] = {memory + x_at};
    return std::string(s.session.run(0, in, out, dims).message());
  };
  const std::string refused =
      "entry 'forward': output 'x' overlaps input 'ids' in memory; give each output memory of its "
      "own";
  CHECK(overlapping(0, 0) == refused);    // ids: 64 elements, x: 192
  CHECK(overlapping(176, 0) == refused);  // x reaches into ids
  CHECK(overlapping(0, 48) == refused);   // ids reach into x
  CHECK(overlapping(192, 0).empty());
  CHECK(overlapping(0, 64).empty());
}

TEST_CASE("cached positions are continued without a gap and with the same batch") {
  stage s;
  for (std::size_t i = 0; i < 80; ++i) s.ids[i] = static_cast<int>(i % 11);
  REQUIRE(s.step(2, 3).empty());
  CHECK(s.step(2, 1, 4) ==
        "entry 'step': position 4 leaves a gap after the 3 cached positions; pass at most 3");
  CHECK(s.step(1, 1, 3) ==
        "entry 'step': dimension 'batch' is 1, but the cached positions were computed with "
        "2; keep it, or start anew at position 0");
  CHECK(s.session.cached() == 3);

  // After every kind of error the session goes on as if nothing had happened.
  s.ids[1] = 99;
  CHECK_FALSE(s.step(2, 1, 3).empty());
  s.ids[1] = 1;
  CHECK(s.session.cached() == 3);
  REQUIRE(s.step(2, 1, 3).empty());
  const std::vector<int> lane0 = {0, 1, 2, 0};
  const auto expected = toy_weights::logits(toy_weights::tensors(), lane0);
  for (std::size_t v = 0; v < 11; ++v) CHECK(s.out[v] == expected[v]);
  CHECK(s.step(1, 1, 0).empty());
}

TEST_CASE("pointers must be there and aligned") {
  stage s;
  const std::int64_t dims[6] = {1, 1};
  const void* in[] = {s.ids.data()};
  void* out[] = {nullptr};
  CHECK(std::string(s.session.run(0, in, out, dims).message()) ==
        "entry 'forward': output 'x' is null; pass its 3 elements");
  out[0] = s.out.data() + 1;
  CHECK(std::string(s.session.run(0, in, out, dims).message()) ==
        "entry 'forward': output 'x' lies 4 bytes off a multiple of 64; use memory aligned to 64 "
        "bytes, such "
        "as tenon::runtime::buffer");
  CHECK(s.session.run(0, nullptr, out, dims).code() == TENON_INVALID_ARGUMENT);
  CHECK(s.session.run(0, in, nullptr, dims).code() == TENON_INVALID_ARGUMENT);
  CHECK(s.session.run(0, in, out, nullptr).code() == TENON_INVALID_ARGUMENT);
  CHECK(std::string(s.session.run(3, in, out, dims).message()) ==
        "model 'toy' has entries 0..2, not 3; use an index of its header");
}

TEST_CASE("views of the C interface are checked for number, dtype and rank") {
  stage s;
  const std::int64_t ids_sizes[] = {1, 2}, x_sizes[] = {1, 2, 3};
  tenon_view ids{s.ids.data(), 2, TENON_I32, 2, ids_sizes},
      x{s.out.data(), 6, TENON_F32, 3, x_sizes};
  const auto call = [&](std::size_t n_inputs) {
    return std::string(tenon_session_call(s.session.handle(), 0, &ids, n_inputs, &x, 1, 0).message);
  };
  CHECK(call(1).empty());
  CHECK(call(0) ==
        "entry 'forward' takes 1 inputs and 1 outputs, got 0 and 1; pass one tensor for each");
  x.dtype = TENON_F64;
  CHECK(call(1) ==
        "entry 'forward': output 'x' is f64, the model has f32; pass a tensor of that type");
  x.dtype = TENON_F32;
  ids.rank = 1;
  CHECK(call(1) ==
        "entry 'forward': input 'ids' has 1 sizes, the model has 2; pass one a dimension");
  ids.rank = 2;
  ids.sizes = nullptr;
  CHECK(call(1).empty());  // those of x
  ids.count = 3;
  CHECK(call(1) ==
        "entry 'forward': input 'ids' holds 3 elements, its sizes make 2; pass exactly as many");
  x.sizes = nullptr;
  CHECK(call(1) ==
        "entry 'forward': input 'ids' was given no sizes, and no other argument tells how large "
        "'batch' is; pass its sizes");
  ids.data = nullptr;
  CHECK(call(1) == "entry 'forward': input 'ids' is null; pass its elements");
}
