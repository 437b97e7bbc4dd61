// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The shape algebra, and what the checks of the operations answer, as laws on types.
#include <catch2/catch.hpp>
#include <tenon/tenon.hpp>

namespace {
using namespace tenon;

struct a : dim<2> {};
struct b : dim<3> {};
struct c : dim<5> {};
struct other_c : dim<5> {};
struct heads : dim<1> {};
struct time_steps : dyn<1, 4> {};
struct three_c : dim<15> {};

template <class X, class Y>
constexpr bool same = std::is_same_v<X, Y>;
template <class Check>
using result = typename Check::result;

using abc = dims<a, b, c>;
static_assert(same<shape::first_t<abc>, a> && same<shape::last_t<abc>, c>);
static_assert(same<shape::at_t<abc, 1>, b>);
// appending the last dimension to the leading ones gives the list back
static_assert(same<shape::append_t<shape::leading_t<abc>, shape::last_t<abc>>, abc>);
static_assert(same<shape::append_t<shape::leading_t<dims<a>>, a>, dims<a>>);
// all trailing dimensions are the list; none are no list
static_assert(same<shape::trailing_t<abc, 3>, abc> && same<shape::trailing_t<abc, 0>, dims<>>);
static_assert(same<shape::trailing_t<abc, 2>, dims<b, c>>);
// all but one
static_assert(same<shape::without_t<abc, b>, dims<a, c>>);
static_assert(same<shape::without_t<abc, other_c>, abc>);
static_assert(same<shape::without_t<dims<a>, a>, dims<>>);
// how many of the last dimensions of one list are in the other, in its order; of two with one name
// the last is meant
static_assert(shape::fitting_dims<dims<a, c>, abc> == 2 && shape::fitting_dims<abc, abc> == 3);
static_assert(shape::fitting_dims<dims<>, abc> == 0 && shape::fitting_dims<abc, dims<a, c>> == 1);
static_assert(shape::fitting_dims<dims<c, a>, abc> == 1);
static_assert(shape::fitting_dims<dims<a, other_c>, abc> == 0);
static_assert(shape::fitting_dims<dims<c>, dims<c, c>> == 1);
static_assert(shape::fitting_dims<dims<c, c>, dims<a, c>> == 1);
// lists differ nowhere from themselves, and where the first name differs though sizes are equal
static_assert(shape::first_difference(abc{}, abc{}) == 3);
static_assert(shape::first_difference(abc{}, dims<a, b, other_c>{}) == 2);
static_assert(shape::first_difference(abc{}, dims<b, a, c>{}) == 0);
static_assert(shape::first_difference(dims<>{}, dims<>{}) == 0);
// lists are joined in order; those without dimensions add nothing
static_assert(same<shape::joined_t<dims<a>, dims<>, dims<b, c>>, abc>);
static_assert(same<shape::joined_t<>, dims<>>);
// what two lists share and what one lacks are the list again, in its order and not the other's
static_assert(same<shape::common_t<abc, dims<c, heads, a>>, dims<a, c>>);
static_assert(same<shape::others_t<abc, dims<c, heads, a>>, dims<b>>);
static_assert(same<shape::common_t<abc, dims<>>, dims<>> &&
              same<shape::others_t<abc, dims<>>, abc>);
// a dimension that stands twice is found where it stands again
static_assert(shape::first_repeated(abc{}) == 3 && shape::first_repeated(dims<>{}) == 0);
static_assert(shape::first_repeated(dims<a, b, a, b>{}) == 2);

using x = tensor<f32, a, time_steps, c>;
static_assert(same<replace_last_t<x, b>, tensor<f32, a, time_steps, b>>);

// results of operations
static_assert(same<result<decltype(detail::check_linear<x, param<f32, c, b>>())>,
                   tensor<f32, a, time_steps, b>>);
static_assert(same<result<decltype(detail::check_linear<tensor<f32, c>, param<f32, c, b>>())>,
                   tensor<f32, b>>);
// a weight (out, in), heads as dimensions, and sums over several of them
static_assert(same<result<decltype(detail::check_linear<x, param<f32, b, c>>())>,
                   tensor<f32, a, time_steps, b>>);
using of_heads = result<decltype(detail::check_linear<x, param<f32, heads, b, c>>())>;
static_assert(same<of_heads, tensor<f32, a, time_steps, heads, b>>);
static_assert(same<result<decltype(detail::check_linear<x, param<f32, c, heads, b>>())>, of_heads>);
static_assert(same<result<decltype(detail::check_linear<of_heads, param<f32, c, heads, b>>())>, x>);
static_assert(same<result<decltype(detail::check_linear<of_heads, param<f32, heads, b, c>>())>, x>);
static_assert(is_accepted<
              decltype(detail::check_linear<x, param<f32, heads, b, c>, param<f32, heads, b>>())>);
static_assert(!is_accepted<
              decltype(detail::check_linear<x, param<f32, heads, b, c>, param<f32, b, heads>>())>);
static_assert(!is_accepted<decltype(detail::check_linear<of_heads, param<f32, c, b, heads>>())>);
static_assert(same<result<decltype(detail::check_layer_norm<x, param<f32, c>>())>, x>);
static_assert(same<result<decltype(detail::check_arithmetic<x, x>())>, x>);
static_assert(same<result<decltype(detail::check_arithmetic<x, tensor<f32, c>>())>, x>);
static_assert(same<result<decltype(detail::check_arithmetic<x, param<f32, c>>())>, x>);
static_assert(same<result<decltype(detail::check_arithmetic<x, tensor<f32>>())>, x>);
static_assert(same<result<decltype(detail::check_arithmetic<x, int>())>, x>);
// a choice has the dimensions of its biggest tensor, compared or chosen
template <class A, class B, class X, class Y>
using chosen =
    decltype(choose(std::declval<A>() < std::declval<B>(), std::declval<X>(), std::declval<Y>()));
static_assert(same<chosen<x, float, int, double>, x> &&
              same<chosen<tensor<f32, c>, int, int, x>, x>);
static_assert(same<chosen<tensor<f32, a>, tensor<f32, c>, x, int>, x>);
static_assert(same<chosen<int, tensor<f32, c>, param<f32, c>, tensor<f32>>, tensor<f32, c>>);
// whichever stands left
static_assert(same<result<decltype(detail::check_arithmetic<param<f32, c>, x>())>, x>);
static_assert(same<result<decltype(detail::check_arithmetic<tensor<f32>, x>())>, x>);
static_assert(same<result<decltype(detail::check_arithmetic<float, x>())>, x>);
static_assert(!is_accepted<decltype(detail::check_arithmetic<param<f32, c>, int>())>);
// by name: what lacks the last, the middle, or all but the first
static_assert(same<result<decltype(detail::check_arithmetic<x, tensor<f32, a, time_steps>>())>, x>);
static_assert(same<result<decltype(detail::check_arithmetic<tensor<f32, a, c>, x>())>, x>);
static_assert(same<result<decltype(detail::check_arithmetic<x, tensor<f32, a>>())>, x>);
static_assert(!is_accepted<decltype(detail::check_arithmetic<x, tensor<f32, c, a>>())>);
static_assert(!is_accepted<decltype(detail::check_arithmetic<x, tensor<f32, a, b>>())>);
static_assert(!is_accepted<decltype(detail::check_arithmetic<tensor<f32, c>, param<f32, a, c>>())>);

static_assert(same<result<decltype(detail::check_reduction<c, x>())>, tensor<f32, a, time_steps>>);
static_assert(same<result<decltype(detail::check_reduction<a, x>())>, tensor<f32, time_steps, c>>);
static_assert(same<result<decltype(detail::check_reduction<c, tensor<f32, c>>())>, tensor<f32>>);
// of those known at run time the second: tokens, not sequences
static_assert(same<result<decltype(detail::check_reduction<time_steps, x>())>, tensor<f32, a, c>>);
static_assert(
    !is_accepted<decltype(detail::check_reduction<time_steps, tensor<f32, time_steps, c>>())>);
static_assert(!is_accepted<decltype(detail::check_reduction<other_c, x>())>);
static_assert(!is_accepted<decltype(detail::check_reduction<c, tensor<i32, c>>())>);

// parts of the last dimension, and parts side by side
template <class E, std::uint32_t Offset, class X>
using sliced = decltype(detail::check_slice<E, Offset, X>());
static_assert(same<result<sliced<b, 2, x>>, tensor<f32, a, time_steps, b>>);
static_assert(same<result<sliced<c, 0, x>>, x> &&
              same<result<sliced<other_c, 0, x>>::shape, dims<a, time_steps, other_c>>);
static_assert(!is_accepted<sliced<b, 3, x>> && !is_accepted<sliced<b, 0, tensor<f32>>>);
static_assert(!is_accepted<sliced<time_steps, 0, x>> && !is_accepted<sliced<a, 4294967295u, x>>);
template <class D, class... X>
using joined = decltype(detail::check_join<D, X...>());
static_assert(same<result<joined<c, tensor<f32, b, a>, tensor<f32, b, b>>>, tensor<f32, b, c>>);
static_assert(same<result<joined<other_c, tensor<f32, b, c>>>, tensor<f32, b, other_c>>);
static_assert(!is_accepted<joined<c, tensor<f32, b, a>, tensor<f32, b, a>>>);
static_assert(!is_accepted<joined<c, tensor<f32, b, a>, tensor<f32, b>>>);
static_assert(!is_accepted<joined<c, tensor<f32, b, a>, tensor<f32, a, b>>>);
// one of a dimension, wherever it stands; of the last one of at most 16
template <class D, std::uint32_t Index, class X>
using one_of = decltype(detail::check_pick<D, Index, X>());
using longer = tensor<f32, time_steps, b, a, c>;
static_assert(same<result<one_of<b, 2, longer>>, tensor<f32, time_steps, a, c>>);
static_assert(same<result<one_of<a, 1, longer>>, tensor<f32, time_steps, b, c>>);
static_assert(same<result<one_of<c, 4, longer>>, tensor<f32, time_steps, b, a>>);
static_assert(same<result<one_of<c, 4, tensor<f32, a, c, c>>>, tensor<f32, a, c>>);
struct sixteen : dim<16> {};
struct seventeen : dim<17> {};
static_assert(is_accepted<one_of<sixteen, 15, tensor<f32, a, sixteen>>>);
static_assert(!is_accepted<one_of<seventeen, 0, tensor<f32, a, seventeen>>>);
static_assert(is_accepted<one_of<seventeen, 0, tensor<f32, a, seventeen, b>>>);
static_assert(!is_accepted<one_of<c, 0, x>> && !is_accepted<one_of<a, 0, x>>);  // runs of time
static_assert(!is_accepted<one_of<b, 3, longer>> && !is_accepted<one_of<c, 0, tensor<f32, c>>>);

// other dimensions in place of some that stand side by side
template <class From, class To, class X>
using regrouped =
    decltype(detail::check_regroup<detail::as_dims_t<From>, detail::as_dims_t<To>, X>());
static_assert(shape::place_of<dims<b, c>, abc>() == 1 && shape::place_of<dims<a, c>, abc>() == 3);
static_assert(shape::place_of<abc, dims<a>>() == 1);
static_assert(
    same<result<regrouped<dims<b, a>, dims<a, b>, longer>>, tensor<f32, time_steps, a, b, c>>);
static_assert(same<result<regrouped<three_c, dims<c, b>, tensor<f32, a, time_steps, three_c>>>,
                   tensor<f32, a, time_steps, c, b>>);
static_assert(
    same<result<regrouped<dims<b, c>, three_c, tensor<f32, a, b, c>>>, tensor<f32, a, three_c>>);
static_assert(same<result<regrouped<c, dims<c, heads>, x>>, tensor<f32, a, time_steps, c, heads>>);
static_assert(!is_accepted<regrouped<c, b, x>> && !is_accepted<regrouped<b, b, x>>);
static_assert(!is_accepted<regrouped<a, a, x>> && !is_accepted<regrouped<dims<>, c, x>>);

// parts as the elements of a new last dimension
template <class D, class... X>
using stacked = decltype(detail::check_stack<D, X...>());
static_assert(same<result<stacked<a, x, x>>, tensor<f32, a, time_steps, c, a>>);
static_assert(same<result<stacked<heads, x>>, tensor<f32, a, time_steps, c, heads>>);
static_assert(!is_accepted<stacked<b, x, x>> && !is_accepted<stacked<a, x, longer>>);
static_assert(!is_accepted<stacked<a, tensor<f32, time_steps>, tensor<f32, time_steps>>>);

// all dimensions of both, which have none in common
using outer_product = decltype(detail::check_outer<tensor<f32, a, time_steps>, param<f32, b, c>>());
static_assert(same<result<outer_product>, tensor<f32, a, time_steps, b, c>>);
static_assert(!is_accepted<decltype(detail::check_outer<x, tensor<f32, a>>())>);

using ids = input<"ids", i32, a, time_steps>;
// of a size known at compile time no tensor need tell
struct just_exact : dim<1u << 24> {};
struct too_many : dim<(1u << 24) + 1> {};
template <class D, class X>
using counted = decltype(detail::check_along<D, X>());
static_assert(same<result<counted<time_steps, ids>>, tensor<f32, time_steps>>);
static_assert(same<result<counted<c, ids>>, tensor<f32, c>>);
static_assert(is_accepted<counted<just_exact, ids>> && !is_accepted<counted<too_many, ids>>);
static_assert(!is_accepted<counted<time_steps, tensor<f32, a>>>);
static_assert(same<result<decltype(detail::check_as_f32<ids>())>, tensor<f32, a, time_steps>>);
static_assert(!is_accepted<decltype(detail::check_as_f32<x>())>);
using rows = result<decltype(detail::check_embedding<param<bf16, b, c>, ids>())>;
static_assert(same<rows, tensor<f32, a, time_steps, c>>);
using where_in_text = result<decltype(detail::check_positions<ids>())>;
static_assert(same<where_in_text::plain, tensor<i32, time_steps>>);

using cache = kv_cache<f32, a, c, c>;
using qkv = tensor<f32, a, time_steps, three_c>;
static_assert(same<result<decltype(detail::check_attention<heads, qkv, cache>())>, x>);
// grouped, multi-query and ordinary heads: the dimensions of the queries
using queries = tensor<f32, a, time_steps, b, heads, c>;
template <class... H>
using attended =
    decltype(detail::check_attention_apart<c, queries, tensor<f32, a, time_steps, H..., c>,
                                           tensor<f32, a, time_steps, H..., c>,
                                           kv_cache<bf16, a, c, H..., c>>());
static_assert(same<result<attended<b>>, queries> && same<result<attended<>>, queries>);
static_assert(same<result<attended<b, heads>>, queries>);
static_assert(!is_accepted<attended<heads>> && !is_accepted<attended<heads, b>>);
static_assert(same<result<decltype(detail::check_cross_entropy<x, ids>())>, tensor<f32>>);
// choices of rows; a gathered weight's product has the indices' dimensions, whether x has them all
// or all but the last
using picked = indices<c, a, time_steps, b>;
static_assert(same<result<decltype(detail::check_top_k<c, b, x>())>, picked>);
static_assert(same<result<decltype(detail::check_top_k<c, c, x>())>, indices<c, a, time_steps, c>>);
static_assert(
    same<result<decltype(detail::check_take<x, picked>())>, tensor<f32, a, time_steps, b>>);
struct n_out : dim<7> {};
struct n_in : dim<4> {};
using of_each = result<decltype(detail::check_gather<param<f32, c, n_out, heads, n_in>, picked>())>;
static_assert(
    same<result<decltype(detail::check_linear<tensor<f32, a, time_steps, n_in>, of_each>())>,
         tensor<f32, a, time_steps, b, n_out, heads>>);
static_assert(
    same<result<
             decltype(detail::check_linear<tensor<f32, a, time_steps, b, heads, n_in>, of_each>())>,
         tensor<f32, a, time_steps, b, n_out>>);
static_assert(!is_accepted<decltype(detail::check_linear<tensor<f32, a, b, n_in>, of_each>())>);
using one_target = input<"target", i32>;
static_assert(
    same<result<decltype(detail::check_cross_entropy<tensor<f32, b>, one_target>())>, tensor<f32>>);

// equal numbers under two names do not fit
static_assert(!is_accepted<decltype(detail::check_linear<x, param<f32, other_c, b>>())>);
static_assert(!is_accepted<decltype(detail::check_arithmetic<x, tensor<f32, other_c>>())>);
// the longest sequence must fit the table, and one step longer must not
struct four : dim<4> {};
struct rows_three : dim<3> {};
static_assert(is_accepted<decltype(detail::check_embedding<param<f32, four, c>, where_in_text>())>);
static_assert(
    !is_accepted<decltype(detail::check_embedding<param<f32, rows_three, c>, where_in_text>())>);
// what was refused once is refused silently: no second message
static_assert(
    same<result<decltype(detail::check_linear<refused_value, param<f32, c, b>>())>, refused_value>);
static_assert(same<result<decltype(detail::check_layer_norm<x, param<f32, c>, refused_value>())>,
                   refused_value>);
static_assert(same<decltype(refused_value{} + refused_value{}), refused_value>);
static_assert(
    same<decltype(2 * -exp(refused_value{}) / 3 - max(refused_value{}, 1)), refused_value>);
static_assert(same<decltype(sum<c>(refused_value{}) + max<c>(refused_value{})), refused_value>);
static_assert(same<decltype(nn::rms_norm<c>{"n"}(refused_value{})), refused_value>);
static_assert(same<decltype(along<c>(refused_value{})), refused_value>);
static_assert(same<decltype(top_k<c, b>(refused_value{}).indices), refused_value>);
static_assert(same<decltype(take(refused_value{}, refused_value{})), refused_value>);
static_assert(
    same<decltype(gather(param<f32, c, b, a>{"w", ones}, refused_value{})), refused_value>);
static_assert(same<decltype(linear(refused_value{}, refused_value{})), refused_value>);
static_assert(same<decltype(softmax<c>(refused_value{})), refused_value>);
static_assert(same<decltype(as_f32(refused_value{})), refused_value>);
static_assert(same<decltype(slice<c>(refused_value{})), refused_value>);
static_assert(same<decltype(join<c>(refused_value{}, refused_value{})), refused_value>);
static_assert(same<decltype(outer(refused_value{}, refused_value{})), refused_value>);
static_assert(
    same<decltype(nn::rotate<c>(refused_value{}, nn::rotary<time_steps>(refused_value{}, 1))),
         refused_value>);
static_assert(
    same<decltype(choose((refused_value{} < 1 && !(std::declval<x>() > refused_value{})) ||
                             refused_value{} >= refused_value{},
                         refused_value{}, 0)),
         refused_value>);
}  // namespace

TEST_CASE("the shape algebra's static assertions compiled") { SUCCEED(); }
