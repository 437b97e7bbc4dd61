#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""compile_models.py <tenonc> <build folder> <jobs> <cpu,...> [name...]

Compiles the models of tests/exec and of the samples in a build (of the targets with these names, else all) to
objects, and explains them in several ways; CPU variants take turns from model to model. What a model may not do is
refused, which is no fault; that the process crashes, fails without a word, or that a sanitizer speaks, is one.
"""
import concurrent.futures
import itertools
import pathlib
import re
import subprocess
import sys
import tempfile

TRAINING = ["--entries", "init,train_step,gradients,update,update_sgd"]
BF16 = ["--compute", "bf16"]
# To explain is all of the compiler but LLVM, which is not instrumented.
WAYS = [["compile"], ["explain", *BF16], ["explain", *TRAINING], ["explain", *TRAINING, *BF16],
        ["explain", "--gpu", "spirv,nvptx:sm_80"]]
SPOKEN = re.compile(r"Sanitizer|runtime error:|Assertion")


def run_one(tenonc, cpu, graph, way):
    """Where one model of an object is refused, the others have their turns alone."""
    whole = run_models(tenonc, cpu, graph, way, [])
    if whole[0] != "refused":
        return whole
    names = re.search(r"it has: (.*)", run_models(tenonc, cpu, graph, way, ["?"])[1])[1].split(", ")
    each = [run_models(tenonc, cpu, graph, way, [name]) for name in names]
    return next((one for wanted in ("at fault", "done") for one in each if one[0] == wanted), whole)


def run_models(tenonc, cpu, graph, way, names):
    with tempfile.TemporaryDirectory() as out:
        command = [tenonc, way[0], graph, *way[1:], "--cpu", cpu, *(f"--model={name}" for name in names)]
        command += ["-o", out] if way[0] == "compile" else []
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    silent = run.returncode == 1 and not re.search(r"^.*error: ", run.stdout, re.M)
    if run.returncode not in (0, 1) or SPOKEN.search(run.stdout) or silent:
        return "at fault", f"{' '.join(map(str, command))}\nstatus {run.returncode}\n{run.stdout}"
    return ("done" if run.returncode == 0 else "refused"), run.stdout


def main(tenonc, folder, jobs, cpus, *names):
    graphs = {path.name.removesuffix("_graph.dir"): sorted(path.rglob("*.o"))
              for part in ("tests/exec", "samples") for path in pathlib.Path(folder, part).rglob("*_graph.dir")}
    graphs = {name: found[0] for name, found in graphs.items() if found}
    missing = set(names) - set(graphs)
    if not graphs or missing:
        sys.exit(f"no graph of {', '.join(sorted(missing)) or 'any model'} lies below {folder}; build it first")
    chosen = {}  # of targets that compile one source, one
    for name in sorted(names or graphs):
        chosen.setdefault(graphs[name].read_bytes(), name)
    count = {"done": 0, "refused": 0, "at fault": 0}
    in_turns = itertools.cycle(cpus.split(","))
    work = [(tenonc, cpu, graphs[name], way) for name, cpu in zip(chosen.values(), in_turns) for way in WAYS]
    with concurrent.futures.ThreadPoolExecutor(int(jobs)) as pool:
        for outcome, text in pool.map(lambda each: run_one(*each), work):
            count[outcome] += 1
            if outcome == "at fault":
                print(text, flush=True)
    print(f"{len(chosen)} objects:", ", ".join(f"{number} {outcome}" for outcome, number in count.items()))
    return 1 if count["at fault"] or count["done"] < len(chosen) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
