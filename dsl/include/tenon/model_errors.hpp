// The mistakes that a whole model can hold. Those in names are found while tracing; they come with
// the name and the lines of the model's source.
#pragma once
#include "tenon/core/refusal.hpp"
#include "tenon/core/text.hpp"
#include "tenon/graph/builder.hpp"

namespace tenon {

/// Lines of the source, as they appear in an error; 0: unknown.
template <std::uint32_t Line>
struct at_line {};
template <std::uint32_t First, std::uint32_t Second>
struct at_lines {};

namespace error {

// the model as a function
template <class M> struct a_model_needs_one_operator_call_that_is_no_template {};
template <class M> struct the_operator_call_of_a_model_must_be_const {};
template <class M> struct a_model_needs_an_input {};
template <class X> struct an_argument_of_a_model_must_be_an_input {};
template <class R> struct a_model_must_return_outputs {};
template <class...> struct a_model_needs_an_output {};
template <class... X> struct each_output_needs_a_name_as_in_output_logits {};
template <class X> struct output_must_be_a_tensor {};

// found while tracing
template <fixed_name Name> struct two_dimensions_of_one_name {};
template <fixed_name Name> struct two_inputs_of_one_name {};
template <fixed_name Name, class At> struct two_outputs_of_one_name {};
template <fixed_name Name, class At> struct parameter_with_two_types {};
template <fixed_name Name, class At> struct parameter_with_two_shapes {};
template <fixed_name Name, class At> struct parameter_with_two_initialisers {};
template <fixed_name Name, class At> struct cache_used_twice {};
template <class At> struct name_is_empty {};
template <fixed_name Name, class At> struct name_holds_braces_which_repeat_adds_itself {};
template <class At> struct dropout_probability_must_be_at_least_0_and_below_1 {};
template <class At> struct epsilon_must_be_above_0 {};
template <class At> struct fused_inside_fused {};
template <class At> struct repeat_inside_fused {};
template <class At> struct repeat_inside_repeat {};
template <fixed_name Macro> struct model_is_too_large_so_define_a_greater {};

}  // namespace error

namespace detail {

/// The name that a mistake is about, as a template argument.
template <const graph::builder& Graph>
consteval auto name_in_mistake() {
  constexpr graph::string_ref ref = Graph.first_mistake().name;
  fixed_name<ref.length + 1> name;
  for (std::uint32_t i = 0; i < ref.length; ++i)
    name.letters[i] = Graph.strings().data[ref.offset + i];
  return name;
}

/// Turns what the builder noted into a verdict.
template <const graph::builder& Graph>
consteval auto check_traced() {
  using kind = graph::mistake_kind;
  constexpr graph::mistake found = Graph.first_mistake();
  using line = at_line<found.line>;
  using lines = at_lines<found.first_line, found.line>;
  constexpr fixed_name name = name_in_mistake<Graph>();
  if constexpr (found.kind == kind::none) return accepted<void>{};
  else if constexpr (found.kind == kind::two_dimensions_of_one_name)
    return error::two_dimensions_of_one_name<name>{};
  else if constexpr (found.kind == kind::two_inputs_of_one_name)
    return error::two_inputs_of_one_name<name>{};
  else if constexpr (found.kind == kind::two_outputs_of_one_name)
    return error::two_outputs_of_one_name<name, line>{};
  else if constexpr (found.kind == kind::parameter_with_two_types)
    return error::parameter_with_two_types<name, lines>{};
  else if constexpr (found.kind == kind::parameter_with_two_shapes)
    return error::parameter_with_two_shapes<name, lines>{};
  else if constexpr (found.kind == kind::parameter_with_two_initialisers)
    return error::parameter_with_two_initialisers<name, lines>{};
  else if constexpr (found.kind == kind::cache_used_twice)
    return error::cache_used_twice<name, lines>{};
  else if constexpr (found.kind == kind::name_is_empty) return error::name_is_empty<line>{};
  else if constexpr (found.kind == kind::name_holds_braces)
    return error::name_holds_braces_which_repeat_adds_itself<name, line>{};
  else if constexpr (found.kind == kind::dropout_probability_outside_0_to_1)
    return error::dropout_probability_must_be_at_least_0_and_below_1<line>{};
  else if constexpr (found.kind == kind::epsilon_is_not_positive)
    return error::epsilon_must_be_above_0<line>{};
  else if constexpr (found.kind == kind::fused_inside_fused)
    return error::fused_inside_fused<lines>{};
  else if constexpr (found.kind == kind::repeat_inside_fused)
    return error::repeat_inside_fused<lines>{};
  else if constexpr (found.kind == kind::repeat_inside_repeat)
    return error::repeat_inside_repeat<lines>{};
  else if constexpr (found.kind == kind::letters_exceeded)
    return error::model_is_too_large_so_define_a_greater<"TENON_MAX_LETTERS">{};
  else return error::model_is_too_large_so_define_a_greater<name>{};
}

}  // namespace detail
}  // namespace tenon
