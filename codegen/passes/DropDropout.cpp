// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Pass tenon-drop-dropout: see Passes.td.
#include "Passes.h"

namespace tenon {
#define GEN_PASS_DEF_DROPDROPOUT
#include "Passes.h.inc"

namespace {
struct DropDropout : impl::DropDropoutBase<DropDropout> {
  using DropDropoutBase::DropDropoutBase;

  void runOnOperation() override {
    getOperation().walk([](DropoutOp op) {
      op.getResult().replaceAllUsesWith(op.getX());
      op.erase();
    });
  }
};
} // namespace
} // namespace tenon
