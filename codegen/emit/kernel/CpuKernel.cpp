// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Memory access on CPUs; see CpuKernel.h.
#include "CpuKernel.h"
#include "Call.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "tenon/runtime/abi.h"

using namespace mlir;

namespace tenon {

static unsigned bytesOf(Type element) { return element.getIntOrFloatBitWidth() / 8; }

static Value addressOf(CpuKernelBuilder &k, Value base, Value index, Type element,
                       LLVM::GEPNoWrapFlags flags) {
  Value wide = arith::IndexCastOp::create(k.b, k.loc, k.b.getI64Type(), index);
  return LLVM::GEPOp::create(k.b, k.loc, base.getType(), element, base, ValueRange{wide}, flags);
}

Value CpuKernelBuilder::address(Value base, Value index, Type element) {
  return addressOf(*this, base, index, element, LLVM::GEPNoWrapFlags::inbounds);
}

// What threads read outside of stages may be gone when the last of them comes by.
static void expectStage(const CpuKernelBuilder &k) {
  if (k.call && !k.shareNumber)
    llvm::report_fatal_error("a kernel touches memory outside of its stages");
}

Value CpuKernelBuilder::load(Value base, Value index, Type element, unsigned lanes) {
  expectStage(*this);
  return LLVM::LoadOp::create(b, loc, vectorType(element, lanes), address(base, index, element),
                              bytesOf(element));
}

void CpuKernelBuilder::store(Value value, Value base, Value index, bool nontemporal) {
  expectStage(*this);
  Type element = getElementTypeOrSelf(value.getType());
  unsigned alignment = bytesOf(element) * (nontemporal ? lanesOf(value) : 1);
  LLVM::StoreOp::create(b, loc, value, address(base, index, element), alignment,
                        /*isVolatile=*/false, nontemporal);
}

void CpuKernelBuilder::prefetch(Value base, Value index, Type element, int level) {
  // For reading, of data.
  Value at = addressOf(*this, base, index, element, LLVM::GEPNoWrapFlags::none);
  LLVM::Prefetch::create(b, loc, at, /*rw=*/0, /*hint=*/4 - level, /*cache=*/1);
}

void CpuKernelBuilder::prefetchRun(Value base, Value index, Type element, int64_t count) {
  int64_t line = 64 / bytesOf(element);
  for (int64_t i = 0; i < count; i += line)
    prefetch(base, add(index, i), element);
}

// Up to here on the stack: what lies at hand beside spilled registers. A kernel has a few such.
static constexpr int64_t mostStackBytes = 2048;

Value CpuKernelBuilder::own(int64_t elements, Type element) {
  OpBuilder::InsertionGuard guard(b);
  auto function = b.getInsertionBlock()->getParentOp()->getParentOfType<func::FuncOp>();
  if (!function)
    function = cast<func::FuncOp>(b.getInsertionBlock()->getParentOp());
  b.setInsertionPointToStart(&function.getBody().front());
  int64_t bytes = elements * bytesOf(element);
  if (bytes > mostStackBytes) {
    Value place = address(threadMemory, index(ownBytes), b.getI8Type());
    ownBytes += llvm::alignTo(bytes, TENON_ALIGNMENT);
    mostOwnBytes = std::max(mostOwnBytes, ownBytes);
    return place;
  }
  Value count = LLVM::ConstantOp::create(b, loc, b.getI64IntegerAttr(elements));
  return LLVM::AllocaOp::create(b, loc, LLVM::LLVMPointerType::get(b.getContext()), element, count,
                                TENON_ALIGNMENT);
}

void CpuKernelBuilder::stage(llvm::function_ref<void()> body) {
  if (shareNumber)
    llvm::report_fatal_error("a stage of a kernel begins inside another");
  stages += 1;
  auto loop = scf::WhileOp::create(b, loc, TypeRange{b.getI32Type()}, ValueRange{});
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&loop.getBefore());
  Value next = emitNextShare(b, loc, call, thread);
  Value none = arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(0));
  Value isShare = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::sge, next, none);
  scf::ConditionOp::create(b, loc, isShare, next);
  Block *taken = b.createBlock(&loop.getAfter(), {}, b.getI32Type(), loc);
  shareNumber = arith::IndexCastOp::create(b, loc, b.getIndexType(), taken->getArgument(0));
  body();
  scf::YieldOp::create(b, loc);
  shareNumber = {};
}

void CpuKernelBuilder::storeFence() {
  if (target.sfence)
    LLVM::CallIntrinsicOp::create(b, loc, b.getStringAttr("llvm.x86.sse.sfence"), ValueRange{});
}

// fma is the same on every vector element type; without hardware support it would become a library
// call a lane, so such targets multiply and add.
Value KernelBuilder::fma(Value x, Value y, Value z) {
  if (!target.fma)
    return addf(mulf(x, y), z);
  if (isa<VectorType>(x.getType()))
    return vector::FMAOp::create(b, loc, x, y, z);
  return LLVM::FMAOp::create(b, loc, x, y, z);
}

} // namespace tenon
