// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Texts to embeddings: a tokenizer, a compiled model, its weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <tenon/runtime/session.hpp>

#include "wordpiece/wordpiece.hpp"

namespace tenon::samples {

/// Not to be called from two threads at once. Errors are model_error and tokenizer_error.
class encoder {
 public:
  /// A Hugging Face directory whose model is among the linked ones.
  ///   how: threads and placing, as the runtime has them.
  static encoder load(const std::filesystem::path& directory, const runtime::options& how = {});

  /// An embedding of n_embd() numbers for each text, in order; each has length 1. Texts of about
  /// the same length go through the model side by side, which does not change a bit of them.
  std::vector<float> embed(std::span<const std::string> texts);

  std::size_t n_embd() const { return n_embd_; }
  const runtime::session& session() const { return session_; }
  const runtime::weights& weights() const { return weights_; }
  /// Tokens of all texts so far, padding not counted.
  std::uint64_t n_tokens() const { return n_tokens_; }

 private:
  using token_ids = std::vector<std::int32_t>;

  encoder(wordpiece tokenizer, runtime::weights weights, runtime::session session,
          std::size_t most_tokens);

  /// Texts `which` of all, at most a batch: their embeddings go where they belong in `embeddings`.
  void embed_batch(std::span<const token_ids> texts, std::span<const std::size_t> which,
                   std::span<float> embeddings);

  wordpiece tokenizer_;
  runtime::weights weights_;
  runtime::session session_;
  std::size_t most_tokens_, n_embd_, most_texts_;
  std::uint64_t n_tokens_ = 0;
};

}  // namespace tenon::samples
