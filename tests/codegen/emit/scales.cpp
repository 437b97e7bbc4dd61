// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reductions of numbers with a large common offset, of huge and of tiny ones: nothing may cancel,
// overflow or vanish that does not in double precision.
#include "kernel_test.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

using namespace tenon::test;

namespace {
/// Numbers around an offset.
struct Scale {
  float offset, deviation;
};
const Scale scales[] = {{0, 1},      {1e4f, 1},      {-1e6f, 1},        {1e4f, 1e-2f}, {0, 1e6f},
                        {0, 1e19f},  {1e19f, 1e14f}, {-1e19f, 1.0e19f}, {0, 1e-19f},   {0, 5e37f},
                        {0, 1e-38f}, {3e37f, 1e33f}, {1e-19f, 1e-22f}};

/// `count` floats of a scale.
std::vector<float> numbers(size_t count, Scale scale, unsigned seed = 3) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> draw;
  std::vector<float> result(count);
  for (float &value : result)
    value = scale.offset + scale.deviation * draw(generator);
  return result;
}

/// Rows of C floats, each of another scale; one of them constant, near the end of f32.
std::vector<float> mixed(size_t rows, size_t C) {
  std::vector<float> result;
  for (size_t row = 0; row < rows; ++row) {
    std::vector<float> own = numbers(C, scales[row * 5 % std::size(scales)], unsigned(row));
    if (row == 2)
      own.assign(C, 3e38f);
    result.insert(result.end(), own.begin(), own.end());
  }
  return result;
}

/// Runs `test` with the input `name` of every scale up to `most`.
void overScales(KernelTest &test, const char *name, size_t rows, size_t C, float most = 1e38f) {
  for (Scale scale : scales) {
    if (std::max(std::abs(scale.offset), scale.deviation) > most)
      continue;
    CAPTURE(C, scale.offset, scale.deviation);
    test.floats[name] = numbers(rows * C, scale);
    test.check();
  }
}

std::string model(int64_t C, const std::string &body) {
  return with(R"mlir(
!x = tensor<?x?x$Cxf32, #tenon.dims<batch, seq, C>>
!q = tensor<?x?x48xf32, #tenon.dims<batch, seq, QKV>>
!a = tensor<?x?x16xf32, #tenon.dims<batch, seq, A>>
!lse = tensor<?x1x?xf64, #tenon.dims<batch, H, seq>>
!w = tensor<19x$Cxf32, #tenon.dims<V, C>>
!p = tensor<70x$Cxf32, #tenon.dims<P, C>>
!rows = tensor<?x$Cxf32, #tenon.dims<seq, C>>
!time = tensor<?xi32, #tenon.dims<seq>>
!tokens = tensor<?x?xi32, #tenon.dims<batch, seq>>
!c = tensor<$Cxf32, #tenon.dims<C>>
!scalar = tensor<f32, #tenon.dims<>>
tenon.model @m {
  tenon.dim @batch 1 to 12
  tenon.dim @seq 1 to 70
  tenon.dim @C $C to $C
  tenon.dim @V 19 to 19
  tenon.dim @P 70 to 70
  tenon.dim @A 16 to 16
  tenon.dim @QKV 48 to 48
  tenon.dim @H 1 to 1
)mlir" + body + "}\n",
              {{"C", C}});
}

const int64_t widths[] = {2, 7, 33, 68, 200};
constexpr size_t rows = 2 * 13; // not whole blocks of rows
constexpr size_t vocabulary = 19, positions = 70;
const std::map<std::string, int64_t> sizes = {{"batch", 2}, {"seq", 13}};
} // namespace

TEST_CASE("layer norms of rows of any scale, from memory and of gathered rows") {
  const char *body = R"mlir(
    tenon.param @w : !w init normal 0.02
    tenon.param @p : !p init zeros 0.0
    tenon.param @g : !c init ones 0.0
    tenon.param @b : !c init zeros 0.0
    func.func @alone(%x: !x {tenon.name = "x"}) -> !x {
      %g = tenon.get_param @g : !c
      %b = tenon.get_param @b : !c
      %n = tenon.layer_norm %x, %g bias %b, 1.0e-05 : !x, !c bias !c
      return %n : !x
    }
    func.func @sum(%ids: !tokens {tenon.name = "ids"}) -> (!x, !x) {
      %w = tenon.get_param @w : !w
      %g = tenon.get_param @g : !c
      %p = tenon.get_param @p : !p
      %e = tenon.embedding %w, %ids : !w, !tokens -> !x {tenon.fused = 0 : i64}
      %at = tenon.positions %ids : !tokens -> !time
      %z = tenon.embedding %p, %at : !p, !time -> !rows {tenon.fused = 0 : i64}
      %s = tenon.add %e, %z : !x, !rows {tenon.fused = 0 : i64}
      %n = tenon.layer_norm %s, %g, 1.0e-05 : !x, !c {tenon.fused = 0 : i64}
      return %s, %n : !x, !x
    }
    func.func @norm(%ids: !tokens {tenon.name = "ids"}) -> !x {
      %w = tenon.get_param @w : !w
      %g = tenon.get_param @g : !c
      %p = tenon.get_param @p : !p
      %e = tenon.embedding %w, %ids : !w, !tokens -> !x {tenon.fused = 0 : i64}
      %at = tenon.positions %ids : !tokens -> !time
      %z = tenon.embedding %p, %at : !p, !time -> !rows {tenon.fused = 0 : i64}
      %s = tenon.add %e, %z : !x, !rows {tenon.fused = 0 : i64}
      %n = tenon.layer_norm %s, %g, 1.0e-05 : !x, !c {tenon.fused = 0 : i64}
      return %n : !x
    }
)mlir";
  for (int64_t C : widths) {
    KernelTest test{model(C, body), sizes};
    test.function = "alone";
    overScales(test, "x", rows, C);
    test.floats["x"] = mixed(rows, C);
    test.check();
    test.params["p"].assign(positions * C, 0);
    for (size_t i = 0; i < rows; ++i)
      test.ints["ids"].push_back(static_cast<int32_t>(i * 7 % vocabulary));
    for (const char *function : {"sum", "norm"}) {
      test.function = function;
      for (Scale scale : scales) {
        CAPTURE(C, scale.offset, scale.deviation);
        test.params["w"] = numbers(vocabulary * C, scale);
        test.check();
      }
      test.params["w"] = mixed(vocabulary, C);
      test.check();
    }
  }
}

TEST_CASE("layer norm's backward of rows of any scale") {
  const char *body = R"mlir(
    tenon.param @g : !c init ones 0.0
    tenon.param @b : !c init zeros 0.0
    func.func @f(%x: !x {tenon.name = "x"}, %dy: !x {tenon.name = "dy"}) -> !x {
      %g = tenon.get_param @g : !c
      %dg = tenon.layer_norm_backward_weight %x, %dy, 1.0e-05 : !x -> !c
      tenon.accumulate %dg into @g fresh : !c
      %db = tenon.sum_leading %dy : !x -> !c
      tenon.accumulate %db into @b fresh : !c
      %dx = tenon.layer_norm_backward %x, %g, %dy, 1.0e-05 : !x, !c
      return %dx : !x
    }
)mlir";
  for (int64_t C : {7, 68}) {
    KernelTest test{model(C, body), sizes};
    overScales(test, "x", rows, C);
    test.floats["x"] = numbers(rows * C, {1e4f, 1});
    overScales(test, "dy", rows, C, 1e20f); // sums over rows of more leave f32
    test.floats["dy"] = numbers(rows * C, {0, 1});
    test.floats["x"] = mixed(rows, C);
    test.check();
  }
}

TEST_CASE("losses of logits of any scale, and their gradients") {
  const char *body = R"mlir(
    func.func @f(%x: !x {tenon.name = "x"}, %targets: !tokens {tenon.name = "targets"},
                 %dloss: !scalar {tenon.name = "dloss"}) -> (!scalar, !x) {
      %t = tenon.token_cross_entropy %x, %targets ignore -1 : !x, !tokens -> !l
      %m = tenon.masked_mean %t, %targets ignore -1 : !l, !tokens -> !scalar
      %d = tenon.cross_entropy_backward %x, %targets, %dloss ignore -1 : !x, !tokens, !scalar
      return %m, %d : !scalar, !x
    }
)mlir";
  for (int64_t C : widths) {
    KernelTest test{"!l = tensor<?x?xf32, #tenon.dims<batch, seq>>\n" + model(C, body), sizes};
    for (size_t i = 0; i < rows; ++i)
      test.ints["targets"].push_back(i % 5 == 4 ? -1 : static_cast<int32_t>(i * 7 % C));
    overScales(test, "x", rows, C);
    // Equal logits: log C, whatever they are.
    for (float logit : {0.0f, 1e4f, 1e6f, 1e8f, -3e38f}) {
      CAPTURE(C, logit);
      test.floats["x"].assign(rows * C, logit);
      test.check();
    }
  }
}

TEST_CASE("a head's loss and gradients where all logits are large") {
  const char *body = R"mlir(
    tenon.param @w : !w init normal 0.02
    func.func @f(%x: !x {tenon.name = "x"}, %targets: !tokens {tenon.name = "targets"},
                 %dloss: !scalar {tenon.name = "dloss"}) -> (!scalar, !x) {
      %w = tenon.get_param @w : !w
      %loss, %dx, %dw = tenon.head_cross_entropy %x, %w transposed, %targets, %dloss
        ignore -1 : !x, !w, !tokens, !scalar -> !scalar
      tenon.accumulate %dw into @w fresh : !w
      return %loss, %dx : !scalar, !x
    }
)mlir";
  constexpr size_t C = 33;
  KernelTest test{model(C, body), sizes};
  // Products of small whole numbers, so that logits are exact; the first channel is their offset.
  for (size_t i = 0; i < vocabulary * C; ++i)
    test.params["w"].push_back(i % C == 0 ? 1.0f : static_cast<float>(i * i / 7 % 3) - 1);
  for (size_t i = 0; i < rows; ++i)
    test.ints["targets"].push_back(i % 5 == 4 ? -1 : static_cast<int32_t>(i * 7 % vocabulary));
  for (float offset : {0.0f, 1e4f, 1e6f, -4e6f}) {
    CAPTURE(offset);
    auto &x = test.floats["x"];
    x.clear();
    for (size_t i = 0; i < rows * C; ++i)
      x.push_back(i % C == 0 ? offset : i % 11 == 0 ? 1.0f : 0.0f);
    test.check();
  }
}

TEST_CASE("attention and its backward where all scores of a query are large") {
  const char *body = R"mlir(
    func.func @f(%qkv: !q {tenon.name = "qkv"}, %dy: !a {tenon.name = "dy"}) -> (!a, !q) {
      %y, %lse = tenon.attention_saving %qkv heads @H : !q -> !a, !lse
      %d = tenon.attention_backward %y, %lse, %dy of %qkv heads @H : !a, !lse of !q -> !q
      return %y, %d : !a, !q
    }
)mlir";
  KernelTest test{model(16, body), {{"batch", 2}, {"seq", 70}}};
  // Whole numbers: 16 channels, of which the first gives all scores their offset, are divided by 4.
  for (float offset : {0.0f, 200.0f, 2000.0f}) { // scores of 10^4 and 10^6
    CAPTURE(offset);
    std::mt19937 generator(5);
    auto &qkv = test.floats["qkv"];
    qkv.clear();
    for (int64_t i = 0; i < 2 * 70 * 48; ++i)
      qkv.push_back(i % 48 == 0 || i % 48 == 16 ? offset : static_cast<float>(generator() % 3) - 1);
    test.check();
  }
}

TEST_CASE("norms of gradients of any scale, and what clips them") {
  const char *body = R"mlir(
    tenon.param @w : !w init normal 0.02
    tenon.param @b : !c init zeros 0.0
    func.func @f(%dw: !w {tenon.name = "dw"}, %db: !c {tenon.name = "db"},
                 %max: !scalar {tenon.name = "max"}) -> (!scalar, !scalar) {
      tenon.accumulate %dw into @w fresh : !w
      tenon.accumulate %db into @b fresh : !c
      %norm = tenon.gradient_norm [@w, @b] : !scalar
      %factor = tenon.clip_factor %norm, %max : !scalar
      return %norm, %factor : !scalar, !scalar
    }
)mlir";
  constexpr int64_t C = 208; // whole lines: padding, which is 0 elsewhere, is NaN here
  KernelTest test{model(C, body)};
  test.floats["max"] = {1};
  for (Scale own : scales)
    for (Scale other : {own, Scale{0, 1}, Scale{0, 1e-38f}}) {
      CAPTURE(own.offset, own.deviation, other.offset, other.deviation);
      test.floats["dw"] = numbers(19 * C, own);
      test.floats["db"] = numbers(C, other);
      // A norm beyond f32 has no factor in f32.
      if (own.deviation > 1e36f || own.offset > 1e36f)
        for (const char *name : {"dw", "db"})
          for (float &value : test.floats[name])
            value *= 1e-2f;
      test.check();
    }
}
