// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels of training that work by rows and columns, beside the reference, at awkward sizes.
#include "kernel_test.h"

#include <catch2/catch.hpp>

using namespace tenon::test;

namespace {
// Less than a vector, and more than one and than four of each target; the last is whole Philox
// counters.
const int64_t widths[] = {1, 7, 15, 33, 68};

/// A model of rows (batch, seq, C); `body` has its parameters and functions.
std::string model(int64_t C, const std::string &body) {
  return with(R"mlir(
!x = tensor<?x?x$Cxf32, #tenon.dims<batch, seq, C>>
!tokens = tensor<?x?xi32, #tenon.dims<batch, seq>>
!time = tensor<?xi32, #tenon.dims<seq>>
!rows = tensor<?x$Cxf32, #tenon.dims<seq, C>>
!c = tensor<$Cxf32, #tenon.dims<C>>
!table = tensor<11x$Cxf32, #tenon.dims<V, C>>
!places = tensor<70x$Cxf32, #tenon.dims<P, C>>
!number = tensor<i32, #tenon.dims<>>
!scalar = tensor<f32, #tenon.dims<>>
tenon.model @m {
  tenon.dim @batch 1 to 12
  tenon.dim @seq 1 to 70
  tenon.dim @C $C to $C
  tenon.dim @V 11 to 11
  tenon.dim @P 70 to 70
  tenon.dim @L 3 to 3
)mlir" + body + "}\n",
              {{"C", C}});
}

/// The gradient of a token table twice: begun anew where micro_step is 0, then added to.
const std::string tableParts = R"mlir(
    func.func @parts(%dy: !x {tenon.name = "dy"}, %ids: !tokens {tenon.name = "ids"},
                     %micro_step: !number {tenon.name = "micro_step"}) {
      %d = tenon.embedding_backward %dy, %ids : !x, !tokens -> !table
      tenon.accumulate %d into @wte fresh if_zero %micro_step : !table if_zero !number
      %e = tenon.embedding_backward %dy, %ids : !x, !tokens -> !table
      tenon.accumulate %e into @wte : !table
      return
    }
)mlir";

std::vector<int32_t> tokens(int64_t count, std::initializer_list<int32_t> among) {
  std::vector<int32_t> result;
  for (int64_t i = 0; i < count; ++i)
    result.push_back(among.begin()[(i * i + i / 3) % among.size()]);
  return result;
}
} // namespace

TEST_CASE("gelu_backward, alone and where either operand is made in its chain") {
  const char *body = R"mlir(
    func.func @f(%x: !x {tenon.name = "x"}, %dy: !x {tenon.name = "dy"}) -> (!x, !x, !x, !x) {
      %a = tenon.gelu_backward tanh %x, %dy : !x
      %b = tenon.gelu_backward erf %x, %dy : !x
      %h = tenon.scale %x by 1.5 : !x
      %c = tenon.gelu_backward tanh %h, %dy : !x
      %e = tenon.scale %dy by 0.5 : !x
      %s = tenon.gelu_backward erf %x, %e : !x
      %d = tenon.add %s, %x : !x, !x
      return %a, %b, %c, %d : !x, !x, !x, !x
    }
)mlir";
  for (int64_t C : {1, 17, 68}) {
    KernelTest test{model(C, body), {{"batch", 2}, {"seq", 5}}};
    for (int64_t i = 0; i < 10 * C; ++i)
      test.floats["x"].push_back(static_cast<float>(i - 5 * C) * 20 / static_cast<float>(10 * C));
    test.floats["x"].front() = -100;
    test.check();
  }
}

TEST_CASE("training_dropout in chains: any width, in every layer, in parts of a batch") {
  const char *body = R"mlir(
    func.func @f(%x: !x {tenon.name = "x"}, %c: !c {tenon.name = "c"},
                 %seed: !number {tenon.name = "seed"}, %step: !number {tenon.name = "step"},
                 %first: !number {tenon.name = "first"}) -> (!x, !c, !x) {
      %h = tenon.scale %x by 2.0 : !x
      %d = tenon.training_dropout %h, 0.5 seed %seed step %step stream 3 : !x, !number, !number
      %y = tenon.add %x, %d : !x, !x
      %e = tenon.training_dropout %c, 0.3 seed %seed step %step first %first stream 9
        : !c, !number, !number first !number
      %r = tenon.repeat @L (%v = %x) : !x {
        %k = tenon.training_dropout %v, 0.1 seed %seed step %step first %first stream 4
          : !x, !number, !number first !number
        tenon.yield %k : !x
      }
      return %y, %e, %r : !x, !c, !x
    }
)mlir";
  for (int64_t C : widths) {
    KernelTest test{model(C, body), {{"batch", 3}, {"seq", 7}}};
    // Sequences before these: the last ones put elements beyond 2^34 and 2^37.
    for (int32_t first : {C % 2 ? 6 : 1000000, 300000000, INT32_MAX}) {
      test.ints = {{"seed", {-5}}, {"step", {77}}, {"first", {first}}};
      test.check();
    }
  }
}

TEST_CASE("training_dropout inside an embedding's row, before its norm") {
  const char *body = R"mlir(
    tenon.param @wte : !table init normal 0.02
    tenon.param @wpe : !places init normal 0.02
    tenon.param @g : !c init ones 0.0
    func.func @f(%ids: !tokens {tenon.name = "ids"}, %seed: !number {tenon.name = "seed"},
                 %step: !number {tenon.name = "step"}) -> (!x, !x) {
      %wte = tenon.get_param @wte : !table
      %wpe = tenon.get_param @wpe : !places
      %g = tenon.get_param @g : !c
      %e = tenon.embedding %wte, %ids : !table, !tokens -> !x {tenon.fused = 0 : i64}
      %at = tenon.positions %ids : !tokens -> !time
      %p = tenon.embedding %wpe, %at : !places, !time -> !rows
        {tenon.fused = 0 : i64}
      %s = tenon.add %e, %p : !x, !rows {tenon.fused = 0 : i64}
      %d = tenon.training_dropout %s, 0.25 seed %seed step %step stream 0 : !x, !number, !number
        {tenon.fused = 0 : i64}
      %n = tenon.layer_norm %d, %g, 1.0e-05 : !x, !c {tenon.fused = 0 : i64}
      return %d, %n : !x, !x
    }
)mlir";
  for (int64_t C : {3, 16, 68}) {
    KernelTest test{model(C, body), {{"batch", 2}, {"seq", 9}}};
    test.ints = {{"ids", tokens(18, {0, 10, 3})}, {"seed", {1}}, {"step", {0}}};
    test.check();
  }
}

TEST_CASE("layer norm's backward: weight, bias and input in one kernel, or any of them") {
  const char *body = R"mlir(
    tenon.param @g : !c init ones 0.0
    tenon.param @b : !c init zeros 0.0
    func.func @f(%x: !x {tenon.name = "x"}, %dy: !x {tenon.name = "dy"},
                 %skip: !x {tenon.name = "skip"}, %seed: !number {tenon.name = "seed"},
                 %step: !number {tenon.name = "step"}) -> !x {
      %g = tenon.get_param @g : !c
      %dg = tenon.layer_norm_backward_weight %x, %dy, 1.0e-05 : !x -> !c
      tenon.accumulate %dg into @g fresh : !c
      %db = tenon.sum_leading %dy : !x -> !c
      tenon.accumulate %db into @b : !c
      %dx = tenon.layer_norm_backward %x, %g, %dy, 1.0e-05 : !x, !c
      %sum = tenon.add %skip, %dx : !x, !x
      %d = tenon.training_dropout %sum, 0.5 seed %seed step %step stream 1 : !x, !number, !number
      return %d : !x
    }
    func.func @weight(%x: !x {tenon.name = "x"}, %dy: !x {tenon.name = "dy"},
                      %micro_step: !number {tenon.name = "micro_step"}) {
      %dg = tenon.layer_norm_backward_weight %x, %dy, 1.0e-05 : !x -> !c
      tenon.accumulate %dg into @g fresh if_zero %micro_step : !c if_zero !number
      return
    }
    func.func @input(%x: !x {tenon.name = "x"}, %dy: !x {tenon.name = "dy"}) -> !x {
      %g = tenon.get_param @g : !c
      %dx = tenon.layer_norm_backward %x, %g, %dy, 1.0e-05 : !x, !c
      return %dx : !x
    }
)mlir";
  for (int64_t C : {1, 15, 68}) { // it takes long to compile
    KernelTest test{model(C, body)};
    test.ints = {{"seed", {3}}, {"step", {4}}};
    for (int64_t seq : {1, 31, 33, 70}) {
      test.sizes = {{"batch", 1}, {"seq", seq}};
      // A row of one element is its own mean: what remains is rounding beside 1 / sqrt(epsilon).
      if (C > 1)
        test.check();
    }
    test.sizes = {{"batch", 3}, {"seq", 25}};
    test.function = "weight";
    for (int32_t step : {0, 1}) {
      test.ints["micro_step"] = {step};
      test.check();
    }
    test.function = "input";
    test.check();
  }
}

TEST_CASE("a table's gradient: rows that occur twice, never, or beyond the table") {
  const char *body = R"mlir(
    tenon.param @wte : !table init normal 0.02
    func.func @f(%dy: !x {tenon.name = "dy"}, %ids: !tokens {tenon.name = "ids"}) {
      %d = tenon.embedding_backward %dy, %ids : !x, !tokens -> !table
      tenon.accumulate %d into @wte fresh : !table
      return
    }
)mlir";
  for (int64_t C : widths) {
    KernelTest test{model(C, body + tableParts), {{"batch", 3}, {"seq", 13}}};
    test.ints["ids"] = tokens(39, {0, 10, 3, 3, 7});
    test.check();
    test.function = "parts";
    for (int64_t seq : {13, 3, 1}) { // more tokens than rows, then fewer
      test.sizes["seq"] = seq;
      test.ints["ids"] = tokens(3 * seq, {0, 10, 3, 3, 7});
      for (int32_t step : {0, 2}) {
        test.ints["micro_step"] = {step};
        test.check();
      }
    }
    test.sizes["seq"] = 13;
    test.ints["ids"] = tokens(39, {0, 10, 3, 3, 7});
    // Wrong ids, whose rows of dy must not arrive: in the reference they are zero.
    test.function = "f";
    test.floats["dy"].assign(39 * C, 1.0f);
    for (int64_t wrong : {0, 20, 38})
      std::fill_n(test.floats["dy"].begin() + wrong * C, C, 0.0f);
    test.kernelInts["ids"] = test.ints["ids"];
    test.kernelInts["ids"][0] = -1;
    test.kernelInts["ids"][20] = 11;
    test.kernelInts["ids"][38] = INT32_MAX;
    test.kernelFloats["dy"].assign(39 * C, 1.0f);
    test.check();
  }
}

TEST_CASE("a large table's gradient, with more and with fewer tokens than rows") {
  const std::string head = R"mlir(
!x = tensor<?x$Cxf32, #tenon.dims<seq, C>>
!tokens = tensor<?xi32, #tenon.dims<seq>>
!table = tensor<$Vx$Cxf32, #tenon.dims<V, C>>
!number = tensor<i32, #tenon.dims<>>
tenon.model @m {
  tenon.dim @seq 1 to 2100
  tenon.dim @C $C to $C
  tenon.dim @V $V to $V
  tenon.param @wte : !table init normal 0.02
)mlir";
  // Columns for each way that threads share them; the last table goes past the caches.
  const std::pair<int64_t, int64_t> tables[] = {{1999, 33}, {1000, 68}, {350, 272}, {20165, 208}};
  for (auto [V, C] : tables) {
    KernelTest test{with(head + tableParts + "}\n", {{"C", C}, {"V", V}})};
    test.function = "parts";
    const auto last = static_cast<int32_t>(V - 1);
    for (int64_t seq : {70, 2100}) { // fewer tokens than rows, and more, but for the last table
      test.sizes = {{"seq", seq}};
      test.ints["ids"] = tokens(seq, {last, 0, 3, 3, last - 100, last / 2});
      for (int32_t step : {0, 1}) {
        test.ints["micro_step"] = {step};
        test.check();
      }
    }
    // Wrong ids, whose rows of dy must not arrive: in the reference they are zero.
    test.kernelInts["ids"] = test.ints["ids"];
    test.floats["dy"].assign(2100 * C, 1.0f);
    test.kernelFloats["dy"] = test.floats["dy"];
    for (auto [place, wrong] :
         {std::pair(0, -1), std::pair(20, last + 1), std::pair(2099, INT32_MAX)}) {
      std::fill_n(test.floats["dy"].begin() + place * C, C, 0.0f);
      test.kernelInts["ids"][static_cast<size_t>(place)] = wrong;
    }
    test.check();
  }
}

TEST_CASE("a table's gradient by positions: a sum over the batch, and nothing behind the last") {
  const char *body = R"mlir(
    tenon.param @wpe : !places init normal 0.02
    func.func @f(%dy: !x {tenon.name = "dy"}, %ids: !tokens {tenon.name = "ids"},
                 %micro_step: !number {tenon.name = "micro_step"}) {
      %at = tenon.positions %ids : !tokens -> !time
      %s = tenon.sum_leading %dy : !x -> !rows
      %d = tenon.embedding_backward %s, %at : !rows, !time -> !places
      tenon.accumulate %d into @wpe fresh if_zero %micro_step : !places if_zero !number
      return
    }
    func.func @one(%dy: !rows {tenon.name = "dy"}, %ids: !tokens {tenon.name = "ids"}) {
      %at = tenon.positions %ids : !tokens -> !time
      %d = tenon.embedding_backward %dy, %at : !rows, !time -> !places
      tenon.accumulate %d into @wpe fresh : !places
      return
    }
)mlir";
  for (int64_t C : {1, 15, 17, 68}) {
    KernelTest test{model(C, body)};
    for (int64_t seq : {1, 33, 70}) {
      test.sizes = {{"batch", 3}, {"seq", seq}};
      test.ints["ids"] = tokens(3 * seq, {0}); // of which positions take the shape only
      test.function = "f";
      for (int32_t step : {0, 1}) {
        test.ints["micro_step"] = {step};
        test.check();
      }
      test.function = "one";
      test.check();
    }
  }
}

TEST_CASE("sums over leading dimensions, to a gradient or a value; a gradient as it is") {
  const char *body = R"mlir(
    tenon.param @b : !c init zeros 0.0
    tenon.param @c : !c init zeros 0.0
    func.func @f(%x: !x {tenon.name = "x"}, %d: !c {tenon.name = "d"}) -> (!c, !rows) {
      %db = tenon.sum_leading %x : !x -> !c
      tenon.accumulate %db into @b : !c
      %v = tenon.sum_leading %x : !x -> !c
      %r = tenon.sum_leading %x : !x -> !rows
      tenon.accumulate %d into @c : !c
      return %v, %r : !c, !rows
    }
)mlir";
  for (int64_t C : widths) {
    KernelTest test{model(C, body)};
    for (int64_t batch : {1, 8, 12}) {
      test.sizes = {{"batch", batch}, {"seq", 9}};
      test.check();
    }
  }
}

TEST_CASE("cross-entropy's backward: targets ignored, some and all") {
  const char *body = R"mlir(
    func.func @f(%x: !x {tenon.name = "x"}, %targets: !tokens {tenon.name = "targets"},
                 %dloss: !scalar {tenon.name = "dloss"}) -> !x {
      %d = tenon.cross_entropy_backward %x, %targets, %dloss ignore -1 : !x, !tokens, !scalar
      return %d : !x
    }
)mlir";
  for (int64_t C : widths) {
    KernelTest test{model(C, body), {{"batch", 2}, {"seq", 9}}};
    // One element has no other: its gradient is 0 up to rounding, which has no scale.
    test.ints["targets"] = C == 1 ? tokens(18, {-1}) : tokens(18, {0, -1, int32_t(C) - 1, 1});
    test.check();
    test.ints["targets"] = tokens(18, {-1});
    test.check();
  }
}
