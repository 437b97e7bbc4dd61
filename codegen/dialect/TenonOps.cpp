// Verifiers and effects of the operations of the field, in the order of TenonOps.td.
#include "Tenon.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

namespace tenon {

LogicalResult EmbeddingOp::verify() { return success(); }
LogicalResult PositionsOp::verify() { return success(); }
LogicalResult AddOp::verify() { return success(); }
LogicalResult ScaleOp::verify() { return success(); }
LogicalResult DropoutOp::verify() { return success(); }
LogicalResult LayerNormOp::verify() { return success(); }
LogicalResult LinearOp::verify() { return success(); }
LogicalResult GeluOp::verify() { return success(); }
LogicalResult AttentionOp::verify() { return success(); }
LogicalResult LastTokenOp::verify() { return success(); }
LogicalResult TokenCrossEntropyOp::verify() { return success(); }
LogicalResult MaskedMeanOp::verify() { return success(); }
LogicalResult CrossEntropyOp::verify() { return success(); }

LogicalResult AttentionOp::verifySymbolUses(SymbolTableCollection &) { return success(); }

// Without a cache nothing is written; with one, the cache is read and extended.
void AttentionOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  if (!getCacheAttr())
    return;
  effects.emplace_back(MemoryEffects::Read::get());
  effects.emplace_back(MemoryEffects::Write::get());
}

} // namespace tenon

#define GET_OP_CLASSES
#include "TenonOps.cpp.inc"
