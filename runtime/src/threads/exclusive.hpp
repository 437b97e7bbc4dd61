// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Who may use what at a time: a session serves one call, weights any number of calls that read them
// or one that changes them. Whoever comes meanwhile is told so and changes nothing.
#pragma once
#include <atomic>
#include <cstdint>
#include <utility>

#include "failure.hpp"
#include "fork.hpp"

namespace tenon::runtime::detail {

/// Of a session: one call at a time, in the process that made it.
class one_caller {
 public:
  /// Whether this process is a fork of the one that made the session.
  [[nodiscard]] bool is_elsewhere() const { return generation_ != process_generation(); }

  /// Runs `body`, which returns a tenon_status, unless another call is on.
  template <class Body>
  tenon_status take(Body&& body) {
    if (is_elsewhere())
      return failure(TENON_INVALID_ARGUMENT,
                     "the session was made before fork(), its threads are in the other process; "
                     "make a session in this one");
    if (busy_.exchange(true, std::memory_order_acquire))
      return failure(TENON_BUSY,
                     "the session is in a call of another thread; a session serves one caller at a "
                     "time: make one for each thread, all from the same weights");
    const struct leaving {
      std::atomic<bool>& busy;
      ~leaving() { busy.store(false, std::memory_order_release); }
    } leaves{busy_};
    return std::forward<Body>(body)();
  }

 private:
  std::atomic<bool> busy_{false};
  const std::uint32_t generation_ = process_generation();
};

/// Of weights: many readers or one writer.
class readers_or_writer {
 public:
  /// Run `body`, which returns a tenon_status. A failure begins with who and name: "entry 'step'".
  template <class Body>
  tenon_status read(const char* who, const char* name, Body&& body) {
    return run(false, who, name, std::forward<Body>(body));
  }
  template <class Body>
  tenon_status write(const char* who, const char* name, Body&& body) {
    return run(true, who, name, std::forward<Body>(body));
  }

 private:
  static constexpr std::uint32_t writer = UINT32_MAX;
  struct users {
    std::uint32_t generation;  // of the process that they are in
    std::uint32_t count;       // of readers, or `writer`
  };

  template <class Body>
  tenon_status run(bool writes, const char* who, const char* name, Body&& body) {
    TENON_TRY(enter(writes, who, name));
    const struct leaving {
      readers_or_writer& self;
      bool writes;
      ~leaving() { self.leave(writes); }
    } leaves{*this, writes};
    return std::forward<Body>(body)();
  }
  tenon_status enter(bool writes, const char* who, const char* name);
  void leave(bool writes);

  std::atomic<users> users_{users{process_generation(), 0}};
};

}  // namespace tenon::runtime::detail
