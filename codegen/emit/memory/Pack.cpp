// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Packing functions and their inverse; see Pack.h.
#include "Pack.h"
#include "kernel/Bf16.h"
#include "kernel/CpuKernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace tenon {

int64_t packedBytes(int64_t depth, int64_t columns, Type element, const Target &target) {
  return llvm::alignTo(depth, packedDepth(element)) *
         llvm::alignTo(columns, target.panelColumns()) * element.getIntOrFloatBitWidth() / 8;
}

namespace {
/// One copying function: what it knows of the two forms, and the loops over both.
class PanelCopy {
public:
  PanelCopy(ModuleOp module, StringRef symbol, const PackedParam &packed, ParamOp param,
            const Target &target)
      : b(module.getContext()), loc(param.getLoc()), k(b, loc, target), target(target),
        depth(packed.depth), columns(packed.columns) {
    b.setInsertionPointToEnd(module.getBody());
    Type pointer = LLVM::LLVMPointerType::get(b.getContext());
    auto function = func::FuncOp::create(b, loc, symbol, b.getFunctionType({pointer, pointer}, {}));
    Block *body = function.addEntryBlock();
    b.setInsertionPointToStart(body);
    func::ReturnOp::create(b, loc);
    b.setInsertionPointToStart(body);
    source = body->getArgument(0), destination = body->getArgument(1);
    Type element = param.getTensorType().getElementType();
    group = packedDepth(element);
    bf16 = element.isBF16();
    lane = bf16 ? b.getI32Type() : Type(b.getF32Type());
  }

  void pack() {
    Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(k.vectorType(lane, target.lanes)));
    forEachGroup([&](Run run, int64_t rows) {
      forEachPiece(
          run, [&](Value packed) { k.store(zero, destination, packed); },
          [&](Value packed, Value column, unsigned lanes) {
            k.store(readRows(run.d, column, lanes, rows), destination, packed);
          });
    });
  }

  void unpack() {
    forEachGroup([&](Run run, int64_t rows) {
      forEachPiece(
          run, [](Value) {},
          [&](Value packed, Value column, unsigned lanes) {
            writeRows(k.load(source, packed, lane, lanes), run.d, column, rows);
          });
    });
  }

private:
  /// The columns of panel `p` in the rows of group `d`, of which the first `valid` are the
  /// weight's.
  struct Run {
    Value p, d;
    int64_t valid;
  };

  void forEachGroup(llvm::function_ref<void(Run, int64_t rows)> visit) {
    int64_t panel = target.panelColumns();
    auto visitPanel = [&](Value p, int64_t valid) {
      k.loop(k.index(0), k.index(depth / group), 1, [&](Value d) { visit({p, d, valid}, group); });
      if (int64_t rows = depth % group)
        visit({p, k.index(depth / group), valid}, rows);
    };
    k.loop(k.index(0), k.index(columns / panel), 1, [&](Value p) { visitPanel(p, panel); });
    if (int64_t rest = columns % panel)
      visitPanel(k.index(columns / panel), rest);
  }

  /// Vectors that are not the weight's as a whole are for `pad`, then the weight's part of them is
  /// copied in pieces.
  void forEachPiece(Run run, llvm::function_ref<void(Value packed)> pad,
                    llvm::function_ref<void(Value packed, Value column, unsigned lanes)> copy) {
    int64_t panel = target.panelColumns(), groups = llvm::divideCeil(depth, group);
    Value from = k.mul(run.p, panel);
    Value to = k.mul(k.add(k.mul(run.p, groups), run.d), panel);
    auto copyAt = [&](int64_t j, unsigned lanes) { copy(k.add(to, j), k.add(from, j), lanes); };
    for (int64_t j = 0; j < panel; j += target.lanes)
      if (j + target.lanes <= run.valid)
        copyAt(j, target.lanes);
      else
        pad(k.add(to, j));
    if (run.valid < panel)
      for (Piece piece : tailPieces(run.valid, target.lanes))
        copyAt(piece.offset, piece.lanes);
  }

  /// Where column `column` of row `row` of group `d` lies in the row-major form.
  Value rowMajor(Value d, int64_t row, Value column) {
    return k.add(k.mul(k.add(k.mul(d, group), row), columns), column);
  }

  /// `lanes` columns from `column` on of the rows of group `d`; a pair that has one row only gets
  /// zero for the other.
  Value readRows(Value d, Value column, unsigned lanes, int64_t rows) {
    if (!bf16)
      return k.load(source, rowMajor(d, 0, column), lane, lanes);
    Value pair;
    for (int64_t row = 0; row < rows; ++row) {
      Value stored = k.load(source, rowMajor(d, row, column), b.getI16Type(), lanes);
      Value bits = arith::ExtUIOp::create(b, loc, k.vectorType(lane, lanes), stored);
      pair = row == 0 ? bits : joinPairs(k, pair, bits);
    }
    return pair;
  }

  void writeRows(Value packed, Value d, Value column, int64_t rows) {
    if (!bf16)
      return k.store(packed, destination, rowMajor(d, 0, column));
    unsigned lanes = lanesOf(packed);
    for (int64_t row = 0; row < rows; ++row) {
      Value bits = row == 0 ? packed : upperOfPairs(k, packed);
      Value stored = arith::TruncIOp::create(b, loc, k.vectorType(b.getI16Type(), lanes), bits);
      k.store(stored, destination, rowMajor(d, row, column));
    }
  }

  OpBuilder b;
  Location loc;
  CpuKernelBuilder k;
  const Target &target;
  int64_t depth, columns, group = 1;
  bool bf16 = false;
  Type lane;
  Value source, destination;
};
} // namespace

void emitPack(ModuleOp module, const PackedParam &packed, ParamOp param, const Target &target) {
  PanelCopy(module, packed.packSymbol, packed, param, target).pack();
}

void emitUnpack(ModuleOp module, const PackedParam &packed, ParamOp param, const Target &target) {
  PanelCopy(module, packed.unpackSymbol, packed, param, target).unpack();
}

} // namespace tenon
