// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What saving does to what lies there: links, devices, pipes, folders, rights, names.
#include <cerrno>
#include <functional>

#include <fcntl.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <tenon/runtime/files.hpp>

#include "fixture/scratch.hpp"

namespace fs = std::filesystem;
namespace rt = tenon::runtime;
using Catch::Contains;

namespace {

constexpr uid_t nobody = 65534;

std::string bytes_of(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  REQUIRE(stream);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string message_of_writing(const std::string& path) {
  return rt::write_file(path, "new").message();
}

struct stat facts_of(const std::string& path) {
  struct stat facts{};
  REQUIRE(lstat(path.c_str(), &facts) == 0);
  return facts;
}

mode_t mode_of(const std::string& path) { return facts_of(path).st_mode & 07777; }

// The message of writing by a user who is not root, whoever runs the test.
std::string message_of_writing_as_nobody(const std::string& path) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 &&
        (setgroups(0, nullptr) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0))
      _exit(1);
    const std::string message = rt::write_file(path, "new").message();
    _exit(write(ends[1], message.data(), message.size()) < 0);
  }
  close(ends[1]);
  std::string message(2000, '\0');
  const ssize_t length = read(ends[0], message.data(), message.size());
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  message.resize(static_cast<std::size_t>(length));
  return message;
}

// A folder of that user's.
struct folder_of_nobody : scratch_folder {
  folder_of_nobody() {
    if (geteuid() == 0) REQUIRE(chown(path().c_str(), nobody, nobody) == 0);
  }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::string made = scratch_folder::write(name, bytes);
    if (geteuid() == 0) REQUIRE(chown(made.c_str(), nobody, nobody) == 0);
    return made;
  }
};

// An access list as the system keeps it: owner, a user, group, mask, others.
std::string access_list(uid_t user, unsigned user_may, unsigned mask) {
  struct entry {
    std::uint16_t tag, may;
    std::uint32_t who;
  } const entries[] = {{1, 6, ~0U},
                       {2, static_cast<std::uint16_t>(user_may), user},
                       {4, 0, ~0U},
                       {16, static_cast<std::uint16_t>(mask), ~0U},
                       {32, 0, ~0U}};
  std::string bytes("\2\0\0\0", 4);
  return bytes.append(reinterpret_cast<const char*>(entries), sizeof entries);
}

std::string access_list_of(const std::string& path) {
  std::string bytes(1000, '\0');
  const ssize_t length =
      getxattr(path.c_str(), "system.posix_acl_access", bytes.data(), bytes.size());
  return bytes.substr(0, length < 0 ? 0 : static_cast<std::size_t>(length));
}

std::size_t files_in(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("saving to what is no regular file is refused, and it stays what it is") {
  const scratch_folder folder, elsewhere;
  const std::string at = folder.path() + "/a";
  std::string what;
  SECTION("a device") {
    // Root could lose the machine's own, so it makes another; others can make none, nor lose any.
    if (geteuid() == 0)
      REQUIRE(mknod(at.c_str(), S_IFCHR | 0666, makedev(1, 3)) == 0);
    else
      fs::create_symlink("/dev/null", at);
    what = "a device";
  }
  SECTION("a device behind a link") {
    std::string device = "/dev/full";
    if (geteuid() == 0) {
      device = elsewhere.path() + "/full";
      REQUIRE(mknod(device.c_str(), S_IFCHR | 0666, makedev(1, 7)) == 0);
    }
    fs::create_symlink(device, at);
    what = "a device";
  }
  SECTION("a pipe that nobody reads") {
    REQUIRE(mkfifo(at.c_str(), 0666) == 0);
    what = "a pipe";
  }
  SECTION("a socket") {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{AF_UNIX, {}};
    at.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    close(socket);
    what = "a socket";
  }
  SECTION("a directory") {
    fs::create_directory(at);
    what = "a directory";
  }
  const mode_t before = facts_of(at).st_mode;
  const fs::file_type type = fs::status(at).type();
  const std::string expected = "cannot save to '" + at + "': it is " + what;
  CHECK_THAT(message_of_writing(at), Contains(expected) && Contains("name a file"));
  CHECK_THAT(toy_weights::make("plain").save(at).message(), Contains(expected));
  CHECK(facts_of(at).st_mode == before);
  CHECK(fs::status(at).type() == type);
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("an open file without a name of its own is not replaced") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const std::string pipe_link = "/proc/self/fd/" + std::to_string(ends[1]);
  CHECK_THAT(message_of_writing(pipe_link), Contains("it is a pipe"));
  close(ends[0]);
  close(ends[1]);

  const scratch_folder folder;
  const std::string path = folder.write("a", "old");
  const int file = open(path.c_str(), O_RDONLY);
  REQUIRE(unlink(path.c_str()) == 0);
  CHECK_THAT(message_of_writing("/proc/self/fd/" + std::to_string(file)),
             Contains("cannot save to"));
  close(file);
  CHECK(files_in(folder.path()) == 0);
}

TEST_CASE("a link stays and its target is replaced") {
  const scratch_folder folder;
  fs::create_directories(folder.path() + "/models/v1");
  const std::string target = folder.write("models/v1/a", "old");
  const std::string link = folder.path() + "/link";
  SECTION("relative") { fs::create_symlink("models/v1/a", link); }
  SECTION("absolute") { fs::create_symlink(target, link); }
  SECTION("a chain, through a link to a folder") {
    fs::create_directory_symlink("models/v1", folder.path() + "/current");
    fs::create_symlink("../v1/a", folder.path() + "/models/v1/b");
    fs::create_symlink("current/b", link);
  }
  SECTION("to what is not there yet") {
    fs::remove(target);
    fs::create_symlink("models/v1/a", link);
  }
  const std::string leads_to = fs::read_symlink(link);
  CHECK(message_of_writing(link).empty());
  CHECK(fs::is_symlink(link));
  CHECK(fs::read_symlink(link) == leads_to);
  CHECK(fs::is_regular_file(fs::symlink_status(target)));
  CHECK(bytes_of(target) == "new");
}

TEST_CASE("links that lead nowhere are an error") {
  const scratch_folder folder;
  const std::string link = folder.path() + "/link";
  SECTION("in a circle") {
    fs::create_symlink("link", link);
    CHECK_THAT(message_of_writing(link),
               Contains("'" + link + "': Too many levels of symbolic links; correct the link"));
  }
  SECTION("into a folder that is not there") {
    fs::create_symlink("none/a", link);
    CHECK_THAT(message_of_writing(link), Contains("No such file or directory; make the folder"));
  }
  CHECK(fs::is_symlink(link));
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("the mode of a file that is replaced stays, whatever the umask is") {
  const scratch_folder folder;
  const mode_t before = umask(GENERATE(0, 022, 077));
  for (const mode_t mode : {0600, 0640, 0644, 0666, 0755}) {
    const std::string path = folder.write("a", "old");
    REQUIRE(chmod(path.c_str(), mode) == 0);
    CHECK(message_of_writing(path).empty());
    CHECK(mode_of(path) == mode);
  }
  umask(before);
}

TEST_CASE("a new file has the mode that the umask leaves") {
  const scratch_folder folder;
  for (const mode_t mask : {0, 022, 027, 077}) {
    const mode_t before = umask(mask);
    const std::string path = folder.path() + "/" + std::to_string(mask);
    CHECK(message_of_writing(path).empty());
    umask(before);
    CHECK(mode_of(path) == (0666U & ~mask));
  }
}

TEST_CASE("nobody else reads what replaces a private file, while it is written") {
  const scratch_folder folder;
  const std::string path = folder.write("a", "old");
  REQUIRE(chmod(path.c_str(), 0600) == 0);
  const std::int64_t shape[] = {1};
  const tenon_named_tensor tensor{"a", TENON_F32, 1, shape, nullptr};
  tenon_safetensors contents{};
  contents.tensors = &tensor;
  contents.n_tensors = 1;
  std::string where = folder.path();
  contents.fill_context = &where;
  contents.fill = [](void* context, std::size_t, void*, std::uint64_t) {
    const std::string& where = *static_cast<std::string*>(context);
    CHECK(files_in(where) == 2);
    for (const auto& entry : fs::directory_iterator(where)) CHECK(mode_of(entry.path()) == 0600);
    return tenon_status{};
  };
  CHECK(rt::write_safetensors(path, contents));
}

TEST_CASE("owner and group stay where the system lets them, and no group gains by it") {
  if (geteuid() != 0) {
    WARN("left out: only root gives files away");
    return;
  }
  const folder_of_nobody folder;
  const std::string path = folder.write("a", "old");
  SECTION("root keeps them") {
    REQUIRE(chown(path.c_str(), 1234, 4321) == 0);
    REQUIRE(chmod(path.c_str(), 0640) == 0);
    CHECK(message_of_writing(path).empty());
    CHECK(facts_of(path).st_uid == 1234);
    CHECK(facts_of(path).st_gid == 4321);
    CHECK(mode_of(path) == 0640);
  }
  SECTION("another's file of one's own group") {
    REQUIRE(chown(path.c_str(), 1234, nobody) == 0);
    REQUIRE(chmod(path.c_str(), 0660) == 0);
    CHECK(message_of_writing_as_nobody(path).empty());
    CHECK(facts_of(path).st_uid == nobody);
    CHECK(facts_of(path).st_gid == nobody);
    CHECK(mode_of(path) == 0660);
  }
  SECTION("another group's file") {
    REQUIRE(chown(path.c_str(), nobody, 4321) == 0);
    REQUIRE(chmod(path.c_str(), 0660) == 0);
    CHECK(message_of_writing_as_nobody(path).empty());
    CHECK(facts_of(path).st_gid == nobody);
    CHECK(mode_of(path) == 0600);
  }
  CHECK(bytes_of(path) == "new");
}

TEST_CASE("the access list stays, and that of the folder grants nothing new") {
  const scratch_folder folder;
  const std::string path = folder.write("a", "old");
  const std::string list = access_list(1234, 4, 4);
  SECTION("of the file") {
    REQUIRE(setxattr(path.c_str(), "system.posix_acl_access", list.data(), list.size(), 0) == 0);
    CHECK(message_of_writing(path).empty());
    CHECK(access_list_of(path) == list);
  }
  SECTION("of the folder, for what is made in it") {
    REQUIRE(chmod(path.c_str(), 0640) == 0);
    REQUIRE(setxattr(folder.path().c_str(), "system.posix_acl_default", list.data(), list.size(),
                     0) == 0);
    CHECK(message_of_writing(path).empty());
    CHECK(access_list_of(path).empty());
    CHECK(mode_of(path) == 0640);
    CHECK(message_of_writing(folder.path() + "/b").empty());
    CHECK_FALSE(access_list_of(folder.path() + "/b").empty());
  }
}

TEST_CASE("what a user may not write to is not replaced") {
  const folder_of_nobody folder;
  const std::string path = folder.write("a", "old");
  SECTION("a file that is read-only") {
    REQUIRE(chmod(path.c_str(), 0444) == 0);
    CHECK_THAT(message_of_writing_as_nobody(path),
               Contains("cannot save to '" + path + "': Permission denied; check the permissions"));
  }
  SECTION("a file in a folder that is read-only") {
    REQUIRE(chmod(folder.path().c_str(), 0555) == 0);
    CHECK_THAT(message_of_writing_as_nobody(path),
               Contains("cannot save to '" + path + "': Permission denied; what was there"));
    CHECK_THAT(message_of_writing_as_nobody(folder.path() + "/b"), Contains("Permission denied"));
  }
  SECTION("a folder that may not be searched") {
    REQUIRE(chmod(folder.path().c_str(), 0600) == 0);
    CHECK_THAT(message_of_writing_as_nobody(path),
               Contains("cannot save to '" + path + "': Permission denied; check the permissions"));
  }
  REQUIRE(chmod(folder.path().c_str(), 0700) == 0);
  CHECK(bytes_of(path) == "old");
  CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("a folder that may be written to but not read takes files") {
  const folder_of_nobody folder;
  const std::string path = folder.write("a", "old");
  REQUIRE(chmod(folder.path().c_str(), 0300) == 0);
  CHECK(message_of_writing_as_nobody(path).empty());
  CHECK(message_of_writing_as_nobody(folder.path() + "/b").empty());
  REQUIRE(chmod(folder.path().c_str(), 0700) == 0);
  CHECK(bytes_of(path) == "new");
  CHECK(files_in(folder.path()) == 2);
}

TEST_CASE("any name that a file may have can be saved to") {
  const scratch_folder folder;
  std::string umlauts;
  for (int i = 0; i < 127; ++i) umlauts += "\xc3\xa4";
  for (const std::string& name :
       {std::string(255, 'a'), umlauts, umlauts + "a", "a" + umlauts, std::string(" \n")}) {
    CHECK(message_of_writing(folder.path() + "/" + name).empty());
    CHECK(message_of_writing(folder.path() + "/" + name).empty());
    CHECK(bytes_of(folder.path() + "/" + name) == "new");
  }
  CHECK(files_in(folder.path()) == 5);
  CHECK_THAT(message_of_writing(folder.path() + "/" + std::string(256, 'a')),
             Contains("File name too long; use a shorter name"));
  CHECK_THAT(message_of_writing(folder.path() + "/none/"), Contains("cannot save to"));
  CHECK_THAT(message_of_writing(""), Contains("cannot save to ''"));

  // So deep that a message has no room for the path: its end is there, and the reason.
  std::string deep = folder.path();
  while (deep.size() < 3000) deep += "/" + std::string(100, 'd');
  fs::create_directories(deep);
  CHECK(message_of_writing(deep + "/a").empty());
  CHECK_THAT(message_of_writing(deep), Contains("cannot save to '...") &&
                                           Contains("dddd': it is a directory") &&
                                           Contains("name a file"));
}

TEST_CASE("another name of the file that is replaced keeps the old bytes") {
  const scratch_folder folder;
  const std::string path = folder.write("a", "old");
  fs::create_hard_link(path, folder.path() + "/b");
  CHECK(message_of_writing(path).empty());
  CHECK(bytes_of(path) == "new");
  CHECK(bytes_of(folder.path() + "/b") == "old");
}
