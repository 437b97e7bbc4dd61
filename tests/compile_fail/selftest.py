#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Seeds faults into a case and demands that run.py reports each of them."""
import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
GOOD = """// EXPECT: x_and_weight_have_no_dimension_in_common<.*n_hidden, n_vocab>
#include "dims.hpp"
auto f(hidden_states x) {
#ifdef MISTAKE
  return linear(x, param<f32, n_hidden, n_vocab>{"w", zeros});
#else
  return linear(x, param<f32, n_embd, n_vocab>{"w", zeros});
#endif
}
"""
# name, source, what run.py must print
SEEDS = [
    ("wrong_expectation", GOOD.replace(".*n_hidden", ".*n_layer", 1),
     "does not match"),
    ("no_expectation", GOOD.replace("EXPECT", "EXPECTS"), "the first line is not"),
    ("no_mistake", GOOD.replace("<f32, n_hidden, n_vocab>", "<f32, n_embd, n_vocab>"),
     "the mistake compiles"),
    ("bad_twin", GOOD.replace("<f32, n_embd, n_vocab>", "<f32, n_layer, n_vocab>"),
     "the twin without the mistake does not compile silently"),
    ("error_elsewhere", GOOD.replace("auto f(", "int outside = linear(1);\nauto f("),
     "not at the mistake"),
    ("two_errors", GOOD.replace("#else", "  return linear(x);\n#else"), "errors for one mistake"),
    ("too_long", GOOD.replace("#else", "#warning one\n#warning two\n#warning three\n#else"),
     "lines of output, more than 12"),
    ("longer_than_its_own_limit",
     GOOD.replace("\n", "\n// LINES: 1 from g++, 1 from clang++\n", 1),
     "lines of output, more than 1"),
    ("more_errors_than_its_own_limit",
     GOOD.replace("\n", "\n// ERRORS: 2 from g++, 2 from clang++\n", 1)
         .replace("#else", "  return linear(x);\n  return linear(x, 1);\n#else"),
     "3 errors for one mistake"),
]


def run(compiler, includes, folder):
    command = [sys.executable, str(HERE / "run.py"), str(folder), "--compiler", compiler]
    for include in includes:
        command += ["--include", include]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", action="append", default=[])
    args = parser.parse_args()
    failed = 0
    for name, source, report in [("good", GOOD, None), *SEEDS, ("empty_folder", None, "at least")]:
        with tempfile.TemporaryDirectory() as folder:
            if source:
                pathlib.Path(folder, name + ".cpp").write_text(source)
            code, output = run(args.compiler, args.include, folder)
        right = (code == 0) if report is None else (code != 0 and report in output)
        failed += not right
        print(f"{'ok' if right else 'WRONG'}: {name}")
        if not right:
            print(output)
    print(f"{len(SEEDS) + 2} seeds, {failed} not handled")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
