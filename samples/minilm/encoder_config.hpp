// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the files of a sentence encoder ask for, and the compiled model that serves it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <tenon/runtime/model.hpp>

#include "bert.hpp"

namespace tenon::samples {

struct wanted_encoder {
  bert_config sizes;
  std::int64_t most_tokens;  // of a text, with [CLS] and [SEP]; longer ones are cut
};

/// config.json, and where they are there modules.json, sentence_bert_config.json and
/// 1_Pooling/config.json of sentence-transformers.
///   Throws model_error or tokenizer_error on what is malformed and on what is not computed here.
wanted_encoder read_encoder_config(const std::filesystem::path& directory);

/// The model among those linked that computes it.
///   Throws model_error, which says what differs and how to build another.
runtime::model choose_encoder(const std::filesystem::path& directory, const bert_config& wanted,
                              const std::vector<runtime::model>& linked);

}  // namespace tenon::samples
