// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention in training, compiled alone for each number and width of heads
// (Inputs/attention.mlir.in) and each target that runs here, against the reference in double
// precision.
#include "backward.h"
#include "ops.h"
#include "reference/differences.h"
#include "run_entry.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <limits>

using namespace tenon::reference;
using namespace tenon::test;

namespace {

using Floats = std::vector<float>;

Tensor rounded(Tensor x) {
  for (double &value : x.values)
    value = static_cast<float>(value);
  return x;
}

Floats floats(const Tensor &x) { return Floats(x.values.begin(), x.values.end()); }

/// The log-sum-exp is of doubles: as the words of memory that entries are run with here.
Floats words(const Tensor &x) {
  Floats result(2 * x.values.size());
  std::memcpy(result.data(), x.values.data(), 4 * result.size());
  return result;
}

Floats floatsOfWords(const Floats &words) {
  Floats result;
  for (size_t i = 0; i < words.size(); i += 2) {
    double value;
    std::memcpy(&value, &words[i], sizeof value);
    result.push_back(static_cast<float>(value));
  }
  return result;
}

/// The largest of `count` elements from `column` on in each row.
double largest(const Tensor &x, int64_t column, int64_t count) {
  double result = 0;
  for (int64_t row = 0; row < x.rows(); ++row)
    for (int64_t c = column; c < column + count; ++c)
      result = std::max(result, std::abs(x.row(row)[c]));
  return result;
}

/// Columns [column, column + count) of each row, within 50 units of rounding of `scale`.
void compare(const Floats &got, const Tensor &want, int64_t column, int64_t count, double scale) {
  REQUIRE(got.size() == want.values.size());
  double worst = 0;
  for (int64_t row = 0; row < want.rows(); ++row)
    for (int64_t c = column; c < column + count; ++c) {
      double error = std::abs(got[row * want.last() + c] - want.row(row)[c]);
      if (!(error <= worst)) // a NaN stays
        worst = error;
    }
  CHECK(worst <= 50 * std::numeric_limits<float>::epsilon() * scale);
}

struct Heads {
  int64_t count, size;
};

struct Inputs {
  Tensor qkv, dy, y, lse; // y and lse of the reference; all but lse are exact in f32
  int64_t B, T;

  Inputs(Heads heads, int64_t B, int64_t T) : B(B), T(T) {
    int64_t C = heads.count * heads.size;
    qkv = randomTensor({B, T, 3 * C}, 1);
    for (double &value : qkv.values)
      value *= 2; // so that some weights are near 0 and some near 1
    qkv = rounded(qkv);
    dy = rounded(randomTensor({B, T, C}, 2));
    Tensor q = slice(qkv, 0, C), k = slice(qkv, C, C), v = slice(qkv, 2 * C, C);
    y = rounded(attention(q, k, v, heads.count, 0));
    lse = attentionLse(q, k, heads.count);
  }
};

void testForward(const Variant &variant, Heads heads, const Inputs &in) {
  std::vector<int64_t> dims = {in.B, in.T, heads.count, in.y.last(), in.qkv.last()};
  std::vector<Floats> inputs = {floats(in.qkv)};
  std::vector<size_t> sizes = {in.y.values.size(), 2 * in.lse.values.size()};
  auto saved = run(variant.at("saving"), inputs, sizes, dims, 1);
  compare(saved[0], in.y, 0, in.y.last(), largest(in.y, 0, in.y.last()));
  compare(floatsOfWords(saved[1]), in.lse, 0, in.T, std::max(1.0, largest(in.lse, 0, in.T)));
  CHECK(run(variant.at("plain"), inputs, {sizes[0]}, dims, 1)[0] == saved[0]);
  for (int threads : {2, 3})
    CHECK(run(variant.at("saving"), inputs, sizes, dims, threads) == saved);
}

void testBackward(const Variant &variant, Heads heads, const Inputs &in) {
  int64_t C = in.y.last();
  std::vector<int64_t> dims = {in.B, in.T, heads.count, C, 3 * C};
  std::vector<Floats> inputs = {floats(in.qkv), floats(in.y), words(in.lse), floats(in.dy)};
  std::vector<size_t> sizes = {in.qkv.values.size()};
  auto got = run(variant.at("backward"), inputs, sizes, dims, 1);
  Tensor want = attentionBackward(in.qkv, in.y, in.lse, in.dy, heads.count);
  // Of one token dq and dk are 0, differences of numbers of dv's size.
  for (int64_t part : {0, 1, 2})
    compare(got[0], want, part * C, C, largest(want, in.T == 1 ? 2 * C : part * C, C));
  for (int threads : {2, 3})
    CHECK(run(variant.at("backward"), inputs, sizes, dims, threads) == got);
}

} // namespace

TEST_CASE("attention in training, and its backward, on awkward sizes") {
  // Around vectors of 4, 8 and 16 and around a block of 48; three blocks.
  const int64_t lengths[] = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 47, 48, 49, 99};
  for (Heads heads : {Heads{3, 1}, Heads{1, 3}, Heads{3, 8}, Heads{1, 16}, Heads{3, 64},
                      Heads{1, 80}, Heads{1, 160}}) {
    auto variants =
        variantsOf("heads_" + std::to_string(heads.count) + "x" + std::to_string(heads.size));
    REQUIRE(!variants.empty());
    for (int64_t T : lengths)
      for (int64_t B : {1, 3}) {
        if (B == 3 && T != 2 && T != 49)
          continue;
        Inputs in(heads, B, T);
        for (const Variant &variant : variants) {
          INFO(heads.count << " heads of " << heads.size << ", B = " << B << ", T = " << T << ", "
                           << variant.begin()->second.symbol);
          testForward(variant, heads, in);
          testBackward(variant, heads, in);
        }
      }
  }
}
