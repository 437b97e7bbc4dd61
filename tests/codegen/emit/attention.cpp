// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention in training, compiled alone for each number and width of heads
// (Inputs/attention.mlir.in) and each target that runs here, against the reference in double
// precision.
#include "attention_ops.h"
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

/// As words: halves of doubles may be NaN as floats, which are not equal to themselves.
std::vector<std::vector<uint32_t>> bits(const std::vector<Floats> &tensors) {
  std::vector<std::vector<uint32_t>> result;
  for (const Floats &x : tensors) {
    result.emplace_back(x.size());
    std::memcpy(result.back().data(), x.data(), 4 * x.size());
  }
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

/// Packed, or apart in groups of query heads to each key head.
struct Shape {
  int64_t keys, group, size;
  bool isPacked;

  int64_t queries() const { return keys * group; }
  Heads heads() const { return {queries(), keys}; }
  std::string model() const {
    std::string text = isPacked ? "heads_" : "grouped_";
    text += std::to_string(keys) + "x" + (isPacked ? "" : std::to_string(group) + "x");
    return text + std::to_string(size);
  }
  /// The sizes of the model's dimensions, in their order.
  std::vector<int64_t> dims(int64_t B, int64_t T) const {
    int64_t C = queries() * size;
    return isPacked ? std::vector<int64_t>{B, T, keys, C, 3 * C}
                    : std::vector<int64_t>{B, T, keys, group, size};
  }
};

/// Rows of the parts side by side.
Tensor joined(std::initializer_list<const Tensor *> parts) {
  Tensor result{{}, {}};
  const Tensor &first = **parts.begin();
  result.shape = {first.shape[0], first.shape[1], 0};
  for (const Tensor *part : parts)
    result.shape.back() += part->last();
  for (int64_t row = 0; row < first.rows(); ++row)
    for (const Tensor *part : parts)
      result.values.insert(result.values.end(), part->row(row), part->row(row) + part->last());
  return result;
}

struct Inputs {
  Shape shape;
  Tensor q, k, v, dy, y, lse; // y and lse of the reference; all but lse are exact in f32
  int64_t B, T;

  Inputs(const Shape &shape, int64_t B, int64_t T) : shape(shape), B(B), T(T) {
    int64_t C = shape.queries() * shape.size, kept = shape.keys * shape.size;
    Tensor all = randomTensor({B, T, C + 2 * kept}, 1);
    for (double &value : all.values)
      value *= 2; // so that some weights are near 0 and some near 1
    all = rounded(all);
    dy = rounded(randomTensor({B, T, C}, 2));
    q = slice(all, 0, C), k = slice(all, C, kept), v = slice(all, C + kept, kept);
    Scores scores = scaledScores(q, k, shape.heads());
    y = rounded(attention(scores, v, shape.heads()));
    lse = attentionLse(scores);
  }

  /// As the entries take them: packed or apart, then what else there is.
  std::vector<Floats> of(std::initializer_list<Floats> more = {}) const {
    std::vector<Floats> result;
    if (shape.isPacked)
      result = {floats(joined({&q, &k, &v}))};
    else
      result = {floats(q), floats(k), floats(v)};
    result.insert(result.end(), more);
    return result;
  }
};

void testForward(const Variant &variant, const Inputs &in) {
  std::vector<int64_t> dims = in.shape.dims(in.B, in.T);
  std::vector<size_t> sizes = {in.y.values.size(), 2 * in.lse.values.size()};
  auto saved = run(variant.at("saving"), in.of(), sizes, dims, 1);
  compare(saved[0], in.y, 0, in.y.last(), largest(in.y, 0, in.y.last()));
  compare(floatsOfWords(saved[1]), in.lse, 0, in.T, std::max(1.0, largest(in.lse, 0, in.T)));
  CHECK(run(variant.at("plain"), in.of(), {sizes[0]}, dims, 1)[0] == saved[0]);
  for (int threads : {2, 3})
    CHECK(bits(run(variant.at("saving"), in.of(), sizes, dims, threads)) == bits(saved));
}

void testBackward(const Variant &variant, const Inputs &in) {
  std::vector<int64_t> dims = in.shape.dims(in.B, in.T);
  std::vector<Floats> inputs = in.of({floats(in.y), words(in.lse), floats(in.dy)});
  auto [dq, dk, dv] = attentionBackward(in.q, in.k, in.v, in.y, in.lse, in.dy, in.shape.heads());
  std::vector<Tensor> want = {dq, dk, dv};
  // Of one token dq and dk are 0, differences of numbers of dv's size.
  auto scaleOf = [&](const Tensor &x) {
    const Tensor &largestOf = in.T == 1 ? dv : x;
    return largest(largestOf, 0, largestOf.last());
  };
  std::vector<size_t> sizes;
  for (const Tensor &x : want)
    sizes.push_back(x.values.size());
  if (in.shape.isPacked)
    sizes = {3 * sizes[0]};
  auto got = run(variant.at("backward"), inputs, sizes, dims, 1);
  int64_t column = 0;
  for (unsigned part : {0, 1, 2})
    if (in.shape.isPacked) {
      int64_t C = want[part].last();
      compare(got[0], joined({&dq, &dk, &dv}), column, C, scaleOf(want[part]));
      column += C;
    } else {
      compare(got[part], want[part], 0, want[part].last(), scaleOf(want[part]));
    }
  for (int threads : {2, 3})
    CHECK(run(variant.at("backward"), inputs, sizes, dims, threads) == got);
  if (!in.shape.isPacked)
    CHECK(run(variant.at("backward_of_keys"), inputs, {sizes[1]}, dims, 2)[0] == got[1]);
}

void test(const Shape &shape, llvm::ArrayRef<int64_t> lengths) {
  auto variants = variantsOf(shape.model());
  REQUIRE(!variants.empty());
  for (int64_t T : lengths)
    for (int64_t B : {1, 3}) {
      if (B == 3 && T != 2 && T != 49)
        continue;
      Inputs in(shape, B, T);
      for (const Variant &variant : variants) {
        INFO(shape.model() << ", B = " << B << ", T = " << T << ", "
                           << variant.begin()->second.symbol);
        testForward(variant, in);
        testBackward(variant, in);
      }
    }
}

} // namespace

TEST_CASE("attention in training, and its backward, on awkward sizes") {
  auto [count, size] = GENERATE(
      table<int64_t, int64_t>({{3, 1}, {1, 3}, {3, 8}, {1, 16}, {3, 64}, {1, 80}, {1, 160}}));
  // Around vectors of 4, 8 and 16 and around a block of 48; three blocks.
  test({count, 1, size, /*isPacked=*/true}, {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 47, 48, 49, 99});
}

TEST_CASE("attention of grouped heads in training, and its backward, on awkward sizes") {
  // One key head; heads that registers take in two parts, equal and not; each with its own keys.
  auto [keys, group, size] = GENERATE(table<int64_t, int64_t, int64_t>(
      {{1, 1, 5}, {1, 7, 3}, {2, 3, 20}, {3, 1, 8}, {1, 11, 1}, {2, 8, 64}}));
  test({keys, group, size, /*isPacked=*/false}, {1, 2, 3, 5, 8, 17, 49, 99});
}
