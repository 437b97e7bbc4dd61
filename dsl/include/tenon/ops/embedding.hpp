// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where a model starts: rows of a table by token id, and by position.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"

namespace tenon {

/// The positions of a batch of sequences: T numbers, all below the greatest length of T.
template <class Time>
class position_ids : public tensor<i32, Time> {
 public:
  static constexpr std::uint32_t bound = Time::max;
  using tensor<i32, Time>::tensor;
};

namespace detail {

template <class X>
concept is_ids = is_tensor<X> && std::is_same_v<element_t<X>, i32>;

/// The rows of Table for each of Ids.
template <class Table, class Ids>
using rows_t =
    typename tensor_of<computed_t<element_t<Table>>,
                       shape::append_t<shape_t<Ids>, shape::last_t<shape_t<Table>>>>::type;

template <class Ids>
consteval auto check_positions() {
  using operands = decltype(check_operands<Ids>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_ids<Ids>)
    return error::ids_must_be_a_tensor_of_i32<Ids>{};
  else if constexpr (rank_of<Ids> != 2)
    return error::ids_must_have_2_dimensions_batch_and_time<Ids>{};
  else
    return accepted<position_ids<shape::last_t<shape_t<Ids>>>>{};
}

template <class Table, class Ids>
consteval auto check_embedding() {
  using operands = decltype(check_operands<Table, Ids>());
  if constexpr (settles<operands>)
    return operands{};
  else if constexpr (!is_param<Table>)
    return error::table_must_be_a_param<Table>{};
  else if constexpr (rank_of<Table> != 2)
    return error::table_must_have_2_dimensions<Table>{};
  else if constexpr (!floating_element<element_t<Table>>)
    return error::table_must_hold_floats_but_holds<element_t<Table>>{};
  else if constexpr (!is_ids<Ids>)
    return error::ids_must_be_a_tensor_of_i32<Ids>{};
  else {
    using rows = shape::first_t<shape_t<Table>>;
    if constexpr (requires { requires(Ids::bound > rows::min); })
      return error::positions_may_exceed_the_rows_of_the_table<shape::last_t<shape_t<Ids>>, rows>{};
    else
      return accepted<rows_t<Table, Ids>>{};
  }
}

struct refused_positions {
  template <class Ids, class Error = decltype(check_positions<Ids>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("positions: needs ids (B, T) of i32")
  constexpr refused_value operator()(Ids, where = where::here()) const {
    return {};
  }
};

struct positions_operation : refused_positions {
  using refused_positions::operator();

  template <class Ids, class Check = decltype(check_positions<Ids>())>
    requires is_accepted<Check>
  constexpr auto operator()(Ids ids, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::positions, at, {}, ids);
  }
};

struct refused_embedding {
  template <class Table, class Ids, class Error = decltype(check_embedding<Table, Ids>())>
    requires(!is_accepted<Error>)
  TENON_REFUSES("embedding: needs a table (V, C) and ids (...) of i32")
  constexpr refused_value operator()(Table, Ids, where = where::here()) const {
    return {};
  }
};

struct embedding_operation : refused_embedding {
  using refused_embedding::operator();

  template <class Table, class Ids, class Check = decltype(check_embedding<Table, Ids>())>
    requires is_accepted<Check>
  constexpr auto operator()(Table table, Ids ids, where at = where::here()) const {
    return emit<typename Check::result>(graph::op::embedding, at, {}, table, ids);
  }
};

}  // namespace detail

/// positions(ids): the position of each token, the first one of the call (0 where nothing is
/// cached) + 0..T-1.
///   ids (B, T) of i32 -> (T), i32.
inline constexpr detail::positions_operation positions{};

/// embedding(table, ids): rows of a table, one for each id.
///   table (V, C) a param, ids (...) of i32 -> (..., C), dtype of the table, f32 for one of bf16.
///   Ids are checked at run time; positions must fit the table at compile time.
inline constexpr detail::embedding_operation embedding{};

}  // namespace tenon
