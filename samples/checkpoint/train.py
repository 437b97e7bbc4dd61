#!/usr/bin/env python3
"""Trains the small GPT-2 checkpoint in licences/ and writes it as a Hugging Face directory.

The text is the licences in /usr/share/common-licenses, which every Debian system carries
(package base-files), so nothing is downloaded. Overfitting is intended: the checkpoint exists
to show that a real, trained model loads and continues licence text.

Needs torch, transformers, tokenizers and safetensors. One thread, about ten minutes:
    python3 train.py --out licences
"""

import argparse
import hashlib
import json
import math
import pathlib
import re
import time

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel

TEXTS = pathlib.Path("/usr/share/common-licenses")
END_OF_TEXT = "<|endoftext|>"
V, POSITIONS, C, L, H = 1024, 256, 96, 3, 3
TOKENS_A_STEP = 2048
WINDOWS = [256, 64, 32]  # tokens; the steps take them in turn
PROMPTS = ["This program is free software", "You may convey", "THERE IS NO WARRANTY"]


def one_sentence_a_line(text):
    """Undoes the wrapping and indenting, so that a prompt looks like what follows a line end."""
    lines = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines += re.split(r'(?<=[.;:]) (?=["(]*[A-Z])', " ".join(paragraph.split()))
    return "\n".join(line for line in lines if line) + "\n"


def documents():
    """The licence texts, sorted by name; links such as GPL -> GPL-3 are left out."""
    paths = sorted(p for p in TEXTS.iterdir() if p.is_file() and not p.is_symlink())
    return [one_sentence_a_line(p.read_text(encoding="utf-8")) for p in paths]


def train_tokenizer(texts):
    """Byte-level BPE of V-1 entries as GPT-2's, with END_OF_TEXT appended as the last id."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=V - 1, initial_alphabet=alphabet,
                                  show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    assert tokenizer.get_vocab_size() == V - 1, "the text is too small for this vocabulary"
    return tokenizer


def save_tokenizer(tokenizer, out):
    """Writes vocab.json and merges.txt; the special token goes in by hand, as the last id."""
    tokenizer.model.save(str(out))
    vocab = json.loads((out / "vocab.json").read_text(encoding="utf-8"))
    vocab[END_OF_TEXT] = V - 1
    ordered = dict(sorted(vocab.items(), key=lambda item: item[1]))
    (out / "vocab.json").write_text(
        json.dumps(ordered, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def learning_rate(step, steps, peak, warmup):
    """Linear warm-up, then a cosine down to a tenth of the peak."""
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    progress = (step - warmup) / max(1, steps - warmup)
    return peak * (0.1 + 0.9 * 0.5 * (1.0 + math.cos(math.pi * progress)))


def optimizer_for(model, peak):
    """AdamW with weight decay on tensors of rank >= 2 only."""
    params = list(model.parameters())
    groups = [
        {"params": [p for p in params if p.dim() >= 2], "weight_decay": 0.1},
        {"params": [p for p in params if p.dim() < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.95), eps=1e-8)


def windows(data, line_starts, step, generator):
    """One batch of TOKENS_A_STEP tokens and their successors, (B, T+1).

    Long windows anywhere teach all positions; short ones from the start of a line teach what a
    prompt looks like: text with nothing before it.
    """
    length = WINDOWS[step % len(WINDOWS)]
    batch = TOKENS_A_STEP // length
    if length == POSITIONS:
        starts = torch.randint(len(data) - length - 1, (batch,), generator=generator)
    else:
        fitting = line_starts[line_starts < len(data) - length - 1]
        starts = fitting[torch.randint(len(fitting), (batch,), generator=generator)]
    return torch.stack([data[s:s + length + 1] for s in starts])


def train(model, data, line_starts, steps, peak):
    """Returns the mean loss of the last 100 steps."""
    optimizer = optimizer_for(model, peak)
    generator = torch.Generator().manual_seed(1)
    started, recent = time.time(), []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, peak, warmup=100)
        window = windows(data, line_starts, step, generator)
        logits = model(window[:, :-1]).logits                       # (B, T, V)
        loss = torch.nn.functional.cross_entropy(
            logits.reshape(-1, V), window[:, 1:].reshape(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        recent = (recent + [loss.item()])[-100:]
        if step % 100 == 0 or step == steps - 1:
            print(f"step {step} loss {loss.item():.4f} mean {sum(recent) / len(recent):.4f} "
                  f"{time.time() - started:.0f} s", flush=True)
    return sum(recent) / len(recent)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to write")
    parser.add_argument("--steps", type=int, default=2200)
    parser.add_argument("--lr", type=float, default=4e-3, help="peak learning rate")
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(0)
    args.out.mkdir(parents=True, exist_ok=True)
    texts = documents()
    digest = hashlib.sha256("".join(texts).encode()).hexdigest()
    tokenizer = train_tokenizer(texts)
    save_tokenizer(tokenizer, args.out)
    ids, line_starts = [], []
    for text in texts:
        encoding = tokenizer.encode(text)
        line_starts += [len(ids) + i for i, (begin, _) in enumerate(encoding.offsets)
                        if begin == 0 or text[begin - 1] == "\n"]
        ids += encoding.ids + [V - 1]
    print(f"{len(texts)} texts, {sum(map(len, texts))} characters, {len(ids)} tokens, "
          f"sha256 {digest}", flush=True)

    config = GPT2Config(
        vocab_size=V, n_positions=POSITIONS, n_embd=C, n_layer=L, n_head=H,
        activation_function="gelu_new", resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
        bos_token_id=V - 1, eos_token_id=V - 1)
    model = GPT2LMHeadModel(config)
    final = train(model, torch.tensor(ids), torch.tensor(line_starts), args.steps, args.lr)
    model.save_pretrained(args.out)
    (args.out / "model.safetensors").chmod(0o644)
    (args.out / "generation_config.json").unlink(missing_ok=True)
    print(f"{sum(p.numel() for p in model.parameters())} parameters, loss {final:.4f}")

    model.eval()
    for prompt in PROMPTS:
        prompt_ids = torch.tensor([tokenizer.encode(prompt).ids])
        out = model.generate(prompt_ids, max_new_tokens=60, do_sample=False)[0].tolist()
        print(f"--- {prompt}\n{tokenizer.decode(out)}")


if __name__ == "__main__":
    main()
