// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a group costs, as formulas over the model's named dimensions.
#pragma once
#include "Tenon.h"

namespace tenon {

/// A sum of products of dimensions, each with a factor: 2 batch seq n_embd n_qkv + 4 batch seq. A
/// term may also hold the position of the call's first token.
class Formula {
public:
  struct Term {
    int64_t factor;
    llvm::SmallVector<mlir::StringAttr> dims;
    bool byPosition;
  };

  void add(int64_t factor, llvm::ArrayRef<mlir::StringAttr> dims, bool byPosition = false);
  /// `factor` times the number of elements of a tensor.
  void addElements(int64_t factor, mlir::Type tensor) { add(factor, dimNames(tensor)); }

  llvm::ArrayRef<Term> all() const { return terms; }
  std::string text() const;
  /// The value with run-time dimensions at their greatest, or at their least, size; the position is
  /// 0.
  double atMost(ModelOp model) const { return evaluate(model, /*most=*/true); }
  double atLeast(ModelOp model) const { return evaluate(model, /*most=*/false); }

private:
  double evaluate(ModelOp model, bool most) const;

  llvm::SmallVector<Term> terms;
};

/// Floating-point operations of a group's kernel, and the bytes that it reads and writes if it
/// reads everything once. An exponential, a tanh, a division count as one operation each.
struct Cost {
  Formula flops, bytes;
};
Cost costOf(GroupOp group);

} // namespace tenon
