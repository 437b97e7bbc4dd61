// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files of applications: what is written is read back, and damage is found; files.h.
#include <filesystem>

#include <catch2/catch.hpp>
#include <tenon/runtime/files.hpp>

#include "fixture/scratch.hpp"

namespace rt = tenon::runtime;

namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  REQUIRE(stream);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// One tensor of each dtype that has one, narrow ones first, and one without elements.
struct sample {
  std::vector<std::uint16_t> halves{1, 2, 3};
  std::vector<float> floats{1.5F, -2, 3, 4};
  std::vector<double> doubles{0.1, -0.2};
  std::int64_t three[1] = {3}, square[2] = {2, 2}, none[2] = {5, 0};
  std::vector<tenon_named_tensor> tensors{{"halves", TENON_BF16, 1, three, halves.data()},
                                          {"a \"name\"\n", TENON_F32, 2, square, floats.data()},
                                          {"none", TENON_F32, 2, none, nullptr},
                                          {"one", TENON_F32, 0, nullptr, floats.data()},
                                          {"doubles", TENON_F64, 1, square, doubles.data()}};
  std::vector<tenon_metadata> metadata{{"format", "pt"}, {"json", R"({"a":[1,"\\"]})"}};
  tenon_safetensors contents(const char* checksum) {
    const auto nothing = [](void*, std::size_t, void*, std::uint64_t) { return tenon_status{}; };
    return {tensors.data(),  tensors.size(),  nothing, nullptr,
            metadata.data(), metadata.size(), checksum};
  }
};

}  // namespace

TEST_CASE("a written safetensors file is read back, aligned, with its metadata") {
  const scratch_folder folder;
  const std::string path = folder.path() + "/a.safetensors";
  sample given;
  REQUIRE(rt::write_safetensors(path, given.contents("sum")));
  const auto file = rt::safetensors_file::open(path);
  REQUIRE(file);
  CHECK(file->verify("sum"));
  CHECK(file->metadata("format") == std::string("pt"));
  CHECK(file->metadata("json") == std::string(given.metadata[1].value));
  CHECK(file->metadata("none") == nullptr);
  REQUIRE(file->size() == 5);
  // Wider types first, else in the order given; the tensor without elements takes no place.
  const char* const names[] = {"doubles", "a \"name\"\n", "none", "one", "halves"};
  for (std::size_t i = 0; i < 5; ++i) CHECK(file->tensor(i).name == std::string(names[i]));
  CHECK(file->tensor(1).rank == 2);
  CHECK(file->tensor(2).shape[0] == 5);
  std::vector<float> floats(4);
  REQUIRE(file->read(1, floats.data(), 16));
  CHECK(floats == given.floats);
  std::vector<double> doubles(2);
  REQUIRE(file->read(0, doubles.data(), 16));
  CHECK(doubles == given.doubles);
  CHECK_THAT(file->read(1, floats.data(), 12).message(),
             Catch::Contains("has 16 bytes, there is memory for 12"));

  const std::string bytes = bytes_of(path);
  std::uint64_t header = 0;
  std::memcpy(&header, bytes.data(), 8);
  CHECK(header % 8 == 0);
  double first = 0;
  std::memcpy(&first, bytes.data() + 8 + header, 8);
  CHECK(first == 0.1);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a byte that changed anywhere in a file is found") {
  const scratch_folder folder;
  const std::string path = folder.path() + "/a.safetensors";
  sample given;
  REQUIRE(rt::write_safetensors(path, given.contents("sum")));
  const std::string whole = bytes_of(path);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] ^= 0x20;
    folder.write("b.safetensors", damaged);
    const auto file = rt::safetensors_file::open(folder.path() + "/b.safetensors");
    INFO("byte " << i);
    CHECK((!file || !file->verify("sum")));
    folder.write("b.safetensors", whole.substr(0, i));
    CHECK_FALSE(rt::safetensors_file::open(folder.path() + "/b.safetensors"));
  }
  REQUIRE(rt::write_safetensors(path, given.contents(nullptr)));
  CHECK_THAT(rt::safetensors_file::open(path)->verify("sum").message(),
             Catch::Contains("has no checksum 'sum'"));
}

TEST_CASE("contents that no reader would take are not written") {
  const scratch_folder folder;
  const std::string path = folder.path() + "/a.safetensors";
  sample given;
  const auto message = [&] {
    const auto outcome = rt::write_safetensors(path, given.contents("sum"));
    CHECK(outcome.code() == TENON_INVALID_ARGUMENT);
    return std::string(outcome.message());
  };
  given.tensors[1].name = "halves";
  CHECK_THAT(message(), Catch::Contains("tensor name 'halves' is taken already"));
  given.tensors[1].name = "\xff";
  CHECK_THAT(message(), Catch::Contains("is not UTF-8"));
  given.tensors[1].name = nullptr;
  CHECK_THAT(message(), Catch::Contains("tensor 1 has no name"));
  given = {};
  sample twice;
  twice.metadata[1].key = "sum";
  CHECK_THAT(rt::write_safetensors(path, twice.contents("sum")).message(),
             Catch::Contains("metadata key 'sum' is there twice"));
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a fill that fails ends the writing and leaves the old file") {
  const scratch_folder folder;
  const std::string path = folder.write("a.safetensors", "old");
  sample given;
  tenon_safetensors contents = given.contents(nullptr);
  given.tensors[4].data = given.tensors[1].data = nullptr;
  contents.fill = [](void*, std::size_t index, void*, std::uint64_t bytes) {
    CHECK(bytes == 16);
    return index == 1 ? tenon_status{TENON_INCOMPATIBLE, "not today"} : tenon_status{};
  };
  CHECK(rt::write_safetensors(path, contents).message() == std::string("not today"));
  CHECK(bytes_of(path) == "old");
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a whole file is replaced, and where it cannot be, the message says why") {
  const scratch_folder folder;
  const std::string path = folder.write("a.txt", "something longer");
  REQUIRE(rt::write_file(path, "new"));
  CHECK(bytes_of(path) == "new");
  CHECK_THAT(rt::write_file(folder.path() + "/none/a.txt", "x").message(),
             Catch::Contains("cannot save to '") &&
                 Catch::Contains("No such file or directory; make the folder first"));
  std::filesystem::create_directory(folder.path() + "/taken");
  CHECK_THAT(rt::write_file(folder.path() + "/taken", "x").message(),
             Catch::Contains("cannot save to '") && Catch::Contains("it is a directory"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 2);
}

TEST_CASE("saved weights load again, with the names of checkpoints and row-major") {
  const scratch_folder folder;
  const std::string path = folder.path() + "/model.safetensors";
  for (const char* variant : {"plain", "transposed"}) {
    const rt::weights given = toy_weights::make(variant);
    REQUIRE(given.save(path));
    const auto loaded = rt::weights::load(toy::model(), folder.path());
    REQUIRE(loaded);
    for (const auto& each : toy_weights::tensors()) {
      std::vector<float> values(each.values.size());
      REQUIRE(loaded->read(rt::memory::value, each.name, std::span<float>(values)));
      CHECK(values == each.values);
    }
    // Byte for byte what other writers make of these tensors, but for the order of keys.
    CHECK(bytes_of(path) == safetensors::file(safetensors::toy()));
  }
  CHECK_THAT(toy_weights::make("plain").save(folder.path() + "/none/model.safetensors").message(),
             Catch::Contains("cannot save to '"));
  CHECK(tenon_weights_save(nullptr, "x").code == TENON_INVALID_ARGUMENT);
}
