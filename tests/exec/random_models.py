#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes models at random, legal ones, as C++: the same for the same seeds, on every machine.

  random_models.py random|trained|experts|stacked 0 1 2 -o random.model.cpp

A model is made of the DSL's operations on whatever is at hand: results are used once, twice or not
at all, parameters and norms again, layers are stacked, losses are added up; those of `random` have rows
of earlier tokens, too. One that is trained has no output but its loss. Those of the other forms are
trained, too: `experts` have mixtures of experts; layers of `stacked` take turns, hand on several values
and leave some for other stacks.
"""
import argparse
import random

HEAD = """// Written by random_models.py; see there.
#include <tenon/tenon.hpp>

using namespace tenon;
"""
DIMENSIONS = """struct batch : dyn<1, 3> {{}};
struct seq : dyn<1, 9> {{}};
struct n_vocab : dim<{vocab}> {{}};
struct n_place : dim<9> {{}};
struct n_layer : dim<{layers}> {{}};
struct n_head : dim<{heads}> {{}};
struct c : dim<{c}> {{}};
struct c3 : dim<{c3}> {{}};
struct c_each : dim<{each}> {{}};
struct other : dyn<1, 9> {{}};
struct c_left : dim<{left}> {{}};
struct c_right : dim<{right}> {{}};
struct w : dim<{w}> {{}};
"""
EXPERTS = """struct n_expert : dim<{experts}> {{}};
struct n_active : dim<{active}> {{}};
"""
TENSORS = {"x": "(B, T, c)", "h": "(B, T, w)", "p": "(T, c)", "l": "(B, T, n_vocab)", "s": "(B, T)", "n": "()"}


class Scope:
    """A function under construction: its lines, the values of each shape, and whose members they need."""

    def __init__(self, model, prefix):
        self.model, self.prefix = model, prefix
        self.lines, self.values = [], {shape: [] for shape in TENSORS}

    def add(self, shape, expression):
        name = f"{self.prefix}{self.model.number()}"
        self.lines.append(f"auto {name} = {expression};")
        self.values[shape].append(name)
        return name

    def any(self, shape):
        """A value of that shape, rather a late one; made where there is none."""
        known = self.values[shape]
        if not known:
            return self.model.make(self, shape)
        return known[-1] if self.model.chance(0.5) else self.model.pick(known)


class Model:
    def __init__(self, seed, form):
        self.random = random.Random(seed)
        self.training = form != "random"
        self.has_experts, self.stacked = form == "experts", form == "stacked"
        self.has_earlier = form == "random"
        self.members, self.layers = [], []
        self.inside = None  # the members of the layer that is being written
        self.count = 0
        self.heads = self.pick([1, 2, 3])
        self.c = self.heads * self.pick([1, 2, 4, 5, 8, 11])
        self.w = self.pick([1, 3, 8, 16, 17, 33])
        self.left = max(1, int(self.random.random() * self.c))
        self.vocab = self.pick([2, 5, 16, 37])
        self.tables, self.norms = [], []
        self.used = set()
        self.captures = False
        self.ignore = None

    def number(self):
        self.count += 1
        return self.count

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, options):
        return options[int(self.random.random() * len(options))]

    def member(self, declaration):
        """Declares a parameter or a layer; `{}` in it is its name, PART the number's of a part. Returns the name."""
        name = f"m{self.number()}"
        declaration = declaration.replace("{}", name).replace("PART", "{}")
        (self.members if self.inside is None else self.inside).append(declaration + ";")
        return name

    # ---- values made from nothing or from others, by shape

    def make(self, scope, shape):
        return getattr(self, "make_" + shape)(scope)

    def table(self, rows="n_vocab"):
        if rows == "n_vocab" and self.tables and self.inside is None and self.chance(0.5):
            return self.use(self.pick(self.tables))
        name = self.member(f'param<f32, {rows}, c> {{}}{{"{{}}", normal(0.3)}}')
        if rows == "n_vocab" and self.inside is None:
            self.tables.append(name)
        return self.use(name)

    def use(self, name):
        """A parameter or a layer, tied where it was used before."""
        if name in self.used:
            return f"tied({name})"
        self.used.add(name)
        return name

    def make_x(self, scope):
        if self.inside is not None:
            return scope.values["x"][0]
        ids = self.pick(["ids", "ids", "kinds"])
        return scope.add("x", f"embedding({self.table()}, {ids})")

    def make_p(self, scope):
        if self.inside is not None:  # its ids are not at hand
            return scope.values["x"][0]
        return scope.add("p", f"embedding({self.table('n_place')}, positions(ids))")

    def linear(self, into, out):
        return self.member(f'nn::linear<{into}, {out}> {{}}{{"{{}}", normal(0.3), {self.flag()}}}')

    def make_h(self, scope):
        return scope.add("h", f"{self.linear('c', 'w')}({scope.any('x')})")

    def make_l(self, scope):
        x = scope.any("x")
        if self.chance(0.5):
            return scope.add("l", f"tied_head({x}, {self.table()})")
        return scope.add("l", f"{self.linear('c', 'n_vocab')}({x})")

    def make_s(self, scope):
        shape, width = self.pick([("x", "c"), ("h", "w")])
        return scope.add("s", self.pick(["sum<{1}>({0}) / {1}::max", "max<{1}>({0})", "sum<{1}>({0} * {0}) / {1}::max"])
                         .format(scope.any(shape), width))

    def make_n(self, scope):
        ignore = self.pick(["", "", ", 1"])
        self.ignore = ignore if self.ignore is None else self.ignore  # one value for all losses of the same targets
        return scope.add("n", f"cross_entropy({scope.any('l')}, targets{self.ignore})")

    def flag(self):
        return self.pick(["true", "false"])

    # ---- steps

    def norm(self, scope, shape, width):
        x = scope.any(shape)
        known = [name for name, of in self.norms if of == width]
        if known and self.inside is None and self.chance(0.3):
            name = self.pick(known)
        else:
            name = self.member(f'nn::layer_norm<{width}> {{}}{{"{{}}", {self.flag()}}}')
            if self.inside is None:
                self.norms.append((name, width))
        scope.add(shape, f"{self.use(name)}({x})")

    def add(self, scope, shape, width):
        x, kind = scope.any(shape), self.pick(["same", "same", "param", "places"])
        if kind == "same":
            y = scope.any(shape)
        elif kind == "param" and shape != "n":
            y = self.member(f'param<f32, {width}> {{}}{{"{{}}", normal(0.3)}}')
        elif kind == "places" and shape == "x" and self.inside is None:
            y = scope.any("p")
        else:
            y = x
        scope.add(shape, f"{x} + {y}" if self.chance(0.7) else f"add({x}, {y})")

    def arithmetic(self, scope, shape, width):
        """Functions of scalars, with arguments that they take: of what is far from 0, or bounded."""
        x, y = scope.any(shape), scope.any(shape)
        if self.chance(0.3):
            y = self.member(f'param<f32, {width}> {{}}{{"{{}}", normal(0.3)}}')
        form = self.pick(["{0} * {1}", "{1} * {0}", "{1} - {0}", "{0} / (2 + {0} * {0})", "max({0}, {1})",
                          "choose({0} < 0.05, {1}, 2 * {0})", "choose({0} >= {1} || {0} > 0.1, {0}, 1)",
                          "min({1}, {0})", "tanh({0}) * {1}", "nn::silu({0})", "nn::relu({0})",
                          "1.5 - sigmoid({0})", "exp(min({0}, 1.0))", "log(1.5 + {0} * {0})",
                          "sqrt(0.5 + {0} * {0}) - {1}", "rsqrt(1 + {0} * {0})", "-{0}", "{0} / 3 - 1"])
        scope.add(shape, form.format(x, y))

    def rows(self, scope, shape, width):
        """Norms and the like, by hand and by name; numbers for each token, and what they do to its row."""
        x = scope.any(shape)
        form = self.pick(["number", "{0} * {2}", "{2} - {0}", "nn::unit_rms<{1}>({0}, 0.1)", "norm",
                          "{0} - sum<{1}>({0}) * (1.0 / {1}::max)", "exp({0} - max<{1}>({0}))", "numbers",
                          "{0} * tanh(along<{1}>({0}) - 2)", "{0} + along<seq>({0}) * 0.1", "views", "views"])
        if form == "number":
            self.make_s(scope)
        elif form == "numbers":
            scope.add("s", self.pick(["tanh({0}) * {1}", "{0} + {1}", "0.5 * {0} - {1}"])
                      .format(scope.any("s"), scope.any("s")))
        elif form == "views":
            if shape == "x" and self.left < self.c:
                y = scope.any("x")
                left, right = f"slice<c_left, 0>({x})", f"slice<c_right, {self.left}>({y})"
                scope.add("x", self.pick(["join<c>({0}, {1})", "join<c>({1}, {0})", "join<c>({1} * {1}, -{0})",
                                          "{2} * join<c>({0}, {1} + {1})", "{3}", "join<c>({4}, {1}) * {3}",
                                          "{3} + {2}"]).format(left, right, x, self.turns(x, y), f"slice<c_left>({self.turns(y, x)})"))
        elif form == "norm":
            name = self.member(f'nn::rms_norm<{width}> {{}}{{"{{}}", 0.1}}')
            scope.add(shape, f"{self.use(name)}({x})")
        else:
            scope.add(shape, form.format(x, width, scope.any("s") if "{2}" in form else ""))

    def turns(self, x, y):
        """Heads of x whose channels take turns, each with what another form of rows has of y; as a row again."""
        parts = [f"pick<n_head, {head}>(regroup<c, dims<c_each, n_head>>({x})) * "
                 f"tanh(pick<n_head, {self.heads - 1 - head}>(regroup<c, dims<n_head, c_each>>({y})))"
                 for head in range(self.heads)]
        return f"regroup<dims<c_each, n_head>, c>(stack<n_head>({', '.join(parts)}))"

    def elementwise(self, scope, shape):
        x = scope.any(shape)
        call = self.pick(["scale({}, 0.5)", "scale({}, -1.5)", "gelu({}, gelu_tanh)", "gelu({}, gelu_erf)",
                          "dropout({}, 0.25)", "dropout({}, 0)"])
        scope.add(shape, call.replace("{}", x))

    def attention(self, scope):
        x, form = scope.any("x"), self.pick(["packed", "cached", "scored", "both ways"])
        made = self.linear("c", "c3" if form == "packed" else "c")
        cache = "" if form == "both ways" else self.member('kv_cache<f32, batch, n_place, c> {}{"{}"}')
        keys = "other" if form == "both ways" else "n_place"
        score = self.pick(["s * 0.3", "2.0 * tanh(s * 0.2)",
                           "choose(along<seq>(s) < along<KEYS>(s) + 3, s * 0.3, -1e30)",
                           "s * 0.3 - 0.1 * expand_as(along<KEYS>(s), s)", "min(s, 1.0) * attention_scale<c>",
                           "choose(along<seq>(s) <= along<KEYS>(s) + 2, s * 0.2, -__builtin_inf())"])
        function = f"[](auto s) {{ return {score.replace('KEYS', keys)}; }}"
        scope.add("x", {
            "packed": f"causal_self_attention<n_head>({made}({x}), {cache})",
            "cached": f"attention<c>({x}, {x}, {made}({x}), {cache})",  # keys of one position have no effect
            "scored": f"attention<c>({x}, {x}, {made}({x}), {cache}, {function})",
            "both ways": f"attention<c, other>({x}, {made}({x}), {x}, {function})"}[form])

    def earlier(self, scope, shape, width):
        """Rows of earlier tokens: one, several of one tensor, perhaps more than there are."""
        x, kept = scope.any(shape), self.member(f'kept<f32, batch, n_place, {width}> {{}}{{"{{}}"}}')
        if self.chance(0.5):
            scope.add(shape, f"before<{self.pick([1, 1, 2, 5, 9])}>({x}, {kept})")
            return
        near, far = f"near{self.number()}", f"far{self.number()}"
        scope.lines.append(f"auto [{near}, {far}] = before<1, {self.pick([2, 3, 8])}>({x}, {kept});")
        form = self.pick(["{0} + {1} * 0.5 - {2}", "{0} * tanh({1}) + {2}", "{1} - {2}"])
        scope.add(shape, form.format(x, near, far))

    def experts(self, scope):
        """What of experts families do: which scores choose, how much each of the chosen counts."""
        x, router = scope.any("x"), self.member('param<f32, n_expert, c> {}{"{}", normal(0.6)}')
        up = self.member('param<f32, n_expert, w, c> {}{"{}.PART.up", normal(0.3)}')
        down = self.member('param<f32, n_expert, c, w> {}{"{}", normal(0.3)}')
        number = self.number()
        scores, chosen, h = f"scores{number}", f"chosen{number}", f"h{number}"
        logits = self.pick(["linear({0}, {1})", "softmax<n_expert>(linear({0}, {1}))", "sigmoid(linear({0}, {1}))"])
        scope.lines.append(f"auto {scores} = {logits.format(x, router)};")
        scope.lines.append(f"auto {chosen} = top_k<n_expert, n_active>({scores});")
        act = self.pick(["nn::silu({})", "tanh({})", "gelu({}, gelu_erf)", "{} * 0.5"])
        biased = self.count % 2 == 0  # so that seeds keep the rest of their models
        product = f"linear({x}, gather({up}, {chosen}.indices){self.bias_of('w', chosen) if biased else ''})"
        scope.lines.append(f"auto {h} = {act.format(product)};")
        each = f"linear({h}, gather({down}, {chosen}.indices){self.bias_of('c', chosen) if biased else ''})"
        share = self.pick(["{0}.values", "softmax<n_active>({0}.values)", "tanh(take({1}, {0}.indices))",
                           "({0}.values / (2 + sum<n_active>({0}.values * {0}.values)))"]).format(chosen, scores)
        scope.add("x", self.pick(["{2} + sum<n_active>({0} * {1})", "sum<n_active>({0} * {1})",
                                  "max<n_active>({0}) * sum<n_active>({1})"]).format(each, share, x))

    def bias_of(self, width, chosen):
        bias = self.member(f'param<f32, n_expert, {width}> {{}}{{"{{}}", normal(0.3)}}')
        return f", gather({bias}, {chosen}.indices)"

    def layer(self, takes, lefts=0):
        """Writes a layer that takes values and returns as many, but for those from stacks. Returns its name."""
        name = f"layer{self.number()}"
        inner = Scope(self, "y")
        inner.values["x"] += takes
        self.inside = []
        for _ in range(self.pick([1, 2, 3, 5])):
            self.step(inner)
        results = []
        for value in [value for value in takes if value != "skip"]:
            last = inner.any("x")
            if last in takes or self.training:  # a layer that depends on what it is given
                last = inner.add("x", f"{value} + {last}")
            results.append(last)
        if self.stacked and len(results) > 1 and self.chance(0.5):
            results[1] = self.pick(takes)  # as it is, or in another place
        if "skip" in takes and self.chance(0.7):
            results[0] = inner.add("x", f"{results[0]} + {inner.any('x')} * skip")
        results += [f"leave({inner.any('x')})" for _ in range(lefts)]
        result = results[0] if len(results) == 1 else f"std::tuple({', '.join(results)})"
        body = "\n    ".join(inner.lines + [f"return {result};"])
        arguments = ", ".join(f"tensor<f32, batch, seq, c> {value}" for value in takes)
        self.layers.append(f"struct {name} {{\n  " + "\n  ".join(self.inside)
                           + f"\n  constexpr auto operator()({arguments}) const {{\n    "
                           + body + "\n  }\n};\n")
        self.inside = None
        return name

    def stack(self, scope):
        x, form = scope.any("x"), "one"
        if self.stacked:
            form = self.pick(["turns", "turns", "several", "several", "skips"])
        if form == "one":
            name = self.layer(["x"])
            scope.add("x", f'repeat<n_layer>("{name}", {name}{{}}, {x})')
        elif form == "turns":
            names = [self.layer(["x"]) for _ in range(self.pick([2, 2, 3]))]
            layers = ", ".join(name + "{}" for name in names)
            scope.add("x", f'repeat<n_layer>("{names[0]}", {layers}, {x})')
        elif form == "several":
            name = self.layer(["x", "y"])
            self.bind(scope, 2, f'repeat<n_layer>("{name}", {name}{{}}, {x}, {scope.any("x")})')
        else:
            first, second = self.layer(["x"], lefts=1), self.layer(["x", "skip"])
            y, skips = self.bind(scope, 2, f'repeat<n_layer>("{first}", {first}{{}}, {x})', lefts=1)
            if self.chance(0.7):
                skips = f"reversed({skips})"
            scope.add("x", f'repeat<n_layer>({{"{first}", n_layer::max}}, {second}{{}}, {y}, {skips})')

    def bind(self, scope, count, expression, lefts=0):
        """Several results; those that were left for other stacks are no values."""
        names = [f"{scope.prefix}{self.number()}" for _ in range(count)]
        scope.lines.append(f"auto [{', '.join(names)}] = {expression};")
        scope.values["x"] += names[:count - lefts]
        return names

    def step(self, scope):
        kinds = ["norm", "norm", "add", "add", "add", "elementwise", "elementwise", "arithmetic", "arithmetic",
                 "arithmetic", "rows", "rows", "rows", "up", "down", "attention"]
        if self.inside is None:
            kinds += ["stack", "places", "head"] + ["stack"] * (6 if self.stacked else 0)
        if self.has_experts:
            kinds += ["experts"] * 6
        if self.has_earlier:
            kinds += ["earlier"] * 3
        kind = self.pick(kinds)
        shape, width = self.pick([("x", "c"), ("x", "c"), ("h", "w")])
        if kind == "norm":
            self.norm(scope, shape, width)
        elif kind == "add":
            self.add(scope, shape, width)
        elif kind == "elementwise":
            self.elementwise(scope, shape)
        elif kind == "arithmetic":
            self.arithmetic(scope, shape, width)
        elif kind == "rows":
            self.rows(scope, shape, width)
        elif kind == "up":
            self.make_h(scope)
        elif kind == "down":
            scope.add("x", f"{self.linear('w', 'c')}({scope.any('h')})")
        elif kind == "attention":
            self.attention(scope)
        elif kind == "experts":
            self.experts(scope)
        elif kind == "earlier":
            self.earlier(scope, shape, width)
        elif kind == "stack":
            self.stack(scope)
        elif kind == "places":
            scope.add("p", self.pick(["{0} + {0}", "scale({0}, 2)", "gelu({0}, gelu_tanh)"])
                      .replace("{0}", scope.any("p")))
        else:
            self.make_l(scope)

    def numbers(self, scope):
        """Arithmetic on losses."""
        for _ in range(self.pick([0, 0, 1, 2, 3])):
            kind = self.pick(["scale", "add", "another"])
            n = scope.any("n")
            if kind == "scale":
                scope.add("n", f"scale({n}, 0.75)")
            elif kind == "add":
                scope.add("n", f"{n} + {scope.any('n')}")
            else:
                self.make_n(scope)

    def write(self, name):
        scope = Scope(self, "v")
        self.make_x(scope)
        for _ in range(self.pick([2, 4, 7, 11])):
            self.step(scope)
        self.make_n(scope)
        self.numbers(scope)
        results = [scope.values["n"][-1]]
        if not self.training:
            for shape in ("x", "h", "p", "l", "s"):
                results += [value for value in scope.values[shape] if self.chance(0.15)]
            results += scope.values["l"][-1:]
        named = ", ".join(f'output<"{value}">({value})' for value in dict.fromkeys(results))
        used = [f'input<"{i}", i32, batch, seq> {i}' for i in ("ids", "kinds", "targets")]
        dims = DIMENSIONS.format(vocab=self.vocab, layers=self.pick([1, 2, 3]), heads=self.heads, c=self.c,
                                 c3=3 * self.c, each=self.c // self.heads, w=self.w, left=self.left, right=max(1, self.c - self.left))
        if self.has_experts:
            experts = self.pick([1, 2, 3, 5, 8])
            dims += EXPERTS.format(experts=experts, active=1 + int(self.random.random() * experts))
        body = "\n    ".join(scope.lines + [f"return outputs({named});"])
        return (f"\nnamespace of_{name} {{\n{dims}\n" + "\n".join(self.layers)
                + "struct model {\n  " + "\n  ".join(self.members)
                + "\n  constexpr auto operator()(" + ",\n      ".join(used) + ") const {\n    " + body
                + f"\n  }}\n}};\n}}  // namespace of_{name}\nTENON_MODEL({name}, of_{name}::model{{}});\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("form", choices=["random", "trained", "experts", "stacked"])
    parser.add_argument("seeds", type=int, nargs="+")
    parser.add_argument("-o", dest="output", required=True)
    args = parser.parse_args()
    models = [Model(seed, args.form).write(f"{args.form}_{seed}") for seed in args.seeds]
    with open(args.output, "w", encoding="utf-8") as file:
        file.write(HEAD + "".join(models))


if __name__ == "__main__":
    main()
