// Arrays of fixed capacity that a graph is built in: words of the tables, letters of the names.
#pragma once
#include <cstdint>

namespace tenon::graph {

/// The words of one table.
template <std::uint32_t Capacity>
struct words {
  std::uint32_t data[Capacity]{};
  std::uint32_t size = 0;

  /// Appends all words; or none, and returns false, where they do not fit.
  template <class... Word>
  constexpr bool push(Word... word) {
    if (size + sizeof...(Word) > Capacity) return false;
    ((data[size++] = static_cast<std::uint32_t>(word)), ...);
    return true;
  }
};

/// Where a string lies in a string_table: what records hold.
struct string_ref {
  std::uint32_t offset, length;
  friend constexpr bool operator==(string_ref, string_ref) = default;
};

/// Strings without terminators, each stored once: equal strings have equal references.
template <std::uint32_t Capacity>
class string_table {
 public:
  /// The reference of the string whose letters were appended since the last call.
  constexpr string_ref finish() {
    const std::uint32_t length = size_ - begin_;
    for (std::uint32_t i = 0; i < refs_.size; i += 2)
      if (refs_.data[i + 1] == length && equal_letters(refs_.data[i], begin_, length)) {
        size_ = begin_;
        return {refs_.data[i], length};
      }
    const string_ref fresh{begin_, length};
    full_ |= !refs_.push(begin_, length);
    begin_ = size_;
    return fresh;
  }

  constexpr string_table& append(const char* letters, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) append(letters[i]);
    return *this;
  }
  constexpr string_table& append(const char* terminated) {
    while (*terminated != 0) append(*terminated++);
    return *this;
  }

  constexpr bool full() const { return full_; }
  constexpr std::uint32_t size() const { return size_; }
  constexpr const char* data() const { return letters_; }

 private:
  constexpr void append(char letter) {
    if (size_ < Capacity) letters_[size_++] = letter;
    else full_ = true;
  }
  constexpr bool equal_letters(std::uint32_t a, std::uint32_t b, std::uint32_t count) const {
    for (std::uint32_t i = 0; i < count; ++i)
      if (letters_[a + i] != letters_[b + i]) return false;
    return true;
  }

  char letters_[Capacity]{};
  std::uint32_t size_ = 0, begin_ = 0;  // begin_: of the string being appended
  bool full_ = false;
  words<Capacity / 8> refs_;  // (offset, length) of each string
};

}  // namespace tenon::graph
