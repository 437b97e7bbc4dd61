// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A prepared text in memory, and the batches that are drawn from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace tenon::samples {

/// The ids of one file, train.bin or val.bin.
class token_file {
 public:
  /// Throws model_error if the file cannot be read or has an id that is not below `vocabulary`.
  static token_file load(const std::filesystem::path& file, std::int32_t vocabulary);
  explicit token_file(std::vector<std::uint16_t> ids) : ids_(std::move(ids)) {}

  std::int64_t size() const { return static_cast<std::int64_t>(ids_.size()); }
  std::span<const std::uint16_t> ids() const { return ids_; }
  /// 16 hex digits that tell texts apart.
  std::string fingerprint() const;

 private:
  std::vector<std::uint16_t> ids_;
};

/// What a batch is drawn for; the draws of different purposes have nothing to do with each other.
enum class purpose : std::uint32_t { training = 0, evaluating_train = 1, evaluating_val = 2 };

/// Where in a run a batch stands. The same place always gets the same batch, whatever ran before: a
/// run that goes on needs no state of a generator.
struct batch_place {
  std::uint64_t seed;
  purpose what;
  std::int64_t step;  // of the optimiser
  std::int64_t part;  // micro step, or number of the evaluation's batch
};

/// Where row `row` of a batch begins in a text of `size` tokens: uniform in 0..size-block-1, so
/// that the target of the last token is still there.
std::int64_t row_start(const batch_place& place, std::int64_t row, std::int64_t size,
                       std::int64_t block);

/// Fills ids (B, T) and targets (B, T), the tokens one further on. Precondition: the text has more
/// than `block` tokens.
void draw_batch(const token_file& text, const batch_place& place, std::int64_t batch,
                std::int64_t block, std::span<std::int32_t> ids, std::span<std::int32_t> targets);

/// 16 hex digits that differ for texts that differ, but for chance.
std::string fingerprint_of(std::string_view bytes);

}  // namespace tenon::samples
