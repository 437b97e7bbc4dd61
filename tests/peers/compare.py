#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tenon beside its peers on this CPU: GPT-2 124M with random weights (a prompt of 512 tokens, 128 decoded from an
empty cache, f32 and bf16), the embedding forward and the gradient of its table. Each round runs all of
them in turn; medians and ratios.

    compare.py --bin build/bin [--rounds 3] [--threads 2] [--no-torch | --no-compile] [--dtypes f32,bf16]
               [--llama-bench llama.cpp=PATH ... --llama-model f32=A.gguf --llama-model bf16=B.gguf]

PyTorch runs eager and compiled (which needs a C++ compiler), where it is installed. The figures of llama.cpp come from
its own llama-bench and models of this shape that the caller has; without the option it is left out. Each fork of it
and each other setting is one more --llama-bench 'NAME=PATH ARGUMENTS'."""
import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import sys

import sizes

try:
    import torch
except ImportError as error:
    torch, missing = None, error
else:
    import embedding_torch
    import gpt2_torch

DTYPES = {"f32": "float32", "bf16": "bfloat16"}
# Part of embedding_bench's name, what it is, and its batch.
EMBEDDINGS = [("sum", "embedding", 8), ("norm", "embedding and norm", 8), ("gradient", "gradient of the table", 64)]


def output_of(command):
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"error: {' '.join(map(str, command))} failed:\n{run.stderr}")
    return run.stdout


class Tenon:
    """cpu_bench's and embedding_bench's own measurements."""

    def __init__(self, folder, threads):
        self.folder, self.threads = folder, threads

    def measure(self):
        lines = output_of([self.folder / "cpu_bench", "--only", "prompt,decode", "--rounds", 1, "--tabs",
                           "--threads", self.threads])
        found = {}
        for line in lines.splitlines():
            what, _, figure, *_ = line.split("\t")
            kind, precision = what.split(",")
            if "skipped" not in line:
                found[f"{kind.split()[0]}, {precision.strip()}"] = float(figure)
        if self.threads == 2:  # what embedding_bench runs with
            runs = json.loads(output_of([self.folder / "embedding_bench", "--benchmark_format=json",
                                         "--benchmark_filter=(sum|norm)_uniform/8/|gradient/uniform/64/"]))["benchmarks"]
            for run in runs:
                kind, batch = next((kind, batch) for part, kind, batch in EMBEDDINGS if part in run["name"])
                found[f"{kind}, f32"] = batch * sizes.SEQ / run["wall_ms"] * 1e3
        return found


class Torch:
    def __init__(self, dtypes, compiled):
        self.gpts = {name: gpt2_torch.Runner(getattr(torch, DTYPES[name]), compiled) for name in dtypes}
        self.embedding = embedding_torch.Runner(8, compiled)
        self.gradient = embedding_torch.Gradient(64, compiled)

    def measure(self):
        found = {}
        for name, gpt in self.gpts.items():
            found[f"prompt, {name}"], found[f"decode, {name}"] = gpt.prompt(), gpt.decode()
        tokens = 8 * sizes.SEQ
        found["embedding, f32"] = tokens / self.embedding.seconds(self.embedding.sum)
        found["embedding and norm, f32"] = tokens / self.embedding.seconds(self.embedding.norm)
        found["gradient of the table, f32"] = self.gradient.rate()
        return found


class Llama:
    """llama-bench's own measurements, after its own warm-up."""

    def __init__(self, command, models, threads):
        self.command, self.models, self.threads = command, models, threads

    def measure(self):
        found = {}
        for name, path in self.models.items():
            for run in json.loads(output_of([*self.command, "-m", path, "-p", sizes.PROMPT, "-n", sizes.DECODED,
                                             "-t", self.threads, "-r", 1, "-o", "json"])):
                found[f"{'prompt' if run['n_prompt'] else 'decode'}, {name}"] = run["avg_ts"]
        return found


def pair(text):
    key, equals, value = text.partition("=")
    if not (key and equals and value):
        raise argparse.ArgumentTypeError(f"'{text}' has no '='")
    return key, value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="folder of cpu_bench and embedding_bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--no-torch", action="store_true", help="leave PyTorch out")
    parser.add_argument("--no-compile", action="store_true", help="PyTorch eager only")
    parser.add_argument("--dtypes", type=lambda text: text.split(","), default=list(DTYPES),
                        help="of PyTorch's models; compiling one takes a minute or two")
    parser.add_argument("--llama-bench", type=pair, action="append", default=[], metavar="NAME=COMMAND",
                        help="of llama.cpp or a fork, with arguments if any")
    parser.add_argument("--llama-model", type=pair, action="append", default=[], metavar="DTYPE=FILE",
                        help="GPT-2 124M as GGUF")
    options = parser.parse_args()
    models = dict(options.llama_model)
    if unknown := {*options.dtypes, *models} - set(DTYPES):
        parser.error(f"no '{min(unknown)}' of --dtypes or --llama-model; choose from {', '.join(DTYPES)}")
    if bool(models) != bool(options.llama_bench):
        parser.error("--llama-bench and --llama-model need each other")
    with_torch = torch is not None and not options.no_torch
    if not with_torch and not models:
        print(f"SKIPPED: no peer; {'' if torch else f'{missing}: pip install torch, or '}give --llama-bench")
        sys.exit(77)

    peers = {"Tenon": Tenon(options.bin, options.threads)}
    if with_torch:
        torch.set_num_threads(options.threads)
        peers["PyTorch eager"] = Torch(options.dtypes, False)
        if not options.no_compile:
            peers["PyTorch compiled"] = Torch(options.dtypes, True)
    for name, command in options.llama_bench:
        peers[name] = Llama(shlex.split(command), models, options.threads)
    figures = {name: {} for name in peers}
    for _ in range(options.rounds):
        for name, peer in peers.items():
            for what, figure in peer.measure().items():
                figures[name].setdefault(what, []).append(figure)
    medians = {name: {what: statistics.median(all) for what, all in found.items()}
               for name, found in figures.items()}

    print(f"{f'PyTorch {torch.__version__}, ' if with_torch else ''}{options.threads} threads, medians of "
          f"{options.rounds} rounds, tokens/s; in brackets Tenon's over it\n")
    print("| what | " + " | ".join(peers) + " |\n|" + "---|" * (len(peers) + 1))
    for what, own in medians["Tenon"].items():
        cells = [f"{own:.4g}"]
        for name in list(peers)[1:]:
            other = medians[name].get(what)
            cells.append(f"{other:.4g} ({own / other:.2f})" if other else "")
        print(f"| {what} | " + " | ".join(cells) + " |")
    if not with_torch:
        print("\nPyTorch: not measured" + ("" if torch else f": {missing}"))
    if not models:
        print("\nllama.cpp: not measured; give --llama-bench and --llama-model")


if __name__ == "__main__":
    main()
