#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""cross.py <source> <build folder> <prefix>: the runtime for another machine, by the lines of README.md."""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "docs"))
import blocks  # noqa: E402

source, build, prefix = sys.argv[1:]
for folder in (build, prefix):
    shutil.rmtree(folder, ignore_errors=True)
launcher = {"CMAKE_CXX_COMPILER_LAUNCHER": "ccache", "CMAKE_C_COMPILER_LAUNCHER": "ccache"}
for command in blocks.commands(blocks.block_for(__file__), {"build/aarch64": build, "/opt/tenon-aarch64": prefix}):
    print("+", " ".join(command), flush=True)
    if code := subprocess.run(command, cwd=source, env={**os.environ, **launcher}, check=False).returncode:
        sys.exit(code)
