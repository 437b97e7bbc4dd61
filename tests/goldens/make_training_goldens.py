#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes training/*.safetensors: small GPTs, their gradients and ten steps, by PyTorch in float64.

The models are `tied` and `untied` of tests/codegen/reference/training.model.cpp, written here once
more with torch's own operations, under the same parameter names. Needs torch and safetensors.
    python3 make_training_goldens.py
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).resolve().parent / "training"
V, T, C, H, HIDDEN, L, B = 7, 6, 4, 2, 8, 2, 3
STEPS = 10


def parameters(tied, bias, seed):
    """name -> tensor, all random and large, biases and norms too: nothing is flat or zero."""
    shapes = {"wte.weight": (V, C), "wpe.weight": (T, C)}
    for layer in range(L):
        for name, shape in {"ln_1": (C,), "attn.c_attn": (C, 3 * C), "attn.c_proj": (C, C),
                            "ln_2": (C,), "mlp.c_fc": (C, HIDDEN), "mlp.c_proj": (HIDDEN, C)}.items():
            shapes[f"h.{layer}.{name}.weight"] = shape
            if bias:
                shapes[f"h.{layer}.{name}.bias"] = shape[-1:]
    shapes["ln_f.weight"] = (C,)
    if bias:
        shapes["ln_f.bias"] = (C,)
    if not tied:
        shapes["lm_head.weight"] = (C, V)
        shapes["lm_head.bias"] = (V,)
    generator = torch.Generator().manual_seed(seed)
    out = {}
    for name, shape in shapes.items():
        value = 0.3 * torch.randn(shape, generator=generator, dtype=torch.float64)
        if ".ln_" in f".{name}" and name.endswith("weight"):
            value += 1
        out[name] = value.to(torch.float32).to(torch.float64).requires_grad_()
    return out


def loss_of(p, ids, targets, tied, gelu):
    """ids, targets (B, T) -> mean cross-entropy of the targets that are not -1."""
    def norm(x, name):
        return F.layer_norm(x, (C,), p[f"{name}.weight"], p.get(f"{name}.bias"), 1e-5)

    def linear(x, name):
        y = x @ p[f"{name}.weight"]
        return y + p[f"{name}.bias"] if f"{name}.bias" in p else y

    def heads(x):  # (B, T, C) -> (B, H, T, C / H)
        return x.view(*x.shape[:2], H, C // H).transpose(1, 2)

    x = p["wte.weight"][ids] + p["wpe.weight"][:ids.shape[1]]
    for layer in range(L):
        q, k, v = linear(norm(x, f"h.{layer}.ln_1"), f"h.{layer}.attn.c_attn").split(C, dim=2)
        y = F.scaled_dot_product_attention(heads(q), heads(k), heads(v), is_causal=True)
        y = y.transpose(1, 2).reshape(x.shape)
        x = x + linear(y, f"h.{layer}.attn.c_proj")
        y = F.gelu(linear(norm(x, f"h.{layer}.ln_2"), f"h.{layer}.mlp.c_fc"), approximate=gelu)
        x = x + linear(y, f"h.{layer}.mlp.c_proj")
    x = norm(x, "ln_f")
    logits = x @ p["wte.weight"].T if tied else linear(x, "lm_head")
    return F.cross_entropy(logits.view(-1, V), targets.view(-1), ignore_index=-1)


def clip(p, max_norm):
    """The norm before; 0 is no clipping."""
    return torch.nn.utils.clip_grad_norm_(list(p.values()), max_norm or float("inf"))


def train(p, loss_of, optimizer, max_norm):
    """losses and norms (STEPS), each before its step."""
    losses, norms = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(p)
        loss.backward()
        norms.append(clip(p, max_norm).item())
        optimizer.step()
        losses.append(loss.item())
    return torch.tensor(losses, dtype=torch.float64), torch.tensor(norms, dtype=torch.float64)


def groups(p, weight_decay):
    return [{"params": [x for x in p.values() if x.dim() >= 2], "weight_decay": weight_decay},
            {"params": [x for x in p.values() if x.dim() < 2], "weight_decay": 0.0}]


def write(name, fresh, loss_of, ids, targets, lr, betas, weight_decay, max_norm):
    """Trains twice what fresh() gives; loss_of(p, ids, targets)."""
    def loss_here(p):
        return loss_of(p, ids, targets)

    p = fresh()
    out = {f"param.{n}": x.detach().to(torch.float32) for n, x in p.items()}
    loss = loss_here(p)
    loss.backward()
    out |= {f"grad.{n}": x.grad.clone() for n, x in p.items()}

    adamw = torch.optim.AdamW(groups(p, weight_decay), lr=lr, betas=betas, eps=1e-8)
    losses, norms = train(p, loss_here, adamw, max_norm)
    out |= {f"adamw.{n}": x.detach().clone() for n, x in p.items()}
    out |= {"losses": losses, "norms": norms}

    p = fresh()
    sgd = torch.optim.SGD(groups(p, weight_decay), lr=0.1)
    out["sgd.losses"], _ = train(p, loss_here, sgd, max_norm)

    out |= {"ids": ids.to(torch.int32), "targets": targets.to(torch.int32),
            "settings": torch.tensor([lr, *betas, 1e-8, weight_decay, max_norm], dtype=torch.float64)}
    file = FOLDER / f"{name}.safetensors"
    save_file(out, file)
    file.chmod(0o644)
    print(f"{name}: losses {losses[0]:.4f} to {losses[-1]:.4f}, norms {norms.min():.3f} to "
          f"{norms.max():.3f}, clipped at {max_norm}")


def batch(seed, n_vocab, shape):
    """ids and targets; some are used again and again, one never, and some targets do not count."""
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(n_vocab - 1, shape, generator=generator)
    ids[0, :3] = 2
    targets = torch.randint(n_vocab, shape, generator=generator)
    targets[1, 2:4] = -1
    targets[2, 5] = -1
    return ids, targets


def make(name, tied, bias, gelu, seed, **how):
    ids, targets = batch(seed + 100, V, (B, T))
    write(name, lambda: parameters(tied, bias, seed),
          lambda p, ids, targets: loss_of(p, ids, targets, tied, gelu), ids, targets, **how)


def main():
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    make("tied", True, True, "tanh", seed=1, lr=1e-2, betas=(0.9, 0.95), weight_decay=0.1, max_norm=0.7)
    make("untied", False, False, "none", seed=2, lr=3e-3, betas=(0.8, 0.99), weight_decay=0.5,
         max_norm=0.0)


if __name__ == "__main__":
    main()
