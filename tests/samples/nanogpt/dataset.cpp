// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Batches: where they begin, that they are the same whenever they are drawn; token files.
#include "text/dataset.hpp"

#include <numeric>
#include <set>

#include <catch2/catch.hpp>

#include "scratch.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;

namespace {

token_file counting(std::size_t size) {
  std::vector<std::uint16_t> ids(size);
  std::iota(ids.begin(), ids.end(), std::uint16_t{0});
  return token_file(ids);
}

struct drawn {
  std::vector<std::int32_t> ids, targets;
};
drawn draw(const token_file& text, const batch_place& place, std::int64_t batch,
           std::int64_t block) {
  const auto count = static_cast<std::size_t>(batch * block);
  drawn made{std::vector<std::int32_t>(count), std::vector<std::int32_t>(count)};
  draw_batch(text, place, batch, block, made.ids, made.targets);
  return made;
}

}  // namespace

TEST_CASE("rows are pieces of the text, and targets are one further on") {
  const token_file text = counting(100);
  const drawn found = draw(text, {7, purpose::training, 3, 0}, 5, 8);
  for (std::size_t row = 0; row < 5; ++row) {
    CHECK(found.ids[8 * row] ==
          row_start({7, purpose::training, 3, 0}, static_cast<std::int64_t>(row), 100, 8));
    for (std::size_t t = 0; t < 8; ++t) {
      CHECK(found.ids[8 * row + t] == found.ids[8 * row] + static_cast<std::int32_t>(t));
      CHECK(found.targets[8 * row + t] == found.ids[8 * row + t] + 1);
    }
  }
}

TEST_CASE("a batch is a function of seed, purpose, step and part") {
  const token_file text = counting(10000);
  const batch_place place{1, purpose::training, 5, 2};
  const drawn once = draw(text, place, 4, 16);
  (void)draw(text, {1, purpose::training, 6, 0}, 4, 16);
  CHECK(draw(text, place, 4, 16).ids == once.ids);
  // Rows do not depend on how many there are.
  const drawn more = draw(text, place, 9, 16);
  CHECK(std::equal(once.ids.begin(), once.ids.end(), more.ids.begin()));
  std::set<std::vector<std::int32_t>> all{once.ids};
  for (const batch_place& other :
       {batch_place{2, purpose::training, 5, 2}, batch_place{1, purpose::evaluating_train, 5, 2},
        batch_place{1, purpose::evaluating_val, 5, 2}, batch_place{1, purpose::training, 6, 2},
        batch_place{1, purpose::training, 5, 3}, batch_place{1, purpose::training, 2, 5}})
    CHECK(all.insert(draw(text, other, 4, 16).ids).second);
  // The same on every machine: what was drawn when this was written.
  CHECK(row_start({1337, purpose::training, 0, 0}, 0, 1003854, 64) == 309276);
  CHECK(row_start({1337, purpose::training, 1999, 0}, 11, 1003854, 64) == 817505);
}

TEST_CASE("rows begin everywhere, each place as often as others") {
  constexpr std::int64_t size = 74, block = 64;  // 10 places
  std::vector<int> counts(10);
  for (std::int64_t step = 0; step < 1000; ++step)
    for (std::int64_t row = 0; row < 10; ++row)
      ++counts.at(
          static_cast<std::size_t>(row_start({3, purpose::training, step, 0}, row, size, block)));
  double chi_square = 0;
  for (const int count : counts) chi_square += (count - 1000.0) * (count - 1000.0) / 1000;
  CHECK(chi_square < 27.88);  // 9 degrees of freedom, p = 0.001
  // The shortest text there may be has one place.
  CHECK(row_start({3, purpose::training, 0, 0}, 0, block + 1, block) == 0);
}

TEST_CASE("token files are checked when they are loaded") {
  const scratch_directory folder;
  using namespace std::string_literals;
  folder.write("a.bin", "\1\0\2\1"s);
  const token_file text = token_file::load(folder.path() / "a.bin", 259);
  CHECK(text.size() == 2);
  CHECK(text.ids()[1] == 0x102);
  CHECK_THROWS_WITH(token_file::load(folder.path() / "a.bin", 258),
                    Contains("token 1 is 258, the vocabulary has 258"));
  folder.write("b.bin", "\1\0\2"s);
  CHECK_THROWS_WITH(token_file::load(folder.path() / "b.bin", 258), Contains("has 3 bytes"));
  CHECK_THROWS_WITH(token_file::load(folder.path() / "c.bin", 258), Contains("is not a file"));
}

TEST_CASE("fingerprints tell texts apart") {
  CHECK(counting(10).fingerprint() == counting(10).fingerprint());
  CHECK(counting(10).fingerprint() != counting(11).fingerprint());
  CHECK(token_file({1, 2}).fingerprint() != token_file({2, 1}).fingerprint());
  CHECK(token_file({}).fingerprint() != token_file({0}).fingerprint());
  CHECK(fingerprint_of("ab").size() == 16);
  CHECK(fingerprint_of("ab") != fingerprint_of("ba"));
}
