// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernel family of initial values: everything of a parameter is set to 0, then what is not 0 is
// worked out a line at a time, in row-major order, from Philox words.
#include "Families.h"
#include "FlatShare.h"
#include "kernel/Math.h"
#include "kernel/Philox.h"
#include "memory/Layout.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <numeric>

using namespace mlir;

namespace tenon {

namespace {
/// A parameter, and how its lines in row-major order meet its memory.
struct Filled {
  InitialiseOp op;
  ParamOp param;
  Value base;
  int64_t elements, lines, stride; // of a layer; the stride in elements
  int64_t layers;
  int64_t rows = 1, columns = 0, panel = 0; // K, N, NR; NR 0: row-major

  Filled(CpuKernelBuilder &k, InitialiseOp op)
      : op(op), param(cast<ParamOp>(SymbolTable::lookupSymbolIn(k.model, op.getNameAttr()))) {
    StringAttr name = op.getNameAttr().getAttr();
    base = k.symbols.lookup(name);
    RankedTensorType type = param.getTensorType();
    elements = type.getNumElements();
    lines = llvm::divideCeil(elements, lineElements);
    layers = layerCount(k.model, param.getLayers());
    stride = k.layout->paramBytes(k.model, name) / 4 / layers;
    if (const PackedParam &packed = k.layout->param(name); k.layout->isPanel(name)) {
      rows = packed.depth;
      columns = packed.columns;
      panel = k.target.panelColumns();
    }
  }
};

class Initialiser {
public:
  explicit Initialiser(CpuKernelBuilder &k) : k(k) {}

  /// Sets the lines [begin, end) to 0, past the caches: this is the last that is done to most.
  void zero(Value base, Value begin, Value end) {
    Value nothing = k.splat(0.0, k.target.lanes);
    k.loop(begin, end, 1, [&](Value line) {
      for (int64_t j = 0; j < lineElements; j += k.target.lanes)
        k.store(nothing, base, k.add(k.mul(line, lineElements), j), /*nontemporal=*/true);
    });
  }

  void fill(Filled &to, Value begin, Value end) {
    seed = k.scalar(to.op.getSeed());
    k.loop(begin, end, 1, [&](Value at) {
      Value layer = k.div(at, to.lines);
      Value first = k.mul(k.rem(at, k.index(to.lines)), lineElements);
      Value values = valuesOf(to, layer, first);
      Value place = k.mul(layer, to.stride);
      if (to.panel == 0)
        k.store(cut(to, values, first), to.base, k.add(place, first));
      else
        scatter(to, values, first, place);
    });
  }

private:
  /// The elements from row-major number `first` on.
  Value valuesOf(Filled &to, Value layer, Value first) {
    InitKind kind = to.param.getInit();
    if (kind == InitKind::Ones)
      return k.splat(1.0, lineElements);
    Value number = arith::IndexCastOp::create(k.b, k.loc, k.b.getI32Type(), layer);
    Value none = arith::ConstantOp::create(k.b, k.loc, k.b.getI32IntegerAttr(0));
    PhiloxStream stream{.seed = seed,
                        .purpose = 1,
                        .layer = number,
                        .stream = to.op.getStream(),
                        .step = none,
                        .layers = to.layers,
                        .isShort = to.elements <= PhiloxStream::shortElements};
    Value words = emitPhilox(k, stream, first, lineElements, /*aligned=*/true);
    Value n = arith::ShRUIOp::create(k.b, k.loc, words, whole(8));
    Value scale = k.splat(to.param.getInitValue().convertToDouble(), lineElements);
    return k.mulf(kind == InitKind::Uniform ? uniform(n) : normal(n), scale);
  }

  /// 2 u - 1 with u = (n + 1/2) / 2^24: a whole number of 2^-24, exact.
  Value uniform(Value n) {
    Value twice = arith::AddIOp::create(k.b, k.loc, n, n);
    Value odd = arith::SubIOp::create(k.b, k.loc, twice, whole((1 << 24) - 1));
    Type floats = k.vectorType(k.b.getF32Type(), lineElements);
    return k.mulf(arith::SIToFPOp::create(k.b, k.loc, floats, odd), k.splat(0x1p-24, lineElements));
  }

  /// Box and Muller: a pair of words makes a pair of elements.
  Value normal(Value n) {
    auto every2nd = [&](int64_t from) -> Value {
      SmallVector<int64_t> mask;
      for (int64_t i = from; i < lineElements; i += 2)
        mask.push_back(i);
      return vector::ShuffleOp::create(k.b, k.loc, n, n, mask);
    };
    Value forRadius = every2nd(0), forAngle = every2nd(1);
    Value logarithm = emitLogOfUnit(k, forRadius);
    Value square = k.mulf(logarithm, k.splat(-2.0, lineElements / 2));
    Value radius = math::SqrtOp::create(k.b, k.loc, square);
    auto [sine, cosine] = emitSinCosOfTurn(k, forAngle);
    Value even = k.mulf(radius, cosine), odd = k.mulf(radius, sine);
    return vector::InterleaveOp::create(k.b, k.loc, even, odd);
  }

  /// `values` with 0 for the elements that a layer does not have: its last line may be padded.
  Value cut(const Filled &to, Value values, Value first) {
    if (to.elements % lineElements == 0)
      return values;
    Value rest = arith::SubIOp::create(k.b, k.loc, k.index(to.elements), first);
    Value count = arith::IndexCastOp::create(k.b, k.loc, k.b.getI32Type(), rest);
    auto type = cast<VectorType>(k.vectorType(k.b.getI32Type(), lineElements));
    SmallVector<int32_t> numbers(lineElements);
    std::iota(numbers.begin(), numbers.end(), 0);
    auto attribute = DenseElementsAttr::get(type, ArrayRef<int32_t>(numbers));
    Value lane = arith::ConstantOp::create(k.b, k.loc, attribute);
    Value exists = arith::CmpIOp::create(k.b, k.loc, arith::CmpIPredicate::slt, lane,
                                         k.broadcast(count, lineElements));
    return arith::SelectOp::create(k.b, k.loc, exists, values, k.splat(0.0, lineElements));
  }

  /// Stores a line in panels [N/NR][K][NR], in pieces that lie in one row of one panel.
  void scatter(const Filled &to, Value values, Value first, Value place) {
    int64_t piece = std::gcd(std::gcd(lineElements, to.columns), to.panel);
    for (int64_t j = 0; j < lineElements; j += piece) {
      Value element = k.add(first, j);
      auto store = [&] {
        Value part =
            piece < lineElements ? takePiece(k, values, {j, static_cast<unsigned>(piece)}) : values;
        Value row = k.div(element, to.columns), column = k.rem(element, k.index(to.columns));
        Value panel = k.div(column, to.panel), within = k.rem(column, k.index(to.panel));
        Value line = k.add(k.mul(panel, to.rows), row);
        k.store(part, to.base, k.add(place, k.add(k.mul(line, to.panel), within)));
      };
      if (to.elements % lineElements == 0)
        store();
      else
        k.ifThen(k.less(element, k.index(to.elements)), store);
    }
  }

  Value whole(int32_t value) {
    auto type = cast<VectorType>(k.vectorType(k.b.getI32Type(), lineElements));
    return arith::ConstantOp::create(k.b, k.loc, DenseElementsAttr::get(type, value));
  }

  CpuKernelBuilder &k;
  Value seed;
};
} // namespace

LogicalResult emitInitialise(GroupOp group, CpuKernelBuilder &k) {
  SmallVector<Value> zeros;
  SmallVector<Filled> filled;
  SmallVector<int64_t> zeroLines, filledLines;
  for (auto op : group.getBody().front().getOps<InitialiseOp>()) {
    StringAttr name = op.getNameAttr().getAttr();
    Filled to(k, op);
    zeros.append({k.gradients.lookup(name), k.moments1.lookup(name), k.moments2.lookup(name)});
    bool isZero = to.param.getInit() == InitKind::Zeros;
    if (isZero || to.panel != 0) // of panels the padding
      zeros.push_back(to.base);
    zeroLines.resize(zeros.size(), k.layout->paramBytes(k.model, name) / (lineElements * 4));
    if (!isZero) {
      filledLines.push_back(to.lines * to.layers);
      filled.push_back(to);
    }
  }
  Initialiser initialiser(k);
  k.stage([&] {
    shareAll(k, zeroLines,
             [&](unsigned i, Value begin, Value end) { initialiser.zero(zeros[i], begin, end); });
    k.storeFence();
  });
  k.stage([&] {
    shareAll(k, filledLines,
             [&](unsigned i, Value begin, Value end) { initialiser.fill(filled[i], begin, end); });
  });
  return success();
}

} // namespace tenon
