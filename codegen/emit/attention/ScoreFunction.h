// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The score function of an attention in its kernels: what of it is the same for all keys is worked
// out once a query, the rest for vectors of keys. It works on each score by itself, so its bits
// depend on the query, the key and what is captured, never on what is computed beside it.
#pragma once
#include "kernel/Kernel.h"

namespace tenon {

class ScoreFunction {
public:
  /// Of an attention in any of its forms.
  ScoreFunction(KernelBuilder &k, mlir::Operation *attention);

  /// Whether there is one; else scores are scaled.
  explicit operator bool() const { return body != nullptr; }
  /// What queries are multiplied by before the products.
  double scale(int64_t headSize) const;

  /// Where a query is: its sequence, the number of its token in the call and its position, and its
  /// head, numbered row-major.
  struct Query {
    mlir::Value batch, time, position, head;
  };
  /// What of the function is the same for all keys of a query: a scalar for each value.
  using Numbers = llvm::DenseMap<mlir::Value, mlir::Value>;
  Numbers numbers(const Query &query);

  /// Some neighbouring scores of a query, the first at `key`.
  class Elements {
  public:
    Elements(const ScoreFunction &function, const Numbers &numbers, mlir::Value scores,
             mlir::Value key);
    /// What the function makes of them.
    mlir::Value made();
    /// In the backward: the gradient of the products, by that of what the function makes.
    mlir::Value back(mlir::Value gradient);

  private:
    mlir::Value of(mlir::Value value);

    const ScoreFunction &function;
    const Numbers &numbers;
    mlir::Value key;
    unsigned lanes;
    llvm::DenseMap<mlir::Value, mlir::Value> known;
  };

private:
  mlir::Value yielded(unsigned i) const;
  bool isOfKeys(mlir::Value value) const;
  mlir::Value number(mlir::Value value, const Query &query, Numbers &known);
  mlir::Value captured(mlir::BlockArgument argument, const Query &query);
  mlir::Value placeIn(mlir::StringAttr dim, const Query &query);

  KernelBuilder &k;
  mlir::Block *body; // null where there is none
  mlir::OperandRange operands;
  mlir::RankedTensorType type; // of the scores
  llvm::DenseSet<mlir::Value> ofKeys;
};

} // namespace tenon
