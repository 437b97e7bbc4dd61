// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where saving leads; see save_target.hpp.
#include "save_target.hpp"

#include <climits>
#include <cstring>
#include <vector>

#include <fcntl.h>
#include <sys/xattr.h>

#include "failure.hpp"

namespace tenon::runtime::detail {
namespace {

constexpr int most_links = 40;  // as many as the system follows
constexpr const char* access_list = "system.posix_acl_access";

tenon_status cannot_save(const std::string& path, int error) {
  return failure(TENON_IO_ERROR, "cannot save to '%s': %s; %s", shown(path).c_str(),
                 std::strerror(error), next_step(error));
}

tenon_status refuse(const std::string& path, const char* what) {
  return failure(TENON_IO_ERROR,
                 "cannot save to '%s': it is %s, and saving replaces a regular file as a whole; "
                 "name a file",
                 shown(path).c_str(), what);
}

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISFIFO(mode)) return "a pipe";
  return S_ISSOCK(mode) ? "a socket" : "no file";
}

// The name at the end of the links that begin at `path`. It need not exist. 0 or an error.
int follow_links(const std::string& path, std::string& end) {
  end = path;
  for (int links = 0; links < most_links; ++links) {
    struct stat facts{};
    if (lstat(end.c_str(), &facts) < 0) return errno == ENOENT ? 0 : errno;
    if (!S_ISLNK(facts.st_mode)) return 0;
    std::string text(PATH_MAX, '\0');
    const ssize_t length = readlink(end.c_str(), text.data(), text.size());
    if (length < 0) return errno;
    text.resize(static_cast<std::size_t>(length));
    end = text.starts_with('/') ? text : end.substr(0, end.rfind('/') + 1) + text;
  }
  return ELOOP;
}

// Copies the access list, or removes the one that the folder gave to its new file. 0 or an error.
int copy_access_list(int from, int to) {
  std::vector<char> list(XATTR_SIZE_MAX);
  const ssize_t bytes = fgetxattr(from, access_list, list.data(), list.size());
  if (bytes > 0)
    return fsetxattr(to, access_list, list.data(), static_cast<std::size_t>(bytes), 0) < 0 ? errno
                                                                                           : 0;
  if (bytes < 0 && errno != ENODATA && errno != EOPNOTSUPP) return errno;
  return fremovexattr(to, access_list) < 0 && errno != ENODATA && errno != EOPNOTSUPP ? errno : 0;
}

}  // namespace

tenon_status save_target::find(const std::string& path, save_target& found) {
  save_target fresh;
  struct stat there{};
  const bool exists = stat(path.c_str(), &there) == 0;  // of what the links lead to
  if (!exists && (errno != ENOENT || path.empty())) return cannot_save(path, errno);
  if (exists && !S_ISREG(there.st_mode)) return refuse(path, kind_of(there.st_mode));

  std::string end;
  if (const int error = follow_links(path, end); error != 0) return cannot_save(path, error);
  const std::size_t slash = end.rfind('/');
  fresh.name_ = end.substr(slash + 1);  // all of it where there is no slash: npos + 1 is 0
  fresh.folder_path_ = slash == std::string::npos ? "." : end.substr(0, slash == 0 ? 1 : slash);
  if (fresh.name_.empty()) return refuse(path, "named as a directory");

  const auto open_folder = [&](int how) {
    constexpr int flags = O_DIRECTORY | O_CLOEXEC;
    return handle(retried([&] { return ::open(fresh.folder_path_.c_str(), how | flags); }));
  };
  fresh.folder_ = open_folder(O_RDONLY);
  fresh.folder_is_readable_ = fresh.folder_.get() >= 0;
  if (!fresh.folder_is_readable_ && errno == EACCES) fresh.folder_ = open_folder(O_PATH);
  if (fresh.folder() < 0) return cannot_save(path, errno);

  if (exists) {
    constexpr int how = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    fresh.old_ =
        handle(retried([&] { return ::openat(fresh.folder(), fresh.name_.c_str(), how); }));
    if (!fresh.exists()) return cannot_save(path, errno);
    if (fstat(fresh.old_.get(), &fresh.facts_) < 0) return cannot_save(path, errno);
    // A link below /proc leads to files that have no name any more, or another one.
    if (fresh.facts_.st_ino != there.st_ino || fresh.facts_.st_dev != there.st_dev)
      return refuse(path, "a link that does not say where its file lies");
  }
  found = std::move(fresh);
  return success();
}

int save_target::pass_rights_to(int fresh) const {
  struct stat now{};
  if (fstat(fresh, &now) < 0) return errno;
  mode_t mode = facts_.st_mode & 07777;
  // Only root may give files away; others own what they save.
  if (now.st_uid != facts_.st_uid && fchown(fresh, facts_.st_uid, static_cast<gid_t>(-1)) < 0)
    mode &= ~static_cast<mode_t>(S_ISUID);
  const bool same_group =
      now.st_gid == facts_.st_gid || fchown(fresh, static_cast<uid_t>(-1), facts_.st_gid) == 0;
  if (!same_group) mode &= ~static_cast<mode_t>(S_ISGID | S_IRWXG);
  // Where a file system gives all files one mode, there is nothing to change, and no way to.
  if ((now.st_mode & 07777) != mode && fchmod(fresh, mode) < 0) return errno;
  return same_group ? copy_access_list(old_.get(), fresh) : 0;
}

}  // namespace tenon::runtime::detail
