// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention over lengths and cache splits around every block of keys and of queries, against the
// formula in double precision, for finite numbers and for NaN and infinities.
#include <cmath>
#include <limits>

#include "attentions.tenon.h"
#include "attentions_bf16.tenon.h"
#include "driver.hpp"
#include "few_heads.tenon.h"
#include "few_heads_bf16.tenon.h"
#include "long_attention.tenon.h"
#include "long_attention_bf16.tenon.h"

namespace {

using namespace driver;

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr std::int64_t batch = 2, context = 300, long_context = 1100;
const tenon_model* const models[] = {&tenon_model_attentions, &tenon_model_attentions_bf16};
const tenon_model* const long_models[] = {&tenon_model_long_attention,
                                          &tenon_model_long_attention_bf16};
const tenon_model* const few_heads_models[] = {&tenon_model_few_heads, &tenon_model_few_heads_bf16};
bool is_narrow(const tenon_model& model) { return &model == models[1] || &model == long_models[1]; }

/// One input of the models and the output made of it.
struct head_shape {
  std::int64_t heads, size, context = ::context;
  [[nodiscard]] std::int64_t channels() const { return heads * size; }
};
const head_shape shapes[] = {{2, 20}, {1, 64}, {3, 1}, {1, 33}};

/// qkv (B, context, 3C) of a shape.
words random_input(const head_shape& shape, std::mt19937& random) {
  std::normal_distribution<float> draw;
  words input;
  while (input.size() < static_cast<std::size_t>(batch * shape.context * 3 * shape.channels()))
    input.push_back(bits(1.5f * draw(random)));
  return input;
}
std::vector<words> random_inputs() {
  std::mt19937 random(6);
  std::vector<words> inputs;
  for (const head_shape& shape : shapes) inputs.push_back(random_input(shape, random));
  return inputs;
}

/// An element of qkv: part 0 query, 1 key, 2 value.
std::uint32_t& element(words& qkv, const head_shape& shape, std::int64_t row, std::int64_t t,
                       int part, std::int64_t head, std::int64_t d) {
  const std::int64_t c = shape.channels();
  return qkv[static_cast<std::size_t>((row * shape.context + t) * 3 * c + part * c +
                                      head * shape.size + d)];
}

/// softmax(q k^T / sqrt(D), causal) v of one input, (B, context, C). `narrow`: what is kept of keys
/// and values, and the scaled queries, are rounded to bf16.
std::vector<double> exact(words qkv, const head_shape& shape, bool narrow) {
  const auto scale = static_cast<float>(1 / std::sqrt(static_cast<double>(shape.size)));
  const auto rounded = [&](float x) {
    return static_cast<double>(narrow && std::isfinite(x) ? as_bf16(x) : x);
  };
  const auto query = [&](auto... where) {
    const float scaled = scale * value(element(qkv, shape, where...));
    return rounded(scaled);
  };
  const auto kept = [&](auto... where) { return rounded(value(element(qkv, shape, where...))); };
  std::vector<double> result;
  for (std::int64_t row = 0; row < batch; ++row)
    for (std::int64_t t = 0; t < shape.context; ++t)
      for (std::int64_t h = 0; h < shape.heads; ++h) {
        std::vector<double> weight(static_cast<std::size_t>(t) + 1);
        double greatest = -std::numeric_limits<double>::infinity(), sum = 0;
        for (std::int64_t j = 0; j <= t; ++j) {
          double score = 0;
          for (std::int64_t d = 0; d < shape.size; ++d)
            score += query(row, t, 0, h, d) * kept(row, j, 1, h, d);
          weight[j] = score;
          greatest = std::max(greatest, weight[j]);
        }
        for (double& w : weight) sum += w = std::exp(w - greatest);
        for (std::int64_t d = 0; d < shape.size; ++d) {
          double out = 0;
          for (std::int64_t j = 0; j <= t; ++j) out += weight[j] / sum * kept(row, j, 2, h, d);
          result.push_back(out);
        }
      }
  return result;
}

std::vector<std::vector<double>> exact(const std::vector<words>& inputs, const tenon_model& model) {
  std::vector<std::vector<double>> result;
  for (std::size_t i = 0; i < std::size(shapes); ++i)
    result.push_back(exact(inputs[i], shapes[i], is_narrow(model)));
  return result;
}

/// `narrow`: the weights of the softmax are rounded to bf16, by a part in 512.
bool agree(double want, float got, bool narrow) {
  if (std::isnan(want)) return std::isnan(got);
  if (std::isinf(want)) return std::isinf(got) && std::signbit(want) == std::signbit(got);
  return std::abs(want - static_cast<double>(got)) <=
         (narrow ? 0x1p-8 : 1e-5) * (1 + std::abs(want));
}

/// Positions [begin, end) of the first rows of x (B, from, N).
words part(const words& x, std::int64_t from, std::int64_t begin, std::int64_t end,
           std::int64_t rows = batch) {
  const auto n = static_cast<std::int64_t>(x.size()) / (batch * from);
  words result;
  for (std::int64_t row = 0; row < rows; ++row)
    result.insert(result.end(), x.begin() + (row * from + begin) * n,
                  x.begin() + (row * from + end) * n);
  return result;
}

std::vector<words> parts(const std::vector<words>& inputs, std::int64_t begin, std::int64_t end) {
  std::vector<words> result;
  for (const words& input : inputs) result.push_back(part(input, context, begin, end));
  return result;
}

/// Forward over the whole context.
std::vector<words> forward(const tenon_model& model, rt::session& session,
                           const std::vector<words>& inputs) {
  return call(session, model, entry_of(model, "forward"), sizes_of(model, batch, context), inputs);
}

void compare(const tenon_model& model, const std::vector<words>& got,
             const std::vector<std::vector<double>>& want, const std::string& variant) {
  for (std::size_t i = 0; i < std::size(shapes); ++i) {
    REQUIRE(got[i].size() == want[i].size());
    for (std::size_t j = 0; j < want[i].size(); ++j)
      if (!agree(want[i][j], value(got[i][j]), is_narrow(model))) {
        CAPTURE(variant, model.entries[0].outputs[i].name, want[i][j], value(got[i][j]));
        const auto position = static_cast<std::int64_t>(j) / shapes[i].channels() % context;
        FAIL("output " << i << " at position " << position);
      }
  }
}

/// Forward of every model on every variant against the formula; at least one element is not finite.
void check_special(const std::vector<words>& inputs) {
  for (const tenon_model* model : models) {
    const auto want = exact(inputs, *model);
    bool special = false, finite = false;
    for (const auto& each : want)
      for (const double x : each) (std::isfinite(x) ? finite : special) = true;
    REQUIRE(finite);
    REQUIRE(special);
    const parameters none(*model, [](const auto&) { return 0.0f; });
    for (const std::string& variant : variants_of(*model)) {
      auto session = open_session(*model, none.pack(*model, variant), variant, 2);
      compare(*model, forward(*model, session, inputs), want, variant);
    }
  }
}

std::vector<std::int64_t> long_sizes(const tenon_model& model, std::int64_t b, std::int64_t t) {
  return sizes_of(model, b, t, "long_seq");
}

const std::int64_t around_blocks[] = {1,  2,   3,   5,   6,   7,   8,   15,  16,  17,  24,
                                      31, 32,  33,  47,  48,  49,  63,  64,  65,  95,  96,
                                      97, 127, 128, 129, 191, 192, 193, 255, 256, 257, 299};
// Spans have 64, 128 or 256 keys, strips four times as many.
const std::int64_t around_spans[] = {63,  64,  65,  127, 128, 129, 191,  255,  256,  257,  320,
                                     384, 511, 512, 513, 767, 768, 1022, 1023, 1024, 1025, 1099};

}  // namespace

TEST_CASE("attention is the formula's, with the same bits for every length and number of threads") {
  const auto inputs = random_inputs();
  const tenon_model& model = *GENERATE(from_range(std::begin(models), std::end(models)));
  const auto want = exact(inputs, model);
  const parameters none(model, [](const auto&) { return 0.0f; });
  for (const std::string& variant : variants_of(model)) {
    const auto weights = none.pack(model, variant);
    std::vector<words> all;
    for (const int threads : {1, 2, 3, 8}) {
      auto session = open_session(model, weights, variant, threads);
      const auto got = forward(model, session, inputs);
      if (threads == 1)
        compare(model, all = got, want, variant);
      else
        REQUIRE(got == all);
      if (threads > 2) continue;
      for (const std::int64_t length : around_blocks) {
        const auto some = call(session, model, entry_of(model, "forward"),
                               sizes_of(model, batch, length), parts(inputs, 0, length));
        CAPTURE(model.name, variant, threads, length);
        for (std::size_t i = 0; i < some.size(); ++i)
          REQUIRE(some[i] == part(all[i], context, 0, length));
      }
    }
  }
}

TEST_CASE("attention continues from a cache split around every block with the same bits") {
  const auto inputs = random_inputs();
  const tenon_model& model = *GENERATE(from_range(std::begin(models), std::end(models)));
  const auto step = entry_of(model, "step");
  const parameters none(model, [](const auto&) { return 0.0f; });
  for (const std::string& variant : variants_of(model)) {
    auto session = open_session(model, none.pack(model, variant), variant, 2);
    const auto all = forward(model, session, inputs);
    const auto check = [&](std::int64_t begin, std::int64_t end) {
      const auto last = call(session, model, step, sizes_of(model, batch, end - begin),
                             parts(inputs, begin, end), begin);
      CAPTURE(model.name, variant, begin, end);
      for (std::size_t i = 0; i < last.size(); ++i)
        REQUIRE(last[i] == part(all[i], context, end - 1, end));
    };
    for (const std::int64_t begin : around_blocks) {
      REQUIRE(session.reset());
      check(0, begin);
      if (begin + 17 < context) check(begin, begin + 17);
    }
    REQUIRE(session.reset());
    for (std::int64_t t = 0; t < context; ++t) check(t, t + 1);  // every position by itself
  }
}

TEST_CASE("attention over more keys than a span is the formula's, in any split") {
  const tenon_model& model = *GENERATE(from_range(std::begin(long_models), std::end(long_models)));
  const head_shape shape{2, 3, long_context};
  std::mt19937 random(8);
  const words input = random_input(shape, random);
  const auto want = exact(input, shape, is_narrow(model));
  const parameters none(model, [](const auto&) { return 0.0f; });
  const auto step = entry_of(model, "step");
  for (const std::string& variant : variants_of(model)) {
    auto session = open_session(model, none.pack(model, variant), variant, 3);
    const auto all = call(session, model, entry_of(model, "forward"),
                          long_sizes(model, batch, long_context), {input})[0];
    CAPTURE(model.name, variant);
    REQUIRE(all.size() == want.size());
    for (std::size_t i = 0; i < want.size(); ++i)
      if (!agree(want[i], value(all[i]), is_narrow(model))) {
        CAPTURE(i, want[i], value(all[i]));
        FAIL("the formula gives another number");
      }
    std::int64_t begin = 0;
    for (const std::int64_t end : {511, 512, 513, 1019, 1023, 1024, 1025, 1026, 1097, 1100}) {
      const auto last = call(session, model, step, long_sizes(model, batch, end - begin),
                             {part(input, long_context, begin, end)}, begin)[0];
      CAPTURE(begin, end);
      REQUIRE(last == part(all, long_context, end - 1, end));
      begin = end;
    }
  }
}

TEST_CASE("threads that share the keys of a head give the bits of one that has them alone") {
  const tenon_model& model =
      *GENERATE(from_range(std::begin(few_heads_models), std::end(few_heads_models)));
  std::mt19937 random(9);
  const auto rows = [&](std::int64_t channels) {
    const words qkv = random_input({1, channels, long_context}, random);
    return words(qkv.begin(), qkv.begin() + batch * long_context * channels);
  };
  // The last ones apart: seven query heads of 20 channels to one key head.
  const std::vector<words> inputs = {random_input({1, 64, long_context}, random),
                                     random_input({3, 33, long_context}, random), rows(7 * 20),
                                     rows(20), rows(20)};
  const parameters none(model, [](const auto&) { return 0.0f; });
  const auto step = entry_of(model, "step");
  for (const std::string& variant : variants_of(model)) {
    const auto weights = none.pack(model, variant);
    auto alone = open_session(model, weights, variant, 1);
    const auto all = call(alone, model, entry_of(model, "forward"),
                          long_sizes(model, batch, long_context), inputs);
    for (const int threads : {1, 2, 3, 8})
      for (std::int64_t rows = 1; rows <= batch; ++rows) {
        auto session = open_session(model, weights, variant, threads);
        const auto check = [&](std::int64_t begin, std::int64_t end) {
          std::vector<words> some;
          for (const words& input : inputs)
            some.push_back(part(input, long_context, begin, end, rows));
          const auto last =
              call(session, model, step, long_sizes(model, rows, end - begin), some, begin);
          CAPTURE(model.name, variant, threads, rows, begin, end);
          for (std::size_t i = 0; i < last.size(); ++i)
            REQUIRE(last[i] == part(all[i], long_context, end - 1, end, rows));
        };
        std::int64_t next = 0;
        for (const std::int64_t position : around_spans) {
          if (next < position) check(next, position);
          check(position, position + 1);
          next = position + 1;
        }
      }
  }
}

TEST_CASE("NaN in attention reaches the positions that see it, and no other") {
  // 70 is within a block of keys, 128 begins one, 63 ends one.
  for (const std::int64_t position : {63, 70, 128})
    for (const int what : {0, 1, 2}) {
      auto inputs = random_inputs();
      for (std::size_t i = 0; i < std::size(shapes); ++i)
        element(inputs[i], shapes[i], 1, position, what, shapes[i].heads - 1, shapes[i].size - 1) =
            bits(not_a_number);
      check_special(inputs);
    }
}

TEST_CASE("infinities in attention give what the formula gives") {
  for (const std::int64_t position : {0, 63, 70, 128})
    for (const float special : {infinity, -infinity})
      for (const int what : {1, 2}) {
        auto inputs = random_inputs();
        for (std::size_t i = 0; i < std::size(shapes); ++i)
          element(inputs[i], shapes[i], 1, position, what, 0, 0) = bits(special);
        check_special(inputs);
      }
}

TEST_CASE("positions that see keys of score -infinity alone are NaN, the later ones are not") {
  for (const std::int64_t count : {1, 16, 32, 64, 65, 128, 200}) {
    auto inputs = random_inputs();
    for (std::size_t i = 0; i < std::size(shapes); ++i)
      for (std::int64_t t = 0; t < context; ++t) {
        element(inputs[i], shapes[i], 1, t, 0, 0, 0) = bits(1.0f);
        if (t < count) element(inputs[i], shapes[i], 1, t, 1, 0, 0) = bits(-infinity);
      }
    check_special(inputs);
  }
}
