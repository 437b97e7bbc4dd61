// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The steps that tokenizer.json and vocab.json + merges.txt have in common.
#include "tokenizer/definition.hpp"

#include <algorithm>
#include <limits>
#include <system_error>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {

definition load_definition(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    fail_in(directory, "is not a directory; pass a Hugging Face model directory");
  }
  const auto json = directory / "tokenizer.json";
  if (std::filesystem::exists(json, error)) return load_tokenizer_json(json);
  if (std::filesystem::exists(directory / "vocab.json", error)) {
    return load_vocab_and_merges(directory);
  }
  fail_in(directory,
          "holds neither tokenizer.json nor vocab.json; pass a Hugging Face model directory");
}

std::int32_t read_id(const std::filesystem::path& file, std::string_view token,
                     const nlohmann::json& value) {
  constexpr auto limit = std::numeric_limits<std::int32_t>::max();
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::uint64_t{limit}) {
    fail_in(file, "the token " + shown(token) + " has the id " + shown(value.dump()) +
                      ", but an id is an integer in 0.." + std::to_string(limit));
  }
  return value.get<std::int32_t>();
}

id_map read_vocabulary(const std::filesystem::path& file, const nlohmann::json& object) {
  if (!object.is_object() || object.empty()) {
    fail_in(file, "the vocabulary is " + shown(object.dump()) +
                      ", but has to be an object of tokens and ids");
  }
  id_map ids;
  ids.reserve(object.size());
  for (const auto& [token, id] : object.items()) {
    if (token.empty()) fail_in(file, "the vocabulary has an empty token; remove it");
    ids.emplace(token, read_id(file, token, id));
  }
  return ids;
}

void append_merge(const std::filesystem::path& file, std::string_view left, std::string_view right,
                  definition& into) {
  const auto id_of = [&](std::string_view token) {
    const auto found = into.ids.find(token);
    if (found == into.ids.end()) {
      fail_in(file, "merge " + std::to_string(into.merges.size()) + " (" + shown(left) + ", " +
                        shown(right) + ") needs the token " + shown(token) +
                        ", which the vocabulary of " + std::to_string(into.ids.size()) +
                        " lacks; take vocabulary and merges from one tokenizer");
    }
    return found->second;
  };
  const auto left_id = id_of(left), right_id = id_of(right);
  into.merges.push_back({left_id, right_id, id_of(std::string(left) += right)});
}

void check_complete(const std::filesystem::path& file, definition& whole) {
  std::unordered_map<std::int32_t, std::string_view> by_id;
  const auto insert = [&](std::int32_t id, std::string_view token) {
    const auto [place, is_new] = by_id.emplace(id, token);
    if (!is_new && place->second != token) {
      fail_in(file, "the id " + std::to_string(id) + " belongs to " + shown(place->second) +
                        " and to " + shown(token) + "; give each token its own id");
    }
  };
  for (const auto& [token, id] : whole.ids) insert(id, token);
  id_map added;
  for (const auto& token : whole.added) {
    insert(token.id, token.text);
    if (const auto [place, is_new] = added.emplace(token.text, token.id); !is_new) {
      fail_in(file, "the added token " + shown(token.text) + " occurs twice, with the ids " +
                        std::to_string(place->second) + " and " + std::to_string(token.id) +
                        "; remove one");
    }
  }

  // Added tokens may lie behind a gap: rows that a model's table has to be of a round size.
  constexpr std::int32_t most_without_token = 65536;
  std::int32_t first_gap = 0;
  while (by_id.count(first_gap) == 1) ++first_gap;
  const auto last = std::max_element(
      by_id.begin(), by_id.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [id, token] : by_id) {
    if (id < first_gap || (added.contains(token) && id - first_gap <= most_without_token)) continue;
    fail_in(file, "the ids leave a gap: none is " + std::to_string(first_gap) + ", but " +
                      shown(token) + " has the id " + std::to_string(id) +
                      "; number the tokens from 0 without gaps");
  }
  whole.size = last->first + 1;
  if (whole.size > first_gap) {
    whole.warnings.push_back(file.string() + ": there is no token with the id " +
                             std::to_string(first_gap) + ", but " + shown(last->second) + " has " +
                             std::to_string(last->first) +
                             "; ids without a token are never chosen");
  }
  const auto odd = std::find_if(whole.added.begin(), whole.added.end(),
                                [](const added_token& each) { return !each.unsupported.empty(); });
  if (odd != whole.added.end()) {
    whole.warnings.push_back(file.string() + ": added token " + shown(odd->text) +
                             " has the option " + odd->unsupported +
                             ", which is not supported; a text with it will be refused");
  }

  std::unordered_set<std::uint64_t> pairs;
  for (std::size_t rank = 0; rank < whole.merges.size(); ++rank) {
    const auto& rule = whole.merges[rank];
    const auto pair = std::uint64_t(rule.left) << 32 | std::uint32_t(rule.right);
    if (!pairs.insert(pair).second) {
      fail_in(file, "merge " + std::to_string(rank) + " (" + shown(by_id[rule.left]) + ", " +
                        shown(by_id[rule.right]) + ") occurs a second time; remove one");
    }
  }
}

}  // namespace tenon::samples
