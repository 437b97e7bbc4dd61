// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See BlockProduct.h.
#include "BlockProduct.h"
#include "Gemm.h"

using namespace mlir;

namespace tenon {

namespace {
class BlockProductEmitter {
public:
  BlockProductEmitter(CpuKernelBuilder &k, const BlockProduct &product, const BlockBounds &bounds)
      : k(k), product(product), bounds(bounds) {}

  /// Columns in groups of equally many vectors; the last group may have fewer.
  void emit() {
    int64_t lanes = k.target.lanes, vectors = product.columns / lanes;
    int64_t most = std::min<int64_t>(llvm::bit_ceil(k.target.tileVectors), product.widest / lanes);
    int64_t groups = llvm::divideCeil(vectors, most);
    int64_t each = llvm::divideCeil(vectors, groups), whole = vectors - vectors % each;
    k.loop(k.index(0), k.index(whole * lanes), each * lanes,
           [&](Value column) { emitColumns(column, each); });
    if (vectors > whole)
      emitColumns(k.index(whole * lanes), vectors - whole);
  }

private:
  /// As many rows as the registers have room for, and a divisor of all of them.
  unsigned tileRows(unsigned vectors) {
    unsigned most = k.target.tileRows * k.target.tileVectors / vectors;
    unsigned count = std::min<unsigned>(most, 12);
    while (product.rows % count != 0)
      --count;
    return count;
  }

  void emitColumns(Value column, unsigned vectors) {
    unsigned count = tileRows(vectors);
    auto [first, last] = bounds.rows(column);
    Value begin = k.mul(k.div(first, count), count);
    k.loop(begin, last, count, [&](Value row) { emitTile(row, count, column, vectors); });
  }

  void emitTile(Value row, unsigned count, Value column, unsigned vectors) {
    unsigned lanes = k.target.lanes;
    Type f32 = k.b.getF32Type();
    Value outStart = k.add(k.mul(row, product.outRow), column);
    Value aStart = k.mul(row, product.aRow);
    auto place = [&](unsigned r, unsigned j) {
      return k.add(outStart, r * product.outRow + j * lanes);
    };
    KernelBuilder::Values sums;
    for (unsigned r = 0; r < count; ++r)
      for (unsigned j = 0; j < vectors; ++j)
        sums.push_back(product.adds ? k.load(product.out, place(r, j), f32, lanes)
                                    : k.splat(0.0, lanes));
    auto [begin, end] = bounds.terms(row, count);
    sums = gemmTile(
        k, count, vectors, begin, end, sums,
        [&](unsigned r, Value i) {
          Value place = k.add(aStart, k.mul(i, product.aTerm));
          return k.load(product.a, k.add(place, r * product.aRow), f32);
        },
        [&](unsigned j, Value i) {
          Value place = k.add(column, k.mul(i, product.bTerm));
          return k.load(product.b, k.add(place, j * lanes), f32, lanes);
        });
    for (unsigned r = 0; r < count; ++r)
      for (unsigned j = 0; j < vectors; ++j)
        k.store(sums[r * vectors + j], product.out, place(r, j));
  }

  CpuKernelBuilder &k;
  const BlockProduct &product;
  const BlockBounds &bounds;
};
} // namespace

void emitBlockProduct(CpuKernelBuilder &k, const BlockProduct &product, const BlockBounds &bounds) {
  BlockProductEmitter(k, product, bounds).emit();
}

} // namespace tenon
