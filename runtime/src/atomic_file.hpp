// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A file that appears whole or not at all: written under another name in the same folder, made
// durable, then renamed. Saved weights, training state and what lies beside them are written so.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::detail {

/// Until commit() has succeeded, whatever was at the path stays as it was; without it, and where
/// anything fails, the temporary file is removed.
class atomic_file {
 public:
  atomic_file() = default;
  atomic_file(atomic_file&& other) noexcept
      : handle_(std::exchange(other.handle_, -1)),
        path_(std::move(other.path_)),
        temporary_(std::exchange(other.temporary_, {})) {}
  atomic_file& operator=(atomic_file&& other) noexcept {
    std::swap(handle_, other.handle_);
    path_.swap(other.path_);
    temporary_.swap(other.temporary_);
    return *this;
  }
  ~atomic_file();

  /// Opens "<path>.tmp-<process>-<number>", which must not exist yet.
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

  int handle_ = -1;
  std::string path_, temporary_;  // temporary_ is empty once there is none
};

}  // namespace tenon::runtime::detail
