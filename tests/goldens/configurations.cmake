# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The folders' config.json as items of TENON_SAMPLES_GPT2 have them, behind the name.
include_guard(DIRECTORY)
set(golden_tiny_masks gpt2,n_layer=2,n_head=2,n_embd=32,n_vocab=65,n_block=32,act=gelu_new,epsilon=1e-5)
set(golden_tiny_sharded_erf gpt2,n_layer=2,n_head=4,n_embd=64,n_vocab=257,n_block=64,act=gelu,epsilon=1e-5)
set(golden_tiny_prefixed gpt2,n_layer=2,n_head=3,n_embd=48,n_vocab=131,n_block=48,act=gelu_new,epsilon=1e-3)
set(golden_tiny_untied
    gpt2,n_layer=2,n_head=5,n_embd=40,n_vocab=97,n_block=40,act=gelu_new,epsilon=1e-5,n_inner=72,untied)
set(golden_llama
    llama,n_layer=2,n_head=6,n_kv=2,n_dim=12,n_embd=42,n_hidden=56,n_vocab=345,n_block=48,theta=5000,scaling=4/1/4/24,epsilon=1e-5,act=silu,untied)
set(golden_qwen3
    llama,n_layer=2,n_head=3,n_kv=1,n_dim=10,n_embd=32,n_hidden=44,n_vocab=344,n_block=40,theta=10000,epsilon=1e-6,act=silu,qk_norm)
set(golden_neox
    neox,n_layer=2,n_head=3,n_turned=4,n_embd=33,n_hidden=41,n_vocab=344,n_block=40,theta=10000,epsilon=1e-5,act=gelu,untied)
set(golden_neox_sequential
    neox,n_layer=2,n_head=2,n_turned=10,n_embd=20,n_hidden=24,n_vocab=61,n_block=24,theta=300,epsilon=1e-4,act=gelu_new,sequential)
set(golden_gptj
    gptj,n_layer=2,n_head=3,n_turned=6,n_embd=33,n_hidden=50,n_vocab=344,n_block=40,epsilon=1e-5,act=gelu_new,untied)
set(golden_mixtral
    mixtral,n_layer=2,n_head=4,n_kv=2,n_dim=6,n_embd=20,n_hidden=24,n_expert=5,n_active=2,n_vocab=460,n_block=40,theta=10000,epsilon=1e-5,act=silu,untied)
set(golden_bloom bloom,n_layer=2,n_head=5,n_embd=35,n_vocab=345,n_block=40,epsilon=1e-5)
set(golden_gemma2
    gemma2,n_layer=3,n_head=4,n_kv=2,n_dim=6,n_scalar=9,n_embd=20,n_hidden=28,n_vocab=460,n_block=40,n_window=7,theta=10000,epsilon=1e-6,act=gelu_new,score_cap=3,logit_cap=12)
