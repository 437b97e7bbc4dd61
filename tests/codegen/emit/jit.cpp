// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See jit.h.
#include "jit.h"
#include "Object.h"
#include "Pipelines.h"

#include "tenon/runtime/abi.h"
#include "tenon/runtime/runtime.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"

#include <catch2/catch.hpp>

using namespace llvm;

namespace tenon::test {

template <class T>
static T orFail(Expected<T> value) {
  if (!value)
    FAIL(toString(value.takeError()));
  return std::move(*value);
}

Jit::Jit(mlir::ModuleOp module, const Target &target) {
  initializeTargets();
  mlir::PassManager passes(module.getContext());
  buildCpuPipeline(passes);
  REQUIRE(mlir::succeeded(passes.run(module)));
  mlir::FailureOr<ObjectJob> job = ObjectJob::translate(module, target);
  REQUIRE(mlir::succeeded(job));
  ObjectCode code = orFail(job->compile(/*withText=*/false));
  jit = orFail(orc::LLJITBuilder().create());
  if (Error error = jit->addObjectFile(MemoryBuffer::getMemBufferCopy(code.object)))
    FAIL(toString(std::move(error)));
}

Jit::~Jit() = default;
Jit::Jit(Jit &&) = default;

void *Jit::find(const std::string &symbol) const {
  return orFail(jit->lookup(symbol)).toPtr<void *>();
}

std::vector<const Target *> runnableTargets() {
  std::vector<const Target *> result;
  for (const Target &target : cpuTargets()) {
    unsigned needs = 0;
    SmallVector<StringRef> names;
    target.cpuBits.split(names, '|');
    for (StringRef name : names)
      needs |= StringSwitch<unsigned>(name.trim())
                   .Case("TENON_CPU_X86_64_V2", TENON_CPU_X86_64_V2)
                   .Case("TENON_CPU_X86_64_V3", TENON_CPU_X86_64_V3)
                   .Case("TENON_CPU_X86_64_V4", TENON_CPU_X86_64_V4)
                   .Case("TENON_CPU_AVX512_BF16", TENON_CPU_AVX512_BF16)
                   .Case("TENON_CPU_AARCH64", TENON_CPU_AARCH64)
                   .Default(~0u);
    if ((needs & ~tenon_cpu_features()) == 0)
      result.push_back(&target);
  }
  REQUIRE(!result.empty());
  return result;
}

} // namespace tenon::test
