// Where a model starts: rows of a table by token id, and by position.
#pragma once
#include "tenon/graph/emit.hpp"
#include "tenon/ops/errors.hpp"

namespace tenon {

/// The positions of a batch of sequences: T numbers, all below the greatest length of T.
template <dimension Time>
class position_ids : public tensor<i32, Time> {
 public:
  static constexpr std::uint32_t bound = Time::max;
  using tensor<i32, Time>::tensor;
};

namespace detail {

/// The rows of Table for each of Ids.
template <class Table, class Ids>
using rows_t = typename tensor_of<
    element_t<Table>, shape::append_t<shape_t<Ids>, shape::last_t<shape_t<Table>>>>::type;

template <class Ids>
consteval auto check_positions() {
  if constexpr (any_refused<Ids>) return accepted<refused_value>{};
  else if constexpr (!is_tensor<Ids>) return error::ids_must_be_a_tensor_of_i32<Ids>{};
  else if constexpr (!std::is_same_v<element_t<Ids>, i32>)
    return error::ids_must_be_a_tensor_of_i32<Ids>{};
  else if constexpr (rank_of<Ids> != 2)
    return error::ids_must_have_2_dimensions_batch_and_time<Ids>{};
  else return accepted<position_ids<shape::last_t<shape_t<Ids>>>>{};
}

template <class Table, class Ids>
consteval auto check_embedding() {
  if constexpr (any_refused<Table, Ids>) return accepted<refused_value>{};
  else if constexpr (!is_param<Table>) return error::table_must_be_a_param<Table>{};
  else if constexpr (rank_of<Table> != 2) return error::table_must_have_2_dimensions<Table>{};
  else if constexpr (!floating_element<element_t<Table>>)
    return error::x_must_hold_floats_but_holds<element_t<Table>>{};
  else if constexpr (!is_tensor<Ids>) return error::ids_must_be_a_tensor_of_i32<Ids>{};
  else if constexpr (!std::is_same_v<element_t<Ids>, i32>)
    return error::ids_must_be_a_tensor_of_i32<Ids>{};
  else {
    using rows = shape::first_t<shape_t<Table>>;
    if constexpr (requires { Ids::bound; }) {
      if constexpr (Ids::bound > rows::min)
        return error::positions_may_exceed_the_rows_of_the_table<shape::last_t<shape_t<Ids>>,
                                                                 rows>{};
      else return accepted<rows_t<Table, Ids>>{};
    } else {
      return accepted<rows_t<Table, Ids>>{};
    }
  }
}

}  // namespace detail

/// The position of each token: the first position of the call (0 where nothing is cached) + 0..T-1.
///   ids (B, T) -> (T), i32.
template <class Ids, class Check = decltype(detail::check_positions<Ids>())>
  requires is_accepted<Check>
constexpr auto positions(Ids ids, where at = where::here()) {
  return detail::emit<typename Check::result>(graph::op::positions, at, {}, ids);
}
template <class Ids, class Error = decltype(detail::check_positions<Ids>())>
  requires(!is_accepted<Error>)
TENON_RULE("positions: needs ids (B, T) of i32")
constexpr refused_value positions(Ids, where = where::here()) TENON_REFUSED

/// Rows of a table, one for each id.
///   table (V, C) a param, ids (...) of i32 -> (..., C), dtype of the table.
///   Ids are checked at run time; positions must fit the table at compile time.
template <class Table, class Ids, class Check = decltype(detail::check_embedding<Table, Ids>())>
  requires is_accepted<Check>
constexpr auto embedding(Table table, Ids ids, where at = where::here()) {
  return detail::emit<typename Check::result>(graph::op::embedding, at, {}, table, ids);
}
template <class Table, class Ids, class Error = decltype(detail::check_embedding<Table, Ids>())>
  requires(!is_accepted<Error>)
TENON_RULE("embedding: needs a table (V, C) and ids (...) of i32")
constexpr refused_value embedding(Table, Ids, where = where::here()) TENON_REFUSED

}  // namespace tenon
