#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""hygiene.py <check> <tool> <folder of generated objects>...: what generated objects may hold.

  symbols (nm):    they ask for memcpy, memmove and memset at most, and offer nothing but tenon_*
  lines (readelf): their debug lines name the line of a source that holds a text (arguments after the
                   folder: the source and the text)
  stack (-):       no entry asks for more than 64 KiB of the stack, whatever is below the folders
  depth (-):       the objects of two folders, one model at two depths, are within 1 % in size
"""
import pathlib
import re
import subprocess
import sys

ALLOWED = {"memcpy", "memmove", "memset"}


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def objects(folder):
    found = sorted(pathlib.Path(folder).glob("*.o"))
    if not found:
        sys.exit(f"{folder} holds no object")
    return found


def symbols(nm, path, *options):
    return [line.split()[-1] for line in run(nm, *options, path).splitlines()]


def check_symbols(nm, folders):
    paths = [path for folder in folders for path in objects(folder)]
    for path in paths:
        if wanted := set(symbols(nm, path, "--undefined-only")) - ALLOWED:
            sys.exit(f"{path} needs {sorted(wanted)}")
        offered = symbols(nm, path, "--defined-only", "--extern-only")
        if not offered or not all(name.startswith("tenon_") for name in offered):
            sys.exit(f"{path} offers {offered}")
    print(f"{len(paths)} objects need {sorted(ALLOWED)} at most")


def check_lines(readelf, arguments):
    folder, source, text = arguments
    source = pathlib.Path(source)
    lines = [i for i, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1)
             if text in line]
    if len(lines) != 1:
        sys.exit(f"'{text}' stands in lines {lines} of {source}")
    for path in objects(folder):
        rows = [row.split() for row in run(readelf, "--debug-dump=decodedline", path).splitlines()]
        if not any(row[:2] == [source.name, str(lines[0])] for row in rows if len(row) > 2):
            sys.exit(f"{path} has no debug line {source.name}:{lines[0]}")
    print(f"debug lines name {source.name}:{lines[0]}")


def check_stack(_, folders):
    needs = {}
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*.c")):
            text = path.read_text(encoding="utf-8")
            for row in re.findall(r"stack_bytes_\w+\[\] = \{([^}]*)\}", text):
                needs[path] = max([needs.get(path, 0)] + [int(n) for n in re.findall(r"UINT64_C\((\d+)\)", row)])
    if not needs or min(needs.values()) == 0:
        sys.exit(f"no need of the stack is told below {folders}")
    worst = max(needs, key=needs.get)
    if needs[worst] > 64 * 1024:
        sys.exit(f"{worst} asks for {needs[worst]} bytes of the stack")
    print(f"{len(needs)} models take {needs[worst]} bytes of the stack at most, in {worst}")


def check_depth(_, folders):
    sizes = [[path.stat().st_size for path in objects(folder)] for folder in folders]
    if len(sizes[0]) != len(sizes[1]):
        sys.exit(f"other objects at the two depths: {sizes}")
    for shallow, deep in zip(*sizes):
        if abs(deep - shallow) > 0.01 * shallow:
            sys.exit(f"objects of {sizes[0]} bytes become {sizes[1]} with the depth")
    print(f"bytes at the two depths: {sizes[0]}, {sizes[1]}")


if __name__ == "__main__":
    CHECKS = {"symbols": check_symbols, "lines": check_lines, "stack": check_stack,
              "depth": check_depth}
    CHECKS[sys.argv[1]](sys.argv[2], sys.argv[3:])
