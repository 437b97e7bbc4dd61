// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The kernels of kernels.hpp with weights of f32.
#include "kernels.hpp"

TENON_MODEL(bench_c_attn, c_attn<f32>{});
TENON_MODEL(bench_c_proj, c_proj<f32>{});
TENON_MODEL(bench_c_fc, c_fc<f32>{});
TENON_MODEL(bench_mlp_c_proj, mlp_c_proj<f32>{});
TENON_MODEL(bench_head, head<f32>{});
TENON_MODEL(bench_attention, self_attention<f32>{});
