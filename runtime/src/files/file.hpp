// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A file that is opened once and read at offsets: no mapping (a mapped file that another process
// truncates raises SIGBUS), and no second look at its path.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include <tenon/runtime/runtime.h>

#include "handle.hpp"

namespace tenon::runtime::detail {

class file {
 public:
  /// Only a regular file; links are followed, as model caches consist of them.
  static tenon_status open(const std::string& path, file& opened);

  /// Reads exactly `bytes` at `offset`. Usable from several threads.
  tenon_status read(std::uint64_t offset, void* destination, std::size_t bytes) const;

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }  // when it was opened
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  handle handle_;
  std::uint64_t bytes_ = 0;
  std::string path_;
};

}  // namespace tenon::runtime::detail
