#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Steps of training in PyTorch beside Tenon's on this CPU: forward, loss, backward, clipping and AdamW, on the shapes
of `cpu_bench --only train`. Each round runs all of them in turn; medians in tokens/s, and ratios.

    train_torch.py --bin build/bin [--rounds 3] [--threads 2] [--no-compile] [--only 'L6 H6']

PyTorch runs eager and compiled (which needs a C++ compiler), with scaled_dot_product_attention, fused AdamW, and for
bf16 under autocast: as nanoGPT does."""
import argparse
import math
import pathlib
import statistics
import subprocess
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError as error:
    print(f"SKIPPED: {error}; pip install torch")
    sys.exit(77)

# name: layers, heads, C, V, B, T, dropout, bias
SHAPES = {
    "124M, B=4 T=64": (12, 12, 768, 50257, 4, 64, 0.0, True),
    "124M, B=4 T=256": (12, 12, 768, 50257, 4, 256, 0.0, True),
    "L4 H4 C128, B=12 T=64": (4, 4, 128, 65, 12, 64, 0.0, False),
    "L6 H6 C384, B=64 T=256": (6, 6, 384, 65, 64, 256, 0.2, False),
}


class Block(nn.Module):
    def __init__(self, heads, width, dropout, bias):
        super().__init__()
        self.heads, self.dropout = heads, nn.Dropout(dropout)
        self.ln_1, self.ln_2 = (nn.LayerNorm(width, bias=bias) for _ in range(2))
        self.c_attn, self.attn_proj = nn.Linear(width, 3 * width, bias), nn.Linear(width, width, bias)
        self.c_fc, self.mlp_proj = nn.Linear(width, 4 * width, bias), nn.Linear(4 * width, width, bias)
        self.gelu = nn.GELU(approximate="tanh" if bias else "none")

    def forward(self, x):
        batch, length, width = x.shape
        parts = self.c_attn(self.ln_1(x)).split(width, dim=2)
        q, k, v = (part.view(batch, length, self.heads, -1).transpose(1, 2) for part in parts)
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.dropout(self.attn_proj(y.transpose(1, 2).reshape(x.shape)))
        return x + self.dropout(self.mlp_proj(self.gelu(self.c_fc(self.ln_2(x)))))


class Gpt(nn.Module):
    def __init__(self, layers, heads, width, symbols, length, dropout, bias):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(symbols, width), nn.Embedding(length, width)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.Sequential(*(Block(heads, width, dropout, bias) for _ in range(layers)))
        self.ln_f = nn.LayerNorm(width, bias=bias)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:  # GPT-2's: what adds to the residual stream starts smaller
                nn.init.normal_(parameter, std=0.02 / math.sqrt(2 * layers) if "_proj" in name else 0.02)

    def forward(self, ids, targets):
        x = self.dropout(self.wte(ids) + self.wpe(torch.arange(ids.shape[1])))
        logits = self.ln_f(self.blocks(x)) @ self.wte.weight.T
        return functional.cross_entropy(logits.flatten(0, 1), targets.flatten())


class Torch:
    """One shape, type and mode; `measure` gives tokens a second of one step."""

    def __init__(self, shape, bf16, compiled):
        layers, heads, width, symbols, batch, length, dropout, bias = SHAPES[shape]
        torch.manual_seed(1)
        self.bf16, self.tokens = bf16, batch * length
        model = Gpt(layers, heads, width, symbols, length, dropout, bias)
        decayed = [p for p in model.parameters() if p.dim() >= 2]
        rest = [p for p in model.parameters() if p.dim() < 2]
        self.optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.1},
                                            {"params": rest, "weight_decay": 0.0}],
                                           lr=1e-3, betas=(0.9, 0.95), fused=True)
        self.parameters = decayed + rest
        self.model = torch.compile(model) if compiled else model
        self.ids = torch.randint(symbols, (batch, length + 1))
        self.step()
        self.step()

    def step(self):
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            loss = self.model(self.ids[:, :-1], self.ids[:, 1:])
        loss.backward()
        nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)

    def measure(self):
        begin = time.perf_counter()
        self.step()
        return self.tokens / (time.perf_counter() - begin)


def tenon_rates(folder, threads):
    """Tokens a second by "shape, type", from cpu_bench's own measurement of one round."""
    command = [folder / "cpu_bench", "--only", "train", "--rounds", "1", "--tabs", "--threads", str(threads)]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, command))} failed:\n{run.stderr}")
    rates = {}
    for line in run.stdout.splitlines():
        what, _, figure, *_ = line.split("\t")
        rates[what.removeprefix("train_step, ")] = float(figure)
    return rates


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-compile", action="store_true")
    parser.add_argument("--only", default="", help="shapes whose name holds this")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)

    ours = [tenon_rates(options.bin, options.threads) for _ in range(options.rounds)]
    print(f"PyTorch {torch.__version__}, {options.threads} threads, {options.rounds} rounds; tokens/s")
    print("| shape | Tenon | eager | compiled | Tenon / faster |\n|---|---|---|---|---|")
    for shape in SHAPES:
        for dtype in ("f32", "bf16"):
            name = f"{shape}, {dtype}"
            if options.only not in shape or name not in ours[0]:
                continue
            mine = statistics.median(rates[name] for rates in ours)
            peers = {}
            for mode in ("eager",) if options.no_compile else ("eager", "compiled"):
                peer = Torch(shape, dtype == "bf16", mode == "compiled")
                peers[mode] = statistics.median(peer.measure() for _ in range(options.rounds))
            best = max(peers.values())
            compiled = f"{peers['compiled']:.0f}" if "compiled" in peers else "-"
            print(f"| {name} | {mine:.0f} | {peers['eager']:.0f} | {compiled} | {mine / best:.2f} |", flush=True)
            assert math.isfinite(best)


if __name__ == "__main__":
    main()
