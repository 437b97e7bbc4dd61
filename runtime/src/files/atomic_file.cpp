// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Files that appear whole or not at all; see atomic_file.hpp.
#include "atomic_file.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
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

// "<name>.tmp-<process>-<number>"; of a name too long for that, its beginning, cut between the
// characters of UTF-8.
std::string temporary_name(const std::string& name, int number) {
  const std::string ending = ".tmp-" + std::to_string(getpid()) + "-" + std::to_string(number);
  std::size_t kept = std::min(name.size(), NAME_MAX - ending.size());
  while (kept < name.size() && kept > 0 && (static_cast<unsigned char>(name[kept]) & 0xc0) == 0x80)
    --kept;
  return name.substr(0, kept) + ending;
}

}  // namespace

tenon_status atomic_file::failed_to(const char* what, int error) const {
  return failure(TENON_IO_ERROR, "cannot %s '%s': %s; what was there is as it was, %s", what,
                 shown(path_).c_str(), std::strerror(error), next_step(error));
}

atomic_file::~atomic_file() {
  if (!temporary_.empty()) ::unlinkat(target_.folder(), temporary_.c_str(), 0);
}

// 0 or an error. What replaces a file is nobody else's to read until it has that file's rights.
int atomic_file::create_temporary() {
  const mode_t mode = target_.exists() ? S_IRUSR | S_IWUSR : 0666;
  constexpr int how = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  std::string name;
  for (int i = 0; i < most_tries && handle_.get() < 0; ++i) {
    name = temporary_name(target_.name(), i);
    handle_ = handle(retried([&] { return ::openat(target_.folder(), name.c_str(), how, mode); }));
    if (handle_.get() < 0 && errno != EEXIST) break;
  }
  if (handle_.get() < 0) return errno;
  temporary_ = std::move(name);
  return target_.exists() ? target_.pass_rights_to(handle_.get()) : 0;
}

tenon_status atomic_file::create(const std::string& path, atomic_file& made) {
  atomic_file fresh;
  fresh.path_ = path;
  TENON_TRY(save_target::find(path, fresh.target_));
  if (const int error = fresh.create_temporary(); error != 0)
    return fresh.failed_to("save to", error);
  made = std::move(fresh);
  return success();
}

tenon_status atomic_file::write(const void* data, std::size_t bytes) {
  const auto put = [&](const char* from, std::size_t n) { return ::write(handle_.get(), from, n); };
  return write_all(data, bytes, put) ? success() : failed_to("write", errno);
}

tenon_status atomic_file::overwrite(std::uint64_t offset, const void* data, std::size_t bytes) {
  const auto put = [&](const char* from, std::size_t n) {
    const ssize_t written = ::pwrite(handle_.get(), from, n, static_cast<off_t>(offset));
    if (written > 0) offset += static_cast<std::uint64_t>(written);
    return written;
  };
  return write_all(data, bytes, put) ? success() : failed_to("write", errno);
}

tenon_status atomic_file::commit() {
  if (retried([&] { return fsync(handle_.get()); }) < 0) return failed_to("write", errno);
  // Where the folder cannot be read, and so not synced, the file system of this handle is.
  const handle twin(target_.folder_is_readable() ? -1 : fcntl(handle_.get(), F_DUPFD_CLOEXEC, 0));
  // Network file systems report a full disk here. After EINTR the handle is closed all the same.
  if (::close(handle_.release()) < 0 && errno != EINTR) return failed_to("write", errno);
  const int folder = target_.folder();
  if (::renameat(folder, temporary_.c_str(), folder, target_.name().c_str()) < 0)
    return failed_to("replace", errno);
  temporary_.clear();
  const int synced =
      target_.folder_is_readable() ? retried([&] { return fsync(folder); }) : syncfs(twin.get());
  if (synced < 0 && errno != EINVAL)  // some file systems have nothing to do for a folder
    return failure(TENON_IO_ERROR,
                   "'%s' is written, but its folder '%s' cannot be made durable: %s; it may be "
                   "lost in a power failure, save again",
                   shown(path_).c_str(), shown(target_.folder_path()).c_str(),
                   std::strerror(errno));
  return success();
}

}  // namespace tenon::runtime::detail
