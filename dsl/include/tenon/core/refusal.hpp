// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How an operation refuses what does not fit. Each operation has one check, a consteval function
// that returns accepted<Result> or a type of namespace tenon::error, whose name says what is wrong.
// The operation is a function object with two kinds of overloads: one for accepted operands, and
// one for refused ones, marked TENON_REFUSES, which no call may use. So the compiler's first line
// is the user's, and it holds the rule, the mistake and both dimensions.
//
// Why objects, and why refused overloads come from a base by a using-declaration: g++ 12 reports an
// unavailable free function twice, clang an unavailable operator() of the class itself. This way
// each reports once.
#pragma once

/// Marks an overload for operands that break the rule; its last template argument is the mistake.
#define TENON_REFUSES(rule) __attribute__((unavailable(rule)))

namespace tenon {

/// What a refused call returns. It fits everywhere (core/arithmetic.hpp: in arithmetic too), so
/// that one mistake is reported once.
struct refused_value {};

/// The verdict of a check that found nothing wrong.
template <class Result>
struct accepted {
  using result = Result;
};

template <class Verdict>
concept is_accepted = requires { typename Verdict::result; };

/// Whether a mistake was reported before for one of these.
template <class... X>
inline constexpr bool any_refused = (false || ... || __is_same(X, refused_value));

template <class Verdict>
inline constexpr bool accepts_a_value = false;
template <class Result>
inline constexpr bool accepts_a_value<accepted<Result>> = !any_refused<Result>;

}  // namespace tenon
