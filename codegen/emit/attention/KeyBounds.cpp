// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See KeyBounds.h.
#include "KeyBounds.h"

#include <cmath>

using namespace mlir;

namespace tenon {

namespace {
/// time * (position of the query) + key * (position of the key) + constant.
struct Linear {
  int time, key;
  double constant;
};

struct Reader {
  StringAttr time, keys; // dimensions

  std::optional<double> constant(Value value) {
    auto op = value.getDefiningOp<ConstantOp>();
    return op ? std::optional(op.getValue().convertToDouble()) : std::nullopt;
  }

  std::optional<Linear> linear(Value value) {
    auto sum = [&](Value x, Value y, int sign) -> std::optional<Linear> {
      auto left = linear(x), right = linear(y);
      if (!left || !right)
        return std::nullopt;
      return Linear{left->time + sign * right->time, left->key + sign * right->key,
                    left->constant + sign * right->constant};
    };
    if (auto number = constant(value))
      return Linear{0, 0, *number};
    Operation *op = value.getDefiningOp();
    if (isa_and_nonnull<AlongOp>(op)) {
      StringAttr dim = dimNames(value.getType()).front();
      if (dim != time && dim != keys)
        return std::nullopt;
      return Linear{dim == time, dim == keys, 0};
    }
    if (auto add = dyn_cast_or_null<AddOp>(op))
      return sum(add.getX(), add.getY(), 1);
    if (auto elementwise = dyn_cast_or_null<ElementwiseOp>(op)) {
      if (elementwise.getFunction() == ScalarFunction::add)
        return sum(elementwise.getInputs()[0], elementwise.getInputs()[1], 1);
      if (elementwise.getFunction() == ScalarFunction::subtract)
        return sum(elementwise.getInputs()[0], elementwise.getInputs()[1], -1);
    }
    return std::nullopt;
  }

  bool hides(Value value) {
    auto number = constant(value);
    return number && *number == -std::numeric_limits<double>::infinity();
  }

  /// How far behind a query keys may lie that are not hidden; none: no bound.
  std::optional<int64_t> behind(Value value) {
    auto choice = value.getDefiningOp<ElementwiseOp>();
    if (!choice || (choice.getFunction() != ScalarFunction::select_less &&
                    choice.getFunction() != ScalarFunction::select_at_most))
      return std::nullopt;
    bool isLess = choice.getFunction() == ScalarFunction::select_less;
    Value chosen = choice.getInputs()[2], otherwise = choice.getInputs()[3];
    bool holds = hides(otherwise); // where something is seen
    if (!holds && !hides(chosen))
      return std::nullopt;
    auto x = linear(choice.getInputs()[0]), y = linear(choice.getInputs()[1]);
    auto inner = behind(holds ? chosen : otherwise),
         own = x && y ? bound(*x, *y, isLess, holds) : std::nullopt;
    if (own && inner)
      return std::min(*own, *inner);
    return own ? own : inner;
  }

  /// Where x < y, or x <= y, `holds` or does not: from t - key <= n follows n.
  static std::optional<int64_t> bound(Linear x, Linear y, bool isLess, bool holds) {
    // d < 0 or d <= 0 where it is seen.
    int sign = holds ? 1 : -1;
    Linear d{sign * (x.time - y.time), sign * (x.key - y.key), sign * (x.constant - y.constant)};
    bool isStrict = isLess == holds;
    if (d.time != 1 || d.key != -1 || !(std::abs(d.constant) < 0x1p22))
      return std::nullopt;
    double most = -d.constant; // t - key is below, or at most
    return static_cast<int64_t>(isStrict ? std::ceil(most) - 1 : std::floor(most));
  }
};
} // namespace

std::optional<KeyBounds> KeyBounds::of(Block &score) {
  ArrayRef<StringAttr> names = dimNames(score.getArgument(0).getType());
  auto behind = Reader{names[1], names.back()}.behind(score.getTerminator()->getOperand(0));
  return behind ? std::optional(KeyBounds{*behind}) : std::nullopt;
}

} // namespace tenon
