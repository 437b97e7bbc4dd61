#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a model costs to compile: time and memory of GPT-2 XL, and that a deep stack costs no more
than a shallow one. Fails above MAX_MEMORY, above SLACK times MAX_SECONDS (machines are noisy), or
if 48 layers make another object size than 12.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

MAX_SECONDS, SLACK = 3.0, 3
MAX_MEMORY = 300  # MiB, the peak of one process
DEEP = "-DTENON_GPT={.n_layer=48,.n_head=25,.n_embd=1600}"  # GPT-2 XL
SHALLOW = "-DTENON_GPT={.n_layer=12,.n_head=25,.n_embd=1600}"


def measure(command):
    """Seconds, and the greatest memory in MiB, of a command run in a process of its own."""
    probe = ("import resource, subprocess, sys; r = subprocess.run(sys.argv[1:]).returncode; "
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(r)")
    begin = time.monotonic()
    done = subprocess.run([sys.executable, "-c", probe, *command], check=True, timeout=120,
                          capture_output=True, text=True)
    return time.monotonic() - begin, int(done.stdout) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--include", action="append", default=[])
    args = parser.parse_args()
    compilers = [c for c in ("g++-12", "g++") if shutil.which(c)][:1]
    compilers += [c for c in ("clang++-22", "clang++") if shutil.which(c)][:1]
    failed = 0
    for compiler in compilers:
        with tempfile.TemporaryDirectory() as folder:
            obj = pathlib.Path(folder, "model.o")
            sizes = {}
            for size in (SHALLOW, DEEP):
                seconds, memory = measure(
                    [compiler, "-std=c++20", "-g", "-c", *("-I" + i for i in args.include), size,
                     str(args.model), "-o", str(obj)])
                sizes[size] = obj.stat().st_size
        print(f"{compiler}: GPT-2 XL in {seconds:.2f} s, {memory:.0f} MiB, "
              f"object {sizes[DEEP]} bytes, with 12 layers {sizes[SHALLOW]}")
        for wrong, sentence in (
                (seconds > SLACK * MAX_SECONDS, f"more than {SLACK} x {MAX_SECONDS} s"),
                (memory > MAX_MEMORY, f"more than {MAX_MEMORY} MiB"),
                (sizes[DEEP] != sizes[SHALLOW], "the object grows with the depth")):
            if wrong:
                failed += 1
                print(f"  {sentence}")
    if not compilers:
        print("no compiler was found")
    return 1 if failed or not compilers else 0


if __name__ == "__main__":
    sys.exit(main())
