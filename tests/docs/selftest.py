#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""selftest.py <C++ compiler> <C compiler>: seeds faults into a page, and demands that snippets.py finds each."""
import pathlib
import subprocess
import sys
import tempfile

CONTEXT = "int f(int x) {\n  // the block\n  return y;\n}\n"
GOOD = "<!-- test: tests/docs/contexts/f.cpp -->\n```cpp\nint y = x;\n```\n"
LINES = "<!-- lines of: tests/docs/contexts/f.cpp -->\n```cpp\nint f(int x) {  // shown\n}\n```\n"
# what is wrong: the page, and what must be printed about it
SEEDS = [
    (GOOD + LINES, None),
    ("", "0 blocks"),
    (GOOD.split("\n", 1)[1], "no test; write"),
    (GOOD.replace("-->\n", "-->\n\n"), "no test; write"),
    (GOOD.replace("f.cpp", "g.cpp"), "names tests/docs/contexts/g.cpp, which is not there"),
    (GOOD.replace("int y = x;", "int y = z;"), "page.md:3:"),
    (GOOD.replace("int y = x;", "int y = x, unused = 1;"), "unused"),
    (GOOD.replace("cpp\nint", "c\nlong long int"), None),
    (GOOD.replace("cpp\nint", "c\nauto"), "page.md:3:"),
    (GOOD.replace("```cpp", "```cxx"), "'cxx' is none of the languages"),
    (GOOD.replace("```cpp", "```sh"), "only a script can run this block"),
    (GOOD + LINES.replace("}", "  return z;"), "does not have this line, or not in this order: return z;"),
    (GOOD + LINES.replace("int f(int x) {  // shown\n}", "}\nint f(int x) {"), "not in this order"),
    (LINES.replace("contexts/f.cpp", "README.md"), "no block is marked with it"),
]


def main(cxx, cc):
    failed = 0
    for page, wanted in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "tests/docs/contexts").mkdir(parents=True)
            (root / "tests/docs/contexts/f.cpp").write_text(CONTEXT, encoding="utf-8")
            (root / "tests/docs/README.md").write_text("int f(int x) {\n}\n", encoding="utf-8")
            (root / "page.md").write_text(page, encoding="utf-8")
            done = subprocess.run([sys.executable, pathlib.Path(__file__).with_name("snippets.py"), root, cxx, cc],
                                  capture_output=True, text=True, check=False)
        right = done.returncode == 0 if wanted is None else done.returncode == 1 and wanted in done.stdout
        if not right:
            print(f"wrong for {page!r}: {done.returncode}\n{done.stdout}{done.stderr}")
            failed += 1
    print(f"{len(SEEDS)} pages, {failed} judged wrongly")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
