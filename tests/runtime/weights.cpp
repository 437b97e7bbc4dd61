// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weights from memory and from initialisers.
#include <cmath>
#include <cstring>
#include <numeric>

#include <catch2/catch.hpp>

#include "fixture/tensors.hpp"
#include "fixture/toy_weights.hpp"
#include "mapping.hpp"
#include "weights/initial_values.hpp"
#include "weights/random_source.hpp"

namespace rt = tenon::runtime;

TEST_CASE("every slot is packed by its variant's function") {
  const auto all = toy_weights::tensors();
  const rt::weights plain = toy_weights::make("plain"),
                    transposed = toy_weights::make("transposed");
  const auto *p = static_cast<const float*>(plain.data()),
             *t = static_cast<const float*>(transposed.data());
  CHECK(reinterpret_cast<std::uintptr_t>(p) % TENON_ALIGNMENT == 0);
  for (std::size_t v = 0; v < 11; ++v)
    for (std::size_t c = 0; c < 3; ++c) {
      CHECK(p[v * 3 + c] == all[0].values[v * 3 + c]);
      CHECK(t[c * 11 + v] == all[0].values[v * 3 + c]);
    }
  // Layers lie a stride apart.
  CHECK(std::memcmp(p + 96, all[2].values.data(), 12) == 0);
  CHECK(std::memcmp(p + 112, all[3].values.data(), 12) == 0);
  CHECK(std::memcmp(p + 144, all[5].values.data(), 36) == 0);
}

TEST_CASE("tensors in memory are bound by name and shape") {
  auto all = toy_weights::tensors();
  all[1].shape = {3, 16};
  all[2].name = "transformer.h.0.ln.weight";  // the prefix is fine
  all[3].name = "h.2.ln.weight";
  CHECK(
      std::string(rt::weights::from_tensors(toy::model(), toy_weights::views(all)).message()) ==
      "the tensors are not those of model 'toy': 1 missing: h.1.ln.weight; 1 of another "
      "shape: "
      "wpe.weight is F32 [3, 16] where the model has F32 [16, 3]; 1 unexpected: h.2.ln.weight; use "
      "weights of "
      "this very model");
  CHECK_THAT(rt::weights::from_tensors(toy::model(), {}).message(), Catch::Contains("6 missing"));
  tenon_named_tensor null{};
  CHECK_THAT(rt::weights::from_tensors(toy::model(), {&null, 1}).message(),
             Catch::Contains("tensor 0 has a null name, shape or data"));
  CHECK(tenon_weights_from_tensors(&toy::model(), nullptr, 1, nullptr, nullptr).code ==
        TENON_INVALID_ARGUMENT);
  tenon_weights* weights = nullptr;
  CHECK(tenon_weights_random(nullptr, 1, nullptr, &weights).code == TENON_INVALID_ARGUMENT);
}

TEST_CASE("memory is zero at first and after it was cleared") {
  rt::detail::mapping memory;
  REQUIRE(rt::status(rt::detail::mapping::create(3 << 20, "a test", memory)));
  auto* bytes = static_cast<unsigned char*>(memory.data());
  const auto sum = [&] { return std::accumulate(bytes, bytes + memory.bytes(), 0L); };
  CHECK(sum() == 0);
  std::memset(bytes, 1, memory.bytes());
  CHECK(sum() == 3 << 20);
  REQUIRE(rt::status(memory.clear()));
  CHECK(sum() == 0);
  const rt::status huge = rt::detail::mapping::create(std::size_t{1} << 60, "a test", memory);
  CHECK(huge.code() == TENON_OUT_OF_MEMORY);
  CHECK_THAT(huge.message(), Catch::StartsWith("cannot map 1152921504606846976 bytes for a test:"));
  CHECK(memory.bytes() == 3 << 20);
}

TEST_CASE("Philox gives the published numbers") {
  // Source: Random123, tests/kat_vectors, philox4x32 with 10 rounds.
  using words = std::array<std::uint32_t, 4>;
  CHECK(rt::detail::philox({0, 0, 0, 0}, {0, 0}) ==
        words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  constexpr std::uint32_t ones = 0xffffffff;
  CHECK(rt::detail::philox({ones, ones, ones, ones}, {ones, ones}) ==
        words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(rt::detail::philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                           {0xa4093822, 0x299f31d0}) ==
        words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("random weights are the same bits for any number of threads, and differ by seed") {
  const auto draw = [](std::uint64_t seed, int threads) {
    rt::options how{};
    how.threads = threads;
    how.cpu = "plain";
    return *rt::weights::random(toy::model(), seed, how);
  };
  const rt::weights one = draw(7, 1), many = draw(7, 5), other = draw(8, 1);
  CHECK(std::memcmp(one.data(), many.data(), 640) == 0);
  CHECK(std::memcmp(one.data(), other.data(), 640) != 0);
  CHECK(std::memcmp(one.data(), draw(7 + (std::uint64_t{1} << 32), 1).data(), 640) != 0);
}

TEST_CASE("initialisers draw what they name") {
  // A parameter of 4096 x 64 values for each of them, in two layers.
  static const tenon_dim dims[] = {{"m", 4096, 4096}, {"n", 64, 64}};
  static const std::uint32_t shape[] = {0, 1};
  const auto init = static_cast<tenon_init>(GENERATE(0, 1, 2, 3, 4));
  const std::uint32_t dtype = GENERATE(TENON_F32, TENON_F64);
  const tenon_param param{tensor("p{}", static_cast<tenon_dtype>(dtype), shape), 2,
                          static_cast<std::uint32_t>(init), 0.5};
  tenon_model model{};
  model.abi_version = TENON_ABI_VERSION;
  model.n_dims = 2, model.dims = dims, model.n_params = 1, model.params = &param;
  rt::detail::random_source source;
  REQUIRE(rt::status(rt::detail::random_source::create(model, 42, nullptr, source)));
  constexpr std::size_t n = 4096 * 64;
  std::vector<double> values[2];
  for (std::size_t layer = 0; layer < 2; ++layer) {
    std::vector<float> narrow(n);
    std::vector<double> wide(n);
    for (const auto& [first, last] : {std::pair<std::size_t, std::size_t>{0, 4000}, {4000, n}}) {
      void* to = dtype == TENON_F32 ? static_cast<void*>(&narrow[first]) : &wide[first];
      REQUIRE(rt::status(source.read(layer, first, last - first, to)));
    }
    values[layer] = dtype == TENON_F32 ? std::vector<double>(narrow.begin(), narrow.end()) : wide;
  }
  double sum = 0, squares = 0, fourth = 0, least = 1e9, most = -1e9, both = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = values[0][i];
    sum += x, squares += x * x, fourth += x * x * x * x, both += x * values[1][i];
    least = std::min(least, x), most = std::max(most, x);
  }
  const double mean = sum / n, deviation = std::sqrt(squares / n), correlation = both / squares;
  const double five_sigma = 5 / std::sqrt(double{n});
  switch (init) {
    case TENON_INIT_ZEROS:
      CHECK((least == 0 && most == 0));
      return;
    case TENON_INIT_ONES:
      CHECK((least == 1 && most == 1));
      return;
    case TENON_INIT_UNIFORM:
      CHECK(std::abs(deviation - 0.5 / std::sqrt(3.0)) < 0.5 * five_sigma);
      CHECK((least >= -0.5 && least < -0.499 && most < 0.5 && most > 0.499));
      break;
    default:
      CHECK(std::abs(deviation - 0.5) < 0.5 * five_sigma);
      CHECK(std::abs(fourth / n / std::pow(0.5, 4) - 3) < 0.1);  // the kurtosis of a normal
  }
  CHECK(std::abs(mean) < 0.5 * five_sigma);
  CHECK(std::abs(correlation) < five_sigma);  // layers are drawn independently
}

TEST_CASE("a parameter that is larger than a piece is the same for any number of threads") {
  // 3 pieces of 2^20 elements, the last one not whole, and one that generated code packs.
  static const tenon_dim dims[] = {{"m", 2300, 2300}, {"n", 1024, 1024}};
  static const std::uint32_t shape[] = {0, 1};
  static const tenon_param params[] = {
      {tensor("table", TENON_F32, shape), 0, TENON_INIT_NORMAL, 1.0},
      {tensor("panel", TENON_F32, shape), 0, TENON_INIT_NORMAL, 1.0}};
  constexpr std::uint64_t bytes = 4 * 2300 * 1024;
  const auto twice = [](const void* source, void* to) {
    for (std::uint64_t i = 0; i < bytes / 4; ++i)
      static_cast<float*>(to)[i] = 2 * static_cast<const float*>(source)[i];
  };
  static const tenon_packed_param packed[] = {{0, 0, bytes, nullptr, nullptr},
                                              {bytes, 0, bytes, twice, nullptr}};
  static const tenon_variant variant{"any", 0, 2 * bytes, 0, packed, nullptr, 0, nullptr};
  tenon_model model{};
  model.abi_version = TENON_ABI_VERSION;
  model.name = "large";
  model.n_dims = 2, model.dims = dims, model.n_params = 2, model.params = params;
  model.n_variants = 1, model.variants = &variant;
  struct told {
    std::uint64_t calls = 0, done = 0, total = 0;
    bool backwards = false;
  };
  const auto draw = [&](int threads, told& progress) {
    rt::options how{};
    how.threads = threads;
    how.progress = [](void* to, std::uint64_t done, std::uint64_t total) {
      told& self = *static_cast<told*>(to);
      self.backwards = self.backwards || done < self.done;
      self.calls += 1, self.done = done, self.total = total;
    };
    how.progress_context = &progress;
    return *rt::weights::random(model, 3, how);
  };
  told alone, together;
  const rt::weights one = draw(1, alone), three = draw(3, together);
  CHECK(std::memcmp(one.data(), three.data(), 2 * bytes) == 0);
  const auto* table = static_cast<const float*>(one.data());
  CHECK(std::memcmp(table, table + (1 << 20), 4096) != 0);  // nor one like the other
  CHECK(std::count(table, table + bytes / 4, 0.0f) < 10);   // every piece was drawn
  CHECK(alone.calls == 3 + 1 + 1);                          // pieces, and the end
  for (const told& each : {alone, together}) {
    CHECK(each.total == 2 * bytes);
    CHECK(each.done == each.total);
    CHECK_FALSE(each.backwards);
  }
}
