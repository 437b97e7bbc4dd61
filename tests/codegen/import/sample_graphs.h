// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A small GPT as a hand-built graph: every operation of the format occurs in it.
#pragma once
#include "graph_builder.h"

namespace tenon::test {

/// V = 11, context 8, C = 4, H = 2, L = 3; `fused` embedding, layers, tied head, loss.
inline GraphBuilder tinyGpt() {
  using graph::dtype;
  using graph::op;
  GraphBuilder g("tiny_gpt");
  uint32_t batch = g.dim("batch", 1, 16), seq = g.dim("seq", 1, 8), V = g.dim("n_vocab", 11, 11),
           context = g.dim("n_context", 8, 8), C = g.dim("n_embd", 4, 4),
           C3 = g.dim("n_qkv", 12, 12), H = g.dim("n_head", 2, 2), L = g.dim("n_layer", 3, 3);
  uint32_t wte = g.parameter("wte.weight", {V, C}), wpe = g.parameter("wpe.weight", {context, C}),
           ln = g.parameter("h.{}.ln_1.weight", {C}, 1 + L),
           lnBias = g.parameter("h.{}.ln_1.bias", {C}, 1 + L),
           attn = g.parameter("h.{}.attn.c_attn.weight", {C, C3}, 1 + L),
           attnBias = g.parameter("h.{}.attn.c_attn.bias", {C3}, 1 + L);
  uint32_t kv = g.cache("h.{}.attn.cache", {batch, context, C}, 1 + L);
  Words activations = {batch, seq, C};
  auto x = [&] { return g.value(dtype::f32, activations); };
  auto node = [&](op op, Words operands, uint32_t result, Words attrs, uint32_t line,
                  uint32_t scope = 0) {
    g.node(op, operands, {result}, attrs, line, scope);
    return result;
  };

  uint32_t ids = g.value(dtype::i32, {batch, seq}), targets = g.value(dtype::i32, {batch, seq});
  g.input("ids", ids), g.input("targets", targets);
  uint32_t fused = 1 + g.scope(10);
  uint32_t token = node(op::embedding, {param(wte), ids}, x(), {}, 11, fused);
  uint32_t at = node(op::positions, {ids}, g.value(dtype::i32, {seq}), {}, 12, fused);
  uint32_t place =
      node(op::embedding, {param(wpe), at}, g.value(dtype::f32, {seq, C}), {}, 12, fused);
  uint32_t sum = node(op::add, {token, place}, x(), {}, 11, fused);
  uint32_t dropped = node(op::dropout, {sum}, x(), doubleWords(0.25), 13, fused);

  uint32_t inside = node(op::repeat, {dropped}, x(), {L}, 20);
  uint32_t norm =
      node(op::layer_norm, {inside, param(ln), param(lnBias)}, x(), doubleWords(1e-5), 21);
  uint32_t qkv = node(op::linear, {norm, param(attn), param(attnBias)},
                      g.value(dtype::f32, {batch, seq, C3}), {0}, 22);
  uint32_t mixed = node(op::attention, {qkv, state(kv)}, x(), {H}, 22);
  uint32_t bent = node(op::gelu, {mixed}, x(), {1}, 23);
  uint32_t next = node(op::add, {inside, bent}, x(), {}, 24);
  uint32_t last = node(op::yield, {next}, x(), {}, 20);

  uint32_t scaled = node(op::scale, {last}, x(), doubleWords(0.5), 30);
  uint32_t logits =
      node(op::linear, {scaled, param(wte)}, g.value(dtype::f32, {batch, seq, V}), {1}, 31);
  uint32_t loss = node(op::cross_entropy, {logits, targets}, g.value(dtype::f32, {}), {~0u}, 32);
  g.output("logits", logits), g.output("loss", loss);
  g.stored(graph::stored_kind::prefix, "transformer.");
  g.stored(graph::stored_kind::ignored, "h.{}.attn.mask");
  g.stored(graph::stored_kind::twin, "lm_head.weight", 1 + wte);
  return g;
}

} // namespace tenon::test
