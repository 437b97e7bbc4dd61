// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One run of the checkpoint reader on any bytes: they load or give a clear error. The body is
// shared by the libFuzzer program (fuzz_checkpoint_main) and the deterministic mutations of the
// normal suite.
#include "fuzz_checkpoint.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "fixture/toy.tenon.h"

namespace {

// A file of these bytes that exists only in memory, by a path that the runtime can open.
class memory_file {
 public:
  memory_file(const std::uint8_t* data, std::size_t size)
      : handle_(memfd_create("checkpoint", MFD_CLOEXEC)) {
    while (size > 0) {
      const ssize_t written = write(handle_, data, size);
      if (written <= 0) std::abort();
      data += written;
      size -= static_cast<std::size_t>(written);
    }
  }
  ~memory_file() { close(handle_); }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(handle_); }

 private:
  int handle_;
};

}  // namespace

tenon_status load_bytes(const std::uint8_t* data, std::size_t size) {
  const memory_file file(data, size);
  tenon_options how{};
  how.threads = 1;
  how.cpu = "plain";
  tenon_weights* weights = nullptr;
  const tenon_status status =
      tenon_weights_load(&toy::model(), file.path().c_str(), &how, &weights);
  // The promise: all or nothing, and never without a reason.
  const bool loaded = status.code == TENON_OK;
  if (loaded != (weights != nullptr) || loaded != (status.message[0] == '\0') ||
      std::memchr(status.message, '\0', sizeof status.message) == nullptr) {
    std::fprintf(stderr, "code %d with %s and message '%s'\n", status.code,
                 weights == nullptr ? "no weights" : "weights", status.message);
    std::abort();
  }
  tenon_weights_free(weights);
  return status;
}
