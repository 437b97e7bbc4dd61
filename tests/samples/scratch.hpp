// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Folders for tests that need a changed model directory, gone with the object.
#pragma once

#include <filesystem>
#include <string>

/// The bytes of a file; fails the test if it cannot be read.
std::string contents(const std::filesystem::path& file);

class scratch_directory {
 public:
  scratch_directory();
  /// A copy of samples/checkpoint/licences to change.
  static scratch_directory with_checkpoint();
  ~scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;

  void write(const std::string& name, const std::string& bytes) const;
  /// Replaces `from`, which has to occur, in a file.
  void replace(const std::string& name, const std::string& from, const std::string& to) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  scratch_directory(const std::filesystem::path& source);
  std::filesystem::path path_;
};
