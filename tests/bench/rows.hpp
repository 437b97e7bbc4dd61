// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The groups of rows, as --only names them. Each measures and writes its rows.
#pragma once
#include "report.hpp"

namespace bench {

void gemm_rows(const settings& how, const report& into);       // products alone
void attention_rows(const settings& how, const report& into);  // attention alone
void prompt_rows(const settings& how, const report& into);     // 512 tokens at once
void decode_rows(const settings& how, const report& into);     // 128 tokens, one at a time
void context_rows(const settings& how, const report& into);    // decoding at position 1000
void update_rows(const settings& how, const report& into);     // gradient norm and AdamW
void variant_rows(const settings& how, const report& into);    // x86-64-v3 against v4
void train_rows(const settings& how, const report& into);      // steps of training
void load_rows(const settings& how, const report& into);       // small models beside other load
void start_rows(const settings& how, const report& into);      // program start to first token
void size_rows(const settings& how, const report& into);       // of the binary

}  // namespace bench
