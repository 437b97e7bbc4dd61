// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every operation's definition against values worked out by hand or in closed form.
#include "ops.h"
#include "attention_ops.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace tenon::reference;
using Values = std::vector<double>;

namespace {
template <class T>
T unwrap(llvm::Expected<T> value) {
  INFO((value ? "" : llvm::toString(value.takeError())));
  REQUIRE(static_cast<bool>(value));
  return std::move(*value);
}

std::string messageOf(llvm::Expected<Tensor> value) {
  REQUIRE_FALSE(static_cast<bool>(value));
  return llvm::toString(value.takeError());
}

void checkNear(const Tensor &actual, const Values &expected) {
  REQUIRE(actual.values.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i)
    CHECK(actual.values[i] == Approx(expected[i]).epsilon(1e-15).margin(1e-15));
}
} // namespace

TEST_CASE("embedding takes rows by index") {
  Tensor table{{3, 2}, {1, 2, 3, 4, 5, 6}};
  Tensor rows = unwrap(embedding(table, {{1, 2}, {2, 0}}));
  CHECK(rows.shape == llvm::SmallVector<int64_t>{1, 2, 2});
  CHECK(rows.values == Values{5, 6, 1, 2});
}

TEST_CASE("embedding refuses ids outside of the table") {
  Tensor table{{3, 2}, {1, 2, 3, 4, 5, 6}};
  CHECK(messageOf(embedding(table, {{1}, {3}})) == "id 3 is not an integer in [0, 3)");
  CHECK(messageOf(embedding(table, {{1}, {-1}})) == "id -1 is not an integer in [0, 3)");
  CHECK(messageOf(embedding(table, {{1}, {0.5}})) == "id 0.5 is not an integer in [0, 3)");
  CHECK(messageOf(embedding(table, {{1}, {std::nan("")}})) == "id nan is not an integer in [0, 3)");
}

TEST_CASE("numbers along a dimension count from the first") {
  Tensor numbers = along(3, 4);
  CHECK(numbers.shape == llvm::SmallVector<int64_t>{3});
  CHECK(numbers.values == Values{4, 5, 6});
}

TEST_CASE("parts stand side by side, and 0 between them") {
  Tensor x{{2, 2}, {1, 2, 3, 4}}, y{{2, 1}, {5, 6}};
  Tensor joined = join({x, y}, {0, 3}, 5);
  CHECK(joined.shape == llvm::SmallVector<int64_t>{2, 5});
  CHECK(joined.values == Values{1, 2, 0, 5, 0, 3, 4, 0, 6, 0});
  CHECK(slice(joined, 1, 3).values == Values{2, 0, 5, 4, 0, 6});
}

TEST_CASE("parts take turns, and 0 in the turns of no part") {
  Tensor x{{2, 2}, {1, 2, 3, 4}}, y{{2, 2}, {5, 6, 7, 8}};
  Tensor joined = join({x, y}, {0, 2}, 6, /*stride=*/3);
  CHECK(joined.shape == llvm::SmallVector<int64_t>{2, 6});
  CHECK(joined.values == Values{1, 0, 5, 2, 0, 6, 3, 0, 7, 4, 0, 8});
  CHECK(slice(joined, 2, 2, /*stride=*/3).values == y.values);
}

TEST_CASE("positions count from the offset over the last dimension") {
  CHECK(positions(Tensor::zeros({2, 3}), 4).values == Values{4, 5, 6});
}

TEST_CASE("add repeats y over leading dimensions") {
  Tensor x{{2, 1, 2}, {1, 2, 3, 4}};
  CHECK(add(x, {{2}, {10, 20}}).values == Values{11, 22, 13, 24});
  CHECK(add(x, x).values == Values{2, 4, 6, 8});
}

TEST_CASE("scale multiplies") { CHECK(scale({{2}, {1, -2}}, 0.5).values == Values{0.5, -1}); }

TEST_CASE("layer norm uses the biased variance and adds epsilon to it") {
  Tensor x{{2, 2}, {1, 3, 10, 10}}; // variances 1 and 0
  Tensor weight{{2}, {2, 4}}, bias{{2}, {100, 200}};
  checkNear(layerNorm(x, weight, &bias, 3), {99, 202, 100, 200}); // (1 - 2) / sqrt(1 + 3) * 2 + 100
  checkNear(layerNorm(x, weight, nullptr, 3), {-1, 2, 0, 0});
}

TEST_CASE("linear multiplies by the weight, stored either way") {
  Tensor x{{2, 2}, {1, 2, 3, 4}};
  Tensor weight{{2, 3}, {1, 10, 100, 2, 20, 200}}, bias{{3}, {7, 8, 9}};
  Values product{5, 50, 500, 11, 110, 1100};
  CHECK(linear(x, weight, nullptr, false).values == product);
  CHECK(linear(x, weight, &bias, false).values == Values{12, 58, 509, 18, 118, 1109});
  Tensor transposed{{3, 2}, {1, 2, 10, 20, 100, 200}};
  CHECK(linear(x, transposed, nullptr, true).values == product);
  CHECK(linear(x, transposed, nullptr, true).shape == llvm::SmallVector<int64_t>{2, 3});
}

TEST_CASE("linear sums over several dimensions and makes several") {
  Tensor x{{1, 2, 2}, {1, 2, 3, 4}}; // one row of K = (2, 2)
  Tensor weight{{2, 2, 3, 1}, {1, 0, 5, 1, 0, 6, 1, 2, 7, 1, 1, 8}}, bias{{3, 1}, {100, 200, 300}};
  Tensor y = linear(x, weight, &bias, false, 2);
  CHECK(y.shape == llvm::SmallVector<int64_t>{1, 3, 1});
  CHECK(y.values == Values{110, 210, 370}); // 1+2+3+4, 2*3+4, 5+12+21+32
  Tensor transposed{{3, 1, 2, 2}, {1, 1, 1, 1, 0, 0, 2, 1, 5, 6, 7, 8}};
  CHECK(linear(x, transposed, &bias, true, 2).values == y.values);
  CHECK(linear(x, transposed, &bias, true, 2).shape == y.shape);
}

TEST_CASE("the two forms of gelu") {
  Tensor x{{4}, {0, 1, -1, 30}};
  checkNear(geluErf(x),
            {0, 0.8413447460685429, -0.15865525393145707, 30}); // x times the normal CDF
  checkNear(geluTanh(x), {0, 0.8411919906082768, -0.15880800939172324, 30});
}

TEST_CASE("functions of scalars") {
  Tensor x{{2, 2}, {1, 4, -2, 0.25}}, y{{2}, {2, 0.5}};
  auto of = [&](tenon::ScalarFunction function) { return elementwise(function, {&x, &y}).values; };
  CHECK(of(tenon::ScalarFunction::add) == Values{3, 4.5, 0, 0.75});
  CHECK(of(tenon::ScalarFunction::subtract) == Values{-1, 3.5, -4, -0.25});
  CHECK(of(tenon::ScalarFunction::multiply) == Values{2, 2, -4, 0.125});
  CHECK(of(tenon::ScalarFunction::divide) == Values{0.5, 8, -1, 0.5});
  CHECK(of(tenon::ScalarFunction::minimum) == Values{1, 0.5, -2, 0.25});
  CHECK(of(tenon::ScalarFunction::maximum) == Values{2, 4, 2, 0.5});
  // Whichever of them is repeated.
  CHECK(elementwise(tenon::ScalarFunction::subtract, {&y, &x}).values == Values{1, -3.5, 4, 0.25});
  CHECK(elementwise(tenon::ScalarFunction::select_less, {&x, &y, &y, &x}).values ==
        Values{2, 4, 2, 0.5});
  Tensor by{{2}, {4, 0.25}}, nan{{2}, {NAN, NAN}};
  for (auto [function, values] :
       {std::pair(tenon::ScalarFunction::select_less, Values{2, 4, 2, 0.25}),
        {tenon::ScalarFunction::select_at_most, Values{2, 4, 2, 0.5}}}) {
    CHECK(elementwise(function, {&x, &by, &y, &x}).values == values);
    // Nothing is less than NaN, or as great.
    CHECK(elementwise(function, {&x, &nan, &y, &x}).values == x.values);
    CHECK(elementwise(function, {&nan, &by, &y, &x}).values == x.values);
  }

  Tensor positive{{3}, {0.25, 1, 4}};
  CHECK(elementwise(tenon::ScalarFunction::sqrt, {&positive}).values == Values{0.5, 1, 2});
  CHECK(elementwise(tenon::ScalarFunction::rsqrt, {&positive}).values == Values{2, 1, 0.5});
  checkNear(elementwise(tenon::ScalarFunction::log, {&positive}),
            {-std::log(4.0), 0, std::log(4.0)});
  Tensor logs{{3}, {std::log(3.0), 0, -std::log(3.0)}};
  checkNear(elementwise(tenon::ScalarFunction::exp, {&logs}), {3, 1, 1 / 3.0});
  checkNear(elementwise(tenon::ScalarFunction::sigmoid, {&logs}), {0.75, 0.5, 0.25});
  checkNear(elementwise(tenon::ScalarFunction::tanh, {&logs}), {0.8, 0, -0.8});

  Tensor angles{{3}, {0, M_PI / 6, -M_PI / 2}}, tooFar{{1}, {-0x1p20}};
  for (auto [function, values] : {std::pair(tenon::ScalarFunction::sin, Values{0, 0.5, -1}),
                                  {tenon::ScalarFunction::cos, Values{1, std::sqrt(0.75), 0}}}) {
    checkNear(elementwise(function, {&angles}), values);
    CHECK(std::isnan(elementwise(function, {&tooFar}).values[0]));
  }

  Tensor integers{{3}, {-3, 0, 16777216}};
  CHECK(elementwise(tenon::ScalarFunction::as_f32, {&integers}).values == integers.values);

  Tensor none{{2}, {NAN, 1}}, one{{2}, {1, NAN}};
  for (tenon::ScalarFunction function :
       {tenon::ScalarFunction::minimum, tenon::ScalarFunction::maximum})
    for (double value : elementwise(function, {&none, &one}).values)
      CHECK(std::isnan(value));
}

TEST_CASE("reductions of any dimension") {
  Tensor x{{2, 3, 2}, {1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, 60}};
  CHECK(reduce(tenon::Reduction::Sum, x, 2).values == Values{3, 7, 11, -3, -7, 55});
  CHECK(reduce(tenon::Reduction::Sum, x, 1).values == Values{9, 12, -9, 54});
  CHECK(reduce(tenon::Reduction::Sum, x, 1).shape == llvm::SmallVector<int64_t>{2, 2});
  CHECK(reduce(tenon::Reduction::Max, x, 1).values == Values{5, 6, -1, 60});
  CHECK(reduce(tenon::Reduction::Max, x, 0).values == Values{1, 2, 3, 4, 5, 60});
  CHECK(reduce(tenon::Reduction::Sum, {{2}, {3, 4}}, 0).shape.empty());
  for (tenon::Reduction kind : {tenon::Reduction::Sum, tenon::Reduction::Max})
    CHECK(std::isnan(reduce(kind, {{3}, {1, NAN, 2}}, 0).values[0]));
}

TEST_CASE("what is repeated over the dimensions that it lacks") {
  Tensor x{{2, 2}, {1, 2, 3, 4}};
  CHECK(spread(x, {0, 1}, {2, 2, 3}).values == Values{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4});
  CHECK(spread(x, {0, 2}, {2, 3, 2}).values == Values{1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4});
  CHECK(spread(x, {1, 2}, {2, 2, 2}).values == Values{1, 2, 3, 4, 1, 2, 3, 4});
  CHECK(spread({{}, {7}}, {}, {2}).values == Values{7, 7});
}

TEST_CASE("attention weights the values by the softmax of scaled products") {
  // D = 4, so that products are halved: the second query scores 0 and 2 ln 3 / 2 = ln 3, the
  // weights are 1/4 and 3/4.
  double score = 2 * std::log(3.0);
  Tensor queries{{1, 2, 4}, {9, 9, 9, 9, 0, score, 0, 0}};
  Tensor keys{{1, 2, 4}, {5, 0, 5, 5, 5, 1, 5, 5}};
  Tensor values{{1, 2, 4}, {4, 8, 0, 12, 8, 16, 4, 0}};
  // The first token sees itself only.
  checkNear(attention(scaledScores(queries, keys, {1, 1}, 0), values, {1, 1}),
            {4, 8, 0, 12, 7, 14, 3, 3});
}

TEST_CASE("attention keeps heads apart") {
  double score = std::log(3.0);
  Tensor queries{{1, 2, 2}, {0, 0, score, -score / 2}};
  Tensor keys{{1, 2, 2}, {0, 0, 1, 2}};
  Tensor values{{1, 2, 2}, {4, 4, 8, 8}};
  checkNear(attention(scaledScores(queries, keys, {2, 2}, 0), values, {2, 2}), {4, 4, 7, 5});
}

TEST_CASE("neighbouring query heads share a key head") {
  // Heads 0 and 1 use the first key, heads 2 and 3 the second; a score of ln 3 against 0.
  double score = std::log(3.0);
  Tensor queries{{1, 2, 4}, {9, 9, 9, 9, 0, score, 0, score}};
  Tensor keys{{1, 2, 2}, {0, 1, 1, 0}};
  Tensor values{{1, 2, 2}, {4, 40, 8, 80}};
  checkNear(attention(scaledScores(queries, keys, {4, 2}, 0), values, {4, 2}),
            {4, 4, 40, 40, 6, 7, 60, 50});
}

TEST_CASE("attention with an offset sees the positions before") {
  Tensor query{{1, 1, 1}, {0}};
  Tensor keys{{1, 3, 1}, {1, 2, 3}}, values{{1, 3, 1}, {3, 6, 30}};
  checkNear(attention(scaledScores(query, keys, {1, 1}, 1), values, {1, 1}),
            {4.5}); // position 2 is not seen
  checkNear(attention(scaledScores(query, keys, {1, 1}, 2), values, {1, 1}), {13});
}

TEST_CASE("last token takes each sequence's last row") {
  Tensor x{{2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}};
  CHECK(lastToken(x).values == Values{3, 4, 7, 8});
  CHECK(lastToken(x).shape == llvm::SmallVector<int64_t>{2, 2});
}

TEST_CASE("the last token may have more dimensions than one") {
  Tensor x{{2, 2, 2, 1}, {1, 2, 3, 4, 5, 6, 7, 8}};
  CHECK(lastToken(x).values == Values{3, 4, 7, 8});
  CHECK(lastToken(x).shape == llvm::SmallVector<int64_t>{2, 2, 1});
}

TEST_CASE("cross-entropy of each token") {
  Tensor logits{{3, 2}, {0, std::log(3.0), 1000, 1000, 1, 2}};
  checkNear(unwrap(tokenCrossEntropy(logits, {{3}, {1, 0, -1}}, -1)),
            {std::log(4.0 / 3.0), std::log(2.0), 0});
  CHECK(messageOf(tokenCrossEntropy(logits, {{3}, {0, 2, 0}}, -1)) ==
        "target 2 is not an integer in [0, 2)");
  CHECK(messageOf(tokenCrossEntropy(logits, {{3}, {0, -1, 0}}, -100)) ==
        "target -1 is not an integer in [0, 2)");
}

TEST_CASE("masked mean leaves ignored tokens out") {
  Tensor x{{2, 2}, {1, 100, 2, 6}};
  CHECK(maskedMean(x, {{2, 2}, {0, -1, 5, 5}}, -1).values == Values{3});
  CHECK(maskedMean(x, {{2, 2}, {-1, -1, -1, -1}}, -1).values == Values{0});
  CHECK(maskedMean(x, {{2, 2}, {-1, -1, -1, -1}}, -1).shape.empty());
}

TEST_CASE("shift: rows of earlier tokens and of later ones, of each sequence") {
  Tensor x{{2, 3, 1, 2}, {1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60}};
  CHECK(shift(x, 1, 0, 3).values == Values{0, 0, 1, 2, 3, 4, 0, 0, 10, 20, 30, 40});
  CHECK(shift(x, -2, 0, 3).values == Values{5, 6, 0, 0, 0, 0, 50, 60, 0, 0, 0, 0});
  CHECK(shift(x, 3, 0, 3).values == Values(12, 0));
  // Of the last two positions.
  CHECK(shift(x, 1, 1, 2).values == Values{1, 2, 3, 4, 10, 20, 30, 40});
  CHECK(shift(x, 1, 1, 2).shape == llvm::SmallVector<int64_t>{2, 2, 1, 2});
}
