// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GGUF files: values of keys and tensors, as the package `gguf` writes and reads them, and models
// loaded from them.
#include <algorithm>
#include <bit>
#include <cmath>

#include <catch2/catch.hpp>
#include <tenon/runtime/files.hpp>
#include <tenon/runtime/gguf.hpp>

#include "files/block_format.hpp"
#include "fixture/gguf_toy.hpp"
#include "fixture/scratch.hpp"
#include "weights/arrangement.hpp"

namespace rt = tenon::runtime;
namespace detail = tenon::runtime::detail;

namespace {

const std::string goldens = std::string(TENON_SOURCE_DIR) + "/tests/goldens/gguf/";

rt::result<rt::weights> load(const std::string& path, const char* cpu = "plain") {
  rt::options how{};
  how.cpu = cpu;
  how.threads = 2;
  return rt::weights::load(toy::model(), path, how);
}

std::string message_of(const gguf_bytes::file& file) {
  const scratch_folder folder;
  const auto weights = load(folder.write("f.gguf", file.bytes()));
  REQUIRE_FALSE(weights);
  return weights.message();
}

// The same bits; of NaNs only that they are some.
bool same(float a, float b) {
  return std::isnan(a) ? std::isnan(b)
                       : std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

}  // namespace

TEST_CASE("values of keys are read as the package writes them") {
  const auto file = rt::gguf_file::open(goldens + "blocks.gguf");
  INFO(file.message());
  REQUIRE(file);
  const auto integer = [&](const char* key) {
    const tenon_gguf_value value = file->find(key);
    CHECK(value.kind == TENON_GGUF_INTEGER);
    return value.integer;
  };
  CHECK(integer("a.u8") == 200);
  CHECK(integer("a.i8") == -100);
  CHECK(integer("a.u16") == 60000);
  CHECK(integer("a.i16") == -30000);
  CHECK(integer("a.u32") == 4000000000);
  CHECK(integer("a.i32") == -2000000000);
  CHECK(integer("a.i64") == -(std::int64_t{1} << 62));
  CHECK(file->find("a.u64").kind == TENON_GGUF_REAL);  // no int64_t has it
  CHECK(file->find("a.u64").real == 9223372036854777856.0);
  CHECK(file->find("a.f32").real == double{0.1f});
  CHECK(file->find("a.f64").real == 0.1);
  CHECK(file->find("a.bool").kind == TENON_GGUF_BOOL);
  CHECK(file->find("a.bool").integer == 1);
  CHECK(rt::text_of(file->find("a.text")) == "caf\xC3\xA9");
  CHECK(rt::text_of(file->find("general.architecture")) == "none");
  CHECK(file->find("a.thing").kind == TENON_GGUF_NONE);
  CHECK(file->find("an").kind == TENON_GGUF_NONE);

  const tenon_gguf_value numbers = file->find("an.array"), texts = file->find("an.array.of_texts");
  REQUIRE(numbers.kind == TENON_GGUF_ARRAY);
  REQUIRE(numbers.count == 3);
  CHECK(file->item(numbers, 0).integer == 3);
  CHECK(file->item(numbers, 1).integer == -1);
  CHECK(file->item(numbers, 3).kind == TENON_GGUF_NONE);
  REQUIRE(texts.count == 3);
  CHECK(rt::text_of(file->item(texts, 0)) == "a");
  CHECK(file->item(texts, 1).kind == TENON_GGUF_TEXT);
  CHECK(rt::text_of(file->item(texts, 1)).empty());
  CHECK(rt::text_of(file->item(texts, 2)) == "\xC4\xA0the");
  CHECK(std::string(file->key(1)) == "a.u8");
  CHECK(file->key(file->keys()) == nullptr);
}

TEST_CASE("tensors of every type have the bits that the package gives them") {
  const auto file = rt::gguf_file::open(goldens + "blocks.gguf");
  REQUIRE(file);
  const auto expected = rt::safetensors_file::open(goldens + "blocks.safetensors");
  REQUIRE(expected);
  REQUIRE(file->size() == expected->size());
  for (std::size_t i = 0; i < expected->size(); ++i) {
    const tenon_named_tensor wanted = expected->tensor(i);
    INFO(wanted.name);
    std::size_t index = 0;
    while (index < file->size() && std::string(file->tensor(index).name) != wanted.name) ++index;
    REQUIRE(index < file->size());
    CHECK(std::string(file->type(index)) == wanted.name);  // they are named after their types
    const tenon_named_tensor found = file->tensor(index);
    REQUIRE(std::equal(wanted.shape, wanted.shape + wanted.rank, found.shape,
                       found.shape + found.rank));
    const auto count = static_cast<std::size_t>(wanted.shape[0] * wanted.shape[1]);
    std::vector<float> values(count), bits(count);
    REQUIRE(expected->read(i, bits.data(), count * sizeof(float)));
    const rt::status read = file->read(index, 0, values);
    INFO(read.message());
    REQUIRE(read);
    std::size_t different = 0;
    for (std::size_t k = 0; k < count; ++k) different += same(values[k], bits[k]) ? 0 : 1;
    CHECK(different == 0);
    // A part, which may begin and end inside a block.
    std::vector<float> part(count / 2);
    REQUIRE(file->read(index, count / 3, part));
    std::size_t wrong = 0;
    for (std::size_t k = 0; k < part.size(); ++k)
      wrong += same(part[k], values[count / 3 + k]) ? 0 : 1;
    CHECK(wrong == 0);
    CHECK_THAT(file->read(index, 1, values).message(),
               Catch::Contains("elements, " + std::to_string(count) + " from 1 on are asked for"));
  }
}

TEST_CASE("a model loads from its other names, however their elements lie") {
  const char* cpu = GENERATE("plain", "transposed");
  const std::uint32_t version = GENERATE(2u, 3u);
  const std::uint64_t alignment = GENERATE(32u, 1u, 256u);
  gguf_bytes::file file = gguf_bytes::toy();
  file.version = version;
  file.alignment = alignment;
  if (alignment != 32) file.size("general.alignment", static_cast<std::uint32_t>(alignment));
  const scratch_folder folder;
  // By its first bytes, whatever its name is.
  const auto loaded = load(folder.write("some.bin", file.bytes()), cpu);
  INFO(loaded.message());
  REQUIRE(loaded);
  const rt::weights expected = toy_weights::make(cpu);
  CHECK(std::memcmp(loaded->data(), expected.data(), loaded->variant().weights_bytes) == 0);
}

TEST_CASE("what is quantised loads as the values that it stands for") {
  // Each row has 3 elements: no block fits, which the file itself is told.
  gguf_bytes::file file = gguf_bytes::toy();
  file.tensors[0] = {"token_embd.weight", {11, 3}, gguf_bytes::Q8_0, std::string(34, '\0')};
  CHECK_THAT(message_of(file),
             Catch::Contains("tensor 'token_embd.weight' is Q8_0 with rows of 3"));
  // Flat, 33 elements are none either; what no model takes is refused by its name.
  file.tensors[0] = {"token_embd.weight", {1, 32}, gguf_bytes::IQ4_NL, std::string(18, '\0')};
  CHECK_THAT(message_of(file), Catch::Contains("is IQ4_NL [1, 32]"));
}

TEST_CASE("a tensor of a type that is not converted is named, with those that are") {
  gguf_bytes::file file = gguf_bytes::toy();
  file.tensors[0].type = 24;  // I8
  file.tensors[0].bytes.resize(33);
  CHECK_THAT(message_of(file), Catch::Contains("token_embd.weight is I8 [11, 3] where the model "
                                               "has F32 [11, 3]; store them as F64, F32, F16") &&
                                   Catch::Contains("Q4_K"));
}

TEST_CASE("what does not belong to the model is named by the file's own names") {
  gguf_bytes::file file = gguf_bytes::toy();
  file.tensors[2].name = "blk.7.gain.weight";
  file.tensors.push_back({"other", {1}, gguf_bytes::F32, std::string(4, '\0')});
  CHECK_THAT(message_of(file), Catch::Contains("1 missing: h.0.ln.weight; 2 unexpected: "
                                               "blk.7.gain.weight, other;"));
  file = gguf_bytes::toy();
  file.tensors[0].name = "wte.weight";  // its own name does as well
  const scratch_folder folder;
  CHECK(load(folder.write("f.gguf", file.bytes())));
  file.tensors.push_back(file.tensors[0]);
  file.tensors.back().name = "token_embd.weight";
  CHECK_THAT(message_of(file), Catch::Contains("tensors 'wte.weight' and 'token_embd.weight' are "
                                               "both parameter 'wte.weight'; keep one"));
  file = gguf_bytes::toy();
  file.tensors[1].shape = {3, 16};
  CHECK_THAT(message_of(file),
             Catch::Contains("position_embd.weight is F32 [3, 16] where the model "
                             "has F32 [16, 3]"));
}

TEST_CASE("parts of a rearranged tensor are what the whole has there") {
  using detail::arrangement;
  using sizes = std::vector<std::int64_t>;
  const sizes shape = GENERATE(sizes{7, 5}, sizes{1, 6}, sizes{6, 1}, sizes{4, 3, 2, 5},
                               sizes{2, 6, 3}, sizes{40, 37});
  const auto lies = GENERATE(arrangement::swapped, arrangement::paired, arrangement::as_it_is,
                             arrangement::raised);
  const bool odd = shape[shape.size() - 2] % 2 != 0;
  if (lies == arrangement::paired && odd) return;
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  const detail::element_reader counting = [](detail::element type, std::size_t first, std::size_t n,
                                             std::byte* to) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto value = static_cast<double>(first + i);
      const auto narrow = static_cast<float>(value);
      if (type == detail::element::f64)
        std::memcpy(to + 8 * i, &value, 8);
      else
        std::memcpy(to + 4 * i, &narrow, 4);
    }
    return tenon_status{};
  };
  const auto read = [&](std::size_t first, std::size_t n) {
    std::vector<float> values(n);
    const tenon_status outcome =
        detail::read_arranged(lies, shape, detail::element::f32, first, n, counting,
                              reinterpret_cast<std::byte*>(values.data()));
    REQUIRE(outcome.code == TENON_OK);
    return values;
  };
  const std::vector<float> whole = read(0, count);
  for (std::size_t first = 0; first < count; first += 3)
    for (const std::size_t n : {std::size_t{1}, count / 3, count - first}) {
      if (n > count - first) continue;
      const std::vector<float> part = read(first, n);
      REQUIRE(
          std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(first)));
    }
  if (lies == arrangement::swapped && shape.size() == 2)
    for (std::size_t i = 0; i < count; ++i) {
      const auto a = static_cast<std::size_t>(shape[0]), b = static_cast<std::size_t>(shape[1]);
      REQUIRE(whole[i] == static_cast<float>(i % b * a + i / b));
    }
  std::vector<float> sorted = whole;  // nothing twice, nothing lost
  std::ranges::sort(sorted);
  for (std::size_t i = 0; i < count; ++i)
    REQUIRE(sorted[i] == static_cast<float>(i) - (lies == arrangement::raised ? 1.0f : 0.0f));
}
