// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every system call of writing a file fails once, is cut short, interrupted, or the process dies in
// it: the old file or the new one is there, whole. The calls are replaced by this program's own.
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <tenon/runtime/files.hpp>

#include "fixture/scratch.hpp"

namespace rt = tenon::runtime;

namespace {

enum class fault { none, fails, interrupted, is_short, kills };

// Which call (counted from 0 while `armed`) meets what; `last` names it afterwards.
struct {
  bool armed = false;
  fault what = fault::none;
  int at = 0, calls = 0, error = 0;
  const char* last = "";
} plan;

// Whether the call is to return -1 with errno set.
bool meets_fault(const char* name) {
  if (!plan.armed || plan.calls++ != plan.at) return false;
  plan.last = name;
  if (plan.what == fault::kills) raise(SIGKILL);
  if (plan.what != fault::fails && plan.what != fault::interrupted) return false;
  errno = plan.what == fault::fails ? plan.error : EINTR;
  return true;
}

std::size_t cut(std::size_t bytes) {
  return plan.armed && plan.what == fault::is_short && bytes > 1 ? bytes / 2 : bytes;
}

}  // namespace

extern "C" {
int open(const char* path, int flags, ...) {
  return meets_fault("open") ? -1 : static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, 0));
}
int openat(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const int mode = (flags & O_CREAT) != 0 ? va_arg(more, int) : 0;
  va_end(more);
  return meets_fault("openat") ? -1
                               : static_cast<int>(syscall(SYS_openat, folder, path, flags, mode));
}
int fchmod(int file, mode_t mode) noexcept {
  return meets_fault("fchmod") ? -1 : static_cast<int>(syscall(SYS_fchmod, file, mode));
}
ssize_t fgetxattr(int file, const char* name, void* value, size_t bytes) noexcept {
  return meets_fault("fgetxattr") ? -1 : syscall(SYS_fgetxattr, file, name, value, bytes);
}
int fremovexattr(int file, const char* name) noexcept {
  return meets_fault("fremovexattr") ? -1 : static_cast<int>(syscall(SYS_fremovexattr, file, name));
}
ssize_t write(int file, const void* data, size_t bytes) {
  return meets_fault("write") ? -1 : syscall(SYS_write, file, data, cut(bytes));
}
ssize_t pwrite(int file, const void* data, size_t bytes, off_t offset) {
  return meets_fault("pwrite") ? -1 : syscall(SYS_pwrite64, file, data, cut(bytes), offset);
}
int fsync(int file) {
  return meets_fault("fsync") ? -1 : static_cast<int>(syscall(SYS_fsync, file));
}
int close(int file) {
  const int closed = static_cast<int>(syscall(SYS_close, file));
  return meets_fault("close") ? -1 : closed;
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  return meets_fault("renameat")
             ? -1
             : static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, 0));
}
}

namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  REQUIRE(stream);
  return {std::istreambuf_iterator<char>(stream), {}};
}

const std::string old_bytes = "what was there";

rt::status save(const std::string& path) {
  static const std::vector<float> values(1000, 1.5F);
  static const std::int64_t shape[] = {1000};
  const tenon_named_tensor tensor{"a", TENON_F32, 1, shape, values.data()};
  tenon_safetensors contents{};
  contents.tensors = &tensor;
  contents.n_tensors = 1;
  contents.checksum_key = "sum";
  return rt::write_safetensors(path, contents);
}

rt::status save_with(const std::string& path, fault what, int at, int error = 0) {
  plan = {true, what, at, 0, error, ""};
  const rt::status outcome = save(path);
  plan.armed = false;
  return outcome;
}

std::size_t files_in(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

// Calls of one undisturbed save over an old file, and what it writes.
int calls_of_a_save(std::string& bytes) {
  const scratch_folder folder;
  const std::string path = folder.write("a", old_bytes);
  REQUIRE(save_with(path, fault::none, -1));
  bytes = bytes_of(path);
  // Folder, old file, new file; mode, and two for the access list; length, header, tensor,
  // checksum; fsync, close, rename; the folder's fsync; closing of folder and old file.
  CHECK(plan.calls == 16);
  return plan.calls;
}

}  // namespace

TEST_CASE("killed in any system call of a save, the old or the new file is there, whole",
          "[crash]") {
  std::string new_bytes;
  const int calls = calls_of_a_save(new_bytes);
  int found_old = 0, found_new = 0;
  for (int at = 0; at < calls; ++at) {
    const scratch_folder folder;
    const std::string path = folder.write("a", old_bytes);
    const pid_t child = fork();
    if (child == 0) {
      (void)save_with(path, fault::kills, at);
      _exit(0);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    const std::string found = bytes_of(path);
    INFO("killed in call " << at);
    CHECK((found == old_bytes || found == new_bytes));
    ++(found == old_bytes ? found_old : found_new);
    // What the dead left behind is in nobody's way.
    CHECK(save(path));
    CHECK(bytes_of(path) == new_bytes);
  }
  CHECK(found_old == 13);  // up to and with the renaming
  CHECK(found_new == 3);
}

TEST_CASE("failing in any system call of a save, the old file stays and nothing is left",
          "[crash]") {
  std::string new_bytes;
  const int calls = calls_of_a_save(new_bytes);
  const int error = GENERATE(ENOSPC, EIO, EDQUOT, EACCES, EROFS);
  int failures = 0;
  for (int at = 0; at < calls; ++at) {
    const scratch_folder folder;
    const std::string path = folder.write("a", old_bytes);
    const rt::status outcome = save_with(path, fault::fails, at, error);
    INFO("call " << at << ", " << plan.last << ": " << std::strerror(error) << ": "
                 << outcome.message());
    failures += outcome ? 0 : 1;
    if (!outcome) {
      CHECK(outcome.code() == TENON_IO_ERROR);
      CHECK_THAT(outcome.message(),
                 Catch::Contains("'" + path + "'") && Catch::Contains(std::strerror(error)));
    }
    if (bytes_of(path) == new_bytes)  // only syncing the folder comes after the renaming
      CHECK((outcome || plan.last == std::string("fsync")));
    else
      CHECK((!outcome && bytes_of(path) == old_bytes));
    CHECK(files_in(folder.path()) == 1);
  }
  // All but the two closes at the end; a folder that cannot be read is not needed.
  CHECK(failures == (error == EACCES ? 13 : 14));
}

TEST_CASE("short writes and interrupted calls change nothing") {
  std::string new_bytes;
  const int calls = calls_of_a_save(new_bytes);
  const scratch_folder folder;
  const std::string path = folder.path() + "/a";
  REQUIRE(save_with(path, fault::is_short, -1));
  CHECK(plan.calls > 30);
  CHECK(bytes_of(path) == new_bytes);
  for (int at = 0; at < calls; ++at) {
    const std::string other = folder.write("b" + std::to_string(at), old_bytes);
    const rt::status outcome = save_with(other, fault::interrupted, at);
    INFO("call " << at << ", " << plan.last << ": " << outcome.message());
    const std::string call = plan.last;
    if (call == "renameat" || call == "fchmod" || call.ends_with("xattr")) continue;  // never are
    CHECK(outcome);
    CHECK(bytes_of(other) == new_bytes);
  }
}

TEST_CASE("a file that may not grow any further is a full disk") {
  const scratch_folder folder;
  const std::string path = folder.write("a", old_bytes);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  for (const rlim_t most : {0, 7, 100, 2000, 4100}) {
    const rlimit limit{most, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
    const rt::status outcome = save(path);
    setrlimit(RLIMIT_FSIZE, &before);
    INFO(most << " bytes");
    CHECK_THAT(outcome.message(), Catch::Contains("cannot write '") &&
                                      Catch::Contains("File too large; what was there "
                                                      "is as it was, free space"));
    CHECK(bytes_of(path) == old_bytes);
    CHECK(files_in(folder.path()) == 1);
  }
  CHECK(save(path));
}
