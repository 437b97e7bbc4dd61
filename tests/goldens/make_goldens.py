#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the model goldens beside it: tiny random GPT-2 checkpoints and what transformers says.

All expected values are computed in float64 and stored as f32 (logits, gradients) or f64 (losses).
Needs torch, transformers and safetensors; the versions used are written to versions.json.
    python3 make_goldens.py
"""

import json
import pathlib
import platform

import safetensors
import tokenizers
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import GPT2Config, GPT2LMHeadModel

HERE = pathlib.Path(__file__).resolve().parent
LICENCES = HERE.parents[1] / "samples" / "checkpoint" / "licences"
# Between the two best logits of each greedy step, so that rounding cannot flip the choice.
MIN_MARGIN = 1e-2


def random_model(seed, **sizes):
    """Every parameter random and large (std 0.2), biases and norms too: nothing is flat or zero."""
    config = GPT2Config(resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
                        bos_token_id=None, eos_token_id=None, **sizes)
    model = GPT2LMHeadModel(config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(0.0, 0.2, generator=generator)
            if ".ln_" in name and name.endswith("weight"):
                parameter += 1.0
    return model


def logits_of(model, ids):
    """ids (B, T) -> logits (B, T, V) in float64."""
    with torch.no_grad():
        return model(ids).logits


def greedy(model, prompt, count):
    """Greedy continuation without a cache; also the smallest margin of any choice."""
    ids, margin = list(prompt), float("inf")
    for _ in range(count):
        best = logits_of(model, torch.tensor([ids]))[0, -1].topk(2)
        margin = min(margin, (best.values[0] - best.values[1]).item())
        ids.append(best.indices[0].item())
    return ids[len(prompt):], margin


def lively_prompt(model, seed):
    """A prompt of five ids whose continuation has many different tokens and clear choices."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(2000):
        prompt = torch.randint(model.config.vocab_size, (5,), generator=generator).tolist()
        tokens, margin = greedy(model, prompt, 20)
        if len(set(tokens)) >= 8 and margin > MIN_MARGIN:
            return prompt, tokens, margin
    raise SystemExit("no prompt with a varied continuation; take another seed")


def write_golden(folder, ids, logits, prompt, tokens):
    save_file({"input_ids": ids.to(torch.int32),
               "logits": logits.to(torch.float32).contiguous(),
               "prompt": torch.tensor(prompt, dtype=torch.int32),
               "greedy": torch.tensor(tokens, dtype=torch.int32)},
              folder / "golden.safetensors")


def load(folder):
    """The model of a folder in float64, with the prefixes of wrappers taken off the names."""
    tensors = {}
    for file in sorted(folder.glob("model*.safetensors")):
        tensors.update(load_file(file))
    if not any("_orig_mod." in name for name in tensors):
        return GPT2LMHeadModel.from_pretrained(
            folder, dtype=torch.float64, attn_implementation="eager").eval()
    # The same function; transformers computes the reordered form in float32 only.
    config = GPT2Config.from_pretrained(folder, attn_implementation="eager",
                                        reorder_and_upcast_attn=False)
    model = GPT2LMHeadModel(config).double().eval()
    model.load_state_dict({name.split("_orig_mod.")[1]: tensor for name, tensor in tensors.items()})
    return model


def make_tiny(name, seed, save, batch, **sizes):
    """One checkpoint folder: saved by `save`, reloaded, then evaluated in float64."""
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*"):
        old.unlink()
    save(random_model(seed, **sizes), folder)
    (folder / "generation_config.json").unlink(missing_ok=True)
    model = load(folder)
    generator = torch.Generator().manual_seed(seed + 100)
    shape = (batch, model.config.n_positions)
    ids = torch.randint(model.config.vocab_size, shape, generator=generator)
    prompt, tokens, margin = lively_prompt(model, seed + 200)
    write_golden(folder, ids, logits_of(model, ids), prompt, tokens)
    print(f"{name}: {len(set(tokens))} different tokens of 20, smallest margin {margin:.3f}")
    return model, ids


def save_prefixed(model, folder):
    model.save_pretrained(folder)


def save_sharded(model, folder):
    model.save_pretrained(folder, max_shard_size="200KB")


def save_with_masks(model, folder):
    """Bare names, and the causal masks that the first GPT-2 files carry as attn.bias."""
    model.transformer.save_pretrained(folder)
    tensors = load_file(folder / "model.safetensors")
    n = model.config.n_positions
    for layer in range(model.config.n_layer):
        tensors[f"h.{layer}.attn.bias"] = torch.tril(torch.ones(1, 1, n, n))
        tensors[f"h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def save_compiled(model, folder):
    """As a checkpoint of a training script: f64, names with the prefixes of two wrappers."""
    model.double().save_pretrained(folder)
    tensors = load_file(folder / "model.safetensors")
    save_file({f"module._orig_mod.{name}": tensor for name, tensor in tensors.items()},
              folder / "model.safetensors", metadata={"format": "pt"})


def mean_loss(model, ids, targets):
    logits = model(ids).logits
    return torch.nn.functional.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), targets.reshape(-1), ignore_index=-1)


def make_training(folder, model, ids):
    """Loss, gradients, and the losses of ten AdamW steps on one batch, all in float64.

    AdamW: lr 1e-3, betas (0.9, 0.95), eps 1e-8, weight decay 0.1 on tensors of rank >= 2,
    gradient norm clipped at 1.0. losses[i] is the loss before step i.
    """
    targets = torch.roll(ids, -1, dims=1)
    targets[:, -1] = -1
    targets[0, 3:6] = -1
    model.train()  # dropout is 0; this only enables gradients as in a training loop
    loss = mean_loss(model, ids, targets)
    loss.backward()
    parameters = dict(model.transformer.named_parameters())
    out = {f"grad.{name}": p.grad.to(torch.float32).clone() for name, p in parameters.items()}
    squares = sum((p.grad ** 2).sum() for p in parameters.values())
    out["grad_norm"] = squares.sqrt().reshape(1)
    out["loss"] = loss.detach().reshape(1)
    out["targets"] = targets.to(torch.int32)

    tensors = list(parameters.values())
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in tensors if p.dim() >= 2], "weight_decay": 0.1},
         {"params": [p for p in tensors if p.dim() < 2], "weight_decay": 0.0}],
        lr=1e-3, betas=(0.9, 0.95), eps=1e-8)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = mean_loss(model, ids, targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(tensors, 1.0)
        optimizer.step()
        losses.append(loss.item())
    out["losses"] = torch.tensor(losses, dtype=torch.float64)
    save_file(out, folder / "training.safetensors")
    print(f"{folder.name}: losses {losses[0]:.4f} to {losses[-1]:.4f}")


def make_licences():
    """The trained checkpoint: logits of one prompt and 40 greedy tokens of another."""
    folder = HERE / "licences"
    folder.mkdir(exist_ok=True)
    model = GPT2LMHeadModel.from_pretrained(
        LICENCES, dtype=torch.float64, attn_implementation="eager").eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(LICENCES)
    text = "You may convey a covered work in object code form under the terms of sections 4 and 5"
    ids = torch.tensor([tokenizer.encode(text)])
    start = "This program is free software"
    prompt = tokenizer.encode(start)
    tokens, margin = greedy(model, prompt, 40)
    write_golden(folder, ids, logits_of(model, ids), prompt, tokens)
    words = {"text": text, "prompt": start, "continuation": tokenizer.decode(tokens)}
    (folder / "text.json").write_text(json.dumps(words, indent=1) + "\n")
    print(f"licences: smallest margin {margin:.3f}: {start}{words['continuation']}")
    assert margin > MIN_MARGIN, "two logits are too close for a greedy golden"


def main():
    torch.set_num_threads(1)
    model, ids = make_tiny(
        "tiny_masks", 1, save_with_masks, batch=3, vocab_size=65, n_positions=32, n_embd=32,
        n_layer=2, n_head=2, activation_function="gelu_new")
    make_training(HERE / "tiny_masks", model, ids)
    make_tiny(
        "tiny_sharded_erf", 2, save_sharded, batch=2, vocab_size=257, n_positions=64, n_embd=64,
        n_layer=2, n_head=4, activation_function="gelu")
    make_tiny(
        "tiny_prefixed", 3, save_prefixed, batch=2, vocab_size=131, n_positions=48, n_embd=48,
        n_layer=2, n_head=3, activation_function="gelu_new", layer_norm_epsilon=1e-3)
    make_tiny(
        "tiny_untied", 4, save_compiled, batch=2, vocab_size=97, n_positions=40, n_embd=40,
        n_layer=2, n_head=5, n_inner=72, activation_function="gelu_fast",
        tie_word_embeddings=False, reorder_and_upcast_attn=True)
    make_licences()
    for file in HERE.glob("*/*.safetensors"):
        file.chmod(0o644)
    versions = {"python": platform.python_version(), "torch": torch.__version__,
                "transformers": transformers.__version__, "tokenizers": tokenizers.__version__,
                "safetensors": safetensors.__version__}
    (HERE / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")


if __name__ == "__main__":
    main()
