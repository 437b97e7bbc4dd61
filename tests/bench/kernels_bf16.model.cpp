// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernels of kernels.hpp with weights of bf16.
#include "kernels.hpp"

TENON_MODEL(bench_c_attn_bf16, c_attn<bf16>{});
TENON_MODEL(bench_c_proj_bf16, c_proj<bf16>{});
TENON_MODEL(bench_c_fc_bf16, c_fc<bf16>{});
TENON_MODEL(bench_mlp_c_proj_bf16, mlp_c_proj<bf16>{});
TENON_MODEL(bench_head_bf16, head<bf16>{});
TENON_MODEL(bench_attention_bf16, self_attention<bf16>{});
