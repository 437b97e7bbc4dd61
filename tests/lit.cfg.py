# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What lit files may use: tenon-opt, tenonc, FileCheck, not and split-file by name; %cxx, the C++
# compiler of this build; %gxx and %clangxx, both that we support, features of these names; %dsl, the
# option that finds the DSL; %runtime, the one that finds the runtime; %python. Other features: ptxas, spirv-tools.
import os
import shutil
import sys

import lit.formats

config.name = "tenon"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.environment["PATH"] = os.pathsep.join(
    [config.tenon_tools, config.llvm_tools, os.environ.get("PATH", "")])
config.substitutions.append(("%cxx", config.cxx))
config.substitutions.append(("%dsl", "-std=c++20 -I" + config.dsl_include))
config.substitutions.append(("%python", sys.executable))
config.substitutions.append(("%runtime", "-I" + config.runtime_include))
for name, tools in (("gxx", ("g++-12", "g++")), ("clangxx", ("clang++-22", "clang++"))):
    found = [tool for tool in tools if shutil.which(tool)]
    if found:
        config.available_features.add(name)
        config.substitutions.append(("%" + name, found[0]))
for tool in ("ptxas", "/usr/local/cuda/bin/ptxas"):
    if shutil.which(tool):
        config.available_features.add("ptxas")
        config.substitutions.append(("%ptxas", shutil.which(tool)))
        break
if shutil.which("spirv-val") and shutil.which("spirv-dis"):
    config.available_features.add("spirv-tools")
