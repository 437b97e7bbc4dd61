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
  graph::stored_kind kind;
  text name, of;
  where at;

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

namespace detail {
template <class X>
inline constexpr bool is_checkpoint_names = false;
template <std::uint32_t Count>
inline constexpr bool is_checkpoint_names<checkpoint_names<Count>> = true;

template <class Model>
concept names_its_checkpoint = requires(const Model& model) { model.checkpoint; };
}  // namespace detail

}  // namespace tenon
