// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The whole DSL in one header: what a model file includes. Lower layers come first, which keeps the
// include paths in error messages short.
#pragma once

#if __cplusplus < 202002L
#error "tenon: models are C++20; compile this file with -std=c++20"
#else

#include "tenon/core/arithmetic.hpp"
#include "tenon/core/checkpoint_names.hpp"  // checkpoint_names, stored
#include "tenon/core/refusal.hpp"
#include "tenon/core/tensor.hpp"  // dim, dyn; tensor, input, param, kv_cache, kept
#include "tenon/core/tied.hpp"    // tied
#include "tenon/core/where.hpp"
#include "tenon/graph/emit.hpp"
#include "tenon/ops/operands.hpp"
#include "tenon/ops/pointwise.hpp"  // + - * /, exp ... max; add, scale, dropout, gelu
#include "tenon/ops/regions.hpp"    // fused

#include "tenon/ops/layer_stacks.hpp"  // leave, reversed

#include "tenon/ops/repeat_checks.hpp"

#include "tenon/ops/repeat.hpp"

#include "tenon/ops/along.hpp"
#include "tenon/ops/as_f32.hpp"
#include "tenon/ops/attention.hpp"  // attention, causal_self_attention
#include "tenon/ops/before.hpp"     // before
#include "tenon/ops/choose.hpp"     // x < y, choose, expand_as
#include "tenon/ops/cross_entropy.hpp"
#include "tenon/ops/embedding.hpp"  // embedding, positions
#include "tenon/ops/gather.hpp"     // gather
#include "tenon/ops/layer_norm.hpp"
#include "tenon/ops/linear.hpp"  // linear, tied_head
#include "tenon/ops/outer.hpp"
#include "tenon/ops/reduce.hpp"  // sum<D>, max<D>
#include "tenon/ops/regroup.hpp"
#include "tenon/ops/softmax.hpp"
#include "tenon/ops/top_k.hpp"  // top_k, take
#include "tenon/ops/views.hpp"  // slice, pick, join, stack

#include "tenon/nn/activations.hpp"  // nn::relu, nn::silu
#include "tenon/nn/layer_norm.hpp"   // nn::layer_norm
#include "tenon/nn/linear.hpp"       // nn::linear, nn::torch_linear
#include "tenon/nn/rms_norm.hpp"     // nn::rms_norm, nn::unit_rms
#include "tenon/nn/rotary.hpp"       // nn::rotary, nn::rotary_frequencies

#include "tenon/model.hpp"    // TENON_MODEL
#include "tenon/outputs.hpp"  // output, outputs
#include "tenon/trace.hpp"

#endif
