// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rules of the GGUF header, one broken at a time, and damaged files.
#include <map>
#include <random>

#include <catch2/catch.hpp>
#include <tenon/runtime/gguf.hpp>

#include "fixture/gguf_toy.hpp"
#include "fixture/scratch.hpp"
#include "fuzz_checkpoint.hpp"

namespace {

using Catch::Contains;
using gguf_bytes::file;
using gguf_bytes::raw;
using gguf_bytes::text;

std::string message_of(const std::string& bytes) {
  const scratch_folder folder;
  const auto opened = tenon::runtime::gguf_file::open(folder.write("f.gguf", bytes));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code() == TENON_BAD_FILE);
  return opened.message();
}

file with_tensor(std::vector<std::int64_t> shape, std::uint32_t type, std::size_t bytes) {
  file made;
  made.tensors.push_back({"w", std::move(shape), type, std::string(bytes, '\0')});
  return made;
}

tenon_status load(const std::string& bytes) {
  return load_bytes(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string start(std::uint64_t tensors, std::uint64_t keys) {
  return "GGUF" + raw(std::uint32_t{3}) + raw(tensors) + raw(keys);
}

}  // namespace

TEST_CASE("a GGUF file begins with its magic and a version that is read") {
  CHECK_THAT(message_of("GGUX" + raw(std::uint32_t{3})), Contains("does not begin with GGUF"));
  CHECK_THAT(message_of("GG"), Contains("the magic has 4 bytes, 2 are left of the file's 2"));
  CHECK_THAT(message_of(""), Contains("the magic has 4 bytes, 0 are left"));
  file old;
  old.version = 1;
  CHECK_THAT(message_of(old.bytes()), Contains("has version 1 of GGUF; this reads 2 and 3"));
  old.version = 4;
  CHECK_THAT(message_of(old.bytes()), Contains("has version 4 of GGUF"));
  old.version = 3u << 24;
  CHECK_THAT(message_of(old.bytes()), Contains("is a big-endian GGUF file"));
}

TEST_CASE("counts and lengths must fit the file") {
  CHECK_THAT(message_of(start(UINT64_MAX, 0)), Contains("claims 18446744073709551615 tensors"));
  CHECK_THAT(message_of(start(0, 65537)), Contains("and 65537 keys; at most 1048576 and 65536"));
  CHECK_THAT(message_of(start(0, 1) + raw(UINT64_MAX)),
             Contains("a key has 18446744073709551615 bytes, 0 are left"));
  CHECK_THAT(message_of(start(0, 1) + raw(std::uint64_t{5}) + "abcd"),
             Contains("byte 32: a key has 5 bytes, 4 are left of the file's 36"));
  const auto array = [](std::uint32_t type, std::uint64_t count, const std::string& items) {
    return start(0, 1) + text("k") + raw(std::uint32_t{gguf_bytes::array}) + raw(type) +
           raw(count) + items;
  };
  CHECK_THAT(message_of(array(gguf_bytes::u64, std::uint64_t{1} << 61, "")),
             Contains("k has 18446744073709551615 bytes, 0 are left"));  // 2^64, which would wrap
  CHECK_THAT(message_of(array(gguf_bytes::u32, 3, "abcdabcd")),
             Contains("k has 12 bytes, 8 are left"));
  CHECK_THAT(message_of(array(gguf_bytes::string, UINT64_MAX, text("a"))),
             Contains("k has 8 bytes, 0 are left"));
  CHECK_THAT(message_of(array(gguf_bytes::string, 1, raw(UINT64_MAX))),
             Contains("k has 18446744073709551615 bytes, 0 are left"));
  CHECK_THAT(message_of(array(gguf_bytes::array, 1, "")), Contains("'k' is an array of arrays"));
  CHECK_THAT(message_of(array(13, 1, "")), Contains("'k' has a value of type 13"));
  CHECK_THAT(message_of(start(1, 0) + text("w") + raw(std::uint32_t{1})),
             Contains("a size of a tensor has 8 bytes, 0 are left"));
}

TEST_CASE("keys and names are UTF-8, and come once") {
  CHECK_THAT(message_of(file().size("", 1).bytes()), Contains("a key of 0 bytes is not UTF-8"));
  CHECK_THAT(message_of(file().size("\xFF", 1).bytes()), Contains("a key of 1 bytes is not UTF-8"));
  CHECK_THAT(message_of(file().size(std::string_view("a\0b", 3), 1).bytes()),
             Contains("a key of 3 bytes is not UTF-8"));
  CHECK_THAT(message_of(file().size(std::string(65536, 'k'), 1).bytes()),
             Contains("a key of 65536 bytes"));
  CHECK_THAT(message_of(file().size("k", 1).size("k", 1).bytes()), Contains("key 'k' twice"));
  file twice = with_tensor({1}, gguf_bytes::F32, 4);
  twice.tensors.push_back(twice.tensors[0]);
  CHECK_THAT(message_of(twice.bytes()), Contains("tensor 'w' twice"));
  CHECK_THAT(message_of(file().key("k", gguf_bytes::boolean, "\2").bytes()),
             Contains("key 'k' has a bool that is neither 0 nor 1"));
}

TEST_CASE("what keys say of the file is heard") {
  for (const std::uint32_t wrong : {0u, 3u, 48u})
    CHECK_THAT(message_of(file().size("general.alignment", wrong).bytes()),
               Contains("general.alignment is " + std::to_string(wrong) +
                        ", it has to be a power of two"));
  CHECK_THAT(message_of(file().key("general.alignment", gguf_bytes::u16, "\x20\0").bytes()),
             Contains("as a u32"));
  CHECK_THAT(message_of(file().numbers("general.alignment", {32}).bytes()),
             Contains("general.alignment is 0"));
  CHECK_THAT(message_of(file().key("split.count", gguf_bytes::u16, raw(std::uint16_t{3})).bytes()),
             Contains("is one of 3 parts of a model; join them (llama-gguf-split --merge)"));
}

TEST_CASE("tensors have types, shapes and places that go together") {
  CHECK_THAT(message_of(with_tensor({1}, 99, 4).bytes()), Contains("'w' has type 99"));
  CHECK_THAT(message_of(with_tensor({1}, 4, 4).bytes()), Contains("'w' has type 4"));  // removed
  CHECK_THAT(message_of(with_tensor({1, 1, 1, 1, 1}, 0, 4).bytes()),
             Contains("'w' has 5 dimensions; at most 4"));
  CHECK_THAT(message_of(with_tensor({-1}, 0, 4).bytes()), Contains("a size of 2^63 or more"));
  CHECK_THAT(message_of(with_tensor({2, 33}, gguf_bytes::Q4_0, 36).bytes()),
             Contains("'w' is Q4_0 with rows of 33, no multiple of 32"));
  CHECK_THAT(message_of(with_tensor({INT64_MAX, INT64_MAX}, 0, 4).bytes()),
             Contains("ends beyond 2^64 bytes"));
  CHECK_THAT(message_of(with_tensor({std::int64_t{1} << 62}, 0, 4).bytes()),
             Contains("ends beyond 2^64 bytes"));  // 4 * 2^62 would wrap to 0
  CHECK_THAT(message_of(with_tensor({3}, 0, 8).bytes()), Contains("lies at bytes 0 to 12 of 8"));
  CHECK_THAT(message_of(with_tensor({1}, 0, 64).bytes()),
             Contains("the tensors end at byte 4 of 64 of the data"));
  file two = with_tensor({1}, 0, 4);
  two.tensors.push_back({"v", {1}, 0, std::string(4, '\0')});
  std::string bytes = two.bytes();
  const std::size_t offset = bytes.find(text("v")) + 9 + 4 + 8 + 4;
  for (const char wrong : {'\0', '\1', '\x40'}) {
    bytes[offset] = wrong;
    CHECK_THAT(message_of(bytes + std::string(64, '\0')),
               Contains("begins at byte") && Contains("32 follows from the one before"));
  }
  CHECK_THAT(message_of(with_tensor({1}, 0, 4).header()), Contains("before its data"));
}

TEST_CASE("GGUF files of unusual form are read") {
  const scratch_folder folder;
  const auto opens = [&](const std::string& bytes) {
    const auto opened = tenon::runtime::gguf_file::open(folder.write("f.gguf", bytes));
    INFO(opened.message());
    return static_cast<bool>(opened);
  };
  CHECK(opens(file().bytes()));
  CHECK(opens(file().header()));  // without tensors there need be no padding
  CHECK(opens(with_tensor({}, 0, 4).bytes()));
  CHECK(opens(with_tensor({0, INT64_MAX}, 0, 0).bytes()));
  CHECK(opens(with_tensor({1}, 0, 4).bytes() + std::string(28, '\0')));  // padding at the end
  CHECK(opens(file().word("k", std::string(300'000, 'x')).bytes()));     // more than one read
}

TEST_CASE("damaged GGUF files load or are refused with a reason") {
  file whole = gguf_bytes::toy();
  whole.word("general.architecture", "toy").numbers("n", {1, 2}).words("t", {"a", "bc"});
  const std::string good = whole.bytes();
  REQUIRE(load(good).code == TENON_OK);
  std::mt19937 random(20240701);  // its sequence is fixed by the standard
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  const std::string pieces[] = {raw(std::uint64_t{0}),       raw(UINT64_MAX),
                                raw(std::uint64_t{1} << 62), raw(std::uint32_t{8}),
                                raw(std::uint32_t{9}),       text("split.count"),
                                text("general.alignment"),   std::string(32, '\0')};
  std::map<int, int> outcomes;
  for (int i = 0; i < 4000; ++i) {
    std::string bytes = good;
    for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
      const std::size_t at = below(std::min<std::size_t>(bytes.size(), 600));
      const std::string& piece = pieces[below(std::size(pieces))];
      switch (below(6)) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes[at] ^= static_cast<char>(1u << below(8));
          break;
        case 2:
          bytes.insert(at, piece);
          break;
        case 3:
          bytes.replace(at, piece.size(), piece);
          break;
        case 4:
          bytes.erase(at, 1 + below(20));
          break;
        default:
          bytes.resize(1 + below(bytes.size()));
      }
      if (bytes.empty()) bytes = "x";
    }
    outcomes[load(bytes).code] += 1;
  }
  // The mutations reach every outcome: they would be idle otherwise.
  CHECK(outcomes[TENON_OK] > 50);
  CHECK(outcomes[TENON_BAD_FILE] > 1000);
  CHECK(outcomes[TENON_INCOMPATIBLE] > 10);
  CHECK(outcomes.size() == 3);
}

TEST_CASE("a GGUF file cut anywhere is refused") {
  const std::string good = gguf_bytes::toy().bytes();
  for (std::size_t length = 0; length < good.size(); ++length)
    if (load(good.substr(0, length)).code != TENON_BAD_FILE)
      FAIL("loaded with " << length << " bytes");
}
