// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A file that appears whole or not at all: written under another name in the same folder, made
// durable, then renamed. Saved weights, training state and what lies beside them are written so.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <tenon/runtime/runtime.h>

#include "handle.hpp"
#include "save_target.hpp"

namespace tenon::runtime::detail {

/// Until commit() has succeeded, whatever was at the path stays as it was; without it, and where
/// anything fails, the temporary file is removed. Which file is replaced, and what is refused, is
/// save_target's to say.
class atomic_file {
 public:
  atomic_file() = default;
  atomic_file& operator=(atomic_file&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(target_, other.target_);
    path_.swap(other.path_);
    temporary_.swap(other.temporary_);
    return *this;
  }
  ~atomic_file();

  /// Opens "<file>.tmp-<process>-<number>", which must not exist yet, with the rights of the file
  /// that is replaced.
  static tenon_status create(const std::string& path, atomic_file& made);

  /// Appends.
  tenon_status write(const void* data, std::size_t bytes);
  /// Writes over what is there already.
  tenon_status overwrite(std::uint64_t offset, const void* data, std::size_t bytes);
  /// Data to the disk, then the name, then the folder to the disk. If only the last step fails, the
  /// new file is in place, but a power failure may still bring the old one back.
  tenon_status commit();

 private:
  [[nodiscard]] tenon_status failed_to(const char* what, int error) const;
  int create_temporary();

  handle handle_;
  save_target target_;
  std::string path_, temporary_;  // temporary_ is empty once there is none
};

}  // namespace tenon::runtime::detail
