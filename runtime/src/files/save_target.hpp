// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What saving to a path replaces: the regular file at the end of its links, with its rights, or a
// name that is still free. Anything else that lies there (a device, a pipe, a folder) is refused.
#pragma once
#include <string>

#include <sys/stat.h>
#include <tenon/runtime/runtime.h>

#include "handle.hpp"

namespace tenon::runtime::detail {

class save_target {
 public:
  /// Refuses what a program could not open for writing either: a save must not take away what its
  /// owner made read-only.
  static tenon_status find(const std::string& path, save_target& found);

  /// The folder that holds the file, to name files in it by `name` relative to it.
  [[nodiscard]] int folder() const { return folder_.get(); }
  [[nodiscard]] const std::string& folder_path() const { return folder_path_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// A folder that may be written to but not read can only be searched; fsync does not take it.
  [[nodiscard]] bool folder_is_readable() const { return folder_is_readable_; }
  [[nodiscard]] bool exists() const { return old_.get() >= 0; }

  /// Gives a new file the owner, group, mode and access list of the old one. What the system does
  /// not grant is left out, and never makes the file readable to more than before. 0 or an error.
  [[nodiscard]] int pass_rights_to(int fresh) const;

 private:
  handle folder_, old_;
  struct stat facts_{};  // of the old file
  std::string folder_path_, name_;
  bool folder_is_readable_ = true;
};

}  // namespace tenon::runtime::detail
