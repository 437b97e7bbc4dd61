#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes training/modded.safetensors: tests/exec/modded.model.cpp, its gradients and ten steps, by PyTorch in
float64.

The model is that file's, written once more with torch's own operations, under the same parameter names.
    python3 make_modded_goldens.py
"""

import math

import torch
import torch.nn.functional as F

from make_training_goldens import batch, write

V, T, C, H, D, HIDDEN, LAYERS, B, GATE = 19, 12, 16, 3, 8, 20, 4, 3, 5


def parameters():
    """name -> tensor, all random and large, numbers around 1: nothing is flat or zero, and by this seed no
    number's gradient is the small rest of large terms."""
    shapes = {"wte.weight": (V, C), "skip.0": (1,), "skip.1": (1,), "lm_head.weight": (V, C),
              "smear.gate.weight": (1, GATE), "smear.lambda": (1,)}
    for layer in range(LAYERS):
        shapes |= {f"values.{layer}.weight": (V, D)}
        for name, shape in {"keep": (1,), "first": (1,), "value": (1,), "q.weight": (H, D, C), "k.weight": (D, C),
                            "v.weight": (D, C), "o.weight": (C, H, D), "up.weight": (HIDDEN, C),
                            "down.weight": (C, HIDDEN)}.items():
            shapes[f"layer_{layer}.0.{name}"] = shape
    generator = torch.Generator().manual_seed(31)
    out = {}
    for name, shape in shapes.items():
        value = 0.3 * torch.randn(shape, generator=generator, dtype=torch.float64) + (shape == (1,))
        out[name] = value.to(torch.float32).to(torch.float64).requires_grad_()
    return out


def norm(x):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5)


def turned(x):
    """x (B, T, H, D): the first quarter of channels turns against the third, the rest stays."""
    still = torch.zeros(D // 4, dtype=torch.float64)
    turning = torch.exp(torch.arange(D // 4, dtype=torch.float64) * -math.log(1024) / (D // 4 - 1))
    angles = torch.outer(torch.arange(T, dtype=torch.float64), torch.cat([turning, still]))[:, None]
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()], dim=-1)


def attended(x, p, name, values):
    q, k, v = (torch.einsum("btc,hdc->bthd", x, w if w.dim() == 3 else w[None])
               for w in (p[f"{name}.q.weight"], p[f"{name}.k.weight"], p[f"{name}.v.weight"]))
    v = v + p[f"{name}.value"] * values[:, :, None]
    q, k = turned(norm(q)), turned(norm(k))
    y = F.scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2).expand(-1, H, -1, -1),
                                       v.transpose(1, 2).expand(-1, H, -1, -1), is_causal=True)
    return torch.einsum("bhtd,chd->btc", y, p[f"{name}.o.weight"])


def smeared(x, p):
    """Each token but the first gets some of the one before it."""
    gate = p["smear.lambda"] * torch.sigmoid(x[:, 1:, :GATE] @ p["smear.gate.weight"].T)
    return torch.cat([x[:, :1], x[:, 1:] + gate * x[:, :-1]], dim=1)


def loss_of(p, ids, targets):
    """ids, targets (B, T) -> mean cross-entropy of the targets that are not -1."""
    def block(x, layer):
        name = f"layer_{layer}.0"
        x = p[f"{name}.keep"] * x + p[f"{name}.first"] * first
        x = x + attended(norm(x), p, name, p[f"values.{layer}.weight"][ids])
        return x + F.relu(norm(x) @ p[f"{name}.up.weight"].T).square() @ p[f"{name}.down.weight"].T

    first = norm(smeared(p["wte.weight"][ids], p))
    outer = block(first, 0)
    inner = block(outer, 1)
    x = block(inner + p["skip.0"] * inner, 2)
    x = block(x + p["skip.1"] * outer, 3)
    logits = 15 * torch.tanh(norm(x) @ p["lm_head.weight"].T / 15)
    return F.cross_entropy(logits.view(-1, V), targets.view(-1), ignore_index=-1)


def main():
    torch.set_num_threads(1)
    ids, targets = batch(107, V, (B, T))
    write("modded", parameters, loss_of, ids, targets, lr=3e-3, betas=(0.9, 0.95), weight_decay=0.1, max_norm=1.0)


if __name__ == "__main__":
    main()
