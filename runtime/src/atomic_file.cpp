// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files that appear whole or not at all; see atomic_file.hpp.
#include "atomic_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "failure.hpp"

namespace tenon::runtime::detail {
namespace {

constexpr int most_tries = 100;  // numbers of names that a process of the same id left behind

// One call of Linux moves at most 0x7ffff000 bytes; ask for less.
constexpr std::size_t most_at_once = std::size_t{1} << 30;

template <class Call>
auto retried(Call&& call) {
  for (;;)
    if (const auto outcome = call(); outcome >= 0 || errno != EINTR) return outcome;
}

// Writes all of it through `put`, which may write less than it was asked to.
template <class Put>
bool write_all(const void* data, std::size_t bytes, Put&& put) {
  const char* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = retried([&] { return put(from, std::min(bytes, most_at_once)); });
    if (written < 0) return false;
    if (written == 0) {  // never for a regular file, but looping on it would be for ever
      errno = EIO;
      return false;
    }
    from += written;
    bytes -= static_cast<std::size_t>(written);
  }
  return true;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// 0, or the error. Some file systems have nothing to do for a folder and say EINVAL.
int sync_folder(const std::string& folder) {
  const int handle =
      retried([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (handle < 0) return errno;
  const int error = retried([&] { return fsync(handle); }) < 0 ? errno : 0;
  ::close(handle);
  return error == EINVAL ? 0 : error;
}

}  // namespace

tenon_status atomic_file::failed_to(const char* what, int error) const {
  const char* const next = error == ENOSPC || error == EDQUOT || error == EFBIG
                               ? "free space there and save again"
                               : "check the folder and its permissions";
  return failure(TENON_IO_ERROR, "cannot %s '%s': %s; the file there is as it was, %s", what,
                 path_.c_str(), std::strerror(error), next);
}

atomic_file::~atomic_file() {
  if (handle_ >= 0) ::close(handle_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

tenon_status atomic_file::create(const std::string& path, atomic_file& made) {
  atomic_file fresh;
  fresh.path_ = path;
  std::string name;
  for (int i = 0; i < most_tries && fresh.handle_ < 0; ++i) {
    name = path + ".tmp-" + std::to_string(getpid()) + "-" + std::to_string(i);
    fresh.handle_ = retried(
        [&] { return ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); });
    if (fresh.handle_ < 0 && errno != EEXIST) break;
  }
  if (fresh.handle_ < 0) return fresh.failed_to("create", errno);
  fresh.temporary_ = std::move(name);
  made = std::move(fresh);
  return success();
}

tenon_status atomic_file::write(const void* data, std::size_t bytes) {
  const auto put = [&](const char* from, std::size_t n) { return ::write(handle_, from, n); };
  return write_all(data, bytes, put) ? success() : failed_to("write", errno);
}

tenon_status atomic_file::overwrite(std::uint64_t offset, const void* data, std::size_t bytes) {
  const auto put = [&](const char* from, std::size_t n) {
    const ssize_t written = ::pwrite(handle_, from, n, static_cast<off_t>(offset));
    if (written > 0) offset += static_cast<std::uint64_t>(written);
    return written;
  };
  return write_all(data, bytes, put) ? success() : failed_to("write", errno);
}

tenon_status atomic_file::commit() {
  if (retried([&] { return fsync(handle_); }) < 0) return failed_to("write", errno);
  // Network file systems report a full disk here. After EINTR the handle is closed all the same.
  if (::close(std::exchange(handle_, -1)) < 0 && errno != EINTR) return failed_to("write", errno);
  if (std::rename(temporary_.c_str(), path_.c_str()) < 0) return failed_to("replace", errno);
  temporary_.clear();
  const std::string folder = folder_of(path_);
  if (const int error = sync_folder(folder); error != 0)
    return failure(
        TENON_IO_ERROR,
        "'%s' is written, but its folder '%s' cannot be made durable: %s; it may be lost "
        "in a power failure, save again",
        path_.c_str(), folder.c_str(), std::strerror(error));
  return success();
}

}  // namespace tenon::runtime::detail
