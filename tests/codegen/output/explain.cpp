// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The report says what each kernel holds, why it ends, where its results lie, and what it costs.
#include "small_model.h"

#include "../model_text.h"
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
  CHECK_THAT(text, Contains("memory of each thread 4.1 kB"));
  CHECK_THAT(text, Contains("stack of each thread: 2000 bytes on x86-64-v4, 2000 on x86-64-v2"));
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

TEST_CASE("attention's backward does 2.5 times the products of its forward") {
  tenon::test::ParsedModel parsed(R"(
    !qkv = tensor<?x?x24xf32, #tenon.dims<batch, seq, QKV>>
    !x = tensor<?x?x8xf32, #tenon.dims<batch, seq, C>>
    !lse = tensor<?x2x?xf64, #tenon.dims<batch, H, seq>>
    tenon.model @m {
      tenon.dim @batch 1 to 3
      tenon.dim @seq 1 to 9
      tenon.dim @H 2 to 2
      tenon.dim @C 8 to 8
      tenon.dim @QKV 24 to 24
      func.func @both(%qkv: !qkv, %dy: !x) -> !qkv {
        %y, %lse = tenon.group attention -> !x, !lse {
          %y, %lse = tenon.attention_saving %qkv heads @H : !qkv -> !x, !lse
          tenon.yield %y, %lse : !x, !lse
        }
        %dqkv = tenon.group attention_backward -> !qkv {
          %d = tenon.attention_backward %y, %lse, %dy of %qkv heads @H : !x, !lse of !qkv -> !qkv
          tenon.yield %d : !qkv
        }
        return %dqkv : !qkv
      }
    })");
  INFO(parsed.errors);
  REQUIRE(parsed.model);
  mlir::func::FuncOp both = *parsed.model.getBody().getOps<mlir::func::FuncOp>().begin();
  auto groups = llvm::to_vector(both.getOps<tenon::GroupOp>());
  CHECK(tenon::costOf(groups[0]).flops.text() ==
        "2 batch seq seq C + 2 batch seq C + 2 batch seq seq H + 2 batch seq H");
  CHECK(tenon::costOf(groups[1]).flops.text() ==
        "7 batch seq C + 5 batch seq seq C + 2 batch seq seq H + 2 batch seq H");
  CHECK(tenon::costOf(groups[1]).bytes.text() == "8 batch seq QKV + 8 batch seq C + 8 batch H seq");
}

TEST_CASE("attention reads its cache in the cache's own type") {
  tenon::test::ParsedModel parsed(R"(
    !qkv = tensor<?x?x24xf32, #tenon.dims<batch, seq, QKV>>
    !x = tensor<?x?x8xf32, #tenon.dims<batch, seq, C>>
    tenon.model @m {
      tenon.dim @batch 1 to 3
      tenon.dim @seq 1 to 9
      tenon.dim @P 9 to 9
      tenon.dim @H 2 to 2
      tenon.dim @C 8 to 8
      tenon.dim @QKV 24 to 24
      tenon.state @kv kv_cache : tensor<?x9x8xbf16, #tenon.dims<batch, P, C>>
      func.func @step(%qkv: !qkv) -> !x {
        %y = tenon.group attention -> !x {
          %y = tenon.attention %qkv heads @H keeps bf16 cache @kv : !qkv -> !x
          tenon.yield %y : !x
        }
        return %y : !x
      }
    })");
  INFO(parsed.errors);
  REQUIRE(parsed.model);
  mlir::func::FuncOp step = *parsed.model.getBody().getOps<mlir::func::FuncOp>().begin();
  auto groups = llvm::to_vector(step.getOps<tenon::GroupOp>());
  CHECK(tenon::costOf(groups[0]).bytes.text() ==
        "4 batch seq QKV + 4 batch C position + 8 batch seq C");
}

TEST_CASE("grouped heads compute for all query heads and read the cache of the key heads") {
  tenon::test::ParsedModel parsed(R"(
    !q = tensor<?x?x2x3x4xf32, #tenon.dims<batch, seq, K, G, D>>
    !k = tensor<?x?x2x4xf32, #tenon.dims<batch, seq, K, D>>
    tenon.model @m {
      tenon.dim @batch 1 to 3
      tenon.dim @seq 1 to 9
      tenon.dim @P 9 to 9
      tenon.dim @K 2 to 2
      tenon.dim @G 3 to 3
      tenon.dim @D 4 to 4
      tenon.state @kv kv_cache : tensor<?x9x2x4xbf16, #tenon.dims<batch, P, K, D>>
      func.func @step(%q: !q, %k: !k, %v: !k) -> !q {
        %y = tenon.group attention -> !q {
          %y = tenon.attention %q, %k, %v keeps bf16 cache @kv : !q, !k, !k -> !q
          tenon.yield %y : !q
        }
        return %y : !q
      }
    })");
  INFO(parsed.errors);
  REQUIRE(parsed.model);
  mlir::func::FuncOp step = *parsed.model.getBody().getOps<mlir::func::FuncOp>().begin();
  tenon::Cost cost = tenon::costOf(*step.getOps<tenon::GroupOp>().begin());
  CHECK(cost.flops.text() ==
        "4 batch seq K G D position + 2 batch seq seq K G D + 2 batch seq K G D + "
        "4 batch seq K G position + 2 batch seq seq K G + 2 batch seq K G");
  CHECK(cost.bytes.text() == "8 batch seq K G D + 12 batch seq K D + 4 batch K D position");
}
