// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Byte-pair merging with a heap of candidates over a linked list of tokens.
#include "tokenizer/merge_table.hpp"

#include <queue>
#include <tuple>

namespace tenon::samples {
namespace {

std::uint64_t key_of(std::int32_t left, std::int32_t right) {
  return std::uint64_t{static_cast<std::uint32_t>(left)} << 32 | static_cast<std::uint32_t>(right);
}

constexpr std::size_t no_place = static_cast<std::size_t>(-1);

// A token of the word; `previous` and `next` are places in the list. A token that was merged into
// its left neighbour stays in the list with the id -1.
struct link {
  std::int32_t id;
  std::size_t previous, next;
};

// Two neighbours that may merge. It is stale once either of them has changed.
struct candidate {
  std::int32_t rank;
  std::size_t place;  // of the left one
  std::int32_t left, right, result;

  bool operator>(const candidate& other) const {
    return std::tie(rank, place) > std::tie(other.rank, other.place);
  }
};

}  // namespace

merge_table::merge_table(const std::vector<merge_rule>& rules) {
  by_pair_.reserve(rules.size());
  std::int32_t rank = 0;
  for (const auto& rule : rules) {
    by_pair_.emplace(key_of(rule.left, rule.right), outcome{rank++, rule.result});
  }
}

std::optional<merge_table::outcome> merge_table::find(std::int32_t left, std::int32_t right) const {
  const auto found = by_pair_.find(key_of(left, right));
  if (found == by_pair_.end()) return std::nullopt;
  return found->second;
}

void merge_table::apply(std::vector<std::int32_t>& word) const {
  std::vector<link> links(word.size());
  for (std::size_t i = 0; i < word.size(); ++i) {
    links[i] = {word[i], i == 0 ? no_place : i - 1, i + 1 == word.size() ? no_place : i + 1};
  }
  std::priority_queue<candidate, std::vector<candidate>, std::greater<>> queue;
  const auto offer = [&](std::size_t place) {
    if (place == no_place || links[place].next == no_place) return;
    const auto left = links[place].id, right = links[links[place].next].id;
    if (const auto merged = find(left, right)) {
      queue.push({merged->rank, place, left, right, merged->result});
    }
  };
  for (std::size_t i = 0; i + 1 < links.size(); ++i) offer(i);

  while (!queue.empty()) {
    const candidate best = queue.top();
    queue.pop();
    auto& left = links[best.place];
    if (left.id != best.left || left.next == no_place) continue;
    auto& right = links[left.next];
    if (right.id != best.right) continue;

    left.id = best.result;
    right.id = -1;
    left.next = right.next;
    if (left.next != no_place) links[left.next].previous = best.place;
    offer(left.previous);
    offer(best.place);
  }

  word.clear();
  for (const auto& token : links) {
    if (token.id >= 0) word.push_back(token.id);
  }
}

}  // namespace tenon::samples
