// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the reader of a family takes from config.json, a value at a time, for wanted_model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "activations.hpp"
#include "checkpoint/wanted_model.hpp"

namespace tenon::samples {

/// The function that transformers calls so, if activations.hpp has it.
std::optional<activation> find_activation(std::string_view name);

/// What a family's rotary positions have, and the keys of files from before transformers 5, which
/// writes all into rope_parameters.
struct rope_keys {
  double theta = 10000;
  const char* older_theta = "rope_theta";
  std::int64_t n_scaled = 0;          // the positions of Llama 3's scaling; 0: none is computed
  const char* older_share = nullptr;  // of the channels that turn, where not all do
  std::int64_t n_dim = 0;             // the channels of a head, where not all turn
};

/// `setting` is a value's name in items of TENON_SAMPLES_GPT2, `key` the one in config.json, which
/// need not have it: then it is `fallback`. Throws tokenizer_error where a value is malformed.
class family_reader {
 public:
  family_reader(config_reader& from, wanted_model& into) : file(from), wanted_(into) {}

  config_reader& file;

  /// A whole number, up to what Families.cmake takes.
  std::int64_t size(const char* setting, const char* key, std::int64_t fallback);
  /// `if_null` for null or an absent key.
  std::int64_t size_or_null(const char* setting, const char* key, std::int64_t if_null);
  double fraction(const char* setting, const char* key, double fallback);
  double positive(const char* setting, const char* key, double fallback);
  /// What stands inside the MLP.
  void activation_of(const char* setting, const char* key, const char* fallback);
  /// Whether the head is the token table.
  void tied(const char* key, bool fallback);
  /// The positions that a checkpoint was trained for; a compiled model may have fewer.
  std::int64_t positions(const char* key, std::int64_t fallback);

  /// A value that the reader has made of keys; an item without it means `absent`.
  void value(const char* setting, const std::string& key, std::string value,
             std::string absent = "");
  /// A form: a word in an item where it is not `usual`.
  void form(const char* setting, const std::string& key, bool value, bool usual = false);
  /// Rotary positions: theta, and what of the rest a family has.
  void rope(const rope_keys& keys);
  /// Any length of sequence will do; items have this one.
  void any_length(const std::string& key, std::int64_t advised);

  /// Unless the parts make a whole, no model has such sizes.
  void divides(const char* key, std::int64_t part, const char* whole_key, std::int64_t whole);
  /// Of what turns by pairs of channels.
  void even(const char* key, std::int64_t size);
  void impossible(std::string why) {
    if (wanted_.impossible.empty()) wanted_.impossible = std::move(why);
  }

 private:
  std::string rope_scaling(std::int64_t n_positions);
  void turned(const char* key, std::int64_t n_dim);

  wanted_model& wanted_;
};

}  // namespace tenon::samples
