#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""format.py <clang-format> <root>: every C and C++ source is as clang-format writes it.

With --selftest it sees a badly formatted file fail.
"""
import pathlib
import re
import subprocess
import sys
import tempfile

import rules


def is_formatted(tool, paths):
    """Whether clang-format would change nothing; prints what it would."""
    run = subprocess.run([tool, "--dry-run", "-Werror", *paths], capture_output=True, text=True)
    warned = sorted(set(re.findall(r"^([^\s:]+):\d+:\d+: error: ", run.stderr, re.MULTILINE)))
    if warned:
        print(f"not formatted; run: {pathlib.Path(tool).name} -i {' '.join(warned)}")
    return run.returncode == 0


def main(tool, root):
    if root == "--selftest":
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "a.cpp"
            path.write_text("int main() { return 0; }\n")
            good = is_formatted(tool, [str(path)])
            path.write_text("int   main( ) {return 0;}\n")
            return 0 if good and not is_formatted(tool, [str(path)]) else 1
    root = pathlib.Path(root).resolve()
    paths = [p for p in rules.files(root, *rules.CODE) if "compile_fail" not in p.parts]
    return 0 if is_formatted(tool, [str(p.relative_to(root)) for p in paths]) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
