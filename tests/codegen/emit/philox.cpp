// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Random words in kernels: those of the reference, from any element on, in any number of lanes.
#include "kernel/Philox.h"
#include "Compile.h"
#include "jit.h"
#include "kernel/CpuKernel.h"
#include "random.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include <catch2/catch.hpp>

using namespace mlir;
using namespace tenon;
using namespace tenon::test;

namespace {
constexpr uint32_t purpose = 3, stream = 0x80000007;
constexpr int64_t depths[] = {1, 13};
constexpr int64_t shortLayers = 12; // stands for a stream that ends before 2^34

std::string nameOf(unsigned lanes, bool aligned, int64_t layers) {
  return (aligned ? "aligned_" : "any_") + std::to_string(lanes) + "_" + std::to_string(layers);
}

/// void name(i32 seed, i32 layer, i32 step, index first, i32 *words): one vector of words.
void emitWords(ModuleOp module, const Target &target, unsigned lanes, bool aligned,
               int64_t layers) {
  OpBuilder b(module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  Location loc = module.getLoc();
  Type i32 = b.getI32Type(), pointer = LLVM::LLVMPointerType::get(b.getContext());
  auto function =
      func::FuncOp::create(b, loc, nameOf(lanes, aligned, layers),
                           b.getFunctionType({i32, i32, i32, b.getIndexType(), pointer}, {}));
  Block *body = function.addEntryBlock();
  b.setInsertionPointToStart(body);
  CpuKernelBuilder k(b, loc, target);
  PhiloxStream place{.seed = body->getArgument(0),
                     .purpose = purpose,
                     .layer = body->getArgument(1),
                     .stream = stream,
                     .step = body->getArgument(2),
                     .layers = layers,
                     .isShort = layers == shortLayers};
  Value words = emitPhilox(k, place, body->getArgument(3), lanes, aligned);
  k.store(words, body->getArgument(4), k.index(0));
  func::ReturnOp::create(b, loc);
}
} // namespace

TEST_CASE("philox in vectors gives the words of the reference, beyond 2^34 elements too") {
  const uint32_t seed = 0xdeadbeef, layer = 11, step = 0xfffffff0;
  for (const Target *target : runnableTargets()) {
    auto context = makeContext();
    OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(context.get()));
    auto forAll = [](auto body) {
      for (unsigned lanes : {1, 2, 4, 8, 16, 32, 64})
        for (bool aligned : {false, true})
          for (int64_t layers : {depths[0], depths[1], shortLayers})
            if (!aligned || lanes >= 4)
              body(lanes, aligned, layers);
    };
    forAll([&](unsigned lanes, bool aligned, int64_t layers) {
      emitWords(*module, *target, lanes, aligned, layers);
    });
    Jit jit(*module, *target);
    forAll([&](unsigned lanes, bool aligned, int64_t layers) {
      // The last ones cross 2^32 elements, and 2^32 counters once and often.
      for (uint64_t first : {0ull, 1ull, 6ull, 400ull, (1ull << 32) + 4, (1ull << 34) - 8,
                             (1ull << 34) + 3, (5ull << 34) - 4, (1ull << 58) + 12}) {
        if ((aligned && first % 4 != 0) || (layers == shortLayers && first + lanes > (1ull << 34)))
          continue;
        using Words = void(uint32_t, uint32_t, uint32_t, uint64_t, uint32_t *);
        std::vector<uint32_t> words(lanes), expected;
        jit.function<Words>(nameOf(lanes, aligned, layers))(seed, layer, step, first, words.data());
        reference::Stream own{layer, static_cast<uint32_t>(layers), stream, step};
        for (uint64_t e = first; e < first + lanes; ++e)
          expected.push_back(reference::wordsOf(e, own, {seed, purpose})[e % 4]);
        CAPTURE(target->name.str(), lanes, aligned, layers, first);
        CHECK(words == expected);
      }
    });
  }
}
