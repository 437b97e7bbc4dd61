// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Kernels for CPUs: memory through bare LLVM pointers, stages, memory of a thread.
#pragma once
#include "Kernel.h"

namespace tenon {

struct MemoryLayout;

class CpuKernelBuilder : public KernelBuilder {
public:
  using KernelBuilder::KernelBuilder;
  mlir::Value load(mlir::Value base, mlir::Value index, mlir::Type element,
                   unsigned lanes = 1) override;
  void store(mlir::Value value, mlir::Value base, mlir::Value index,
             bool nontemporal = false) override;
  void prefetch(mlir::Value base, mlir::Value index, mlir::Type element, int level = 2) override;

  /// The same for all lines of `count` elements from `index` on, to the second level: the first is
  /// too small for rows to come beside those at hand.
  void prefetchRun(mlir::Value base, mlir::Value index, mlir::Type element, int64_t count);

  /// Memory of this thread alone while the kernel runs, in elements, aligned to 64 bytes: a little
  /// of it on the stack, whatever is larger in the memory that the runtime keeps for each thread,
  /// so that frames stay small whatever a model's sizes are.
  mlir::Value own(int64_t elements, mlir::Type element);
  mlir::Value call;                       // the tenon_call; null outside of kernels
  mlir::Value thread;                     // i32: the number of the thread that runs the kernel
  mlir::Value threadMemory;               // base, for `own`
  int64_t ownBytes = 0, mostOwnBytes = 0; // of it, in use now and at most
  const MemoryLayout *layout = nullptr;   // where parameters lie

  /// A stage: `body` emits what computes share number `shareNumber`, any thread takes any share,
  /// and what follows the stage sees what all of its shares wrote. Every thread comes through the
  /// stages of a kernel as often and in the same order, also one that is so late that the call has
  /// ended: so outside of stages no memory is touched, and nothing there depends on a share.
  void stage(llvm::function_ref<void()> body);
  unsigned stages = 0; // so far

  /// Orders non-temporal stores before whatever follows, where the target needs it.
  void storeFence();

  /// The address of element `index`, a base of its own.
  mlir::Value address(mlir::Value base, mlir::Value index, mlir::Type element);
};

/// What a kernel takes of its thread's own memory in this scope, later scopes may take again.
class OwnScope {
public:
  explicit OwnScope(CpuKernelBuilder &k) : k(k), before(k.ownBytes) {}
  ~OwnScope() { k.ownBytes = before; }
  OwnScope(const OwnScope &) = delete;
  OwnScope &operator=(const OwnScope &) = delete;

private:
  CpuKernelBuilder &k;
  int64_t before;
};

} // namespace tenon
