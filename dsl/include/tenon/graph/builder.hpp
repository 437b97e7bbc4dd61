// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The graph while a model is traced: the tables of format.hpp as words, in arrays of fixed size.
// Runs in constant expressions only, so it stays small: integers and letters, no allocation.
// It keeps names apart; what fits what is checked by the operations (tenon/ops) before they write.
#pragma once
#include <cstdint>

#include "tenon/core/initialiser.hpp"
#include "tenon/core/text.hpp"
#include "tenon/core/where.hpp"
#include "tenon/graph/format.hpp"
#include "tenon/graph/layer_names.hpp"
#include "tenon/graph/mistake.hpp"
#include "tenon/graph/words.hpp"

// Capacities of one model, checked; define larger ones before including tenon where they are named.
#ifndef TENON_MAX_NODES
#define TENON_MAX_NODES 1024
#endif
#ifndef TENON_MAX_NAMES  // dimensions, parameters, caches, inputs and outputs each
#define TENON_MAX_NAMES 256
#endif
#ifndef TENON_MAX_LETTERS
#define TENON_MAX_LETTERS 16384
#endif

namespace tenon::graph {

/// A shape as records hold it: dim indices.
struct shape_ref {
  const std::uint32_t* dims;
  std::uint32_t rank;
};

/// The first record of that name, or null; every named record begins with its name.
template <std::uint32_t Capacity>
constexpr const std::uint32_t* find(const words<Capacity>& records, std::uint32_t width,
                                    string_ref name) {
  for (std::uint32_t i = 0; i < records.size; i += width)
    if (string_ref{records.data[i], records.data[i + 1]} == name) return records.data + i;
  return nullptr;
}

/// With its capacities in its type: files of one program may have different ones.
template <std::uint32_t MaxNodes, std::uint32_t MaxNames, std::uint32_t MaxLetters>
class builder_of {
 public:
  constexpr explicit builder_of(const char* model) : name_(intern({model})) {
    if (!is_identifier(model)) fail({mistake_kind::model_name_is_no_identifier, name_});
  }

  // ---- records; each function returns the index of its own

  constexpr std::uint32_t dim(std::uint64_t identity, text name, std::uint32_t min,
                              std::uint32_t max) {
    const std::uint32_t count = this->count(table::dims);
    for (std::uint32_t i = 0; i < count; ++i)
      if (identities_[i] == identity) return i;
    const string_ref letters = intern({name});
    if (find(dims_, dim_record::words, letters) != nullptr)
      fail({mistake_kind::two_dimensions_of_one_name, letters});
    if (const std::uint32_t* other = find(params_, param_record::words, letters))
      fail({mistake_kind::name_of_two_kinds, letters, other[param_record::line]});
    if (const std::uint32_t* other = find(states_, state_record::words, letters))
      fail({mistake_kind::name_of_two_kinds, letters, other[state_record::line]});
    if (room(dims_.push(letters.offset, letters.length, min, max), "TENON_MAX_NAMES"))
      identities_[count] = identity;
    return count;
  }

  constexpr std::uint32_t value(dtype type, shape_ref shape) {
    const std::uint32_t begin = in_pool(shape.dims, shape.rank);
    room(values_.push(type, shape.rank, begin), "TENON_MAX_NODES");
    return count(table::values) - 1;
  }

  /// The parameter of that name, registered where it is first used. A name stands for one tensor:
  /// using it again is a tie, which must be said, and then type, shape and initialiser must agree.
  constexpr std::uint32_t param(text stem, text leaf, dtype type, shape_ref shape, initialiser init,
                                bool is_tied, where at) {
    at = line_of(at);
    // Of several dimensions, one name for each part along the first.
    const string_ref name = repeated_name(stem, leaf, at, shape.rank > 1 ? 1 : 0);
    if (scores_line_ != 0) fail({mistake_kind::parameter_in_scores, name, scores_line_, at.line});
    const auto bits = __builtin_bit_cast(std::uint64_t, init.value);
    const auto low = static_cast<std::uint32_t>(bits);
    const auto high = static_cast<std::uint32_t>(bits >> 32);
    if (const std::uint32_t* first = find(params_, param_record::words, name)) {
      const auto differ = [&](mistake_kind kind) {
        fail({kind, name, first[param_record::line], at.line});
      };
      if (first[param_record::dtype] != static_cast<std::uint32_t>(type))
        differ(mistake_kind::parameter_with_two_types);
      else if (!has_shape(first[param_record::rank], first[param_record::dims_begin], shape))
        differ(mistake_kind::parameter_with_two_shapes);
      else if (first[param_record::init] != static_cast<std::uint32_t>(init.kind) ||
               first[param_record::init_low] != low || first[param_record::init_high] != high)
        differ(mistake_kind::parameter_with_two_initialisers);
      else if (!is_tied)
        differ(mistake_kind::parameter_used_again);
      return static_cast<std::uint32_t>(first - params_.data) / param_record::words;
    }
    if (find(dims_, dim_record::words, name) != nullptr ||
        find(states_, state_record::words, name) != nullptr)
      fail({mistake_kind::name_of_two_kinds, name, 0, at.line});
    const std::uint32_t begin = in_pool(shape.dims, shape.rank);
    const string_ref file = intern({at.file});
    room(params_.push(name.offset, name.length, type, shape.rank, begin, init.kind, low, high,
                      repeat_, file.offset, file.length, at.line),
         "TENON_MAX_NAMES");
    const std::uint32_t index = count(table::params) - 1;
    if (repeat_line_ != 0) {
      const std::uint32_t passes =
          repeat_ == 0 ? 1 : dims_.data[(repeat_ - 1) * dim_record::words + dim_record::max];
      if (const auto other = layers_.note(index, name, passes, strings_.data()); other != index)
        fail({mistake_kind::parameter_of_two_stacks, name,
              params_.data[other * param_record::words + param_record::line], at.line});
    }
    return index;
  }

  /// A state belongs to the one node that uses it.
  constexpr std::uint32_t state(text name, state_kind kind, dtype type, shape_ref shape, where at) {
    at = line_of(at);
    const string_ref letters = repeated_name(name, {""}, at, 0);
    if (const std::uint32_t* first = find(states_, state_record::words, letters))
      fail({mistake_kind::cache_used_twice, letters, first[state_record::line], at.line});
    if (find(dims_, dim_record::words, letters) != nullptr ||
        find(params_, param_record::words, letters) != nullptr)
      fail({mistake_kind::name_of_two_kinds, letters, 0, at.line});
    const std::uint32_t begin = in_pool(shape.dims, shape.rank);
    const string_ref file = intern({at.file});
    room(states_.push(letters.offset, letters.length, kind, type, shape.rank, begin, repeat_,
                      file.offset, file.length, at.line),
         "TENON_MAX_NAMES");
    return count(table::states) - 1;
  }

  constexpr void input(text name, std::uint32_t value) {
    check_letters(name, {"", 0});
    const string_ref letters = intern(name);
    if (find(inputs_, input_record::words, letters) != nullptr)
      fail({mistake_kind::two_inputs_of_one_name, letters});
    room(inputs_.push(letters.offset, letters.length, value), "TENON_MAX_NAMES");
  }

  constexpr void output(text name, std::uint32_t value, where at) {
    check_letters(name, at);
    const string_ref letters = intern(name);
    for (std::uint32_t i = 0; i < outputs_.size; i += output_record::words)
      if (outputs_.data[i + output_record::value] == value)
        fail({mistake_kind::one_value_for_two_outputs, letters, 0, at.line});
    for (std::uint32_t i = 0; i < inputs_.size; i += input_record::words)
      if (inputs_.data[i + input_record::value] == value)
        fail({mistake_kind::output_is_an_input, letters, 0, at.line});
    if (find(outputs_, output_record::words, letters) != nullptr)
      fail({mistake_kind::two_outputs_of_one_name, letters, 0, at.line});
    room(outputs_.push(letters.offset, letters.length, value), "TENON_MAX_NAMES");
  }

  /// What the name of a tensor in a checkpoint means, once all parameters are there. `of`: the
  /// parameter whose it is.
  constexpr void stored(stored_kind kind, text name, text of, where at) {
    check_letters(name, at);
    const string_ref letters = intern(name);
    if (find(stored_, stored_record::words, letters) != nullptr)
      fail({mistake_kind::two_stored_names, letters, 0, at.line});
    const std::uint32_t layers = holes(name);
    if (layers > (kind == stored_kind::prefix ? 0 : 1))
      fail({mistake_kind::stored_name_holds_braces, letters, 0, at.line});
    std::uint32_t param = 0;
    if (kind != stored_kind::prefix && kind != stored_kind::ignored) {
      const std::uint32_t* first = find(params_, param_record::words, intern(of));
      if (first == nullptr)
        if (const auto stacked = layers_.find(of, strings_.data()); stacked != layers_.none)
          first = params_.data + stacked * param_record::words;
      const bool is_stacked = first != nullptr && first[param_record::repeat] != 0;
      const auto refuse = [&](mistake_kind why) {
        fail({why, letters, first[param_record::line], at.line});
      };
      if (first == nullptr)
        fail({mistake_kind::stored_name_of_no_parameter, intern(of), 0, at.line});
      else if (kind != stored_kind::named && holes(of) > (is_stacked ? 1 : 0))
        refuse(mistake_kind::stored_name_of_parts);
      else if (is_stacked != (layers != 0))
        refuse(mistake_kind::stored_name_of_another_stack);
      else if (!has_dimensions_for(kind, first))
        refuse(mistake_kind::stored_name_needs_other_dimensions);
      else
        param = 1 + static_cast<std::uint32_t>(first - params_.data) / param_record::words;
    }
    room(stored_.push(letters.offset, letters.length, kind, param), "TENON_MAX_NAMES");
  }

  /// Whether a parameter can be stored so: in another order only what has two dimensions.
  constexpr bool has_dimensions_for(stored_kind kind, const std::uint32_t* param) const {
    if (kind != stored_kind::swapped && kind != stored_kind::paired) return true;
    const std::uint32_t rank = param[param_record::rank];
    if (rank < 2) return false;
    const std::uint32_t rows = pool_.data[param[param_record::dims_begin] + rank - 2];
    return kind == stored_kind::swapped ||
           dims_.data[rows * dim_record::words + dim_record::max] % 2 == 0;
  }

  template <std::uint32_t Operands, std::uint32_t Attributes>
  constexpr void node(op kind, const words<Operands>& operands, std::uint32_t result,
                      const words<Attributes>& attributes, where at) {
    node(kind, operands, words<1>{{result}, 1}, attributes, at);
  }

  template <std::uint32_t Operands, std::uint32_t Results, std::uint32_t Attributes>
  constexpr void node(op kind, const words<Operands>& operands, const words<Results>& results,
                      const words<Attributes>& attributes, where at) {
    at = line_of(at);
    if (scores_line_ != 0 && !is_of_scores(kind))
      fail({mistake_kind::operation_in_scores, {0, 0}, scores_line_, at.line});
    const std::uint32_t operands_begin = in_pool(operands.data, operands.size);
    const std::uint32_t results_begin = in_pool(results.data, results.size);
    const std::uint32_t attributes_begin = in_pool(attributes.data, attributes.size);
    const string_ref file = intern({at.file});
    room(nodes_.push(kind, operands_begin, operands.size, results_begin, results.size,
                     attributes_begin, attributes.size, scope_, file.offset, file.length, at.line),
         "TENON_MAX_NODES");
  }

  // ---- calls of functions that are made of operations: all lines are those of the call

  /// Returns what end_call needs; a call inside of another counts as that one.
  constexpr where begin_call(where at) {
    const where around = call_;
    call_ = line_of(at);
    return around;
  }
  constexpr void end_call(where around) { call_ = around; }

  // ---- regions

  constexpr void begin_scope(where at) {
    if (scope_ != 0) fail({mistake_kind::fused_inside_fused, {0, 0}, scope_line_, at.line});
    if (scores_line_ != 0) fail({mistake_kind::operation_in_scores, {0, 0}, scores_line_, at.line});
    const string_ref file = intern({at.file});
    room(scopes_.push(file.offset, file.length, at.line), "TENON_MAX_NODES");
    scope_ = count(table::scopes);
    scope_line_ = at.line;
  }
  constexpr void end_scope() { scope_ = 0; }

  /// Until end_repeat, parameters and states are named "<prefix>.{}.<name>", one for each pass.
  constexpr void begin_repeat(text prefix, std::uint32_t depth, where at) {
    begin_layers(prefix, at);
    repeat_ = 1 + depth;
    layers_.number(1, 0);
  }
  /// In a loop: pass i is from here on that of layer step * i + first.
  constexpr void number_layers(std::int64_t step, std::int64_t first) {
    layers_.number(step, first);
  }
  /// Until end_repeat, parameters and states are those of one layer: "<prefix>.<number>.<name>".
  constexpr void begin_layer(text prefix, std::uint32_t number, where at) {
    begin_layers(prefix, at);
    layers_.number(0, number);
  }
  constexpr void end_repeat() { repeat_ = repeat_line_ = 0; }

  /// Until end_scores, nodes are those of a score function.
  constexpr void begin_scores(where at) { scores_line_ = line_of(at).line; }
  constexpr void end_scores() { scores_line_ = 0; }

  /// Notes a mistake; the first one counts.
  constexpr void fail(mistake found) {
    if (mistake_.kind == mistake_kind::none) mistake_ = found;
  }

  // ---- what was built

  struct view {
    const std::uint32_t* data;
    std::uint32_t size;
  };
  /// The words of all records of one table.
  constexpr view records(table which) const {
    switch (which) {
      case table::dims:
        return {dims_.data, dims_.size};
      case table::params:
        return {params_.data, params_.size};
      case table::states:
        return {states_.data, states_.size};
      case table::inputs:
        return {inputs_.data, inputs_.size};
      case table::outputs:
        return {outputs_.data, outputs_.size};
      case table::values:
        return {values_.data, values_.size};
      case table::scopes:
        return {scopes_.data, scopes_.size};
      case table::stored:
        return {stored_.data, stored_.size};
      case table::nodes:
        break;
    }
    return {nodes_.data, nodes_.size};
  }
  constexpr std::uint32_t count(table which) const {
    return records(which).size / record_words[static_cast<std::uint32_t>(which)];
  }
  constexpr view pool() const { return {pool_.data, pool_.size}; }
  constexpr text strings() const { return {strings_.data(), strings_.size()}; }
  constexpr string_ref name() const { return name_; }
  constexpr const mistake& first_mistake() const { return mistake_; }

 private:
  constexpr where line_of(where at) const { return call_.file != nullptr ? call_ : at; }

  constexpr bool room(bool fits, const char* macro) {
    if (!fits) fail({mistake_kind::capacity_exceeded, strings_.append(macro).finish()});
    return fits;
  }

  constexpr string_ref intern(text letters) {
    const string_ref ref = strings_.append(letters.data, letters.size).finish();
    if (strings_.full()) fail({mistake_kind::letters_exceeded, {0, 0}});
    return ref;
  }

  static constexpr bool is_identifier(text name) {
    for (std::uint32_t i = 0; i < name.size; ++i) {
      const char c = name.data[i];
      const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      if (!is_letter && (i == 0 || c < '0' || c > '9')) return false;
    }
    return true;
  }

  constexpr void check_letters(text name, where at) {
    if (name.size == 0) fail({mistake_kind::name_is_empty, {0, 0}, 0, at.line});
    if (name.size > max_name_bytes) fail({mistake_kind::name_is_too_long, {0, 0}, 0, at.line});
    for (std::uint32_t i = 0; i < name.size; ++i)
      if (static_cast<unsigned char>(name.data[i]) < 0x20)
        return fail({mistake_kind::name_holds_a_control_character, {0, 0}, 0, at.line});
  }

  /// How often a name holds "{}"; a brace of another use counts as two.
  static constexpr std::uint32_t holes(text name) {
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < name.size; ++i) {
      if (name.data[i] != '{' && name.data[i] != '}') continue;
      const bool is_hole = name.data[i] == '{' && i + 1 < name.size && name.data[i + 1] == '}';
      count += is_hole ? 1 : 2;
      i += is_hole ? 1 : 0;
    }
    return count;
  }

  constexpr void check_name(text name, where at) {
    check_letters(name, at);
    if (holes(name) > 0) fail({mistake_kind::name_holds_braces, intern(name), 0, at.line});
  }

  constexpr void begin_layers(text prefix, where at) {
    if (repeat_line_ != 0)
      fail({mistake_kind::repeat_inside_repeat, {0, 0}, repeat_line_, at.line});
    if (scope_ != 0) fail({mistake_kind::repeat_inside_fused, {0, 0}, scope_line_, at.line});
    check_name(prefix, at);
    repeat_line_ = at.line;
    layers_.open(prefix);
  }

  /// `most_holes`: how often stem and leaf may hold "{}".
  constexpr string_ref repeated_name(text stem, text leaf, where at, std::uint32_t most_holes) {
    check_letters(stem, at);
    if (holes(stem) + holes(leaf) > most_holes)
      fail({mistake_kind::name_holds_braces, intern(stem), 0, at.line});
    if (repeat_line_ != 0) layers_.append_to(strings_, repeat_ != 0);
    strings_.append(stem.data, stem.size);
    const string_ref whole = intern(leaf);
    if (whole.length > max_name_bytes) fail({mistake_kind::name_is_too_long, {0, 0}, 0, at.line});
    return whole;
  }

  constexpr std::uint32_t in_pool(const std::uint32_t* data, std::uint32_t count) {
    const std::uint32_t begin = pool_.size;
    bool fits = true;
    for (std::uint32_t i = 0; i < count; ++i) fits = fits && pool_.push(data[i]);
    room(fits, "TENON_MAX_NODES");
    return begin;
  }

  constexpr bool has_shape(std::uint32_t rank, std::uint32_t begin, shape_ref shape) const {
    if (rank != shape.rank) return false;
    for (std::uint32_t i = 0; i < rank; ++i)
      if (pool_.data[begin + i] != shape.dims[i]) return false;
    return true;
  }

  string_table<MaxLetters> strings_;
  string_ref name_;
  std::uint64_t identities_[MaxNames]{};  // which type each dimension is
  layer_names<MaxNames> layers_;
  words<MaxNames * dim_record::words> dims_;
  words<MaxNames * param_record::words> params_;
  words<MaxNames * state_record::words> states_;
  words<MaxNames * input_record::words> inputs_;
  words<MaxNames * output_record::words> outputs_;
  words<MaxNodes * 2 * value_record::words> values_;
  words<MaxNodes * scope_record::words> scopes_;
  words<MaxNodes * node_record::words> nodes_;
  words<MaxNames * stored_record::words> stored_;
  words<MaxNodes * 8> pool_;

  mistake mistake_;
  where call_{nullptr, 0};                    // the line of the open call, or none
  std::uint32_t scope_ = 0, scope_line_ = 0;  // 1 + index of the open scope, or 0
  std::uint32_t repeat_ = 0;                  // 1 + dim index of the open loop's depth, or 0
  std::uint32_t repeat_line_ = 0;  // of the open stack, whose layers may be in no loop; or 0
  std::uint32_t scores_line_ = 0;  // of the attention whose function is open, or 0
};

using builder = builder_of<TENON_MAX_NODES, TENON_MAX_NAMES, TENON_MAX_LETTERS>;

}  // namespace tenon::graph
