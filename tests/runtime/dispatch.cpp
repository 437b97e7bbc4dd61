// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which variant runs: CPU levels, the override, and refusals that list what there is.
#include <cstdlib>

#include <catch2/catch.hpp>

#include "fixture/toy_weights.hpp"
#include "model/cpu.hpp"
#include "model/dispatch.hpp"

namespace rt = tenon::runtime;
using rt::detail::cpu_words;
using rt::detail::x86_features;

namespace {

constexpr std::uint32_t v2 = TENON_CPU_X86_64_V2, v3 = TENON_CPU_X86_64_V3,
                        v4 = TENON_CPU_X86_64_V4, bf16 = TENON_CPU_AVX512_BF16;

// A Zen 4 under Linux, as its CPUID reports it.
constexpr cpu_words zen4{0x7ED8320B, 0xF1BF97A9, 0x00000020, 0x75C237FF, 0xE7};

struct environment {
  explicit environment(const char* value) { setenv("TENON_CPU", value, 1); }
  ~environment() { unsetenv("TENON_CPU"); }
};

// A model of three variants after the usual targets.
struct three_variants {
  three_variants()
      : variants{toy::model().variants[2], toy::model().variants[2], toy::model().variants[2]} {
    variants[0].name = "x86-64-v4-bf16";
    variants[0].cpu = v4 | bf16;
    variants[1].name = "x86-64-v3";
    variants[1].cpu = v3;
    variants[2].name = "x86-64-v2";
    variants[2].cpu = v2;
    model.variants = variants;
  }
  tenon_variant variants[3];
  tenon_model model = toy::model();
};

}  // namespace

TEST_CASE("x86-64 levels follow the psABI") {
  CHECK(x86_features(zen4) == (v2 | v3 | v4 | bf16));
  CHECK(x86_features({}) == 0);
  const auto without = [](auto member, int bit) {
    cpu_words words = zen4;
    words.*member &= ~(1u << bit);
    return x86_features(words);
  };
  for (const int bit : {0, 9, 13, 19, 20, 23}) CHECK(without(&cpu_words::leaf1_ecx, bit) == 0);
  CHECK(without(&cpu_words::extended1_ecx, 0) == 0);
  for (const int bit : {12, 22, 27, 28, 29}) CHECK(without(&cpu_words::leaf1_ecx, bit) == v2);
  CHECK(without(&cpu_words::extended1_ecx, 5) == v2);
  for (const int bit : {3, 5, 8}) CHECK(without(&cpu_words::leaf7_ebx, bit) == v2);
  for (const int bit : {16, 17, 28, 30, 31})
    CHECK(without(&cpu_words::leaf7_ebx, bit) == (v2 | v3));
  CHECK(without(&cpu_words::leaf7_1_eax, 5) == (v2 | v3 | v4));
}

TEST_CASE("a level needs an operating system that saves its registers") {
  const auto with_xcr0 = [](std::uint64_t xcr0) {
    cpu_words words = zen4;
    words.xcr0 = xcr0;
    return x86_features(words);
  };
  CHECK(with_xcr0(0) == v2);
  CHECK(with_xcr0(0x03) == v2);         // no AVX state
  CHECK(with_xcr0(0x07) == (v2 | v3));  // no AVX-512 state
  CHECK(with_xcr0(0x67) == (v2 | v3));  // upper halves of ZMM16-31 not saved
  CHECK(with_xcr0(0xE7) == (v2 | v3 | v4 | bf16));
}

TEST_CASE("this CPU has a level") { CHECK(tenon_cpu_features() != 0); }

TEST_CASE("the most capable variant that fits is chosen") {
  const three_variants three;
  std::uint32_t variant = 9;
  const auto select = [&](std::uint32_t features, const char* cpu = nullptr) {
    return rt::status(rt::detail::select_variant(three.model, cpu, features, variant));
  };
  CHECK((select(v2 | v3 | v4 | bf16) && variant == 0));
  CHECK((select(v2 | v3 | v4) && variant == 1));
  CHECK((select(v2 | v3) && variant == 1));
  CHECK((select(v2) && variant == 2));
  CHECK((select(v2 | v3, "x86-64-v2") && variant == 2));
  CHECK(
      std::string(select(0).message()) ==
      "no variant of model 'toy' runs on this CPU (it has: none); there are: x86-64-v4-bf16 (needs "
      "x86-64-v4, avx512_bf16), x86-64-v3 (needs x86-64-v3), x86-64-v2 (needs x86-64-v2); build "
      "the model "
      "for a lower target");
  CHECK(std::string(select(v2 | v3, "x86-64-v4-bf16").message()) ==
        "this CPU cannot run variant 'x86-64-v4-bf16' of model 'toy'; there are: x86-64-v4-bf16 "
        "(needs "
        "x86-64-v4, avx512_bf16), x86-64-v3, x86-64-v2; choose one that it can run");
  CHECK(
      std::string(select(v2, "vax").message()) ==
      "model 'toy' has no variant 'vax'; there are: x86-64-v4-bf16 (needs x86-64-v4, avx512_bf16), "
      "x86-64-v3 (needs x86-64-v3), x86-64-v2; choose one of them (TENON_CPU or options.cpu)");
}

TEST_CASE("TENON_CPU overrides, and options.cpu overrides it") {
  std::uint32_t variant = 9;
  CHECK((rt::status(tenon_variant_select(&toy::model(), nullptr, &variant)) && variant == 1));
  {
    const environment plain("plain");
    CHECK((rt::status(tenon_variant_select(&toy::model(), nullptr, &variant)) && variant == 2));
    CHECK(
        (rt::status(tenon_variant_select(&toy::model(), "transposed", &variant)) && variant == 1));
    CHECK(std::string(rt::weights::random(toy::model(), 1)->variant().name) == "plain");
  }
  {
    const environment none("");
    CHECK((rt::status(tenon_variant_select(&toy::model(), nullptr, &variant)) && variant == 1));
  }
  const environment future("future");
  const auto refused = rt::weights::random(toy::model(), 1);
  CHECK(refused.error().code() == TENON_INCOMPATIBLE);
  CHECK_THAT(refused.message(),
             Catch::StartsWith("this CPU cannot run variant 'future' of model 'toy'"));
}

TEST_CASE("weights and session must agree on the variant and the model") {
  const rt::weights weights = toy_weights::make("plain");
  rt::options how{};
  how.cpu = "transposed";
  CHECK(std::string(toy::session::create(weights, how).message()) ==
        "the weights are packed for variant 'plain', options.cpu asks for 'transposed'; load them "
        "with the "
        "same options.cpu");
  tenon_model other = toy::model();
  CHECK(std::string(rt::create_session(other, weights).message()) ==
        "the weights of model 'toy' (000000000000070e) were loaded with another copy of its "
        "description than the session's; pass both the same one, as model() returns it");
  other.fingerprint = 0x70f;
  CHECK(std::string(rt::create_session(other, weights).message()) ==
        "the weights were loaded for model 'toy' (000000000000070e), the session is for 'toy' "
        "(000000000000070f); load weights for the session's model");
}

TEST_CASE("a model of another ABI is refused before it is read") {
  tenon_model old{};  // every pointer is null
  old.abi_version = TENON_ABI_VERSION + 1;
  const auto weights = rt::weights::random(old, 1);
  CHECK(weights.error().code() == TENON_INCOMPATIBLE);
  CHECK(std::string(weights.message()) ==
        "the model was built for ABI version " + std::to_string(TENON_ABI_VERSION + 1) +
            ", this runtime has " + std::to_string(TENON_ABI_VERSION) +
            "; build both from one Tenon version");
}

TEST_CASE("a model may have any number of dimensions") {
  std::vector<tenon_dim> dims(toy::model().dims, toy::model().dims + toy::model().n_dims);
  dims.resize(300, {"idle", 1, 9});
  tenon_model wide = toy::model();
  wide.n_dims = 300, wide.dims = dims.data();
  auto session = rt::create_session<toy::session>(wide, *rt::weights::random(wide, 1));
  REQUIRE(session);
  auto ids = *rt::buffer<std::int32_t>::create(2);
  auto logits = *rt::buffer<float>::create(11);
  REQUIRE(session->step({ids, 1, 2}, {logits, 1}, 0));
  REQUIRE(session->step({ids.first(1), 1, 1}, {logits, 1}, 2));
}

TEST_CASE("options say how large they are") {
  std::uint64_t size = 0;
  const auto make = [&] {
    tenon_options how{};
    how.size = size;
    return std::string(rt::weights::random(toy::model(), 1, how).message());
  };
  CHECK(make() ==
        "options.size is 0, must be sizeof(tenon_options), at least 56; begin with "
        "TENON_OPTIONS_DEFAULT");
  size = sizeof(tenon_options) + 8;
  CHECK(make() ==
        "options.size is 64, this runtime knows 56 bytes of options; build both from one "
        "Tenon version");
  size = sizeof(tenon_options);
  CHECK(make().empty());
  CHECK(tenon_options{}.size == size);
}
