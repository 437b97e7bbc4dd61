#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""install.py <source> <build folder> <prefix>: installs as README.md says, into a folder with nothing in it.

The packages are there already, and the build folder is the one that is being tested: of README's lines the first
finds that, the second configures beside it, the third is not run again, and the last installs.
"""
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "docs"))
import blocks  # noqa: E402

source, build, prefix = sys.argv[1:]
beside = f"{prefix}-configured"
for folder in (prefix, beside):
    shutil.rmtree(folder, ignore_errors=True)
packages, *lines = blocks.block_for(__file__)
configure, _, install = blocks.commands(lines, {"-B build": f"-B {beside}", "--install build": f"--install {build}",
                                                "/opt/tenon": prefix})
for command in (["bash", "-c", packages], configure, install):
    print("+", " ".join(command), flush=True)
    if code := subprocess.run(command, cwd=source, check=False).returncode:
        sys.exit(code)
cache = (pathlib.Path(beside) / "CMakeCache.txt").read_text(encoding="utf-8")
if "TENON_BUILD_CODEGEN:BOOL=ON" not in cache:
    sys.exit("README's line configures without tenonc")
