#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""readme.py <source> <prefix> <work folder>: the project that README.md describes, with a small GPT-2.

Its CMake lines and its program are README's; the checkpoint is one of random weights, at README's path.
"""
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "docs"))
import blocks  # noqa: E402

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(readme LANGUAGES C CXX)
enable_testing()
add_executable(app app.cpp)
"""
SIZES = "{.n_layer = 1, .n_head = 2, .n_embd = 16, .n_block = 8, .n_vocab = 11, .max_batch = 2}"
MAIN = """
#include <filesystem>

int main() {
  const std::filesystem::path folder("path/of/a/hugging-face/directory");
  std::filesystem::create_directories(folder);
  if (auto saved = tenon::runtime::weights::random(gpt2::model(), 1)->save(folder / "model.safetensors"); !saved)
    return std::puts(saved.message()), 1;
  return generate(5);
}
"""


def run(*command):
    print("+", " ".join(map(str, command)), flush=True)
    if code := subprocess.run(command, check=False, cwd=work).returncode:
        sys.exit(code)


source, prefix, work = map(pathlib.Path, sys.argv[1:])
shutil.rmtree(work, ignore_errors=True)
work.mkdir(parents=True)
program, = (block for block in blocks.blocks_of(pathlib.Path("README.md"), source)
            if block.file == "tests/docs/contexts/generating.cpp")
context = (source / program.file).read_text(encoding="utf-8")
(work / "app.cpp").write_text(context.replace("// the block", "\n".join(program.code)) + MAIN, encoding="utf-8")
(work / "CMakeLists.txt").write_text(PROJECT + "\n".join(blocks.block_for(__file__)) + "\n", encoding="utf-8")
for header in ("gpt.hpp", "activations.hpp"):
    shutil.copy(source / "samples/gpt2" / header, work)
model = (source / "samples/gpt2/gpt2.model.cpp").read_text(encoding="utf-8")
(work / "gpt2.model.cpp").write_text(f"#define TENON_GPT {SIZES}\n{model}", encoding="utf-8")

run("cmake", "-G", "Ninja", "-S", ".", "-B", "build", f"-DCMAKE_PREFIX_PATH={prefix}", "-DCMAKE_BUILD_TYPE=Release")
run("cmake", "--build", "build")
run("build/app")
run("ctest", "--test-dir", "build", "--output-on-failure", "--no-tests=error")
