// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Loading well-formed checkpoints, and naming what does not belong to the model.
#include <catch2/catch.hpp>

#include "fixture/scratch.hpp"

namespace rt = tenon::runtime;

namespace {

rt::options plain() {
  rt::options how{};
  how.cpu = "plain";
  how.threads = 2;
  return how;
}

rt::result<rt::weights> load(const std::string& path) {
  return rt::weights::load(toy::model(), path, plain());
}

// Loads a file of these tensors, which must fail; the message with the path taken out.
std::string message_of(const std::vector<safetensors::stored>& tensors) {
  const scratch_folder folder;
  const auto weights = load(folder.write("model.safetensors", safetensors::file(tensors)));
  REQUIRE_FALSE(weights);
  return weights.message();
}

void check_same(const rt::weights& loaded) {
  const rt::weights expected = toy_weights::make("plain");
  CHECK(std::memcmp(loaded.data(), expected.data(), loaded.variant().weights_bytes) == 0);
}

}  // namespace

TEST_CASE("a file and a folder load, with or without the prefix, at any alignment") {
  const std::string prefix = GENERATE("", "transformer.");
  const std::size_t shift = GENERATE(0u, 1u, 6u);
  const scratch_folder folder;
  const std::string path =
      folder.write("model.safetensors", safetensors::file(safetensors::toy(prefix), shift));
  const auto from_file = load(path), from_folder = load(folder.path());
  REQUIRE(from_file);
  REQUIRE(from_folder);
  check_same(*from_file);
  check_same(*from_folder);
}

TEST_CASE("a tensor may have neighbouring dimensions of its parameter as one") {
  const auto with_shapes = [](std::vector<std::int64_t> wte, std::vector<std::int64_t> proj) {
    auto tensors = safetensors::toy();
    tensors[0].shape = std::move(wte);
    tensors[4].shape = std::move(proj);
    return tensors;
  };
  const scratch_folder folder;
  const auto loaded =
      load(folder.write("flat.safetensors", safetensors::file(with_shapes({33}, {9}))));
  INFO(loaded.message());
  REQUIRE(loaded);
  check_same(*loaded);
  for (const std::vector<std::int64_t>& wte : std::vector<std::vector<std::int64_t>>{
           {3, 11}, {11, 1, 3}, {1, 33}, {33, 1}, {11, 3, 1}, {3, 11, 1}})
    CHECK_THAT(message_of(with_shapes(wte, {3, 3})),
               Catch::Contains("1 of another shape: wte.weight is F32 [") &&
                   Catch::Contains("where the model has F32 [11, 3]"));
}

TEST_CASE("shards load through their index") {
  auto tensors = safetensors::toy("transformer.");
  const std::vector<safetensors::stored> head(tensors.begin(), tensors.begin() + 2);
  const std::vector<safetensors::stored> tail(tensors.begin() + 2, tensors.end());
  std::string map;
  for (std::size_t i = 0; i < tensors.size(); ++i)
    map +=
        (i > 0 ? ",\"" : "\"") + tensors[i].name + "\":\"" + (i < 2 ? "a" : "b") + ".safetensors\"";
  const auto index = [&](const std::string& entries) {
    return "{\"metadata\":{\"total_size\":1.5e3,\"x\":[null,true,{}]},\"weight_map\":{" + entries +
           "}}";
  };
  const scratch_folder folder;
  folder.write("a.safetensors", safetensors::file(head));
  folder.write("b.safetensors", safetensors::file(tail));
  const std::string name = "model.safetensors.index.json";
  folder.write(name, index(map));
  const auto loaded = load(folder.path());
  REQUIRE(loaded);
  check_same(*loaded);

  folder.write(name, index(map + ",\"more\":\"a.safetensors\""));
  CHECK_THAT(load(folder.path()).message(),
             Catch::Contains("names 1 tensors that no shard holds, 'more'"));
  for (const char* elsewhere :
       {"../a.safetensors", "/a.safetensors", "b/a.safetensors", "", ".safetensors", "a.bin"}) {
    folder.write(name, index(map + ",\"more\":\"" + elsewhere + "\""));
    CHECK_THAT(load(folder.path()).message(),
               Catch::Contains("is not the name of a .safetensors file"));
  }
  folder.write(name, index(map.substr(map.find(',') + 1)));
  CHECK_THAT(load(folder.path()).message(),
             Catch::Contains("holds tensor 'transformer.wte.weight', for which"));
  std::string swapped = map;  // the last tensor lies in b, the index says a
  swapped[swapped.rfind("b.safetensors")] = 'a';
  folder.write(name, index(swapped));
  CHECK_THAT(
      load(folder.path()).message(),
      Catch::Contains("b.safetensors' holds tensor 'transformer.h.1.proj.weight', for which") &&
          Catch::Contains("names a.safetensors"));
  folder.write(name, index(map + ",\"more\":\"c.safetensors\""));
  CHECK_THAT(load(folder.path()).message(),
             Catch::Contains("cannot open") && Catch::Contains("No such file"));
  folder.write(name, "{\"weight_map\":{}} x");
  CHECK_THAT(load(folder.path()).message(), Catch::Contains("byte 18: nothing more expected"));
}

TEST_CASE("names have the prefixes of wrappers and of the model in any order") {
  for (const char* prefix : {"_orig_mod.", "module.", "module._orig_mod.transformer.",
                             "_orig_mod.module.transformer.", "transformer._orig_mod."}) {
    const scratch_folder folder;
    auto tensors = safetensors::toy(prefix);
    tensors.push_back({std::string(prefix) + "h.0.attn.bias", "U8", {1}, "\1"});
    const auto loaded = load(folder.write("m.safetensors", safetensors::file(tensors)));
    INFO(prefix << loaded.message());
    REQUIRE(loaded);
    check_same(*loaded);
  }
  CHECK_THAT(message_of(safetensors::toy("model.")), Catch::Contains("6 missing"));
}

TEST_CASE("what is not read does not matter: unknown dtypes and keys of the header") {
  const auto file = [&](const std::string& dtype) {
    auto tensors = safetensors::toy();
    tensors.insert(tensors.begin(), {"h.0.attn.bias", dtype, {3}, "ab"});
    return safetensors::file(tensors);
  };
  const scratch_folder folder;
  std::string bytes = file("F4");
  auto loaded = load(folder.write("m.safetensors", bytes));
  INFO(loaded.message());
  REQUIRE(loaded);
  check_same(*loaded);
  // A key that is not known, in place of the padding of the same header.
  const std::string known = "\"dtype\":\"F4\",", more = known + "\"note\":[NaN,-Infinity],";
  std::string header = bytes.substr(8, bytes.find('}', bytes.rfind("data_offsets")) + 2 - 8);
  const std::string data = bytes.substr(8 + ((header.size() + 7) / 8) * 8);
  header.replace(header.find(known), known.size(), more);
  loaded = load(folder.write("m.safetensors", safetensors::file(header, data)));
  INFO(loaded.message());
  REQUIRE(loaded);
  check_same(*loaded);
  // Where it is read, the type is named, with what to do.
  auto tensors = safetensors::toy();
  tensors[4].dtype = "F6_E2M3";
  CHECK(message_of(tensors) ==
        "the tensors are not those of model 'toy': 1 of a type that is not converted: "
        "h.0.proj.weight is F6_E2M3 [3, 3] where the model has F32 [3, 3]; store them as F64, F32, "
        "F16 or BF16, or in GGUF as Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K or Q6_K");
}

TEST_CASE("f64 is rounded to nearest, and what no f32 holds is an error") {
  auto tensors = safetensors::toy();
  const std::vector<double> wide = {1.0,   0x1.000001p0, 0x1.000003p0, -0x1.000001000001p0,
                                    1e300, 0x1p-149,     0x1p-151,     HUGE_VAL,
                                    NAN};
  const auto bytes = [](const auto& values) {
    return std::string(reinterpret_cast<const char*>(values.data()),
                       values.size() * sizeof values[0]);
  };
  auto values = wide;
  tensors[5] = {"h.1.proj.weight", "F64", {3, 3}, bytes(values)};
  CHECK(message_of(tensors) ==
        "tensor 'h.1.proj.weight' is F64 and has a value beyond the greatest F32; such weights "
        "cannot be used with this model");
  values[4] = 0x1.fffffe8p127;  // nearer to the greatest than to the one that would come next
  tensors[5].bytes = bytes(values);
  const scratch_folder folder;
  const auto loaded = load(folder.write("m.safetensors", safetensors::file(tensors, 3)));
  INFO(loaded.message());
  REQUIRE(loaded);
  const float narrow[] = {
      1.0F, 1.0F, 0x1.000004p0F, -0x1.000002p0F, 0x1.fffffep127F, 0x1p-149F, 0.0F, HUGE_VALF, NAN};
  CHECK(std::memcmp(static_cast<const float*>(loaded->data()) + 144, narrow, sizeof narrow) == 0);

  // To bf16 in one rounding: by way of f32, 1 + 2^-8 + 2^-40 would be a tie, and go to even.
  std::vector<tenon_param> params(tenon_model_toy.params,
                                  tenon_model_toy.params + tenon_model_toy.n_params);
  params[3].tensor.dtype = TENON_BF16;
  tenon_model model = tenon_model_toy;
  model.params = params.data();
  const std::vector<double> ties = {
      0x1.01p0,   0x1.010000000001p0, 0x1.00ffffffffffp0, 0x1.03p0, -0x1.010000000001p0,
      0x1.fep127, 0x1.8p-134,         HUGE_VAL,           NAN};
  const std::vector<std::uint16_t> rounded = {0x3F80, 0x3F81, 0x3F80, 0x3F82, 0xBF81,
                                              0x7F7F, 0x0001, 0x7F80, 0x7FC0};
  tensors[4] = {"h.0.proj.weight", "F64", {3, 3}, bytes(ties)};
  tensors[5] = {"h.1.proj.weight", "F64", {3, 3}, bytes(ties)};
  const auto half =
      rt::weights::load(model, folder.write("b.safetensors", safetensors::file(tensors)), plain());
  INFO(half.message());
  REQUIRE(half);
  CHECK(std::string(static_cast<const char*>(half->data()) + 128 * sizeof(float), 18) ==
        bytes(rounded));
  // f32 that would round to an infinity of bf16.
  tensors[4] = {"h.0.proj.weight", "F32", {3, 3}, std::string(36, '\0')};
  const float most = 0x1.fffffep127F;
  std::memcpy(tensors[4].bytes.data() + 8, &most, 4);
  const auto lost =
      rt::weights::load(model, folder.write("c.safetensors", safetensors::file(tensors)), plain());
  CHECK_THAT(lost.message(), Catch::Contains("is F32 and has a value beyond the greatest BF16"));
}

TEST_CASE("half precision is widened exactly") {
  auto tensors = safetensors::toy();
  const auto half = [](const std::vector<std::uint16_t>& bits) {
    return std::string(reinterpret_cast<const char*>(bits.data()), bits.size() * 2);
  };
  // 1.0, -2.5, 65504, the least normal and both ends of the subnormals, -0, infinity, 1/3
  tensors[4] = {"h.0.proj.weight",
                "F16",
                {3, 3},
                half({0x3C00, 0xC100, 0x7BFF, 0x0400, 0x03FF, 0x0001, 0x8000, 0x7C00, 0x3555})};
  tensors[5] = {"h.1.proj.weight",
                "BF16",
                {3, 3},
                half({0x3F80, 0xC020, 0x7F7F, 0x0080, 0x007F, 0x0001, 0x8000, 0x7F80, 0x3EAB})};
  const scratch_folder folder;
  const auto weights = load(folder.write("half.safetensors", safetensors::file(tensors, 3)));
  REQUIRE(weights);
  const auto* packed = static_cast<const float*>(weights->data());
  const float f16[] = {1.0f,     -2.5f, 65504.0f, 0x1p-14f,   0x3FFp-24f,
                       0x1p-24f, -0.0f, INFINITY, 0x1.554p-2f};
  const float bf16[] = {1.0f,      -2.5f, 0x1.FEp127f, 0x1p-126f, 0x7Fp-133f,
                        0x1p-133f, -0.0f, INFINITY,    0x1.56p-2f};
  CHECK(std::memcmp(packed + 128, f16, sizeof f16) == 0);
  CHECK(std::memcmp(packed + 144, bf16, sizeof bf16) == 0);
}

TEST_CASE("a model in bf16 takes f32 and f16, rounded to nearest even, and bf16 as it is") {
  std::vector<tenon_param> params(tenon_model_toy.params,
                                  tenon_model_toy.params + tenon_model_toy.n_params);
  params[3].tensor.dtype = TENON_BF16;
  tenon_model model = tenon_model_toy;
  model.params = params.data();
  auto tensors = safetensors::toy();
  const std::vector<float> wide = {1.0f,        0x1.01p0f, 0x1.03p0f, 0x1.0101p0f, -0x1.01p0f,
                                   0x1.FEp127f, INFINITY,  NAN,       0x1.8p-134f};
  const std::vector<std::uint16_t> rounded = {0x3F80, 0x3F80, 0x3F82, 0x3F81, 0xBF80,
                                              0x7F7F, 0x7F80, 0x7FC0, 0x0001};
  const std::vector<std::uint16_t> half = {0x3C00, 0x3C04, 0x3C0C, 0x3C05, 0xBC04,
                                           0x7BFF, 0x7C00, 0x7E00, 0x0001};
  const std::vector<std::uint16_t> from_half = {0x3F80, 0x3F80, 0x3F82, 0x3F81, 0xBF80,
                                                0x4780, 0x7F80, 0x7FC0, 0x3380};
  const auto bytes = [](const auto& values) {
    return std::string(reinterpret_cast<const char*>(values.data()),
                       values.size() * sizeof values[0]);
  };
  const auto packed = [&](const char* type, const std::string& values) {
    tensors[4] = {"h.0.proj.weight", type, {3, 3}, values};
    tensors[5] = {"h.1.proj.weight", type, {3, 3}, values};
    const scratch_folder folder;
    const auto loaded =
        rt::weights::load(model, folder.write("m.safetensors", safetensors::file(tensors, 1)));
    INFO(loaded.message());
    REQUIRE(loaded);
    const auto* layers = static_cast<const char*>(loaded->data()) + 128 * sizeof(float);
    const std::string first(layers, 18), second(layers + 64, 18);
    CHECK(first == second);
    return first;
  };
  CHECK(packed("F32", bytes(wide)) == bytes(rounded));
  CHECK(packed("F16", bytes(half)) == bytes(from_half));
  CHECK(packed("BF16", bytes(rounded)) == bytes(rounded));
}

TEST_CASE("what checkpoints carry beside the parameters is as the model says") {
  auto tensors = safetensors::toy("transformer.");
  tensors.push_back({"transformer.h.0.attn.bias", "U8", {1, 1, 2, 2}, std::string(4, '\1')});
  tensors.push_back({"transformer.masked_bias", "F32", {}, std::string(4, '\0')});
  tensors.push_back({"transformer.h.1.shared.weight", "F32", {3}, tensors[3].bytes});
  tensors.push_back({"lm_head.weight", "F32", {11, 3}, tensors[0].bytes});
  {
    const scratch_folder folder;
    const auto loaded = load(folder.write("m.safetensors", safetensors::file(tensors)));
    REQUIRE(loaded);
    check_same(*loaded);
  }
  tensors.back().bytes[7] ^= 1;
  CHECK(message_of(tensors) ==
        "tensor 'lm_head.weight' differs from 'transformer.wte.weight', to which "
        "the model ties it; use weights with tied embeddings");
  tensors.back() = {"h.0.shared.weight", "F32", {3}, tensors[3].bytes};
  CHECK(message_of(tensors) ==
        "tensor 'h.0.shared.weight' differs from 'transformer.h.0.ln.weight', to which the model "
        "ties it; use weights with tied embeddings");
  for (const char* other : {"h.x.attn.bias", "h..attn.bias", "h.2.shared.weight", "attn.bias"}) {
    tensors.back() = {other, "F32", {3}, tensors[3].bytes};
    CHECK_THAT(message_of(tensors), Catch::Contains(std::string("1 unexpected: ") + other + ";"));
  }
}

TEST_CASE("every tensor that does not fit is named at once") {
  auto tensors = safetensors::toy();
  tensors.erase(tensors.begin() + 1);  // wpe
  tensors[0].shape = {3, 11};          // wte
  tensors[1].dtype = "I32";            // h.0.ln
  tensors.push_back({"extra", "F32", {1}, "abcd"});
  CHECK(message_of(tensors) ==
        "the tensors are not those of model 'toy': 1 missing: wpe.weight; 1 of another shape: "
        "wte.weight is F32 [3, 11] where the model has F32 [11, 3]; 1 of a type that is not "
        "converted: h.0.ln.weight is I32 [3] where the model has F32 [3]; 1 unexpected: extra; use "
        "weights of this very model");
  CHECK_THAT(message_of({{"only", "F64", {1}, "abcdefgh"}}),
             Catch::Contains(
                 "6 missing: wte.weight, wpe.weight, h.0.ln.weight, h.1.ln.weight and 2 more;"));
  auto twice = safetensors::toy();
  twice.push_back(safetensors::toy("transformer.")[2]);
  CHECK(message_of(twice) ==
        "tensors 'h.0.ln.weight' and 'transformer.h.0.ln.weight' are both parameter "
        "'h.0.ln.weight'; keep one");
}

TEST_CASE("paths that hold no checkpoint are refused") {
  const scratch_folder folder;
  CHECK_THAT(load(folder.path()).message(), Catch::Contains("holds neither model.safetensors nor"));
  CHECK_THAT(load(folder.path() + "/none").message(), Catch::Contains("No such file or directory"));
  CHECK_THAT(load("/dev/zero").message(), Catch::Contains("'/dev/zero' is not a regular file"));
  tenon_weights* weights = nullptr;
  CHECK(tenon_weights_load(&toy::model(), nullptr, nullptr, &weights).code ==
        TENON_INVALID_ARGUMENT);
}
