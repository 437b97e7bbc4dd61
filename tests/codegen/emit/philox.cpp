// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Random words in kernels: those of the reference, from any element on, in any number of lanes.
#include "Philox.h"
#include "Compile.h"
#include "CpuKernel.h"
#include "jit.h"
#include "random.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include <catch2/catch.hpp>

using namespace mlir;
using namespace tenon;
using namespace tenon::test;

namespace {
constexpr uint32_t purpose = 3, stream = 0x80000007;

std::string nameOf(unsigned lanes, bool aligned) {
  return (aligned ? "aligned_" : "any_") + std::to_string(lanes);
}

/// void name(i32 seed, i32 layer, i32 step, index first, i32 *words): one vector of words.
void emitWords(ModuleOp module, const Target &target, unsigned lanes, bool aligned) {
  OpBuilder b(module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  Location loc = module.getLoc();
  Type i32 = b.getI32Type(), pointer = LLVM::LLVMPointerType::get(b.getContext());
  auto function =
      func::FuncOp::create(b, loc, nameOf(lanes, aligned),
                           b.getFunctionType({i32, i32, i32, b.getIndexType(), pointer}, {}));
  Block *body = function.addEntryBlock();
  b.setInsertionPointToStart(body);
  CpuKernelBuilder k(b, loc, target);
  PhiloxStream place{body->getArgument(0), purpose, body->getArgument(1), stream,
                     body->getArgument(2)};
  Value words = emitPhilox(k, place, body->getArgument(3), lanes, aligned);
  k.store(words, body->getArgument(4), k.index(0));
  func::ReturnOp::create(b, loc);
}
} // namespace

TEST_CASE("philox in vectors gives the words of the reference") {
  const uint32_t seed = 0xdeadbeef, layer = 11, step = 0xfffffff0;
  for (const Target *target : runnableTargets()) {
    auto context = makeContext();
    OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(context.get()));
    for (unsigned lanes : {1, 2, 4, 8, 16, 32, 64})
      for (bool aligned : {false, true})
        if (!aligned || lanes >= 4)
          emitWords(*module, *target, lanes, aligned);
    Jit jit(*module, *target);
    for (unsigned lanes : {1, 2, 4, 8, 16, 32, 64})
      for (bool aligned : {false, true})
        // The last ones are beyond 2^32 elements and 2^32 counters.
        for (uint64_t first : {0ull, 1ull, 6ull, 400ull, (1ull << 32) + 4, (1ull << 34) - 8}) {
          if (aligned && (lanes < 4 || first % 4 != 0))
            continue;
          using Words = void(uint32_t, uint32_t, uint32_t, uint64_t, uint32_t *);
          std::vector<uint32_t> words(lanes), expected;
          jit.function<Words>(nameOf(lanes, aligned))(seed, layer, step, first, words.data());
          for (uint64_t e = first; e < first + lanes; ++e)
            expected.push_back(reference::philox(
                {static_cast<uint32_t>(e / 4), layer, stream, step}, {seed, purpose})[e % 4]);
          CAPTURE(target->name.str(), lanes, aligned, first);
          CHECK(words == expected);
        }
  }
}
