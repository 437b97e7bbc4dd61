// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A model directory of tests/goldens as one GGUF file, as llama.cpp's converter makes it: its names
// are those of the package `gguf` (goldens/gguf/names.json), its orders of elements written out
// here.
#pragma once

#include <filesystem>
#include <string>

/// `family` is a key of names.json. Without a tokenizer where the directory has none.
std::string gguf_of_directory(const std::filesystem::path& directory, const std::string& family);
