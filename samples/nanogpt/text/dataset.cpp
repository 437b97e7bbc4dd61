// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Texts as tokens, and batches; see dataset.hpp.
#include "text/dataset.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "model_error.hpp"
#include "text/vocabulary.hpp"

namespace tenon::samples {
namespace {

constexpr std::uint64_t most_bytes = std::uint64_t{1} << 34;

// The finaliser of SplitMix64: every bit of the result depends on every bit of the argument.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

std::uint64_t hashed(std::span<const std::uint16_t> values) {
  std::uint64_t hash = values.size();
  for (const std::uint16_t each : values) hash = (hash ^ each) * 0x100000001b3u;
  return mixed(hash);
}

}  // namespace

token_file token_file::load(const std::filesystem::path& file, std::int32_t vocabulary) {
  const std::string bytes = read_file(file, most_bytes);
  if (bytes.size() % 2 != 0)
    throw model_error(
        fmt::format("'{}' has {} bytes, tokens have two each; run nanogpt prepare "
                    "again",
                    file.string(), bytes.size()));
  std::vector<std::uint16_t> ids(bytes.size() / 2);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ids[i] = static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[2 * i]) |
                                        static_cast<unsigned char>(bytes[2 * i + 1]) << 8);
    if (ids[i] >= vocabulary)
      throw model_error(
          fmt::format("'{}': token {} is {}, the vocabulary has {}; run nanogpt "
                      "prepare again",
                      file.string(), i, ids[i], vocabulary));
  }
  return token_file(std::move(ids));
}

std::string token_file::fingerprint() const { return fmt::format("{:016x}", hashed(ids_)); }

std::int64_t row_start(const batch_place& place, std::int64_t row, std::int64_t size,
                       std::int64_t block) {
  std::uint64_t state = mixed(place.seed);
  state = mixed(state ^ static_cast<std::uint64_t>(place.what));
  state = mixed(state ^ static_cast<std::uint64_t>(place.step));
  state = mixed(state ^ static_cast<std::uint64_t>(place.part));
  state = mixed(state ^ static_cast<std::uint64_t>(row));
  // The high half of a product: uniform but for less than size in 2^64.
  using wide = unsigned __int128;
  const auto choices = static_cast<std::uint64_t>(size - block);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>((wide{state} * choices) >> 64));
}

void draw_batch(const token_file& text, const batch_place& place, std::int64_t batch,
                std::int64_t block, std::span<std::int32_t> ids, std::span<std::int32_t> targets) {
  for (std::int64_t row = 0; row < batch; ++row) {
    const auto from = text.ids().begin() + row_start(place, row, text.size(), block);
    std::copy_n(from, block, ids.begin() + row * block);
    std::copy_n(from + 1, block, targets.begin() + row * block);
  }
}

std::string fingerprint_of(std::string_view bytes) {
  const std::vector<std::uint16_t> values(bytes.begin(), bytes.end());
  return fmt::format("{:016x}", hashed(values));
}

}  // namespace tenon::samples
