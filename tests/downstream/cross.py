#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""cross.py <source> <build folder> <prefix> <toolchain> <tenonc>: the runtime for another machine.

Models of the install tree are then compiled by the tenonc of this one.
"""
import shutil
import subprocess
import sys

source, build, prefix, toolchain, tenonc = sys.argv[1:]
shutil.rmtree(prefix, ignore_errors=True)
for command in (
        ["cmake", "-G", "Ninja", "-S", source, "-B", build, f"-DCMAKE_TOOLCHAIN_FILE={toolchain}",
         f"-DTENON_HOST_TENONC={tenonc}", "-DTENON_BUILD_TESTS=OFF", "-DTENON_BUILD_SAMPLES=OFF",
         "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"],
        ["cmake", "--build", build],
        ["cmake", "--install", build, "--prefix", prefix]):
    if code := subprocess.run(command, check=False).returncode:
        sys.exit(code)
