#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles model files with every compiler at hand, native and cross, plain, optimised and
sanitized, and compares the bytes of section .tenon.graph: they must not depend on who compiles,
for what, or how.
"""
import argparse
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

CLANG = [c for c in ("clang++-22", "clang++") if shutil.which(c)][:1]
GXX = [c for c in ("g++-12", "g++") if shutil.which(c)][:1]
CROSS = [c for c in ("aarch64-linux-gnu-g++", "riscv64-linux-gnu-g++") if shutil.which(c)]


def configurations():
    compilers = [[c] for c in GXX + CLANG + CROSS]
    # clang takes the standard library of the cross g++
    compilers += [[c, "--target=" + g.removesuffix("-g++")] for c in CLANG for g in CROSS]
    sanitized = [[c, "-fsanitize=address,undefined"] for c in GXX + CLANG]
    return [c + flags for c in compilers for flags in (["-O0"], ["-O2", "-g"])] + sanitized


def section(command, model, includes, objcopy, folder):
    obj, raw = folder / "model.o", folder / "graph.bin"
    subprocess.run([*command, "-std=c++20", "-c", *("-I" + i for i in includes), str(model),
                    "-o", str(obj)], check=True, timeout=120)
    subprocess.run([objcopy, "-O", "binary", "--only-section=.tenon.graph", str(obj), str(raw)],
                   check=True)
    return raw.read_bytes()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=pathlib.Path, nargs="+")
    parser.add_argument("--include", action="append", default=[])
    parser.add_argument("--objcopy", required=True)
    args = parser.parse_args()
    ways = configurations()
    if len(ways) < 2:
        print("no compiler was found")
        return 1
    failed = 0
    for model in args.models:
        seen = {}
        for way in ways:
            with tempfile.TemporaryDirectory() as folder:
                content = section(way, model, args.include, args.objcopy, pathlib.Path(folder))
            if not content.startswith(b"TENONGRF"):
                print(f"{model.name}: {' '.join(way)}: no graph in the section")
                failed += 1
            seen.setdefault(hashlib.sha256(content).hexdigest()[:12], []).append(" ".join(way))
        failed += len(seen) > 1
        print(f"{model.name}: {len(ways)} compilations, {len(seen)} different section(s)")
        if len(seen) > 1:
            for digest, compilers in seen.items():
                print(f"  {digest}: {'; '.join(compilers)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
