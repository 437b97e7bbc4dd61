// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The dimensions that the cases of this folder share.
#pragma once
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 8> {};
struct seq : dyn<1, 16> {};
struct n_embd : dim<32> {};
struct n_qkv : dim<96> {};
struct n_hidden : dim<128> {};
struct n_head : dim<4> {};
struct n_layer : dim<2> {};
struct n_block : dim<16> {};
struct n_vocab : dim<65> {};

// Heads apart: query heads in groups that share a key head.
struct n_kv : dim<2> {};
struct n_group : dim<3> {};
struct n_dim : dim<8> {};

// Experts, and those that a token has.
struct n_expert : dim<8> {};
struct n_active : dim<2> {};

using hidden_states = tensor<f32, batch, seq, n_embd>;
using query_heads = tensor<f32, batch, seq, n_kv, n_group, n_dim>;
using key_heads = tensor<f32, batch, seq, n_kv, n_dim>;
using expert_scores = tensor<f32, batch, seq, n_expert>;
using chosen_experts = indices<n_expert, batch, seq, n_active>;
using expert_weights = param<f32, n_expert, n_hidden, n_embd>;
using key_cache = kv_cache<f32, batch, n_block, n_kv, n_dim>;
using kept_rows = kept<f32, batch, n_block, n_embd>;
