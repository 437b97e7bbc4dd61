// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Stacks whose layers take turns, begin at another number, or hand on several values: the names of
// their parameters, their loops and what is in no loop.
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
struct n_three : dim<3> {};
struct n_four : dim<4> {};
struct n_two : dim<2> {};
using hidden_states = tensor<f32, batch, seq, n_embd>;

struct shift {
  param<f32, n_embd> by{"by", zeros};
  constexpr auto operator()(hidden_states x) const { return x + by; }
};
struct stretch {
  param<f32, n_embd> times{"times", ones};
  kv_cache<f32, batch, n_block, n_embd> cache{"cache"};
  constexpr auto operator()(hidden_states x) const {
    return attention<n_embd>(x, x * times, x, cache);
  }
};
struct exchange {
  param<f32, n_embd> by{"by", zeros};
  constexpr auto operator()(hidden_states x, hidden_states y) const {
    return std::tuple(y, x + by);
  }
};

template <class Stack>
struct model_of {
  Stack stack;
  param<f32, n_vocab, n_embd> wte{"wte.weight", gpt2_normal};
  constexpr auto operator()(input<"ids", i32, batch, seq> ids) const {
    return outputs(output<"x">(stack(embedding(wte, ids))));
  }
};
struct no_rest {
  constexpr auto operator()(hidden_states x) const {
    return repeat<n_four>("h", shift{}, stretch{}, x);
  }
};
struct one_behind {
  constexpr auto operator()(hidden_states x) const {
    return repeat<n_three>("h", shift{}, stretch{}, x);
  }
};
struct no_loop {
  constexpr auto operator()(hidden_states x) const {
    return repeat<n_two>("h", stretch{}, shift{}, shift{}, x);
  }
};
struct numbered_on {
  constexpr auto operator()(hidden_states x) const {
    x = repeat<n_three>("h", shift{}, x);
    return repeat<n_two>({"h", n_three::max}, shift{}, x);
  }
};
struct two_values {
  constexpr auto operator()(hidden_states x) const {
    const auto [y, z] = repeat<n_three>("h", exchange{}, x, x);
    return y + z;
  }
};
struct leaving {
  param<f32, n_embd> by{"by", zeros};
  constexpr auto operator()(hidden_states x) const {
    return std::tuple(x + by, leave(x * tied(by)));
  }
};
struct taking {
  param<f32, n_embd> weight{"weight", ones};
  constexpr auto operator()(hidden_states x, hidden_states skip) const {
    x = x + weight * skip;
    return std::tuple(x, leave(tanh(x)));
  }
};
struct skips {
  constexpr auto operator()(hidden_states x) const {
    const auto [y, left] = repeat<n_three>("h", leaving{}, x);
    const auto [z, again] = repeat<n_three>({"h", 3}, taking{}, y, reversed(left));
    // What layers that began with the last one left is in their own order again.
    const auto [u, unused] = repeat<n_three>("g", taking{}, z, reversed(again));
    return u;
  }
};
struct twins {
  static constexpr checkpoint_names checkpoint{stored::twin("g.{}.b", "h.{}.by"),
                                               stored::ignored("h.{}.mask")};
  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x) const {
    return outputs(output<"y">(repeat<n_three>("h", shift{}, stretch{}, x)));
  }
};
}  // namespace

TENON_MODEL(no_rest, model_of<no_rest>{});
TENON_MODEL(one_behind, model_of<one_behind>{});
TENON_MODEL(no_loop, model_of<no_loop>{});
TENON_MODEL(numbered_on, model_of<numbered_on>{});
TENON_MODEL(two_values, model_of<two_values>{});
TENON_MODEL(twins, twins{});
TENON_MODEL(skips, model_of<skips>{});

namespace {
using strings = std::vector<std::string>;

strings names(const std::vector<decode::param>& records) {
  strings list;
  for (const auto& record : records) list.push_back(record.name);
  return list;
}
strings nodes(const decode::graph& g) {
  strings list;
  for (const decode::node& n : g.nodes) list.push_back(g.text(n));
  return list;
}
std::string depth_of(const decode::graph& g, std::uint32_t repeat) {
  if (repeat == 0) return "";
  const decode::dim& depth = g.dims.at(repeat - 1);
  return depth.name + " " + std::to_string(depth.max);
}
}  // namespace

TEST_CASE("layers take turns in one loop, and are numbered through") {
  const decode::graph g = decode::read(tenon_graph_no_rest);
  CHECK(names(g.params) == strings{"wte.weight", "h.{2i+0}.by", "h.{2i+1}.times"});
  CHECK(depth_of(g, g.params[1].repeat) == "n_four_by_2 2");
  CHECK(depth_of(g, g.params[2].repeat) == "n_four_by_2 2");
  REQUIRE(g.states.size() == 1);
  CHECK(g.states[0].name == "h.{2i+1}.cache");
  CHECK(depth_of(g, g.states[0].repeat) == "n_four_by_2 2");
  CHECK(nodes(g) == strings{"embedding(wte.weight, %0) -> %1 : [batch, seq, n_embd]",
                            "repeat(%1) -> %2 : [batch, seq, n_embd]",
                            "add(%2, h.{2i+0}.by) -> %3 : [batch, seq, n_embd]",
                            "elementwise(%3, h.{2i+1}.times) -> %4 : [batch, seq, n_embd]",
                            "grouped_attention(%3, %4, %3, h.{2i+1}.cache) -> %5 : "
                            "[batch, seq, n_embd]",
                            "yield(%5) -> %6 : [batch, seq, n_embd]"});
}

TEST_CASE("the layers behind the last pass are in no loop") {
  const decode::graph behind = decode::read(tenon_graph_one_behind);
  CHECK(names(behind.params) == strings{"wte.weight", "h.{2i+0}.by", "h.{2i+1}.times", "h.2.by"});
  CHECK(depth_of(behind, behind.params[2].repeat) == "n_three_by_2 1");
  CHECK(behind.params[3].repeat == 0);
  CHECK(nodes(behind).back() == "add(%6, h.2.by) -> %7 : [batch, seq, n_embd]");

  const decode::graph none = decode::read(tenon_graph_no_loop);
  CHECK(names(none.params) == strings{"wte.weight", "h.0.times", "h.1.by"});
  CHECK(none.states.at(0).name == "h.0.cache");
  CHECK(none.params[1].repeat == 0);
  for (const decode::node& n : none.nodes) CHECK(n.op != graph::op::repeat);
}

TEST_CASE("a stack may begin at another number than 0") {
  const decode::graph g = decode::read(tenon_graph_numbered_on);
  CHECK(names(g.params) == strings{"wte.weight", "h.{}.by", "h.{1i+3}.by"});
  CHECK(depth_of(g, g.params[2].repeat) == "n_two 2");
}

TEST_CASE("several values go from layer to layer") {
  const decode::graph g = decode::read(tenon_graph_two_values);
  REQUIRE(g.nodes.size() == 5);
  const decode::node &repeat = g.nodes[1], &yield = g.nodes[3];
  CHECK(repeat.operands == std::vector<std::uint32_t>{1, 1});
  CHECK(repeat.results == std::vector<std::uint32_t>{2, 3});
  CHECK(yield.operands == std::vector<std::uint32_t>{3, 4});
  CHECK(yield.results == std::vector<std::uint32_t>{5, 6});
  CHECK(g.nodes[4].operands == std::vector<std::uint32_t>{5, 6});
}

TEST_CASE("layers leave values for those of another stack, from the first or the last one on") {
  const decode::graph g = decode::read(tenon_graph_skips);
  CHECK(names(g.params) == strings{"wte.weight", "h.{}.by", "h.{-1i+5}.weight", "g.{}.weight"});
  strings loops;
  for (const decode::node& n : g.nodes) {
    if (n.op != graph::op::repeat && n.op != graph::op::repeat_from_last &&
        n.op != graph::op::yield)
      continue;
    std::string text = graph::op_table[static_cast<std::uint32_t>(n.op)].name;
    for (const std::uint32_t operand : n.operands) text += " " + g.operand(operand);
    text += " ->";
    for (const std::uint32_t result : n.results) {
      text += " %" + std::to_string(result) + " [";
      for (const std::uint32_t dim : g.values.at(result).dims) text += g.dims.at(dim).name + " ";
      text.back() = ']';
    }
    loops.push_back(text);
  }
  CHECK(loops == strings{"repeat %1 -> %2 [batch seq n_embd]",
                         "yield %3 %4 -> %5 [batch seq n_embd] %6 [n_three batch seq n_embd]",
                         "repeat_from_last %5 %6 -> %7 [batch seq n_embd] %8 [batch seq n_embd]",
                         "yield %10 %11 -> %12 [batch seq n_embd] %13 [n_three batch seq n_embd]",
                         "repeat %12 %13 -> %14 [batch seq n_embd] %15 [batch seq n_embd]",
                         "yield %17 %18 -> %19 [batch seq n_embd] %20 [n_three batch seq n_embd]"});
}

TEST_CASE("a twin of a parameter of layers that take turns has the layer's number") {
  const decode::graph g = decode::read(tenon_graph_twins);
  REQUIRE(g.stored.size() == 2);
  CHECK(g.params.at(g.stored[0].param - 1).name == "h.{2i+0}.by");
}

TEST_CASE("holes of names are read as they are written") {
  const auto hole = [](const std::string& name) {
    return graph::find_hole(name.data(), static_cast<std::uint32_t>(name.size()));
  };
  CHECK(hole("h.{}.w").begin == 2);
  CHECK(hole("h.{}.w").end == 4);
  CHECK(hole("h.{}.w").number(7) == 7);
  CHECK(hole("h.{2i+1}.w").end == 8);
  CHECK(hole("h.{2i+1}.w").number(3) == 7);
  CHECK(hole("h.{-1i+11}.w").number(4) == 7);
  for (const char* none :
       {"h.w", "h.{.w", "h.{i}.w", "h.{2i}.w", "h.{2i+}.w", "h.{2i+1.w", "{2i-1}"})
    CHECK(!hole(none).found());
}
