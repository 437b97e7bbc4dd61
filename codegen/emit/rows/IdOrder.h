// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The tokens of a call by the row that their ids name: of a table, or of the parts of a weight.
#pragma once
#include "kernel/CpuKernel.h"

namespace tenon {

/// A list of all tokens, those of each row behind one another and in order, in the group's scratch
/// memory of 32-bit words: word r is how many tokens belong to rows before r, hence where the first
/// one of row r stands in the list, which begins at word firstToken(). At its end are tokens of no
/// row.
class IdOrder {
public:
  IdOrder(CpuKernelBuilder &k, mlir::Value ids, int64_t rows, mlir::Value count)
      : k(k), ids(ids), count(count), rows(rows) {}

  /// Words of scratch memory for up to `tokens` tokens.
  static int64_t words(int64_t rows, int64_t tokens) { return firstTokenOf(rows) + tokens; }

  /// Makes the list, by counting.
  void sort();

  /// Of the list, where row r begins, and where it ends: where r + 1 begins.
  mlir::Value begin(mlir::Value row) { return word(row); }
  /// The token at place i of the list.
  mlir::Value token(mlir::Value i) { return word(k.add(i, firstTokenOf(rows))); }
  /// The row that a token's id names; ids as unsigned, so that negative ones lie above every row.
  mlir::Value rowOf(mlir::Value token);

private:
  static int64_t firstTokenOf(int64_t rows) { return rows + 3; }
  mlir::Value word(mlir::Value index);
  void setWord(mlir::Value index, mlir::Value value);

  CpuKernelBuilder &k;
  mlir::Value ids, count; // base; the number of tokens
  int64_t rows;
};

} // namespace tenon
