#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""install.py <build folder> <prefix>: a fresh install tree, without anything that lay there before."""
import shutil
import subprocess
import sys

build, prefix = sys.argv[1:]
shutil.rmtree(prefix, ignore_errors=True)
sys.exit(subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=False).returncode)
