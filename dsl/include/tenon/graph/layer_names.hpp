// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names of the parameters of stacks while a model is traced: where the number of a layer goes, and
// which tensors of a checkpoint they stand for. See layer_hole in format.hpp.
#pragma once
#include <cstdint>

#include "tenon/core/text.hpp"
#include "tenon/graph/format.hpp"
#include "tenon/graph/words.hpp"

namespace tenon::graph {

template <std::uint32_t MaxNames>
class layer_names {
 public:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  /// From here on names are those of a stack of that prefix.
  constexpr void open(text prefix) { prefix_ = prefix; }
  /// Pass i of its loop is that of layer step * i + first.
  constexpr void number(std::int64_t step, std::int64_t first) {
    step_ = step;
    first_ = first;
  }

  /// "<prefix>.<number>."; outside of a loop the number is known.
  template <std::uint32_t Letters>
  constexpr void append_to(string_table<Letters>& strings, bool in_loop) const {
    strings.append(prefix_.data, prefix_.size).append(in_loop ? ".{" : ".");
    if (!in_loop) {
      append(strings, first_);
    } else if (step_ != 1 || first_ != 0) {
      append(strings, step_);
      strings.append("i+");
      append(strings, first_);
    }
    strings.append(in_loop ? "}." : ".");
  }

  /// Notes a parameter of the open stack. Returns an earlier one that has the same name in one of
  /// its layers, or its own index.
  constexpr std::uint32_t note(std::uint32_t param, string_ref name, std::uint32_t passes,
                               const char* letters) {
    if (param >= MaxNames) return param;
    const layer_hole hole = find_hole(letters + name.offset, name.length);
    const std::uint32_t tail_begin = hole.found() ? hole.end : end_of_number(letters, name);
    layers_[param] = {name,   prefix_.size + 1, name.length - tail_begin, step_, first_,
                      passes, hole.found()};
    for (std::uint32_t other = 0; other < param; ++other)
      if (layers_[other].passes != 0 && agree(layers_[param], layers_[other], letters) &&
          have_a_layer_in_common(layers_[param], layers_[other]))
        return other;
    return param;
  }

  /// The first parameter of a loop that has that name, in which "{}" is the number of a layer
  /// however the loop counts; or none.
  constexpr std::uint32_t find(text name, const char* letters) const {
    const layer_hole hole = find_hole(name.data, name.size);
    for (std::uint32_t param = 0; hole.found() && param < MaxNames; ++param) {
      const noted& own = layers_[param];
      if (own.is_loop && own.head == hole.begin && own.tail == name.size - hole.end &&
          equal(letters + own.name.offset, name.data, own.head) &&
          equal(letters + own.name.offset + own.name.length - own.tail, name.data + hole.end,
                own.tail))
        return param;
    }
    return none;
  }

 private:
  /// A parameter: the letters of its name before and behind the number, and its layers.
  struct noted {
    string_ref name{0, 0};
    std::uint32_t head = 0, tail = 0;
    std::int64_t step = 0, first = 0, passes = 0;
    bool is_loop = false;
  };

  constexpr std::uint32_t end_of_number(const char* letters, string_ref name) const {
    std::uint32_t end = prefix_.size + 1;
    while (end < name.length && letters[name.offset + end] != '.') ++end;
    return end;
  }

  static constexpr bool equal(const char* x, const char* y, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i)
      if (x[i] != y[i]) return false;
    return true;
  }

  static constexpr bool agree(const noted& x, const noted& y, const char* letters) {
    return x.head == y.head && x.tail == y.tail &&
           equal(letters + x.name.offset, letters + y.name.offset, x.head) &&
           equal(letters + x.name.offset + x.name.length - x.tail,
                 letters + y.name.offset + y.name.length - y.tail, x.tail);
  }

  static constexpr bool have_a_layer_in_common(const noted& x, const noted& y) {
    for (std::int64_t i = 0; i < x.passes; ++i)
      for (std::int64_t j = 0; j < y.passes; ++j)
        if (x.step * i + x.first == y.step * j + y.first) return true;
    return false;
  }

  template <std::uint32_t Letters>
  static constexpr void append(string_table<Letters>& strings, std::int64_t number) {
    char digits[20]{};
    std::uint32_t begin = 20;
    for (std::int64_t rest = number < 0 ? -number : number; begin == 20 || rest != 0; rest /= 10)
      digits[--begin] = static_cast<char>('0' + rest % 10);
    if (number < 0) digits[--begin] = '-';
    strings.append(digits + begin, 20 - begin);
  }

  text prefix_{""};  // of the open stack
  std::int64_t step_ = 1, first_ = 0;
  noted layers_[MaxNames]{};  // by index of the parameter; of others nothing
};

}  // namespace tenon::graph
