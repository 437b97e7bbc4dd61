#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles each case of a folder twice: with its mistake, which must fail as promised, and without.

A case is a .cpp file whose first line is `// EXPECT: <regex>`, with the mistake between
`#ifdef MISTAKE` and `#else` and its correct twin after that. With the mistake there must be
exactly one error, at a line of the mistake or at a TENON_MODEL of the case, its line must match
the regex, and all output may take MAX_LINES lines. The twin must compile without a word.
A case may allow more by lines after the first:
  // LINES: 15 from g++, 28 from clang++    inside templates compilers add the way to the mistake
  // ERRORS: 1 from g++, 2 from clang++     what is wrong as C++, and not by a rule of ours
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import time

MAX_LINES = 12
FLAGS = ["-std=c++20", "-fsyntax-only", "-Wall", "-fdiagnostics-color=never"]


def compile_case(compiler, includes, case, *defines):
    command = [*compiler.split(), *FLAGS, *("-I" + i for i in includes), *defines, str(case)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "LC_ALL": "C"})
    output = done.stdout + done.stderr
    lines = [l for l in output.splitlines()
             if not re.fullmatch(r"\d+ (error|warning).* generated\.", l)]
    return done.returncode, lines


def lines_of_mistake(source):
    """Numbers of the lines at which the error may be reported."""
    allowed, inside = set(), False
    for number, line in enumerate(source, 1):
        if line.startswith("#ifdef MISTAKE"):
            inside = True
        elif line.startswith("#else"):
            inside = False
        if inside or line.startswith("TENON_MODEL("):
            allowed.add(number)
    return allowed


def head_of(source):
    """What the case demands: the lines after the licence's."""
    return source[1:] if source[0].startswith("// SPDX-") else source


def limit_of(what, compiler, source, usual):
    """The number of the case's line `// WHAT: n from g++, m from clang++`, or the usual one."""
    for line in head_of(source)[1:3]:
        limits = re.fullmatch(rf"// {what}: (\d+) from g\+\+, (\d+) from clang\+\+", line)
        if limits:
            return int(limits[2 if "clang" in compiler else 1])
    return usual


def complaints_about_mistake(case, source, compiler, returncode, output):
    max_lines = limit_of("LINES", compiler, source, MAX_LINES)
    max_errors = limit_of("ERRORS", compiler, source, 1)
    expectation = re.fullmatch(r"// EXPECT: (.+)", head_of(source)[0])
    if not expectation:
        return ["the first line is not `// EXPECT: <regex>`"]
    if returncode == 0:
        return ["the mistake compiles"]
    errors = [l for l in output if re.search(r": (fatal )?error: ", l)]
    if not errors:
        return ["the compiler failed without an error"]
    found = []
    at = re.match(re.escape(str(case)) + r":(\d+):", errors[0])
    if not at:
        found.append("the first error is not in the case: " + errors[0])
    elif int(at[1]) not in lines_of_mistake(source):
        found.append(f"the first error is at line {at[1]}, not at the mistake")
    if not re.search(expectation[1], errors[0]):
        found.append(f"the first error does not match /{expectation[1]}/: {errors[0]}")
    if len(errors) > max_errors:
        found.append(f"{len(errors)} errors for one mistake; the last: {errors[-1]}")
    if len(output) > max_lines:
        found.append(f"{len(output)} lines of output, more than {max_lines}")
    return found


def check(compiler, includes, case):
    """What is wrong with one case, as a list of sentences."""
    source = case.read_text().splitlines()
    if not any(l.startswith("#ifdef MISTAKE") for l in source):
        return ["there is no `#ifdef MISTAKE`"]
    found = complaints_about_mistake(case, source, compiler,
                                     *compile_case(compiler, includes, case, "-DMISTAKE"))
    returncode, output = compile_case(compiler, includes, case)
    if returncode != 0 or output:
        found.append("the twin without the mistake does not compile silently:\n    "
                     + "\n    ".join(output[:MAX_LINES]))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=pathlib.Path, nargs="+", 
                        help="case files, or folders of them")
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--include", action="append", default=[], help="include folder")
    parser.add_argument("--at-least", type=int, default=1, help="fewer cases are a failure")
    args = parser.parse_args()

    cases = sorted(c for path in args.cases
                   for c in (path.glob("*.cpp") if path.is_dir() else [path]))
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda c: check(args.compiler, args.include, c), cases))
    failed = 0
    for case, found in zip(cases, results):
        failed += bool(found)
        for sentence in found:
            print(f"{case.name}: {sentence}")
    print(f"{args.compiler}: {len(cases)} mistakes, {len(cases)} twins, {failed} failed, "
          f"{time.monotonic() - begin:.1f} s")
    if len(cases) < args.at_least:
        print(f"expected at least {args.at_least} cases")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
