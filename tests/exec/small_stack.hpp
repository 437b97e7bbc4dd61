// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A stack of just so many bytes, with memory below it that may not be touched.
#pragma once
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <catch2/catch.hpp>

namespace driver {

/// Runs `body` on a stack of `bytes`, and what the way to it takes; what goes deeper ends the
/// program, however far it goes at once.
template <class Body>
void on_stack_of(std::size_t bytes, Body& body) {
  constexpr std::size_t way = 1024, forbidden = std::size_t{1} << 20;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t size = (bytes + way + 63) / 64 * 64, mapped = (size + page - 1) / page * page;
  auto* map = static_cast<std::uint8_t*>(
      mmap(nullptr, forbidden + mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  REQUIRE(map != MAP_FAILED);
  REQUIRE(mprotect(map + forbidden, mapped, PROT_READ | PROT_WRITE) == 0);
  struct job {
    Body* body;
    ucontext_t here, there;
    // makecontext hands over ints only.
    static job*& current() {
      static thread_local job* running = nullptr;
      return running;
    }
    static void run() { (*current()->body)(); }
  } made{&body, {}, {}};
  job::current() = &made;
  REQUIRE(getcontext(&made.there) == 0);
  made.there.uc_stack.ss_sp = map + forbidden;
  made.there.uc_stack.ss_size = size;
  made.there.uc_link = &made.here;
  makecontext(&made.there, job::run, 0);
  REQUIRE(swapcontext(&made.here, &made.there) == 0);
  munmap(map, forbidden + mapped);
}

}  // namespace driver
