#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Sees every rule fail: a small tree without the mistake gives no complaint, with it exactly the one.

Also the summary of tests/run, on reports with a failure, a test that could not start, a skip, nothing.
"""
import contextlib
import io
import pathlib
import sys
import tempfile

import rules

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
import summary  # noqa: E402

HEAD = "// A file.\n"
LICENCE = f"// {rules.LICENCE}\n"
# rule: (files without the mistake, file with the mistake, its text, words of the complaint)
SEEDS = {
    "include_directions": [
        ({"dsl/a.hpp": HEAD + "#include <vector>\n#include <tenon/core/b.hpp>\n"},
         "dsl/a.hpp", HEAD + "#include <tenon/runtime/abi.h>\n", "dsl may not include"),
        ({"runtime/a.cpp": HEAD + '#include "b.hpp"\n#include <sys/mman.h>\n', "runtime/b.hpp": HEAD},
         "runtime/a.cpp", HEAD + "#include <llvm/ADT/APInt.h>\n", "runtime may not include"),
        ({"codegen/a.cpp": HEAD + '#include "tenon/runtime/abi.h"\n#include "mlir/IR/Builders.h"\n'},
         "codegen/a.cpp", HEAD + '#include "tenon/runtime/runtime.h"\n', "codegen may not include"),
        ({"samples/a.cpp": HEAD + "#include <nlohmann/json.hpp>\n"},
         "samples/a.cpp", HEAD + '#include "mlir/IR/Builders.h"\n', "samples may not include"),
    ],
    "layers": [
        ({"runtime/src/threads/a.cpp": HEAD + '#include "b.hpp"\n#include "c.hpp"\n', "runtime/src/threads/b.hpp": HEAD,
          "runtime/src/c.hpp": HEAD},
         "runtime/src/threads/a.cpp", HEAD + '#include "weights/b.hpp"\n', "threads may not include weights/b.hpp"),
        ({"runtime/src/weights/a.cpp": HEAD + '#include "threads/b.hpp"\n'},
         "runtime/src/weights/a.cpp", HEAD + '#include "../threads/b.hpp"\n', "may not include ../threads"),
        ({"runtime/src/a.cpp": HEAD + '#include "b.hpp"\n'},
         "runtime/src/a.cpp", HEAD + '#include "files/b.hpp"\n', "src/* may not include files/b.hpp"),
        ({}, "runtime/src/new/a.cpp", HEAD, "src/new has no place"),
    ],
    "crowded": [({f"dsl/{i}.hpp": HEAD for i in range(40)}, "dsl/one_more.hpp", HEAD, "41 files")],
    "file_length": [({"dsl/a.hpp": HEAD * 500}, "dsl/a.hpp", HEAD * 501, "501 lines")],
    "licence": [
        ({"dsl/a.hpp": LICENCE + HEAD}, "dsl/a.hpp", HEAD, "no licence"),
        ({"tests/run": "#!/bin/sh\n" + LICENCE.replace("//", "#")}, "tests/run", "#!/bin/sh\n" + HEAD, "no licence"),
        ({".ci/a.sh": LICENCE.replace("//", "#")}, ".ci/a.sh", LICENCE.replace("Apache", "apache"), "no licence"),
    ],
    "file_head": [
        ({"dsl/a.hpp": LICENCE + HEAD}, "dsl/a.hpp", "pragma once\n", "no comment"),
        ({"a.py": "#!/bin/python\n" + LICENCE.replace("//", "#") + '"""A file."""\n'}, "a.py",
         "#!/bin/python\n" + LICENCE.replace("//", "#") + "import sys\n", "no comment"),
    ],
    "unfinished_words": [({"dsl/a.hpp": HEAD}, "dsl/a.hpp", "// TO" + "DO later\n", "unfinished")],
    "lit_checks": [
        ({"tests/a.mlir": "// RUN: tenon-opt %s | FileCheck %s\n// CHECK: x\n// CHECK-NEXT: y\n"},
         "tests/a.mlir", "// RUN: tenon-opt %s\n// CHECK: x\n", "no FileCheck"),
        ({}, "tests/a.mlir", "// RUN: tenon-opt %s | FileCheck %s\n// CHECK x\n", "without a colon"),
        ({"tests/a.mlir": "// RUN: a | FileCheck %s --check-prefix=CHECK-A\n// CHECK-A: x\n"},
         "tests/a.mlir", "// RUN: a | FileCheck %s --check-prefix=CHECK-A\n// CHECK-B: x\n",
         "reads CHECK-B"),
        ({}, "tests/a.mlir", "// nothing\n", "no RUN line"),
    ],
    "tests_listed": [
        ({"tests/dsl/a.cpp": HEAD, "tests/dsl/CMakeLists.txt": "# Tests.\nadd_executable(t a.cpp)\n"},
         "tests/dsl/forgotten.cpp", HEAD, "in no CMakeLists.txt")],
    "links": [({"README.md": "[a](docs/a.md#b) and [c](https://c.d/e)\n", "docs/a.md": "[up](../README.md)\n"},
               "docs/a.md", "[up](README.md)\n", "links to README.md")],
    "pass_flags": [
        ({"codegen/passes/Passes.td": 'def Fuse : Tenon_Pass<"tenon-fuse"> {\n',
          "tests/fuse.mlir": "// RUN: tenon-opt %s -tenon-fuse | FileCheck %s\n"},
         "tests/fuse.mlir", "// RUN: tenon-opt %s -tenon-fuse-more\n", "no lit test has -tenon-fuse"),
    ],
}
REPORT = '<testsuite><testcase name="a" status="{status}">{inside}</testcase></testsuite>'
SUMMARIES = [  # status, what is inside, exit status, last line
    ("run", "", 0, "1 passed, 0 failed"),
    ("fail", '<failure message="no"/>', 1, "0 passed, 1 failed"),
    ("notrun", '<skipped message="Unable to find executable"/>', 1, "0 passed, 1 failed"),
    ("notrun", '<skipped message="SKIP_RETURN_CODE=77"/><system-out>SKIPPED: no GPU</system-out>', 1,
     "0 passed, 0 failed, 1 skipped"),
]


def complaints(rule, tree):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in tree.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        return list(rule(root))


def check_rules():
    for rule in rules.RULES:
        for good, name, bad, words in SEEDS[rule.__name__]:
            if found := complaints(rule, good):
                yield f"{rule.__name__} complains without a mistake: {found}"
            found = complaints(rule, {**good, name: bad})
            if len(found) != 1 or words not in found[0]:
                yield f"{rule.__name__} does not find the mistake in {name}: {found}"


def check_summary():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "report.xml"
        for status, inside, want, last in SUMMARIES:
            path.write_text(REPORT.format(status=status, inside=inside), encoding="utf-8")
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                code = summary.main([str(path)])
            if code != want or printed.getvalue().splitlines()[-1] != last:
                yield f"summary of {status} {inside}: {code}, {printed.getvalue()!r}"
        path.write_text("<testsuite/>", encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            if summary.main([str(path)]) == 0:
                yield "summary of no tests: success"


if __name__ == "__main__":
    problems = [*check_rules(), *check_summary()]
    print("\n".join(problems) or "every rule finds its seeded mistake")
    sys.exit(1 if problems else 0)
