// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Folders of tests; see scratch.hpp.
#include "scratch.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  INFO(file);
  REQUIRE(stream);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

scratch_directory::scratch_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "gpt2-test-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

scratch_directory::scratch_directory(const std::filesystem::path& source) : scratch_directory() {
  std::filesystem::copy(source, path_);
}

scratch_directory scratch_directory::with_checkpoint() {
  return scratch_directory(std::filesystem::path(TENON_SOURCE_DIR) / "samples/checkpoint/licences");
}

scratch_directory::~scratch_directory() { std::filesystem::remove_all(path_); }

void scratch_directory::write(const std::string& name, const std::string& bytes) const {
  std::ofstream stream(path_ / name, std::ios::binary);
  stream << bytes;
  REQUIRE(stream);
}

void scratch_directory::replace(const std::string& name, const std::string& from,
                                const std::string& to) const {
  std::string text = contents(path_ / name);
  const std::size_t at = text.find(from);
  INFO(name << " holds no " << from);
  REQUIRE(at != std::string::npos);
  write(name, text.replace(at, from.size(), to));
}
