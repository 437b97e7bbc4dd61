// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The checkpoints of tests/goldens as compiled models, and their expected values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <tenon/runtime/session.hpp>

using ids_t = std::vector<std::int32_t>;

struct golden_model {
  const tenon_model* model;
  std::filesystem::path checkpoint, goldens;  // directories; empty: random weights, no goldens
};

/// Those with goldens, GPT-2s first, then one of GPT-2's width without; Catch2's GENERATE takes
/// them by index.
inline constexpr int n_gpt2s = 5, n_goldens = 13, n_models = 14;
std::span<const golden_model> golden_models();

/// The variants of a model that this CPU can run; at least one.
std::vector<std::string> runnable_variants(const tenon_model& model);

/// One tensor of golden.safetensors; T is its element type.
template <class T>
std::vector<T> golden(const golden_model& which, const std::string& name);

/// A session by names, for tests over models of different sizes.
class any_session {
 public:
  any_session(const golden_model& which, const std::string& variant, int threads);

  /// ids (B, T) -> logits (B, T, V).
  std::vector<float> forward(std::span<const std::int32_t> ids, std::int64_t batch);
  /// ids (B, T) from `position` on -> logits (B, V) of the last token.
  std::vector<float> step(std::span<const std::int32_t> ids, std::int64_t batch,
                          std::int64_t position);
  std::int64_t n_vocab() const { return n_vocab_; }
  std::int64_t n_block() const { return n_block_; }

 private:
  std::vector<float> run(const char* entry, std::span<const std::int32_t> ids, std::int64_t batch,
                         std::int64_t n_logits, std::int64_t position);

  tenon::runtime::session session_;
  std::int64_t n_vocab_, n_block_;
};
