#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""snippets.py <root> <C++ compiler> <C compiler> [--own FOLDER ...] [--foreign FOLDER ...]

Every block of code in the project's pages compiles without a warning, or stands in the source that it names. A block
without a mark is an error, so none is forgotten; blocks.py says what marks are.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

import blocks

FLAGS = ["-Wall", "-Wextra", "-Werror", "-O1", "-c", "-o", "/dev/null"]
STANDARDS = {"cpp": "-std=c++20", "c": "-std=c11"}
HERE = "// the block"


def in_context(block, root):
    """The source that its mark names, with the block in it; None without a place for it."""
    context = (root / block.file).read_text(encoding="utf-8").splitlines()
    places = [number for number, line in enumerate(context) if line.strip() == HERE]
    if len(places) != 1:
        return None
    at = places[0]
    return "\n".join([f'#line 1 "{root / block.file}"', *context[:at], f'#line {block.line} "{root / block.page}"',
                      *block.code, f'#line {at + 2} "{root / block.file}"', *context[at + 1:], ""])


def compile_errors(block, root, compilers, includes):
    source = in_context(block, root)
    if source is None:
        return f"{block.file} needs one line '{HERE}' for the block"
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / f"block.{block.language}"
        path.write_text(source, encoding="utf-8")
        done = subprocess.run([compilers[block.language], STANDARDS[block.language], *FLAGS,
                               *includes, path],
                              capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr


def code_of(line):
    """A line without the comment at its end, which a page may add or leave out."""
    return line if line.lstrip().startswith("//") else line.split(" //")[0].rstrip()


def line_not_in(block, root):
    """The first line of the block that the file does not have after those before it; "" where there is none."""
    rest = iter(code_of(line) for line in (root / block.file).read_text(encoding="utf-8").splitlines())
    for line in block.code:
        wanted = code_of(line)
        if wanted and not any(wanted == each for each in rest):
            return line
    return ""


def complaint(block, root, compilers, includes):
    if block.language not in blocks.TESTED:
        return f"'{block.language}' is none of the languages {', '.join(blocks.TESTED)} that blocks have here"
    if not block.kind:
        return "no test; write <!-- test: FILE --> or <!-- lines of: FILE --> before the block (tests/docs/README.md)"
    if not (root / block.file).is_file():
        return f"its mark names {block.file}, which is not there"
    if block.kind == "lines of":
        line = line_not_in(block, root)
        return f"{block.file} does not have this line, or not in this order: {line.strip()}" if line else ""
    if block.language in compilers:
        return compile_errors(block, root, compilers, includes)
    return "" if block.file.endswith(".py") else "only a script can run this block; name one"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("cxx")
    parser.add_argument("cc")
    parser.add_argument("--own", nargs="*", default=[], help="folders of our headers")
    parser.add_argument("--foreign", nargs="*", default=[], help="folders of headers that may warn")
    options = parser.parse_args()
    includes = [f"-I{each}" for each in options.own]
    includes += [word for each in options.foreign for word in ("-isystem", each)]
    compilers = {"cpp": options.cxx, "c": options.cc}
    found = list(blocks.all_blocks(options.root))
    failed = 0
    for block in found:
        if what := complaint(block, options.root, compilers, includes):
            print(f"{block}: {what}")
            failed += 1
    used = {block.file for block in found}
    for path in sorted((options.root / "tests/docs/contexts").glob("*")):
        if str(path.relative_to(options.root)) not in used:
            print(f"{path.relative_to(options.root)}: no block is marked with it; delete it")
            failed += 1
    print(f"{len(found)} blocks, {failed} complaints")
    return 1 if failed or not found else 0


if __name__ == "__main__":
    sys.exit(main())
