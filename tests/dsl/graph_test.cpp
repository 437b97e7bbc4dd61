// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A model with each operation, decoded from its bytes: records, order, names, lines.
#include <cmath>

#include <catch2/catch.hpp>
#include <tenon/tenon.hpp>

#include "decode.hpp"

namespace {
using namespace tenon;

struct batch : dyn<1, 3> {};
struct seq : dyn<1, 7> {};
struct n_vocab : dim<11> {};
struct n_block : dim<7> {};
struct n_embd : dim<4> {};
struct n_qkv : dim<12> {};
struct n_head : dim<2> {};
struct n_layer : dim<5> {};

constexpr unsigned block_line = __LINE__;
struct block {
  nn::layer_norm<n_embd> ln{"ln", true, 0.25};
  nn::linear<n_embd, n_qkv> qkv{"attn.qkv", uniform(0.5), false};
  param<f32, n_embd> shift{"shift", ones};
  kv_cache<f32, batch, n_block, n_embd> cache{"attn.cache"};
  constexpr auto operator()(tensor<f32, batch, seq, n_embd> x) const {
    auto y = causal_self_attention<n_head>(qkv(ln(x)), cache);
    return x + scale(gelu(y, gelu_erf), 0.75) + shift;
  }
};

constexpr unsigned model_line = __LINE__;
struct model {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  param<f32, n_block, n_embd> wpe{"wpe.weight", gpt2_normal};
  constexpr auto operator()(input<"ids", i32, batch, seq> ids,
                            input<"targets", i32, batch, seq> targets) const {
    auto x = fused(ids, [&](auto ids) {
      return dropout(embedding(wte, ids) + embedding(wpe, positions(ids)), 0.125);
    });
    x = repeat<n_layer>("h", block{}, x);
    auto logits = tied_head(x, wte);
    return outputs(output<"logits">(logits), output<"loss">(cross_entropy(logits, targets, -7)));
  }
};
}  // namespace

TENON_MODEL(model, model{});

namespace {
const decode::graph g = decode::read(tenon_graph_model);
using strings = std::vector<std::string>;

template <class Records>
strings names(const Records& records) {
  strings list;
  for (const auto& record : records) list.push_back(record.name);
  return list;
}
}  // namespace

TEST_CASE("dims stand in the order of first use, with their bounds") {
  CHECK(g.name == "model");
  CHECK(names(g.dims) ==
        strings{"batch", "seq", "n_vocab", "n_embd", "n_block", "n_layer", "n_qkv", "n_head"});
  CHECK(g.dims[0].min == 1);
  CHECK(g.dims[0].max == 3);
  CHECK(g.dims[2].min == 11);
  CHECK(g.dims[2].max == 11);
}

TEST_CASE("parameters carry name, shape, initialiser and their stack") {
  CHECK(names(g.params) == strings{"wte.weight", "wpe.weight", "h.{}.ln.weight", "h.{}.ln.bias",
                                   "h.{}.attn.qkv.weight", "h.{}.shift"});
  const decode::param& wte = g.params[0];
  CHECK(wte.type == graph::dtype::f32);
  CHECK(wte.dims == std::vector<std::uint32_t>{2, 3});
  CHECK(wte.init == graph::init::normal);
  CHECK(wte.init_value == 0.02);
  CHECK(wte.repeat == 0);
  const decode::param& qkv = g.params[4];
  CHECK(qkv.dims == std::vector<std::uint32_t>{3, 6});
  CHECK(qkv.init == graph::init::uniform);
  CHECK(qkv.init_value == 0.5);
  CHECK(g.dims.at(qkv.repeat - 1).name == "n_layer");
  CHECK(g.params[2].init == graph::init::ones);
  CHECK(g.params[3].init == graph::init::zeros);
}

TEST_CASE("the cache is a state of the stack") {
  REQUIRE(g.states.size() == 1);
  CHECK(g.states[0].name == "h.{}.attn.cache");
  CHECK(g.states[0].dims == std::vector<std::uint32_t>{0, 4, 3});
  CHECK(g.dims.at(g.states[0].repeat - 1).name == "n_layer");
}

TEST_CASE("nodes are in the order of the source") {
  strings nodes;
  for (const decode::node& n : g.nodes) nodes.push_back(g.text(n));
  CHECK(
      nodes ==
      strings{"embedding(wte.weight, %0) -> %2 : [batch, seq, n_embd]",
              "positions(%0) -> %3 : [seq]", "embedding(wpe.weight, %3) -> %4 : [seq, n_embd]",
              "add(%2, %4) -> %5 : [batch, seq, n_embd]",
              "dropout(%5) -> %6 : [batch, seq, n_embd]", "repeat(%6) -> %7 : [batch, seq, n_embd]",
              "layer_norm(%7, h.{}.ln.weight, h.{}.ln.bias) -> %8 : [batch, seq, n_embd]",
              "linear(%8, h.{}.attn.qkv.weight) -> %9 : [batch, seq, n_qkv]",
              "attention(%9, h.{}.attn.cache) -> %10 : [batch, seq, n_embd]",
              "gelu(%10) -> %11 : [batch, seq, n_embd]", "scale(%11) -> %12 : [batch, seq, n_embd]",
              "add(%7, %12) -> %13 : [batch, seq, n_embd]",
              "add(%13, h.{}.shift) -> %14 : [batch, seq, n_embd]",
              "yield(%14) -> %15 : [batch, seq, n_embd]",
              "linear(%15, wte.weight) -> %16 : [batch, seq, n_vocab]",
              "cross_entropy(%16, %1) -> %17 : []"});
  CHECK(names(g.inputs) == strings{"ids", "targets"});
  CHECK(names(g.outputs) == strings{"logits", "loss"});
  CHECK(g.outputs[0].value == 16);
  CHECK(g.outputs[1].value == 17);
}

namespace {
struct named_elsewhere {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  static constexpr checkpoint_names checkpoint{stored::prefix("model."),
                                               stored::ignored("h.{}.mask"),
                                               stored::twin("lm_head.weight", "wte.weight"),
                                               stored::ignored("mask").when(false),
                                               stored::named("token_embd.weight", "wte.weight"),
                                               stored::swapped("table", "wte.weight"),
                                               stored::paired("pairs", "w"),
                                               stored::raised("gain", "wte.weight")};
  param<f32, n_embd, n_qkv> w{"w", gpt2_normal};
  constexpr auto operator()(input<"ids", i32, batch> ids) const {
    return outputs(output<"x">(linear(embedding(wte, ids), w)));
  }
};
}  // namespace

TENON_MODEL(named_elsewhere, named_elsewhere{});

TEST_CASE("a model says what checkpoints hold beside its parameters") {
  CHECK(g.stored.empty());
  const decode::graph stored = decode::read(tenon_graph_named_elsewhere);
  REQUIRE(names(stored.stored) == strings{"model.", "h.{}.mask", "lm_head.weight",
                                          "token_embd.weight", "table", "pairs", "gain"});
  CHECK(stored.stored[0].kind == graph::stored_kind::prefix);
  CHECK(stored.stored[1].kind == graph::stored_kind::ignored);
  CHECK(stored.stored[1].param == 0);
  CHECK(stored.stored[2].kind == graph::stored_kind::twin);
  CHECK(stored.stored[2].param == 1);
  CHECK(stored.stored[3].kind == graph::stored_kind::named);
  CHECK(stored.stored[4].kind == graph::stored_kind::swapped);
  CHECK(stored.stored[5].kind == graph::stored_kind::paired);
  CHECK(stored.stored[5].param == 2);
  CHECK(stored.stored[6].kind == graph::stored_kind::raised);
  CHECK(stored.stored[6].param == 1);
}

namespace {
struct norm_layer {
  nn::layer_norm<n_embd> norm{"norm"};
  constexpr auto operator()(tensor<f32, batch, n_embd> x) const { return norm(x); }
};
struct heir_layer : norm_layer {};
struct ancestor {
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  constexpr auto operator()(input<"ids", i32, batch> ids) const {
    return outputs(output<"x">(repeat<n_layer>("h", heir_layer{}, embedding(wte, ids))));
  }
};
struct heir : ancestor {
  static constexpr checkpoint_names checkpoint{stored::prefix("model."),
                                               stored::twin("lm_head.weight", "wte.weight")};
};
struct heir_by_using : ancestor {
  static constexpr checkpoint_names checkpoint{stored::ignored("mask")};
  using ancestor::operator();
};
}  // namespace

TENON_MODEL(heir, heir{});
TENON_MODEL(heir_by_using, heir_by_using{});

TEST_CASE("a model that inherits its operator() keeps what it says of checkpoints") {
  CHECK(names(decode::read(tenon_graph_heir).stored) == strings{"model.", "lm_head.weight"});
  CHECK(names(decode::read(tenon_graph_heir_by_using).stored) == strings{"mask"});
  CHECK(names(decode::read(tenon_graph_heir).params) ==
        strings{"wte.weight", "h.{}.norm.weight", "h.{}.norm.bias"});
}

namespace {
struct arithmetic {
  param<f32, n_embd> gain{"gain", ones};
  constexpr auto operator()(input<"x", f32, batch, n_embd> x, input<"y", f32, n_embd> y) const {
    auto z = y - gain * x;
    z = 1 - z / 3;
    z = max(z, 0.5) * sigmoid(-z);
    return outputs(output<"z">(2 * z - 1));
  }
};
}  // namespace

TENON_MODEL(arithmetic, arithmetic{});

namespace {
struct by_name {
  param<f32, n_head, n_block, n_embd> q{"q", ones};  // (out, in)
  param<f32, n_head, n_block> bias{"bias", zeros};
  param<f32, n_head, n_block, n_qkv> o{"o", ones};  // (in, out), summed over two dimensions
  nn::torch_linear<n_qkv, n_qkv> square{"square"};  // (out, in), which names do not say
  nn::torch_linear<n_qkv, n_vocab> head{"head", normal(0.5), false};
  constexpr auto operator()(input<"x", f32, batch, n_embd> x) const {
    auto y = linear(linear(x, q, bias), o);
    return outputs(output<"y">(head(square(y))));
  }
};
}  // namespace

TENON_MODEL(by_name, by_name{});

TEST_CASE("a linear says how its weight is stored") {
  const decode::graph named = decode::read(tenon_graph_by_name);
  strings nodes;
  std::vector<std::uint32_t> out_in;
  for (const decode::node& n : named.nodes) {
    nodes.push_back(named.text(n));
    out_in.push_back(n.attributes.at(0));
  }
  CHECK(nodes == strings{"linear(%0, q, bias) -> %1 : [batch, n_head, n_block]",
                         "linear(%1, o) -> %2 : [batch, n_qkv]",
                         "linear(%2, square.weight, square.bias) -> %3 : [batch, n_qkv]",
                         "linear(%3, head.weight) -> %4 : [batch, n_vocab]"});
  CHECK(out_in == std::vector<std::uint32_t>{1, 0, 1, 1});
  const auto& square = named.params.at(3);
  CHECK(square.name == "square.weight");
  CHECK(square.init == graph::init::uniform);  // as PyTorch draws both
  CHECK(named.params.at(4).init == graph::init::uniform);
  CHECK(named.params.at(4).init_value == square.init_value);
  CHECK(square.init_value == Approx(1 / std::sqrt(12.0)).epsilon(1e-15));
  CHECK(named.params.at(5).init_value == 0.5);
}

TEST_CASE("the library's functions are not in the way of the language's, and the other way round") {
  CHECK(exp(0.0) + tanh(0.0f) + sqrt(4.0) + sin(0.0) == 3);
}

namespace {
namespace beside_std {
using namespace std;
using in_both = tensor<f32, batch, n_embd>;
template <class X>
auto reduced(X x) {
  return max<n_embd>(x) - sum<n_embd>(max(x, 1.0));
}
static_assert(is_same_v<decltype(reduced(declval<in_both>())), tensor<f32, batch>>);
}  // namespace beside_std
}  // namespace

TEST_CASE("arithmetic: products with numbers are scale, other numbers are values") {
  const decode::graph of = decode::read(tenon_graph_arithmetic);
  strings nodes;
  for (const decode::node& n : of.nodes) nodes.push_back(of.text(n));
  CHECK(nodes == strings{"elementwise(gain, %0) -> %2 : [batch, n_embd]",
                         "elementwise(%1, %2) -> %3 : [batch, n_embd]", "number() -> %4 : []",
                         "elementwise(%3, %4) -> %5 : [batch, n_embd]", "number() -> %6 : []",
                         "elementwise(%6, %5) -> %7 : [batch, n_embd]", "number() -> %8 : []",
                         "elementwise(%7, %8) -> %9 : [batch, n_embd]",
                         "scale(%7) -> %10 : [batch, n_embd]",
                         "elementwise(%10) -> %11 : [batch, n_embd]",
                         "elementwise(%9, %11) -> %12 : [batch, n_embd]",
                         "scale(%12) -> %13 : [batch, n_embd]", "number() -> %14 : []",
                         "add(%13, %14) -> %15 : [batch, n_embd]"});
  using graph::scalar;
  const std::vector<std::pair<unsigned, scalar>> functions{
      {0, scalar::multiply}, {1, scalar::subtract}, {3, scalar::divide},   {5, scalar::subtract},
      {7, scalar::maximum},  {9, scalar::sigmoid},  {10, scalar::multiply}};
  for (const auto& [node, function] : functions)
    CHECK(of.nodes.at(node).attributes ==
          std::vector<std::uint32_t>{static_cast<std::uint32_t>(function)});
  const auto number = [&](unsigned node) {
    return decode::f64(of.nodes.at(node).attributes.at(0), of.nodes.at(node).attributes.at(1));
  };
  CHECK(number(2) == 3);
  CHECK(number(6) == 0.5);
  CHECK(number(8) == -1);
  CHECK(number(12) == -1);
}

namespace {
struct choices {
  param<f32, n_embd> gain{"gain", ones};
  constexpr auto operator()(input<"x", f32, batch, n_embd> x, input<"y", f32, batch> y) const {
    const auto small = x < gain;
    auto z = choose(small, x, tied(gain));
    z = choose(y >= 0.5 && !(z <= 1), z, 2);
    return outputs(output<"z">(choose(small || 3 > x, z, y)));
  }
};
}  // namespace

TENON_MODEL(choices, choices{});

TEST_CASE("choices are elementwise; what is compared twice stands once") {
  const decode::graph of = decode::read(tenon_graph_choices);
  strings nodes;
  std::vector<std::uint32_t> functions;
  for (const decode::node& n : of.nodes) {
    nodes.push_back(of.text(n));
    if (n.op == graph::op::elementwise) functions.push_back(n.attributes.at(0));
  }
  CHECK(nodes == strings{"elementwise(%0, gain, %0, gain) -> %2 : [batch, n_embd]",
                         "number() -> %3 : []", "number() -> %4 : []", "number() -> %5 : []",
                         "elementwise(%2, %4, %5, %2) -> %6 : [batch, n_embd]",
                         "elementwise(%3, %1, %6, %5) -> %7 : [batch, n_embd]",
                         "number() -> %8 : []",
                         "elementwise(%0, %8, %7, %1) -> %9 : [batch, n_embd]",
                         "elementwise(%0, gain, %7, %9) -> %10 : [batch, n_embd]"});
  const auto less = static_cast<std::uint32_t>(graph::scalar::select_less);
  const auto at_most = static_cast<std::uint32_t>(graph::scalar::select_at_most);
  CHECK(functions == std::vector<std::uint32_t>{less, at_most, at_most, less, less});
}

namespace {
struct n_group : dim<3> {};
struct n_dim : dim<8> {};
struct grouped {
  kv_cache<bf16, batch, n_block, n_head, n_dim> cache{"cache"};
  constexpr auto operator()(input<"q", f32, batch, seq, n_head, n_group, n_dim> q,
                            input<"k", f32, batch, seq, n_head, n_dim> k,
                            input<"v", f32, batch, seq, n_head, n_dim> v) const {
    return outputs(output<"y">(attention<n_dim>(q, k, v, cache)));
  }
};
}  // namespace

TENON_MODEL(grouped, grouped{});

TEST_CASE("attention of queries, keys and values apart") {
  const decode::graph of = decode::read(tenon_graph_grouped);
  REQUIRE(of.nodes.size() == 1);
  CHECK(of.text(of.nodes[0]) ==
        "grouped_attention(%0, %1, %2, cache) -> %3 : [batch, seq, n_head, n_group, n_dim]");
  strings kept;
  for (const std::uint32_t dim : of.states.at(0).dims) kept.push_back(of.dims.at(dim).name);
  CHECK(kept == strings{"batch", "n_block", "n_head", "n_dim"});
}

namespace {
struct numbered {
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    auto at = along<seq>(ids);
    auto channel = along<n_embd>(ids) / 4.0;
    return outputs(output<"at">(at), output<"channel">(channel));
  }
};
}  // namespace

TENON_MODEL(numbered, numbered{});

TEST_CASE("numbers along a dimension read nothing") {
  const decode::graph of = decode::read(tenon_graph_numbered);
  REQUIRE(of.nodes.size() == 4);
  CHECK(of.text(of.nodes[0]) == "along() -> %1 : [seq]");
  CHECK(of.text(of.nodes[1]) == "along() -> %2 : [n_embd]");
}

namespace {
struct other : dyn<1, 7> {};
struct scored {
  kv_cache<f32, batch, n_block, n_head, n_dim> cache{"cache"};
  constexpr auto operator()(input<"q", f32, batch, seq, n_head, n_group, n_dim> q,
                            input<"k", f32, batch, seq, n_head, n_dim> k,
                            input<"c", f32, batch> c) const {
    auto twice = 2 * c;
    auto y = attention<n_dim>(q, k, k, cache, [&](auto s) {
      return choose(along<seq>(s) < along<n_block>(s), tanh(s) + twice, -__builtin_inf());
    });
    auto z = attention<n_dim, other>(q, k, k, [&](auto s) { return s * c; });
    return outputs(output<"y">(y), output<"z">(z), output<"all">(attention<n_dim, other>(q, k, k)));
  }
};
}  // namespace

TEST_CASE("a score function stands between two nodes") {
  static constexpr auto traced = trace("scored", scored{}, 0);
  constexpr auto blob = encode<traced>();
  const decode::graph of = decode::read(blob);
  strings nodes;
  for (const decode::node& n : of.nodes) nodes.push_back(of.text(n));
  const std::string scores = "[batch, seq, n_head, n_group, n_block]";
  const std::string all = "[batch, seq, n_head, n_group, other]";
  const std::string queries = "[batch, seq, n_head, n_group, n_dim]";
  CHECK(nodes == strings{"scale(%2) -> %3 : [batch]", "scores(%0, %1, %1, cache) -> %4 : " + scores,
                         "along() -> %5 : [seq]", "along() -> %6 : [n_block]",
                         "elementwise(%4) -> %7 : " + scores, "add(%7, %3) -> %8 : " + scores,
                         "number() -> %9 : []", "elementwise(%5, %6, %8, %9) -> %10 : " + scores,
                         "attend(%10) -> %11 : " + queries, "scores(%0, %1, %1) -> %12 : " + all,
                         "elementwise(%12, %2) -> %13 : " + all, "attend(%13) -> %14 : " + queries,
                         "grouped_attention(%0, %1, %1) -> %15 : " + queries});
}

TEST_CASE("attributes hold what the calls say") {
  const auto number = [](const decode::node& n) {
    return decode::f64(n.attributes.at(0), n.attributes.at(1));
  };
  CHECK(number(g.nodes[4]) == 0.125);                               // dropout
  CHECK(g.dims.at(g.nodes[5].attributes.at(0)).name == "n_layer");  // repeat
  CHECK(number(g.nodes[6]) == 0.25);                                // layer_norm
  CHECK(g.nodes[7].attributes == std::vector<std::uint32_t>{0});    // linear, (in, out)
  CHECK(g.dims.at(g.nodes[8].attributes.at(0)).name == "n_head");   // attention
  CHECK(g.nodes[9].attributes.at(0) == static_cast<std::uint32_t>(gelu_erf));
  CHECK(number(g.nodes[10]) == 0.75);                              // scale
  CHECK(g.nodes[14].attributes == std::vector<std::uint32_t>{1});  // tied head, (out, in)
  CHECK(static_cast<std::int32_t>(g.nodes[15].attributes.at(0)) == -7);
  for (const decode::node& n : g.nodes)
    CHECK(n.attributes.size() == graph::op_table[static_cast<std::uint32_t>(n.op)].attr_words);
}

TEST_CASE("only the nodes of the fused scope belong to it") {
  REQUIRE(g.scopes.size() == 1);
  CHECK(g.scopes[0].line == model_line + 6);
  for (std::size_t i = 0; i < g.nodes.size(); ++i) CHECK(g.nodes[i].scope == (i < 5 ? 1 : 0));
}

TEST_CASE("every record knows the line of the user's call") {
  std::vector<std::uint32_t> lines;
  for (const decode::node& n : g.nodes) lines.push_back(n.line);
  const std::uint32_t m = model_line, b = block_line;
  CHECK(lines == std::vector<std::uint32_t>{m + 7, m + 7, m + 7, m + 7, m + 7, m + 9, b + 7, b + 7,
                                            b + 7, b + 8, b + 8, b + 8, b + 8, m + 9, m + 10,
                                            m + 11});
  CHECK(g.params[0].line == m + 7);
  CHECK(g.params[5].line == b + 8);
  CHECK(g.states[0].line == b + 7);
  for (const decode::node& n : g.nodes) CHECK(n.file == __FILE__);
  for (const decode::param& p : g.params) CHECK(p.file == __FILE__);
}

TEST_CASE("a flipped bit anywhere is noticed") {
  auto blob = tenon_graph_model;
  for (std::size_t i = 0; i < sizeof blob.bytes; i += 7) {
    blob.bytes[i] ^= 0x10;
    CHECK_THROWS(decode::read(blob));
    blob.bytes[i] ^= 0x10;
  }
  CHECK_NOTHROW(decode::read(blob));
}
