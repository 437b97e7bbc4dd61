// Packing functions; see Pack.h.
#include "Pack.h"
#include "Bf16.h"
#include "CpuKernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace tenon {

int64_t packedBytes(RankedTensorType weight, const Target &target) {
  int64_t group = packedDepth(weight.getElementType());
  return llvm::alignTo(weight.getDimSize(0), group) *
         llvm::alignTo(weight.getDimSize(1), target.panelColumns()) *
         weight.getElementTypeBitWidth() / 8;
}

void emitPack(ModuleOp module, StringRef symbol, ParamOp param, const Target &target) {
  OpBuilder b(module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  Location loc = param.getLoc();
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  auto function = func::FuncOp::create(b, loc, symbol, b.getFunctionType({pointer, pointer}, {}));
  Block *body = function.addEntryBlock();
  b.setInsertionPointToStart(body);
  func::ReturnOp::create(b, loc);
  b.setInsertionPointToStart(body);

  CpuKernelBuilder k(b, loc, target);
  RankedTensorType type = param.getTensorType();
  int64_t depth = type.getDimSize(0), columns = type.getDimSize(1), panel = target.panelColumns();
  bool bf16 = type.getElementType().isBF16();
  int64_t group = packedDepth(type.getElementType()), groups = llvm::divideCeil(depth, group);
  Type lane = bf16 ? b.getI32Type() : Type(b.getF32Type());
  Value source = body->getArgument(0), destination = body->getArgument(1);

  /// `lanes` columns from `column` on of the rows of group `d`; a pair that has one row only gets
  /// zero for the other.
  auto read = [&](Value d, Value column, unsigned lanes, int64_t rows) -> Value {
    if (!bf16)
      return k.load(source, k.add(k.mul(d, columns), column), lane, lanes);
    Value pair;
    for (int64_t row = 0; row < rows; ++row) {
      Value from = k.add(k.mul(k.add(k.mul(d, group), row), columns), column);
      Value bits = arith::ExtUIOp::create(b, loc, k.vectorType(lane, lanes),
                                          k.load(source, from, b.getI16Type(), lanes));
      pair = row == 0 ? bits : joinPairs(k, pair, bits);
    }
    return pair;
  };
  int64_t whole = columns / panel, rest = columns % panel;
  auto emitGroup = [&](Value p, Value d, int64_t valid, int64_t rows) {
    Value from = k.mul(p, panel), to = k.mul(k.add(k.mul(p, groups), d), panel);
    auto copy = [&](int64_t j, unsigned lanes) {
      k.store(read(d, k.add(from, j), lanes, rows), destination, k.add(to, j));
    };
    Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(k.vectorType(lane, target.lanes)));
    for (int64_t j = 0; j < panel; j += target.lanes)
      if (j + target.lanes <= valid)
        copy(j, target.lanes);
      else
        k.store(zero, destination, k.add(to, j));
    if (valid < panel)
      for (Piece piece : tailPieces(valid, target.lanes))
        copy(piece.offset, piece.lanes);
  };
  auto emitPanel = [&](Value p, int64_t valid) {
    k.loop(k.index(0), k.index(depth / group), 1, [&](Value d) { emitGroup(p, d, valid, group); });
    if (int64_t rows = depth % group)
      emitGroup(p, k.index(depth / group), valid, rows);
  };
  k.loop(k.index(0), k.index(whole), 1, [&](Value p) { emitPanel(p, panel); });
  if (rest != 0)
    emitPanel(k.index(whole), rest);
}

} // namespace tenon
