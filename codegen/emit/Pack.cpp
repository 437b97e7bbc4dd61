// Packing functions; see Pack.h.
#include "Pack.h"
#include "CpuKernel.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace tenon {

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
  Type f32 = b.getF32Type();
  int64_t depth = param.getTensorType().getDimSize(0);
  int64_t columns = param.getTensorType().getDimSize(1);
  int64_t panel = target.panelColumns();
  Value source = body->getArgument(0), destination = body->getArgument(1);
  auto copy = [&](Value from, Value to, unsigned lanes) {
    k.store(k.load(source, from, f32, lanes), destination, to);
  };
  int64_t whole = columns / panel, rest = columns % panel;
  k.loop(k.index(0), k.index(whole), 1, [&](Value p) {
    k.loop(k.index(0), k.index(depth), 1, [&](Value d) {
      Value from = k.add(k.mul(d, columns), k.mul(p, panel));
      Value to = k.mul(k.add(k.mul(p, depth), d), panel);
      for (int64_t j = 0; j < panel; j += target.lanes)
        copy(k.add(from, j), k.add(to, j), target.lanes);
    });
  });
  if (rest == 0)
    return;
  k.loop(k.index(0), k.index(depth), 1, [&](Value d) {
    Value from = k.add(k.mul(d, columns), whole * panel);
    Value to = k.mul(k.add(d, whole * depth), panel);
    for (int64_t j = 0; j < panel; j += target.lanes)
      k.store(k.splat(0.0, target.lanes), destination, k.add(to, j));
    for (int64_t j = 0; j + target.lanes <= rest; j += target.lanes)
      copy(k.add(from, j), k.add(to, j), target.lanes);
    for (Piece piece : tailPieces(rest, target.lanes))
      copy(k.add(from, piece.offset), k.add(to, piece.offset), piece.lanes);
  });
}

} // namespace tenon
