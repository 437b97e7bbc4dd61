// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The mistakes that operations find. Each is a type whose name is the message and whose arguments
// are the types concerned; compilers print it in the first line, which is the user's.
#pragma once

namespace tenon::error {

// declarations
template <class T>
struct element_type_must_be_f32_bf16_i32_or_f64 {};
template <class D>
struct a_dimension_cannot_be_named_min_or_max {};
template <class D>
struct a_dimension_must_derive_from_dim_or_dyn {};
template <class D>
struct a_dimension_must_be_a_struct_with_a_name_of_its_own {};
template <class D>
struct a_dimension_must_hold_at_least_1_element {};
template <class D>
struct bounds_of_a_dimension_are_reversed {};
template <class X>
struct a_tensor_has_at_most_8_dimensions {};
template <class X>
struct a_tensor_has_at_most_2_to_the_48_elements {};
template <class D>
struct dimension_of_a_param_or_cache_must_be_known_at_compile_time {};

// what is passed at all
template <class X>
struct x_must_be_a_tensor {};
template <class X>
struct x_must_be_a_tensor_or_a_param {};
template <class W>
struct weight_must_be_a_param {};
template <class B>
struct bias_must_be_a_param {};
template <class W>
struct table_must_be_a_param {};
template <class X>
struct left_operand_must_be_a_tensor_a_param_or_a_number {};
template <class Y>
struct right_operand_must_be_a_tensor_a_param_or_a_number {};
template <class X, class Y>
struct one_operand_must_be_a_tensor {};
template <class X>
struct choose_needs_a_condition_as_in_choose_x_less_than_y {};
template <class X>
struct what_is_chosen_must_be_a_tensor_a_param_or_a_number {};
template <class S>
struct cache_must_be_a_kv_cache {};
template <class X>
struct ids_must_be_a_tensor_of_i32 {};
template <class X>
struct targets_must_be_a_tensor_of_i32 {};
template <class T>
struct x_must_hold_floats_but_holds {};
template <class T>
struct x_must_hold_i32_but_holds {};
template <class T>
struct table_must_hold_floats_but_holds {};
template <class T, class U>
struct element_types_differ {};
template <class X>
struct gelu_needs_its_form_gelu_tanh_or_gelu_erf {};

template <class X>
struct linear_needs_a_weight {};

// rank
template <class X>
struct x_must_have_a_dimension {};
template <class W>
struct weight_must_have_1_dimension {};
template <class B>
struct bias_must_have_1_dimension {};
template <class W>
struct table_must_have_2_dimensions {};
template <class X>
struct ids_must_have_2_dimensions_batch_and_time {};
template <class X>
struct qkv_must_have_3_dimensions_batch_time_and_3C {};
template <class X, class Y>
struct a_param_has_more_dimensions_than_the_tensor {};
template <class P>
struct a_param_must_have_a_dimension {};
template <class T, class X>
struct targets_must_have_one_dimension_less_than_logits {};

// dimensions; the first argument is what was found, the second what it must be
template <class D>
struct weight_has_a_dimension_twice_so_use_nn_linear_or_nn_torch_linear {};
template <class X, class W>
struct x_and_weight_have_no_dimension_in_common {};
template <class W, class X>
struct weight_has_no_dimension_that_x_lacks {};
template <class K, class W>
struct dimensions_in_common_are_neither_the_first_nor_the_last_of_weight {};
template <class X, class K>
struct last_dimensions_of_x_are_not_those_in_common_with_weight {};
template <class B, class N>
struct dimensions_of_bias_are_not_those_that_only_weight_has {};
template <class X, class W>
struct last_dimension_of_x_is_not_that_of_weight {};
template <class X, class B>
struct last_dimension_of_x_is_not_that_of_bias {};
template <class D, class Dims>
struct dimension_is_not_one_of_the_other_operand {};
template <class Dims, class Other>
struct dimensions_are_in_another_order {};
template <class D, class Dims>
struct x_has_no_dimension {};
template <class D, class Dims>
struct x_has_the_dimension_twice {};
template <class D, class Dims>
struct a_dimension_known_at_run_time_can_be_reduced_where_it_is_the_second {};
template <class D>
struct f32_counts_exactly_to_2_to_the_24_only {};
template <class D, class X, class Y>
struct both_have_the_dimension {};
template <class D>
struct last_dimension_must_be_known_at_compile_time {};
template <class E, unsigned long long End, class D, unsigned long long Size>
struct slice_ends_behind_the_end_of {};
template <class D, class X>
struct pick_needs_a_dimension_beside {};
template <class D, unsigned long long Size>
struct pick_of_the_last_dimension_is_one_of_at_most_16 {};
template <class D>
struct dimensions_of_a_row_must_be_known_at_compile_time {};
template <unsigned long long Index, class D, unsigned long long Size>
struct pick_is_behind_the_end_of {};
template <class... D>
struct rows_of_more_than_2_to_the_31_elements {};
template <class From, unsigned long long Size, class To, unsigned long long OtherSize>
struct products_of_dimensions_differ {};
template <class From, class Dims>
struct x_does_not_have_these_dimensions_side_by_side {};
struct regroup_needs_a_dimension_at_least {};
template <unsigned long long Count, class D, unsigned long long Size>
struct parts_are_not_as_many_as_the_dimension_has_elements {};
template <class X, class First>
struct dimensions_are_not_those_of_the_first_part {};
template <class X, class First>
struct dimensions_before_the_last_are_not_those_of_the_first_part {};
template <class F>
struct frequencies_must_have_1_dimension {};
template <class X, class D>
struct last_dimension_of_x_is_not {};
template <class R>
struct needs_the_rotation_that_rotary_makes {};
template <unsigned long long Sum, class D, unsigned long long Size>
struct parts_add_up_to {};
template <class X, class D>
struct last_dimension_is_not {};
template <class K, unsigned long long Count, class D, unsigned long long Size>
struct top_k_takes_more_than_there_are {};
template <class I>
struct needs_indices_that_top_k_makes {};
template <class X>
struct only_linear_takes_what_gather_makes {};
template <class D, class W>
struct first_dimension_of_the_param_is_not_what_the_indices_count {};
template <class W>
struct a_gathered_param_needs_dimensions_behind_the_first {};
template <class X, class I>
struct dimensions_of_x_are_not_those_of_the_indices {};
template <class K, class W>
struct a_gathered_weight_is_stored_out_in_within_each_part {};
template <class B>
struct a_gathered_weight_needs_a_gathered_bias {};
template <class W>
struct a_gathered_bias_needs_a_gathered_weight {};
template <class Dims>
struct a_gathered_bias_has_one_dimension_behind_the_first {};
template <class B, class Dims>
struct dimensions_of_a_gathered_bias_are_not {};
template <class W, class B>
struct weight_and_bias_are_gathered_by_indices_of_other_dimensions {};
template <class D>
struct a_gathered_weight_has_a_dimension_twice_so_name_one_otherwise {};
template <class T, class X>
struct dimension_of_targets_is_not_that_of_logits {};
template <class T, class V>
struct positions_may_exceed_the_rows_of_the_table {};

// attention
template <class Q, class C>
struct last_dimension_of_qkv_is_not_3_times_C_of_the_cache {};
template <class C, class H>
struct channels_are_not_a_multiple_of_heads {};
template <class X, class S>
struct batch_of_qkv_is_not_that_of_the_cache {};
template <class T, class S>
struct time_may_exceed_the_context_of_the_cache {};
template <class H>
struct heads_must_be_a_dimension_known_at_compile_time {};
template <class S>
struct cache_must_have_3_dimensions_batch_context_and_C {};
template <class Q>
struct q_must_be_a_tensor {};
template <class K>
struct k_must_be_a_tensor {};
template <class V>
struct v_must_be_a_tensor {};
template <class Q>
struct q_must_have_dimensions_batch_time_and_D {};
template <class K>
struct k_must_have_dimensions_batch_time_and_D {};
template <class Q, class D>
struct last_dimension_of_q_is_not_D {};
template <class K, class D>
struct last_dimension_of_k_is_not_D {};
template <class D>
struct dimension_behind_time_must_be_known_at_compile_time {};
template <class K, class Q>
struct dimension_of_k_is_not_that_of_q {};
template <class K, class Q>
struct heads_of_k_are_not_the_first_heads_of_q {};
template <class V, class K>
struct dimensions_of_v_are_not_those_of_k {};
template <class S, class K>
struct dimensions_of_the_cache_are_not_batch_context_and_those_of_k {};
template <class J, class Q>
struct dimension_of_keys_is_one_of_the_queries_too {};
template <class X>
struct x_must_have_dimensions_batch_time_and_more {};
template <class S>
struct rows_of_earlier_tokens_need_a_kept {};
template <class S, class X>
struct dimensions_of_the_kept_are_not_batch_context_and_those_of_x {};
struct before_counts_from_1 {};
template <class J, class T>
struct bounds_of_the_dimension_of_keys_are_not_those_of_time {};
template <class Made, class S>
struct function_must_return_what_has_the_type_of_the_scores {};

// loops and scopes
template <class L>
struct depth_must_be_a_dimension_known_at_compile_time {};
template <class B, class X>
struct body_does_not_take {};
template <class B>
struct body_returns_nothing {};
template <class R, class X>
struct body_must_return_the_type_that_it_takes {};
template <class B, class... X>
struct layer_does_not_take {};
template <class R, class... X>
struct layer_must_return_a_std_tuple_of_the_types_that_it_takes {};
template <class L>
struct repeat_needs_a_layer_and_a_tensor {};
template <class L>
struct layers_that_take_turns_have_no_stacks_so_give_each_a_repeat_of_its_own {};
template <class S, class L>
struct stack_is_of_another_depth {};
template <class X>
struct tensors_come_before_stacks {};
template <class L>
struct stacks_are_in_two_orders {};
template <class X>
struct reversed_needs_what_layers_left {};
template <unsigned Count>
struct repeat_has_at_most_10_layers_and_values {};
template <class F, class X>
struct function_does_not_take {};
template <class F>
struct function_returns_nothing {};

}  // namespace tenon::error
