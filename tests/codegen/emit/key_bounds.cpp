// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which keys a score function hides by positions alone: what windows leave out, and what is no
// window.
#include "attention/KeyBounds.h"
#include "model_text.h"

#include <catch2/catch.hpp>

using namespace tenon;

namespace {
/// How far behind a query keys are seen, of a function that yields %made; -1000: no bound.
int64_t behind(const std::string &function) {
  std::string text = R"(
    !q = tensor<?x?x4xf32, #tenon.dims<B, T, D>>
    !s = tensor<?x?x8xf32, #tenon.dims<B, T, J>>
    !t = tensor<?xf32, #tenon.dims<T>>
    !j = tensor<8xf32, #tenon.dims<J>>
    !b = tensor<?xf32, #tenon.dims<B>>
    !f = tensor<f32, #tenon.dims<>>
    tenon.model @m {
      tenon.dim @B 1 to 2
      tenon.dim @T 1 to 8
      tenon.dim @D 4 to 4
      tenon.dim @J 8 to 8
      func.func @graph(%q: !q, %b: !b) {
        %y = tenon.attention %q, %q, %q : !q, !q, !q -> !q captures %b : !b score {
        ^bb0(%s: !s, %c: !b):
          %t = tenon.along : !t
          %j = tenon.along : !j
          %three = tenon.constant 3.0 : !f
          %half = tenon.constant 2.5 : !f
          %none = tenon.constant 0xFFF0000000000000 : !f
          %low = tenon.constant -1.0e30 : !f
)" + function + R"(
          tenon.yield %made : !s
        }
        return
      }
    })";
  test::ParsedModel parsed(text);
  INFO(parsed.errors);
  REQUIRE(parsed.model);
  std::optional<KeyBounds> bounds;
  parsed.model.walk([&](AttentionOp op) { bounds = KeyBounds::of(op.getScore().front()); });
  return bounds ? bounds->behind : -1000;
}

std::string choose(const char *function, const char *x, const char *y, const char *chosen,
                   const char *otherwise) {
  auto typeOf = [](std::string name) {
    return name == "%s" || name == "%inner" ? "!s"
           : name == "%t"                   ? "!t"
           : name == "%c"                   ? "!b"
           : name[1] == 'j'                 ? "!j"
                                            : "!f";
  };
  std::string types;
  for (const char *name : {x, y, chosen, otherwise})
    types += std::string(types.empty() ? "" : ", ") + typeOf(name);
  return std::string("tenon.elementwise ") + function + " " + x + ", " + y + ", " + chosen + ", " +
         otherwise + " : " + types + " -> !s\n";
}
const std::string moved = "%jn = tenon.add %j, %three : !j, !f\n";
const std::string half = "%jh = tenon.add %j, %half : !j, !f\n";
} // namespace

TEST_CASE("a window is what is not hidden behind a query") {
  // t < j + 3: keys t - 2 and later; t <= j + 3: t - 3; t < j + 2.5: t - 2.
  CHECK(behind(moved + "%made = " + choose("select_less", "%t", "%jn", "%s", "%none")) == 2);
  CHECK(behind(moved + "%made = " + choose("select_at_most", "%t", "%jn", "%s", "%none")) == 3);
  CHECK(behind(half + "%made = " + choose("select_less", "%t", "%jh", "%s", "%none")) == 2);
  CHECK(behind("%made = " + choose("select_less", "%t", "%j", "%s", "%none")) == -1);
  // The other way round: hidden where j + 3 <= t, or j + 3 < t.
  CHECK(behind(moved + "%made = " + choose("select_at_most", "%jn", "%t", "%none", "%s")) == 2);
  CHECK(behind(moved + "%made = " + choose("select_less", "%jn", "%t", "%none", "%s")) == 3);
  // t - j < 3.
  CHECK(
      behind("%d = tenon.elementwise subtract %t, %three : !t, !f -> !t\n"
             "%made = tenon.elementwise select_at_most %d, %j, %s, %none : !t, !j, !s, !f -> !s") ==
      3);
}

TEST_CASE("the narrowest of two windows, one of which may say nothing of keys") {
  const std::string inner = "%inner = " + choose("select_less", "%t", "%j", "%s", "%none");
  CHECK(behind(moved + inner +
               "%made = " + choose("select_less", "%t", "%jn", "%inner", "%none")) == -1);
  CHECK(behind(moved + inner +
               "%made = " + choose("select_less", "%three", "%c", "%inner", "%none")) == -1);
  CHECK(behind(moved + inner +
               "%made = " + choose("select_less", "%three", "%c", "%none", "%inner")) == -1);
}

TEST_CASE("what depends on scores, on captured values or hides later keys is no window") {
  CHECK(behind("%made = tenon.scale %s by 2.0 : !s") == -1000);
  CHECK(behind("%made = " + choose("select_less", "%s", "%three", "%s", "%none")) == -1000);
  CHECK(behind("%made = " + choose("select_less", "%c", "%j", "%s", "%none")) == -1000);
  CHECK(behind(moved + "%made = " + choose("select_less", "%jn", "%t", "%s", "%none")) == -1000);
  CHECK(behind(moved + "%made = " + choose("select_less", "%three", "%jn", "%s", "%none")) ==
        -1000);
  // A large negative number is not nothing: where all are hidden so, all have equal weights.
  CHECK(behind(moved + "%made = " + choose("select_less", "%t", "%jn", "%s", "%low")) == -1000);
}
