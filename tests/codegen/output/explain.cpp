// The report says what each kernel holds, why it ends, where its results lie, and what it costs.
#include "small_model.h"

#include "Cost.h"
#include "Explain.h"

#include <catch2/catch.hpp>

using Catch::Matchers::Contains;

TEST_CASE("the report names kernels, lines, reasons, memory and costs") {
  small_model::Holder holder;
  const std::string text = tenon::writeExplain(holder.compiled);
  CHECK_THAT(text, Contains("h.{}.ln.weight") && Contains("(gpt::n_embd) x 3"));
  CHECK_THAT(text, Contains("84 elements in all"));
  CHECK_THAT(text, Contains("\n  step 0: embedding kernel\n      get_param"));
  CHECK_THAT(text, Contains("embedding  tiny.model.cpp:21  [fused(...)]"));
  CHECK_THAT(text, Contains("ends here: its result is an output of the entry"));
  CHECK_THAT(text, Contains("(batch, seq, gpt::n_embd), 768 B at most, an output of the entry"));
  CHECK_THAT(text, Contains("arena 64, live in steps 0 to 1"));
  CHECK_THAT(text, Contains("scratch memory of 64 B, arena 256"));
  CHECK_THAT(text, Contains("arena 320 bytes"));
  CHECK_THAT(text, Contains("64            128  0 to 1     cross_entropy (batch, seq), "));
  CHECK_THAT(text, Contains("256             64  1 to 1     cross_entropy scratch memory, "));
  CHECK_THAT(text, Contains("GPU: nvptx:sm_90 computes the whole entry"));
  CHECK_THAT(text, Contains("no GPU kernel: spirv: cross_entropy has no GPU kernel"));
}

TEST_CASE("a gather reads its rows, not the table") {
  small_model::Holder holder;
  mlir::func::FuncOp step = holder.compiled.entries[0].function;
  tenon::Cost cost = tenon::costOf(*step.getOps<tenon::GroupOp>().begin());
  CHECK(cost.flops.text() == "0");
  // 4 bytes an id, and each element of a row read and written.
  CHECK(cost.bytes.text() == "4 batch seq + 8 batch seq gpt::n_embd");
  CHECK(cost.bytes.atMost(holder.compiled.model) == 4 * 4 * 8 + 8 * 4 * 8 * 6);
  CHECK(cost.bytes.atLeast(holder.compiled.model) == 4 + 8 * 6);
}

TEST_CASE("a loss costs four operations a logit, and one a token for the mean") {
  small_model::Holder holder;
  mlir::func::FuncOp loss = holder.compiled.entries[1].function;
  auto groups = llvm::to_vector(loss.getOps<tenon::GroupOp>());
  CHECK(tenon::costOf(groups[0]).flops.text() == "4 batch seq n_vocab");
  CHECK(tenon::costOf(groups[1]).flops.text() == "batch seq");
}
