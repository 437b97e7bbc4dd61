// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Shape algebra: lists of dimensions and what the rules of the operations ask about them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <tuple>
#include <type_traits>
#include <utility>

namespace tenon {

/// The dimensions of a tensor, outermost first.
template <class... D>
struct dims {
  static constexpr std::size_t rank = sizeof...(D);
};

namespace shape {

template <class Dims, std::size_t I>
struct at;
template <class... D, std::size_t I>
struct at<dims<D...>, I> {
  using type = std::tuple_element_t<I, std::tuple<D...>>;
};

/// Dimension I, counted from the outermost.
template <class Dims, std::size_t I>
using at_t = typename at<Dims, I>::type;

template <class Dims>
using first_t = at_t<Dims, 0>;

template <class Dims>
using last_t = at_t<Dims, Dims::rank - 1>;

template <class Dims, std::size_t Begin, class Indices>
struct slice;
template <class Dims, std::size_t Begin, std::size_t... I>
struct slice<Dims, Begin, std::index_sequence<I...>> {
  using type = dims<at_t<Dims, Begin + I>...>;
};

/// Count dimensions from Begin on.
template <class Dims, std::size_t Begin, std::size_t Count>
using slice_t = typename slice<Dims, Begin, std::make_index_sequence<Count>>::type;

/// All but the last dimension.
template <class Dims>
using leading_t = slice_t<Dims, 0, Dims::rank - 1>;

/// The last Count dimensions.
template <class Dims, std::size_t Count>
using trailing_t = slice_t<Dims, Dims::rank - Count, Count>;

template <class Dims, class D>
struct append;
template <class... A, class D>
struct append<dims<A...>, D> {
  using type = dims<A..., D>;
};

/// Dims with D behind them.
template <class Dims, class D>
using append_t = typename append<Dims, D>::type;

template <class...>
struct joined {
  using type = dims<>;
};
template <class... D>
struct joined<dims<D...>> {
  using type = dims<D...>;
};
template <class... A, class... B, class... Rest>
struct joined<dims<A...>, dims<B...>, Rest...> : joined<dims<A..., B...>, Rest...> {};

/// The dimensions of all lists, one list after the other.
template <class... Dims>
using joined_t = typename joined<Dims...>::type;

/// Index of D in a list; the list's rank if it is not there.
template <class D, class... A>
constexpr std::size_t first_index(dims<A...>) {
  const bool same[] = {std::is_same_v<D, A>..., true};
  std::size_t index = 0;
  while (!same[index]) ++index;
  return index;
}

template <class D, class... A>
constexpr bool has(dims<A...>) {
  return (false || ... || std::is_same_v<D, A>);
}

template <class Dims, class Of, bool Has>
struct selected;
template <class... D, class Of, bool Has>
struct selected<dims<D...>, Of, Has> {
  using type = joined_t<std::conditional_t<has<D>(Of{}) == Has, dims<D>, dims<>>...>;
};

/// The dimensions of Dims that Of has too, and those that it lacks, in their order.
template <class Dims, class Of>
using common_t = typename selected<Dims, Of, true>::type;
template <class Dims, class Of>
using others_t = typename selected<Dims, Of, false>::type;

/// Index of the first dimension that stands in the list before; the list's rank if none does.
template <class... D>
constexpr std::size_t first_repeated(dims<D...>) {
  const std::size_t first[] = {first_index<D>(dims<D...>{})..., sizeof...(D)};
  std::size_t index = 0;
  while (first[index] == index && index < sizeof...(D)) ++index;
  return index;
}

/// Index of the first dimension in which two lists of equal rank differ; their rank if in none.
template <class... A, class... B>
constexpr std::size_t first_difference(dims<A...>, dims<B...>) {
  const bool same[] = {std::is_same_v<A, B>..., false};
  std::size_t index = 0;
  while (same[index]) ++index;
  return index;
}

template <class Kept, class Rest, class D>
struct without;
template <class... A, class D>
struct without<dims<A...>, dims<>, D> {
  using type = dims<A...>;
};
template <class... A, class First, class... Rest, class D>
struct without<dims<A...>, dims<First, Rest...>, D>
    : without<std::conditional_t<std::is_same_v<First, D>, dims<A...>, dims<A..., First>>,
              dims<Rest...>, D> {};

/// Dims without D.
template <class Dims, class D>
using without_t = typename without<dims<>, Dims, D>::type;

/// How often D is among them.
template <class D, class... A>
constexpr std::size_t times(dims<A...>) {
  return (std::size_t{0} + ... + std::size_t{std::is_same_v<A, D>});
}

/// 1 + the index of the last D before index `end`; 0 where there is none.
template <class D, class... A>
constexpr std::size_t last_before(dims<A...>, std::size_t end) {
  const bool same[] = {std::is_same_v<A, D>..., false};
  while (end > 0 && !same[end - 1]) --end;
  return end;
}

template <class Part, class Whole, std::size_t... I>
constexpr std::size_t fitting(std::index_sequence<I...>) {
  std::size_t end = Whole::rank, count = 0;
  bool fits = true;
  [[maybe_unused]] const auto match = [&](std::size_t place) {
    fits = fits && place > 0;
    if (!fits) return;
    end = place - 1;
    ++count;
  };
  (match(last_before<at_t<Part, Part::rank - 1 - I>>(Whole{}, end)), ...);
  return count;
}

/// Index of the first of Part, whose dimensions stand side by side in Whole; the rank of Whole if
/// they do not.
template <class Part, class Whole, std::size_t I = 0>
constexpr std::size_t place_of() {
  if constexpr (I + Part::rank > Whole::rank)
    return Whole::rank;
  else if constexpr (std::is_same_v<slice_t<Whole, I, Part::rank>, Part>)
    return I;
  else
    return place_of<Part, Whole, I + 1>();
}

/// How many of the last dimensions of Part are dimensions of Whole too, in the same order.
template <class Part, class Whole>
inline constexpr std::size_t fitting_dims =
    fitting<Part, Whole>(std::make_index_sequence<Part::rank>{});

/// The greatest number of elements; max + 1 where it is more than max.
template <class... D>
constexpr std::uint64_t elements(dims<D...>, std::uint64_t max) {
  std::uint64_t count = 1;
  for (const std::uint64_t size : {std::uint64_t{1}, std::uint64_t{D::max}...})
    count = count > max / size ? max + 1 : count * size;
  return count;
}

}  // namespace shape
}  // namespace tenon
