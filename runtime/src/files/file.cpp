// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files; see file.hpp.
#include "file.hpp"

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "failure.hpp"

namespace tenon::runtime::detail {

tenon_status file::open(const std::string& path, file& opened) {
  file fresh;
  fresh.path_ = path;
  // Without O_NONBLOCK, opening a pipe would wait for a writer.
  constexpr int how = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  fresh.handle_ = handle(retried([&] { return ::open(path.c_str(), how); }));
  if (fresh.handle_.get() < 0)
    return failure(TENON_IO_ERROR, "cannot open '%s': %s; check the path and its permissions",
                   shown(path).c_str(), std::strerror(errno));
  struct stat facts{};
  if (fstat(fresh.handle_.get(), &facts) != 0)
    return failure(TENON_IO_ERROR, "cannot examine '%s': %s", path.c_str(), std::strerror(errno));
  if (!S_ISREG(facts.st_mode))
    return failure(TENON_IO_ERROR,
                   "'%s' is not a regular file; pass a .safetensors or .gguf file or a "
                   "directory that holds one",
                   path.c_str());
  fresh.bytes_ = static_cast<std::uint64_t>(facts.st_size);
  opened = std::move(fresh);
  return success();
}

tenon_status file::read(std::uint64_t offset, void* destination, std::size_t bytes) const {
  auto* to = static_cast<char*>(destination);
  while (bytes > 0) {
    // One call of Linux moves at most 0x7ffff000 bytes; ask for less.
    const std::size_t chunk = std::min<std::size_t>(bytes, std::size_t{1} << 30);
    const ssize_t got =
        retried([&] { return pread(handle_.get(), to, chunk, static_cast<off_t>(offset)); });
    if (got < 0)
      return failure(TENON_IO_ERROR, "cannot read '%s' at byte %" PRIu64 ": %s", path_.c_str(),
                     offset, std::strerror(errno));
    if (got == 0)
      return failure(TENON_IO_ERROR,
                     "'%s' ended at byte %" PRIu64 ", it had %" PRIu64
                     " bytes when it "
                     "was opened; do not change it while it is read",
                     path_.c_str(), offset, bytes_);
    to += got;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::size_t>(got);
  }
  return success();
}

}  // namespace tenon::runtime::detail
