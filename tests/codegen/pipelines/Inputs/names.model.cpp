// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names that the model's author may choose, and that C++, C's headers or we have too.
#include <tenon/tenon.hpp>

namespace hostile {
using namespace tenon;

struct step : dyn<1, 3> {};
struct index : dyn<1, 8> {};
struct session : dim<8> {};
struct model : dim<12> {};
struct minor : dim<4> {};
struct is_static : dim<11> {};
struct parameters : dim<2> {};
struct tenon_dtype : dim<7> {};
struct größe : dim<5> {};

struct of_names {
  param<f32, is_static, minor> table{"init", normal(0.1)};
  param<f32, minor> graph{"graph", zeros}, quoted{"a \"b\" ?? \\ */ %s", zeros};
  nn::linear<minor, model> qkv{"loss", normal(0.1)};
  nn::linear<minor, tenon_dtype> wide{"forward", normal(0.1)};
  nn::linear<tenon_dtype, größe> narrow{"train_step", normal(0.1)};
  kv_cache<f32, step, session, minor> cache{"update"};

  constexpr auto operator()(input<"NULL", i32, step, index> a, input<"errno", i32, step, index> b,
                            input<"class", f32, step, index, minor> c,
                            input<"call", f32, step, index, minor> d,
                            input<"position", f32, minor> e, input<"x y", f32, minor> f,
                            input<"1st", f32, minor> g, input<"this", f32, minor> h,
                            input<"std", f32, minor> i, input<"minor", f32, minor> j,
                            input<"tenon", f32, minor> k,
                            input<"assert", i32, step, index> targets) const {
    auto x = embedding(table, a) + embedding(tenon::tied(table), b) + c + d + e + f + g + h + i +
             j + k + graph;
    auto y = causal_self_attention<parameters>(qkv(x + quoted), cache);
    auto z = narrow(wide(y));
    return outputs(output<"NULL">(z), output<"return">(y), output<"int">(x),
                   output<"loss">(cross_entropy(z, targets)));
  }
};

struct small {
  constexpr auto operator()(input<"x", f32, step, minor> x) const {
    return outputs(output<"y">(scale(x, 2)));
  }
};
} // namespace hostile

TENON_MODEL(stdin, hostile::of_names{});
TENON_MODEL(index, hostile::small{});
TENON_MODEL(read, hostile::small{});
TENON_MODEL(std, hostile::small{});
TENON_MODEL(tenon, hostile::small{});
TENON_MODEL(class, hostile::small{});
TENON_MODEL(linux, hostile::small{});
TENON_MODEL(minor, hostile::small{});
TENON_MODEL(gpt, hostile::small{});
TENON_MODEL(Gpt, hostile::small{});
