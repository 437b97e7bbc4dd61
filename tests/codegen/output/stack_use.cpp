// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a function takes of the stack is told with what it calls, and large frames touch their pages
// one after the other.
#include "Object.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"

#include <catch2/catch.hpp>

using namespace tenon;

namespace {
/// `outer` calls `inner`, whose frame has 100,000 bytes that somebody else writes.
const char *const text = R"mlir(
llvm.func @fill(!llvm.ptr, i64)
llvm.func internal @inner(%f: !llvm.ptr) attributes {no_inline} {
  %count = llvm.mlir.constant(100000 : i64) : i64
  %memory = llvm.alloca %count x i8 {alignment = 64 : i64} : (i64) -> !llvm.ptr
  llvm.call %f(%memory, %count) : !llvm.ptr, (!llvm.ptr, i64) -> ()
  llvm.return
}
llvm.func @outer(%f: !llvm.ptr) {
  llvm.call @inner(%f) : (!llvm.ptr) -> ()
  llvm.call @inner(%f) : (!llvm.ptr) -> ()
  llvm.return
}
llvm.func @small(%x: i64) -> i64 {
  llvm.return %x : i64
}
)mlir";

ObjectCode compile(const char *target) {
  mlir::MLIRContext context;
  context.loadDialect<mlir::LLVM::LLVMDialect>();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  REQUIRE(module);
  initializeTargets();
  auto job = ObjectJob::translate(*module, *findTarget(target));
  REQUIRE(succeeded(job));
  llvm::Expected<ObjectCode> code = job->compile(/*withText=*/true);
  if (!code)
    FAIL(llvm::toString(code.takeError()));
  return std::move(*code);
}
} // namespace

TEST_CASE("a function's need of the stack is its frame and the deepest of what it calls") {
  for (const char *target : {"x86-64-v2", "x86-64-v3", "x86-64-v4", "aarch64"}) {
    CAPTURE(target);
    auto stack = compile(target).stackBytes;
    CHECK(stack.size() == 2);
    CHECK(stack.lookup("outer") >= 100000);
    CHECK(stack.lookup("outer") < 101000);
    CHECK(stack.lookup("small") > 0);
    CHECK(stack.lookup("small") < 500);
  }
}

TEST_CASE("a frame larger than a page touches its pages in order") {
  auto count = [](const std::string &assembly, const char *probe) {
    size_t found = 0;
    for (size_t at = assembly.find(probe); at != std::string::npos;
         at = assembly.find(probe, at + 1))
      ++found;
    return found;
  };
  // In a loop, or once for every page.
  for (const char *target : {"x86-64-v2", "x86-64-v3", "x86-64-v4"}) {
    std::string assembly = compile(target).assembly;
    INFO(target << "\n" << assembly);
    CHECK(count(assembly, "$0, (%rsp)") >= 1);
  }
  std::string assembly = compile("aarch64").assembly;
  INFO(assembly);
  CHECK(count(assembly, "str\txzr, [sp") >= 1);
}
