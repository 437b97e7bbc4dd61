// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The header: accepted by g++, clang++ and as C; its types refuse what does not fit.
#include "small_model.h"

#include "Header.h"

#include <catch2/catch.hpp>

using small_model::compiles;

static const char application[] = R"cpp(
#include "tiny.tenon.h"
static_assert(tiny::loss::arena_bytes == 320);
static_assert(tiny::step::context == 8 && tiny::step::index == 0);
static_assert(tiny::n_embd::max == 6 && !tiny::seq::is_static && tiny::seq::max == 8);
static_assert(tiny::parameters.size() == 2 && tiny::parameters[1].layers == 3);
static_assert(tiny::parameters[0].name == "wte.weight" && tiny::parameters[0].shape[0] == 11);
static_assert(tiny::train::trains && !tiny::loss::trains);
static_assert(tiny::step::compute_type == TENON_F32);
static_assert(tiny::parameter_count == 11 * 6 + 3 * 6);
namespace rt = tenon::runtime;
bool use(tiny::session &session, [[maybe_unused]] float twice,
         [[maybe_unused]] rt::tensor<const std::int32_t, tiny::batch, tiny::seq> ids,
         [[maybe_unused]] rt::tensor<float, tiny::batch, tiny::seq, tiny::n_embd> x) {
  return session.STEP;
}
)cpp";

static std::string withCall(const std::string &call) {
  std::string text = application;
  return text.replace(text.find("STEP"), 4, call);
}

TEST_CASE("an application of the header compiles") {
  small_model::Holder holder;
  small_model::write("tiny.tenon.h", tenon::writeHeader(holder.compiled));
  for (const char *compiler : {"g++ -std=c++20", "clang++-22 -std=c++20"}) {
    const bool compiled = compiles(compiler, "application.cpp", withCall("step(ids, x, 3).ok()"));
    INFO(compiler << "\n" << small_model::errors());
    CHECK(compiled);
  }
}

TEST_CASE("scalars are passed by value and given back into variables or tensors") {
  small_model::Holder holder;
  small_model::write("tiny.tenon.h", tenon::writeHeader(holder.compiled));
  for (const char *compiler : {"g++ -std=c++20", "clang++-22 -std=c++20"})
    for (const char *call : {"update(3, {.lr = 0.1f}, twice).ok()",
                             "update(3, {}, twice).ok() && tiny::update_options{}.lr == 1e-3f",
                             "train(3, 1e-3f, twice).ok()",
                             "train(3, 1e-3f, rt::tensor<float>(std::span(&twice, 1))).ok()"}) {
      const bool compiled = compiles(compiler, "scalars.cpp", withCall(call));
      INFO(compiler << " " << call << "\n" << small_model::errors());
      CHECK(compiled);
    }
  // Neither a temporary nor another type takes an output; a tensor is no scalar.
  const std::pair<std::string, std::string> wrong[] = {
      {"train(3, 1e-3f, 0.0f).ok()", "deleted function"},
      {"train(3, 1e-3f, x).ok()", "deleted function"},
      {"train(ids, 1e-3f, twice).ok()", "cannot convert"},
      {"update(3, 0.1f, twice).ok()", "update_options"},
      {"update(3, {.rate = 0.1f}, twice).ok()", "rate"},
  };
  for (const auto &[call, named] : wrong) {
    INFO(call);
    CHECK_FALSE(compiles("g++ -std=c++20", "wrong.cpp", withCall(call)));
    CHECK_THAT(small_model::errors(), Catch::Matchers::Contains(named));
  }
}

TEST_CASE("a tensor of other dimensions, element type or direction does not compile") {
  small_model::Holder holder;
  small_model::write("tiny.tenon.h", tenon::writeHeader(holder.compiled));
  // A call, and what the compiler must name in its error.
  const std::pair<std::string, std::string> wrong[] = {
      {"step(ids, rt::tensor<float, tiny::batch, tiny::n_embd, tiny::seq>({}, 1, 1), 0).ok()",
       "::n_embd, tiny::graph_0123456789abcdef::seq"},
      {"step(ids, rt::tensor<float, tiny::batch, tiny::seq, tiny::n_vocab>({}, 1, 1), 0).ok()",
       "::n_vocab"},
      {"step(ids, rt::tensor<double, tiny::batch, tiny::seq, tiny::n_embd>({}, 1, 1), 0).ok()",
       "U = double"},
      {"step(ids, rt::tensor<const float, tiny::batch, tiny::seq, tiny::n_embd>({}, 1, 1), 0).ok()",
       "U = const float"},
      {"step(x, ids, 0).ok()", "::n_embd"},
      {"step(ids, x).ok()", "::session::step"},
  };
  REQUIRE(compiles("g++ -std=c++20", "right.cpp", withCall("step(ids, x, 0).ok()")));
  for (const auto &[call, named] : wrong) {
    INFO(call);
    CHECK_FALSE(compiles("g++ -std=c++20", "wrong.cpp", withCall(call)));
    CHECK_THAT(small_model::errors(), Catch::Matchers::Contains(named));
  }
}

TEST_CASE("the header's first part is plain C, and all that a C program needs") {
  small_model::Holder holder;
  small_model::write("tiny.tenon.h", tenon::writeHeader(holder.compiled));
  for (const char *compiler : {"cc -std=c11 -pedantic", "clang-22 -std=c11 -pedantic"})
    CHECK(compiles(compiler, "application.c", R"c(
#include "tiny.tenon.h"
tenon_status run(const void *const *in, void *const *out, const int64_t *dims) {
  tenon_options options = TENON_OPTIONS_DEFAULT;
  tenon_weights *weights = 0;
  tenon_session *session = 0;
  tenon_status status = tenon_weights_random(&tenon_model_tiny, 1, &options, &weights);
  if (status.code == TENON_OK)
    status = tenon_session_create(&tenon_model_tiny, weights, &options, &session);
  if (status.code == TENON_OK)
    status = tenon_session_run(session, tenon_tiny_loss, in, out, dims, 0);
  return status;
}
)c"));
}

TEST_CASE("two models of one name have nothing in common but the name") {
  small_model::Holder holder;
  const std::string first = tenon::writeHeader(holder.compiled);
  holder.compiled.fingerprint += 1;
  const std::string second = tenon::writeHeader(holder.compiled);
  small_model::write("tiny.tenon.h", first);
  small_model::write("other_tiny.tenon.h", second);
  REQUIRE(compiles("g++ -std=c++20", "twice.cpp",
                   "#include \"tiny.tenon.h\"\n#include \"tiny.tenon.h\"\n"));
  CHECK_FALSE(compiles("g++ -std=c++20", "both.cpp",
                       "#include \"tiny.tenon.h\"\n#include \"other_tiny.tenon.h\"\n"));
  CHECK_THAT(small_model::errors(), Catch::Matchers::Contains("two models named 'tiny' meet"));
  // What each file offers and asks for bears the fingerprint.
  for (const char *name : {"tiny", "other_tiny"}) {
    REQUIRE(compiles("g++ -std=c++20", std::string(name) + ".cpp",
                     "#include \"" + std::string(name) +
                         ".tenon.h\"\nauto make(const tenon::runtime::weights &w) {\n"
                         "  return tiny::session::create(w); }\n"));
    const std::string object = small_model::folder() + "/" + name + ".cpp.o";
    const std::string own = name == std::string("tiny") ? "0123456789abcdef" : "0123456789abcdf0";
    CHECK(small_model::runs("nm " + object + " | grep -q tenon_model_tiny_" + own));
    CHECK_FALSE(small_model::runs("nm " + object + " | grep tiny | grep -v " + own));
  }
}
