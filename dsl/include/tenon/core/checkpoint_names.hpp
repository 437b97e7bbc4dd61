// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What checkpoints of a model hold beside the parameters under their own names.
#pragma once
#include <concepts>
#include <cstdint>

#include "tenon/core/text.hpp"
#include "tenon/core/where.hpp"
#include "tenon/graph/format.hpp"

namespace tenon {

/// One thing that a model says of the names in its checkpoints. In a name, "{}" stands for the
/// number of a layer.
struct stored {
  graph::stored_kind kind = graph::stored_kind::prefix;
  text name = "", of = "";
  where at = {"", 0};
  bool holds = true;

  /// Letters that checkpoints may have before all names, as Hugging Face's "transformer.".
  static constexpr stored prefix(text letters, where at = where::here()) {
    return {graph::stored_kind::prefix, letters, "", at};
  }
  /// A tensor that checkpoints may carry and the model does not need, as causal masks.
  static constexpr stored ignored(text name, where at = where::here()) {
    return {graph::stored_kind::ignored, name, "", at};
  }
  /// A second copy of a parameter, as of the table that a head is tied to. Its values must be
  /// equal, or the weights are another model's.
  static constexpr stored twin(text name, text of_parameter, where at = where::here()) {
    return {graph::stored_kind::twin, name, of_parameter, at};
  }
  /// Another name of a parameter, in checkpoints of another kind, such as GGUF. Of one that is a
  /// tensor for each part, as of experts, it is that of a tensor with all of them.
  static constexpr stored named(text name, text of_parameter, where at = where::here()) {
    return {graph::stored_kind::named, name, of_parameter, at};
  }
  /// The same, where the parameter's first two dimensions stand in the other order: (out, in) of
  /// (in, out).
  static constexpr stored swapped(text name, text of_parameter, where at = where::here()) {
    return {graph::stored_kind::swapped, name, of_parameter, at};
  }
  /// The same, where the channels of a head that turn together are neighbours: of the D rows in the
  /// parameter's last but one dimension, i and i + D/2 are 2i and 2i + 1.
  static constexpr stored paired(text name, text of_parameter, where at = where::here()) {
    return {graph::stored_kind::paired, name, of_parameter, at};
  }
  /// The same, where each value is greater by 1: a gain, of which the parameter is what it has
  /// beside 1.
  static constexpr stored raised(text name, text of_parameter, where at = where::here()) {
    return {graph::stored_kind::raised, name, of_parameter, at};
  }
  /// The same, but only of models for which `condition` is true.
  constexpr stored when(bool condition) const { return {kind, name, of, at, condition}; }
};

/// As a model's member `checkpoint`:
///   static constexpr checkpoint_names checkpoint{stored::prefix("transformer."), ...};
/// What it names otherwise than parameters; a parameter's own name comes first. All else that a
/// checkpoint holds is an error when it is loaded.
template <std::uint32_t Count>
struct checkpoint_names {
  stored list[Count];
};
template <std::same_as<stored>... Name>
checkpoint_names(Name...) -> checkpoint_names<sizeof...(Name)>;

/// Both lists as one: names in checkpoints of one kind, and of another.
template <std::uint32_t A, std::uint32_t B>
constexpr checkpoint_names<A + B> operator+(const checkpoint_names<A>& a,
                                            const checkpoint_names<B>& b) {
  checkpoint_names<A + B> both{};
  for (std::uint32_t i = 0; i < A; ++i) both.list[i] = a.list[i];
  for (std::uint32_t i = 0; i < B; ++i) both.list[A + i] = b.list[i];
  return both;
}

namespace detail {
template <class X>
inline constexpr bool is_checkpoint_names = false;
template <std::uint32_t Count>
inline constexpr bool is_checkpoint_names<checkpoint_names<Count>> = true;

template <class Model>
concept names_its_checkpoint = requires(const Model& model) { model.checkpoint; };
}  // namespace detail

}  // namespace tenon
