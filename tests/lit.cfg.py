# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What lit files may use: tenon-opt, tenonc, FileCheck, not and split-file by name; %cxx, the C++
# compiler of this build; %dsl, its option that finds the DSL. Features: ptxas, spirv-tools.
import os
import shutil

import lit.formats

config.name = "tenon"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.environment["PATH"] = os.pathsep.join(
    [config.tenon_tools, config.llvm_tools, os.environ.get("PATH", "")])
config.substitutions.append(("%cxx", config.cxx))
config.substitutions.append(("%dsl", "-std=c++20 -I" + config.dsl_include))
for tool in ("ptxas", "/usr/local/cuda/bin/ptxas"):
    if shutil.which(tool):
        config.available_features.add("ptxas")
        config.substitutions.append(("%ptxas", shutil.which(tool)))
        break
if shutil.which("spirv-val") and shutil.which("spirv-dis"):
    config.available_features.add("spirv-tools")
