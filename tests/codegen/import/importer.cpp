// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The importer: the model that a graph becomes, and the graphs that it refuses, at the DSL's line.
#include "importer.h"

#include "../model_text.h"
#include "reader.h"
#include "sample_graphs.h"

#include "mlir/IR/Verifier.h"

#include <catch2/catch.hpp>

#include <random>

using namespace tenon;
using namespace tenon::test;
using graph::dtype;
using graph::op;

namespace {
struct Import : Context {
  explicit Import(const std::string &bytes)
      : module(mlir::ModuleOp::create(mlir::UnknownLoc::get(&context))) {
    auto graphs = readSection(bytes, "x86-64");
    INFO((graphs ? "" : llvm::toString(graphs.takeError())));
    REQUIRE(static_cast<bool>(graphs));
    auto imported = importGraph(graphs->front(), *module);
    if (mlir::succeeded(imported))
      model = *imported;
  }
  explicit Import(const GraphBuilder &builder) : Import(builder.bytes()) {}
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ModelOp model;
};

void refuses(const GraphBuilder &builder, unsigned line, const char *message) {
  Import import(builder);
  CHECK_FALSE(import.model);
  CHECK_THAT(import.errors, Catch::Contains(message));
  CHECK((line == 0 || (!import.lines.empty() && import.lines.front() == line)));
  CHECK(import.module->getBody()->empty()); // nothing half-made is left
}

// x of (seq, C), C = 4, L = 2.
struct Small : GraphBuilder {
  Small() : GraphBuilder("small") { input("x", x); }
  uint32_t seq = dim("seq", 1, 8), C = dim("C", 4, 4), L = dim("L", 2, 2);
  uint32_t x = value(dtype::f32, {seq, C});
  uint32_t fresh() { return value(dtype::f32, {seq, C}); }
};
} // namespace

TEST_CASE("importer: the model of the small GPT") {
  Import import(tinyGpt());
  INFO(import.errors);
  REQUIRE(import.model);
  CHECK(mlir::succeeded(mlir::verify(*import.module)));
  CHECK(import.model.getSymName() == "tiny_gpt");
  auto function = *import.model.getOps<mlir::func::FuncOp>().begin();
  CHECK(function.getSymName() == "graph");
  CHECK(function.getNumArguments() == 2);
  CHECK(function.getNumResults() == 2);
  auto loops = function.getOps<RepeatOp>();
  REQUIRE(!loops.empty());
  auto attention = *(*loops.begin()).getOps<AttentionOp>().begin();
  CHECK(attention.getHeads() == "n_head");
  CHECK(*attention.getCache() == "h.{}.attn.cache");
  auto line = mlir::cast<mlir::FileLineColLoc>(attention.getLoc());
  CHECK(line.getFilename() == "model.cpp");
  CHECK(line.getLine() == 22);
  auto dropout = *function.getOps<DropoutOp>().begin();
  CHECK(dropout->getAttrOfType<mlir::IntegerAttr>("tenon.fused").getInt() == 0);
  CHECK_FALSE((*loops.begin())->hasAttr("tenon.fused"));
  auto scopes = import.model->getAttrOfType<mlir::ArrayAttr>("tenon.fused_lines");
  CHECK(mlir::cast<mlir::FileLineColLoc>(scopes[0]).getLine() == 10);
  auto stored = llvm::to_vector(import.model.getOps<StoredOp>());
  REQUIRE(stored.size() == 3);
  CHECK(stored[0].getKind() == StoredKind::Prefix);
  CHECK(stored[1].getName() == "h.{}.attn.mask");
  CHECK_FALSE(stored[1].getOf().has_value());
  CHECK(stored[2].getOf() == "wte.weight");
}

TEST_CASE("importer: names in a checkpoint that mean nothing") {
  GraphBuilder of = tinyGpt();
  of.stored(graph::stored_kind::ignored, "other", 1);
  refuses(of, 0, "(C2) a prefix and what is ignored name no parameter, all others do");
  GraphBuilder twin = tinyGpt();
  twin.stored(graph::stored_kind::twin, "other");
  refuses(twin, 0, "(C2) a prefix and what is ignored name no parameter");
  GraphBuilder layers = tinyGpt();
  layers.stored(graph::stored_kind::twin, "h.{}.other", 1);
  refuses(layers, 0, "(C2) the name 'h.{}.other' must hold {} exactly where that of @wte.weight");
}

TEST_CASE("importer: values that are not there") {
  Small early;
  uint32_t later = early.fresh();
  early.node(op::gelu, {later}, {early.fresh()}, {0}, 5);
  refuses(early, 5, "uses its value 1 where it is not defined");

  Small twice;
  twice.node(op::gelu, {twice.x}, {twice.x}, {0}, 6);
  refuses(twice, 6, "defines its value 0 twice");

  Small escaped;
  uint32_t inside = escaped.fresh(), bent = escaped.fresh(), after = escaped.fresh();
  escaped.node(op::repeat, {escaped.x}, {inside}, {escaped.L}, 1);
  escaped.node(op::gelu, {inside}, {bent}, {0}, 2);
  escaped.node(op::yield, {bent}, {after}, {}, 3);
  escaped.node(op::gelu, {bent}, {escaped.fresh()}, {0}, 7);
  refuses(escaped, 7, "a value of a repeat's body ends with the body");

  Small output;
  output.node(op::gelu, {output.x}, {output.fresh()}, {0}, 8);
  output.output("y", output.fresh());
  refuses(output, 8, "output 'y' is not a value at the graph's end");
}

TEST_CASE("importer: loops that do not close or do not fit") {
  Small open;
  open.node(op::repeat, {open.x}, {open.fresh()}, {open.L}, 5);
  refuses(open, 5, "the graph ends inside of this repeat");

  Small closed;
  closed.node(op::yield, {closed.x}, {closed.fresh()}, {}, 6);
  refuses(closed, 6, "a yield outside of any repeat");

  Small count;
  uint32_t inside = count.fresh();
  count.node(op::repeat, {count.x, count.x}, {inside, count.fresh()}, {count.L}, 1);
  count.node(op::yield, {inside}, {count.fresh()}, {}, 7);
  refuses(count, 7, "yields 1 values to a repeat of 2");

  Small type;
  inside = type.fresh();
  type.node(op::repeat, {type.x}, {inside}, {type.L}, 1);
  type.node(op::yield, {inside}, {type.value(dtype::f32, {type.C})}, {}, 8);
  refuses(type, 8, "a layer must keep the type of what it is given");

  Small layers;
  layers.node(op::repeat, {layers.x}, {layers.fresh()}, {9}, 9);
  refuses(layers, 9, "repeats over its dimension 9; it has 3");

  Small moving; // the verifier's message, at the DSL's line
  inside = moving.fresh();
  moving.node(op::repeat, {moving.x}, {inside}, {moving.seq}, 10);
  moving.node(op::yield, {inside}, {moving.fresh()}, {}, 11);
  refuses(moving, 10, "the number of layers must be fixed");
}

TEST_CASE("importer: what layers leave is for loops alone") {
  // A loop that leaves its input, in a stack for each kind of use.
  auto leaving = [](Small &graph) {
    uint32_t inside = graph.fresh(), bent = graph.fresh();
    graph.node(op::repeat, {graph.x}, {inside}, {graph.L}, 1);
    graph.node(op::gelu, {inside}, {bent}, {0}, 2);
    uint32_t stack = graph.value(dtype::f32, {graph.L, graph.seq, graph.C});
    graph.node(op::yield, {bent, inside}, {graph.fresh(), stack}, {}, 3);
    return stack;
  };
  Small used;
  uint32_t stack = leaving(used);
  used.node(op::gelu, {stack}, {used.value(dtype::f32, {used.L, used.seq, used.C})}, {0}, 4);
  refuses(used, 4, "hands 'gelu' a stack of layers' values, which only a repeat takes");

  Small output;
  stack = leaving(output);
  output.output("y", stack);
  refuses(output, 1, "output 'y' is a stack of layers' values, which only a repeat takes");

  Small order;
  stack = leaving(order);
  order.node(op::repeat_from_last, {stack, order.x}, {order.fresh(), order.fresh()}, {order.L}, 5);
  refuses(order, 5, "hands a repeat stacks before values");

  Small type; // the verifier's message, at the DSL's line
  uint32_t inside = type.fresh();
  type.node(op::repeat, {type.x}, {inside}, {type.L}, 6);
  type.node(op::yield, {inside, inside}, {type.fresh(), type.fresh()}, {}, 7);
  refuses(type, 6, "(C4) stacks must have the dimension @L");
}

TEST_CASE("importer: attributes and states that an operation cannot have") {
  Small form;
  form.node(op::gelu, {form.x}, {form.fresh()}, {2}, 5);
  refuses(form, 5, "tenon.gelu a 'form' of 2; it must be below 2");

  Small function;
  function.node(op::elementwise, {function.x}, {function.fresh()}, {graph::n_scalars}, 6);
  refuses(function, 6, "tenon.elementwise a 'function' of 17; it must be below 17");

  Small kind;
  kind.node(op::reduce, {kind.x}, {kind.value(dtype::f32, {kind.seq})}, {2, 1}, 8);
  refuses(kind, 8, "tenon.reduce a 'kind' of 2; it must be below 2");

  Small over; // the verifier's message, at the DSL's line
  over.node(op::reduce, {over.x}, {over.value(dtype::f32, {over.seq})}, {0, 2}, 9);
  refuses(over, 9, "(C1) x must have the dimension @L");

  Small arity; // the verifier's message, at the DSL's line
  arity.node(op::elementwise, {arity.x}, {arity.fresh()}, {1}, 7);
  refuses(arity, 7, "(C1) subtract takes 2 operands; it has 1");

  Small state;
  uint32_t cache = state.cache("kv", {state.seq, state.C, state.C});
  state.node(op::add, {state.x, test::state(cache)}, {state.fresh()}, {}, 6);
  refuses(state, 6, "tenon.add takes no state; the graph hands it 'kv'");

  Small none;
  none.node(op::attention, {none.x, none.x}, {none.fresh()}, {none.C}, 7);
  refuses(none, 7, "hands tenon.attention no state");

  Small two;
  cache = two.cache("kv", {two.seq, two.C, two.C});
  two.node(op::attention, {test::state(cache), test::state(cache)}, {two.fresh()}, {two.C}, 8);
  refuses(two, 8, "hands one operation the states 'kv' and 'kv'; it can have one");

  Small shifted; // the verifier's message, at the DSL's line
  cache = shifted.cache("kv", {shifted.seq, shifted.C, shifted.C});
  shifted.node(op::before, {shifted.x, test::state(cache)}, {shifted.fresh()}, {1}, 11);
  refuses(shifted, 11, "(C3) the cache must be a state of kind 'rows'; @kv is one of kind");

  Small carried;
  cache = carried.cache("kv", {carried.seq, carried.C, carried.C});
  carried.node(op::repeat, {test::state(cache)}, {carried.fresh()}, {carried.L}, 9);
  refuses(carried, 9, "a repeat carries values only");

  for (bool isFloat : {false, true}) { // indices that nobody chose, or among others
    Small taken;
    uint32_t number = taken.value(isFloat ? dtype::f32 : dtype::i32, {taken.seq, taken.C});
    taken.node(isFloat ? op::gelu : op::top_k, {taken.x}, {number},
               isFloat ? test::Words{0} : test::Words{}, 11);
    uint32_t whole = taken.parameter("w", {taken.L, taken.C, taken.C});
    taken.node(op::gathered_linear, {taken.x, test::param(whole), number},
               {taken.value(dtype::f32, {taken.seq, taken.C, taken.C})}, {}, 12);
    refuses(taken, 12,
            "hands a gathered_linear indices that are not those of a top_k of as many elements");
  }

  Small operands; // a state where a tensor belongs: too few operands for the operation
  cache = operands.cache("kv", {operands.seq, operands.C, operands.C});
  operands.node(op::attention, {test::state(cache), operands.x}, {operands.fresh()}, {9}, 10);
  refuses(operands, 10, "'heads' of 9; it must be below 3");
}

TEST_CASE("importer: score functions that do not close or hold what they cannot") {
  struct Attention : Small { // of one sequence: T = seq, D = C, J = L
    uint32_t q = value(dtype::f32, {L, seq, C}), s = scores(), y = value(dtype::f32, {L, seq, C});
    uint32_t scores() { return value(dtype::f32, {L, seq, dim("J", 4, 4)}); }
    Attention() {
      input("q", q);
      node(op::scores, {q, q, q}, {s}, {}, 3);
    }
  };
  Attention open;
  refuses(open, 3, "the graph ends inside of this score function");

  Attention product;
  product.node(op::reduce, {product.s}, {product.fresh()}, {1, 0}, 4);
  refuses(product, 4, "a 'reduce' in a score function, which holds elementwise operations");

  Small outside;
  outside.node(op::attend, {outside.x}, {outside.fresh()}, {}, 5);
  refuses(outside, 5, "an attend outside of any score function");

  Attention leaving; // what the function made is not there behind it
  leaving.node(op::attend, {leaving.s}, {leaving.y}, {}, 6);
  leaving.node(op::gelu, {leaving.s}, {leaving.fresh()}, {0}, 7);
  refuses(leaving, 7, "where it is not defined");

  Attention type; // the verifier's message, at the DSL's line
  type.node(op::attend, {type.q}, {type.y}, {}, 8);
  refuses(type, 3, "(C7) 'score' must yield what has the type of the scores");
}

TEST_CASE("importer: shapes that kernels do not take") {
  Small order;
  uint32_t summed = order.value(dtype::f32, {order.seq}), target = order.value(dtype::i32, {});
  order.input("target", target);
  order.node(op::reduce, {order.x}, {summed}, {0, 1}, 4);
  order.node(op::cross_entropy, {summed, target}, {order.value(dtype::f32, {})}, {0}, 5);
  refuses(order, 5,
          "cross_entropy chooses among 'seq', whose size is known only at run time; let a "
          "dimension known at compile time be the last one of logits");

  Small type; // the verifier's message, at the DSL's line
  type.node(op::gelu, {type.x}, {type.value(dtype::f32, {type.C})}, {0}, 6);
  refuses(type, 6, "failed to verify that all of {x, result} have same type");
}

TEST_CASE("importer: names that clash or that C does not allow") {
  Small param;
  param.parameter("C", {param.C});
  refuses(param, 3, "'C' names a dimension and a parameter; rename one of them");
  Small state;
  state.cache("C", {state.seq, state.C, state.C});
  refuses(state, 4, "'C' names a dimension and a state; rename one of them");
  refuses(GraphBuilder("2gpt"), 0, "the model's name '2gpt' is not a C identifier");
  refuses(GraphBuilder("a-b"), 0, "the model's name 'a-b' is not a C identifier");
}

TEST_CASE("importer: whatever the reader accepts becomes a right model or an error") {
  const std::string bytes = tinyGpt().bytes();
  std::mt19937 random(7);
  size_t imported = 0, refused = 0;
  Context context;
  for (int round = 0; round < 4000; ++round) {
    std::string mutant = bytes;
    size_t words = mutant.size() / 4;
    for (size_t flips = 1 + random() % 2; flips > 0; --flips) // small numbers: often valid indices
      mutant[(graph::header::counts + random() % (words - graph::header::counts)) * 4] =
          static_cast<char>(random() % 16);
    fixChecksum(mutant);
    auto graphs = readSection(mutant, "x86-64");
    if (!graphs) {
      llvm::consumeError(graphs.takeError());
      continue;
    }
    mlir::OwningOpRef<mlir::ModuleOp> module =
        mlir::ModuleOp::create(mlir::UnknownLoc::get(&context.context));
    context.errors.clear();
    if (mlir::succeeded(importGraph(graphs->front(), *module))) {
      ++imported;
      CHECK(mlir::succeeded(mlir::verify(*module)));
    } else {
      ++refused;
      CHECK_FALSE(context.errors.empty());
    }
  }
  CHECK(imported > 100);
  CHECK(refused > 100);
}
