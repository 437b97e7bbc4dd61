#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Trains a GPT in PyTorch on a text that `nanogpt prepare` wrote, with the settings that `nanogpt train` had, and writes
the losses beside those of its log.

    nanogpt_torch.py --data FOLDER --ours RUN --shape 'L6 H6 C384, B=64 T=256' [--threads 2] [--seed 1]

RUN is the folder that `nanogpt train` wrote: its settings.json and log.jsonl. Weights, batches and dropout masks are
PyTorch's own, so curves agree up to the luck of seeds. Shapes are those of train_torch.py."""
import argparse
import array
import json
import math
import pathlib
import sys
import time

try:
    import torch
    from torch import nn
except ImportError as error:
    print(f"SKIPPED: {error}; pip install torch")
    sys.exit(77)

from train_torch import SHAPES, Gpt


def tokens_of(file):
    tokens = array.array("H", file.read_bytes())
    if sys.byteorder == "big":
        tokens.byteswap()
    return torch.tensor(tokens, dtype=torch.int64)


def batch_of(text, batch, length):
    starts = torch.randint(len(text) - length, (batch,))
    rows = torch.stack([text[start:start + length + 1] for start in starts])
    return rows[:, :-1], rows[:, 1:]


def rate(step, settings):
    """nanoGPT's schedule: a linear rise, then half a cosine down to min_lr."""
    top, least = settings["learning_rate"], settings["min_lr"]
    warmup, decay = settings["warmup_iters"], settings["lr_decay_iters"]
    if step < warmup:
        return top * (step + 1) / (warmup + 1)
    if not settings["decay_lr"]:
        return top
    if step > decay:
        return least
    return least + 0.5 * (1 + math.cos(math.pi * (step - warmup) / (decay - warmup))) * (top - least)


def mean_loss(model, text, settings, iterations):
    model.eval()
    with torch.no_grad():
        losses = [model(*batch_of(text, settings["batch_size"], settings["block_size"])).item()
                  for _ in range(iterations)]
    model.train()
    return sum(losses) / len(losses)


def train(shape, settings, evaluated, iterations, texts):
    """Yields step, training loss and validation loss at each of the steps `evaluated`."""
    layers, heads, width, symbols, _, length, dropout, bias = SHAPES[shape]
    model = Gpt(layers, heads, width, symbols, length, dropout, bias)
    parameters = list(model.parameters())
    groups = [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": settings["weight_decay"]},
              {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, betas=(settings["beta1"], settings["beta2"]), fused=True)
    for step in range(max(evaluated) + 1):
        if step in evaluated:
            yield step, *(mean_loss(model, text, settings, iterations) for text in texts)
        for group in optimiser.param_groups:
            group["lr"] = rate(step, settings)
        model(*batch_of(texts[0], settings["batch_size"], settings["block_size"])).backward()
        nn.utils.clip_grad_norm_(parameters, settings["grad_clip"])
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, required=True)
    parser.add_argument("--ours", type=pathlib.Path, required=True)
    parser.add_argument("--shape", choices=SHAPES, required=True)
    parser.add_argument("--eval-iters", type=int, default=20, help="as nanogpt train had it")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)

    settings = json.loads((options.ours / "settings.json").read_text())
    lines = [json.loads(line) for line in (options.ours / "log.jsonl").read_text().splitlines()]
    ours = {line["step"]: line for line in lines if "val_loss" in line}
    texts = [tokens_of(options.data / name) for name in ("train.bin", "val.bin")]
    print(f"PyTorch {torch.__version__}, {options.shape}\n"
          "| step | training, Tenon | PyTorch | validation, Tenon | PyTorch |\n|---|---|---|---|---|")
    begin = time.perf_counter()
    for step, train_loss, val_loss in train(options.shape, settings, set(ours), options.eval_iters, texts):
        mine = ours[step]
        print(f"| {step} | {mine['train_loss']:.4f} | {train_loss:.4f} | {mine['val_loss']:.4f} | {val_loss:.4f} |",
              flush=True)
    print(f"{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
