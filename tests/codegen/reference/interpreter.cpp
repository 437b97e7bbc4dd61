// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interpreter: structure (repeat, group, caches), run-time sizes, and its errors.
#include "interpreter.h"

#include "../model_text.h"

#include <catch2/catch.hpp>

using namespace tenon::reference;
using tenon::test::ParsedModel;
using Values = std::vector<double>;

namespace {
constexpr const char *layersModel = R"mlir(
  tenon.model @layers {
    tenon.dim @seq 1 to 4
    tenon.dim @C 2 to 2
    tenon.dim @L 3 to 3
    tenon.param @"h.{}.shift" : tensor<2xf32, #tenon.dims<C>> init zeros 0.0 layers @L
    tenon.param @last : tensor<2xf32, #tenon.dims<C>> init zeros 0.0
    func.func @graph(%x: tensor<?x2xf32, #tenon.dims<seq, C>>)
        -> (tensor<?x2xf32, #tenon.dims<seq, C>>, tensor<?x2xf32, #tenon.dims<seq, C>>) {
      %y = tenon.repeat @L (%a = %x) : tensor<?x2xf32, #tenon.dims<seq, C>> {
        %s = tenon.get_param @"h.{}.shift" : tensor<2xf32, #tenon.dims<C>>
        %twice = tenon.scale %a by 2.0 : tensor<?x2xf32, #tenon.dims<seq, C>>
        %b = tenon.add %twice, %s : tensor<?x2xf32, #tenon.dims<seq, C>>, tensor<2xf32, #tenon.dims<C>>
        tenon.yield %b : tensor<?x2xf32, #tenon.dims<seq, C>>
      }
      %u, %v = tenon.group rows -> tensor<?x2xf32, #tenon.dims<seq, C>>,
                                         tensor<?x2xf32, #tenon.dims<seq, C>> {
        %l = tenon.get_param @last : tensor<2xf32, #tenon.dims<C>>
        %z = tenon.add %y, %l : tensor<?x2xf32, #tenon.dims<seq, C>>, tensor<2xf32, #tenon.dims<C>>
        %w = tenon.dropout %z, 0.5 : tensor<?x2xf32, #tenon.dims<seq, C>>
        tenon.yield %y, %w : tensor<?x2xf32, #tenon.dims<seq, C>>, tensor<?x2xf32, #tenon.dims<seq, C>>
      }
      return %u, %v : tensor<?x2xf32, #tenon.dims<seq, C>>, tensor<?x2xf32, #tenon.dims<seq, C>>
    }
  }
)mlir";

void setLayers(Interpreter &interpreter) {
  for (int64_t layer = 0; layer < 3; ++layer)
    interpreter.setParam("h.{}.shift", layer, {{2}, {layer + 1.0, 0}});
  interpreter.setParam("last", 0, {{2}, {100, 200}});
}

// One attention over a sequence of ids, and two earlier rows of it, with caches of 4 positions.
constexpr const char *cachedModel = R"mlir(
  tenon.model @cached {
    tenon.dim @batch 1 to 2
    tenon.dim @seq 1 to 4
    tenon.dim @context 4 to 4
    tenon.dim @V 5 to 5
    tenon.dim @C3 6 to 6
    tenon.dim @C 2 to 2
    tenon.dim @H 2 to 2
    tenon.param @wte : tensor<5x6xf32, #tenon.dims<V, C3>> init zeros 0.0
    tenon.param @wpe : tensor<6x6xf32, #tenon.dims<C3, C3>> init zeros 0.0
    tenon.state @kv kv_cache : tensor<?x4x2xf32, #tenon.dims<batch, context, C>>
    tenon.state @rows rows : tensor<?x4x2xf32, #tenon.dims<batch, context, C>>
    func.func @step(%ids: tensor<?x?xi32, #tenon.dims<batch, seq>>)
        -> tensor<?x?x2xf32, #tenon.dims<batch, seq, C>> {
      %wte = tenon.get_param @wte : tensor<5x6xf32, #tenon.dims<V, C3>>
      %e = tenon.embedding %wte, %ids : tensor<5x6xf32, #tenon.dims<V, C3>>, tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<?x?x6xf32, #tenon.dims<batch, seq, C3>>
      %at = tenon.positions %ids cached : tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<?xi32, #tenon.dims<seq>>
      %wpe = tenon.get_param @wpe : tensor<6x6xf32, #tenon.dims<C3, C3>>
      %p = tenon.embedding %wpe, %at : tensor<6x6xf32, #tenon.dims<C3, C3>>, tensor<?xi32, #tenon.dims<seq>> -> tensor<?x6xf32, #tenon.dims<seq, C3>>
      %qkv = tenon.add %e, %p : tensor<?x?x6xf32, #tenon.dims<batch, seq, C3>>, tensor<?x6xf32, #tenon.dims<seq, C3>>
      %y = tenon.attention %qkv heads @H cache @kv : tensor<?x?x6xf32, #tenon.dims<batch, seq, C3>> -> tensor<?x?x2xf32, #tenon.dims<batch, seq, C>>
      %1 = tenon.shift %y by 1 cache @rows : tensor<?x?x2xf32, #tenon.dims<batch, seq, C>>
      %2 = tenon.shift %y by 2 cache @rows : tensor<?x?x2xf32, #tenon.dims<batch, seq, C>>
      %12 = tenon.elementwise subtract %1, %2 : tensor<?x?x2xf32, #tenon.dims<batch, seq, C>>, tensor<?x?x2xf32, #tenon.dims<batch, seq, C>> -> tensor<?x?x2xf32, #tenon.dims<batch, seq, C>>
      %z = tenon.add %y, %12 : tensor<?x?x2xf32, #tenon.dims<batch, seq, C>>, tensor<?x?x2xf32, #tenon.dims<batch, seq, C>>
      return %z : tensor<?x?x2xf32, #tenon.dims<batch, seq, C>>
    }
  }
)mlir";

Tensor ramp(std::initializer_list<int64_t> shape, double step) {
  Tensor result = Tensor::zeros(shape);
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] = std::sin(step * static_cast<double>(i + 1));
  return result;
}

Interpreter cachedInterpreter(ParsedModel &parsed) {
  INFO(parsed.errors);
  REQUIRE(parsed.model);
  Interpreter interpreter(parsed.model);
  interpreter.setParam("wte", 0, ramp({5, 6}, 0.7));
  interpreter.setParam("wpe", 0, ramp({6, 6}, 1.3));
  return interpreter;
}
} // namespace

TEST_CASE("repeat runs each layer with its own parameters, group yields its values") {
  ParsedModel parsed(layersModel);
  INFO(parsed.errors);
  REQUIRE(parsed.model);
  Interpreter interpreter(parsed.model);
  setLayers(interpreter);
  auto results = interpreter.run("graph", Tensor{{1, 2}, {1, 1}});
  REQUIRE(mlir::succeeded(results));
  CHECK((*results)[0].values == Values{19, 8}); // ((1*2+1)*2+2)*2+3
  CHECK((*results)[1].values == Values{119, 208});
}

TEST_CASE("a prompt in parts gives the same bits as in one call") {
  ParsedModel parsed(cachedModel);
  Interpreter interpreter = cachedInterpreter(parsed);
  auto whole = interpreter.run("step", Tensor{{1, 4}, {3, 1, 4, 2}});
  REQUIRE(mlir::succeeded(whole));
  interpreter.resetState();
  auto head = interpreter.run("step", Tensor{{1, 1}, {3}}, 0);
  auto middle = interpreter.run("step", Tensor{{1, 2}, {1, 4}}, 1);
  auto tail = interpreter.run("step", Tensor{{1, 1}, {2}}, 3);
  REQUIRE(mlir::succeeded(tail));
  Values parts = (*head)[0].values;
  parts.insert(parts.end(), (*middle)[0].values.begin(), (*middle)[0].values.end());
  parts.insert(parts.end(), (*tail)[0].values.begin(), (*tail)[0].values.end());
  CHECK(parts == (*whole)[0].values);
  CHECK(parts[2] != parts[4]); // the data can fail
}

TEST_CASE("a cache goes back to an earlier position") {
  ParsedModel parsed(cachedModel);
  Interpreter interpreter = cachedInterpreter(parsed);
  REQUIRE(mlir::succeeded(interpreter.run("step", Tensor{{2, 3}, {3, 1, 4, 0, 1, 2}})));
  auto again = interpreter.run("step", Tensor{{2, 2}, {1, 4, 1, 2}}, 1);
  auto whole = interpreter.run("step", Tensor{{2, 3}, {3, 1, 4, 0, 1, 2}});
  REQUIRE(mlir::succeeded(whole));
  CHECK((*again)[0].values[0] == (*whole)[0].values[2]); // sequence 0, position 1
  CHECK((*again)[0].values[7] == (*whole)[0].values[11]);
}

TEST_CASE("noise moves every number by half of f32's last place, and without it none") {
  ParsedModel parsed(layersModel);
  Interpreter exact(parsed.model), noisy(parsed.model), again(parsed.model);
  noisy.addNoise(1);
  again.addNoise(1);
  for (Interpreter *interpreter : {&exact, &noisy, &again})
    setLayers(*interpreter);
  Tensor input{{1, 2}, {0.1, 1}};
  auto want = exact.run("graph", input), got = noisy.run("graph", input);
  REQUIRE(mlir::succeeded(got));
  Values differences;
  for (auto [x, y] : llvm::zip_equal((*want)[0].values, (*got)[0].values))
    differences.push_back(std::abs(y / x - 1));
  // Some of three layers' ten roundings cancel.
  CHECK(*std::max_element(differences.begin(), differences.end()) > 0x1p-26);
  CHECK(*std::max_element(differences.begin(), differences.end()) < 10 * 0x1p-24);
  CHECK((*again.run("graph", input))[0].values == (*got)[0].values);
}

TEST_CASE("mistakes of the caller are diagnostics") {
  ParsedModel layers(layersModel), cached(cachedModel);
  Interpreter interpreter(layers.model), steps = cachedInterpreter(cached);
  auto refuses = [](ParsedModel &parsed, auto result, const char *message) {
    CHECK(mlir::failed(result));
    CHECK_THAT(parsed.errors, Catch::Contains(message));
    parsed.errors.clear();
  };
  Tensor x{{1, 2}, {1, 1}};
  refuses(layers, interpreter.run("loss", x), "the model has no function 'loss'");
  refuses(layers, interpreter.run("graph", {}), "'graph' takes 1 inputs, 0 were given");
  refuses(layers, interpreter.run("graph", x, -1), "position -1 is negative");
  refuses(layers, interpreter.run("graph", x),
          "parameter 'h.{}.shift' of layer 0 has no value; set it before the call");
  setLayers(interpreter);
  interpreter.setParam("last", 0, {{3}, {1, 2, 3}});
  refuses(layers, interpreter.run("graph", x),
          "parameter 'last' has shape (3) and 3 values, the model needs (2)");
  refuses(layers, interpreter.run("graph", Tensor{{1, 3}, {1, 2, 3}}),
          "input 0 has shape (1, 3) and 3 values, the model needs (1, 2)");
  refuses(layers, interpreter.run("graph", Tensor{{1, 2}, {1}}),
          "input 0 has shape (1, 2) and 1 values, the model needs (1, 2)");
  refuses(layers, interpreter.run("graph", Tensor::zeros({5, 2})),
          "input 0 has size 5 in dimension 'seq', which allows 1 to 4");
  refuses(layers, interpreter.run("graph", Tensor::zeros({0, 2})),
          "input 0 has size 0 in dimension 'seq', which allows 1 to 4");

  Tensor token{{1, 1}, {3}};
  refuses(cached, steps.run("step", Tensor{{1, 1}, {5}}), "id 5 is not an integer in [0, 5)");
  refuses(cached, steps.run("step", token, 2),
          "position 2 does not follow the 0 positions in the cache");
  REQUIRE(mlir::succeeded(steps.run("step", token)));
  refuses(cached, steps.run("step", Tensor{{2, 1}, {3, 3}}, 1),
          "the cache holds 1 sequences, this call has 2");
  refuses(cached, steps.run("step", Tensor{{1, 2}, {3, 3}}, 3),
          "positions 3 to 4 do not fit into a context of 4");
}
