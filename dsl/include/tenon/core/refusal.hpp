// How an operation refuses what does not fit. Each operation has one check, a consteval function
// which returns accepted<Result> or a type of namespace tenon::error that says what is wrong, and
// two overloads: one for accepted operands, one for refused ones, which cannot be called. So the
// compiler's first line is the user's, and it holds the name of the mistake with both dimensions.
//
// clang prints the reason of an `unavailable` function beside its template arguments; g++ 12 would
// print such an error twice, but names the arguments of a deleted function just as well.
#pragma once

#if defined(__clang__)
#define TENON_RULE(sentence) __attribute__((unavailable(sentence)))
#define TENON_REFUSED \
  { return {}; }
#else
#define TENON_RULE(sentence)
#define TENON_REFUSED = delete;
#endif

namespace tenon {

/// What a refused call returns, so that one mistake is reported once: it fits everywhere.
struct refused_value {
  template <class X>
  friend constexpr refused_value operator+(X, refused_value) { return {}; }
};

/// The verdict of a check that found nothing wrong.
template <class Result>
struct accepted {
  using result = Result;
};

template <class Verdict>
concept is_accepted = requires { typename Verdict::result; };

template <class... X>
inline constexpr bool any_refused = false || (... || __is_same(X, refused_value));

}  // namespace tenon
