// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The threads that run an entry together: its own, or an application's pool. They share its
// kernels as they come (shares.hpp): none waits for one that is not there.
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>

#include <pthread.h>

#include <tenon/runtime/runtime.h>

#include "fork.hpp"
#include "presence.hpp"
#include "shares.hpp"
#include "waiting.hpp"

namespace tenon::runtime::detail {

/// Threads are made once, in create(), and wait between calls. One caller at a time.
class team {
 public:
  /// `stack_bytes`: what tasks need; threads of ours have it, others that have less do not take
  /// part.
  static tenon_status create(const tenon_options& options, std::size_t stack_bytes,
                             std::unique_ptr<team>& made);
  ~team();

  /// Runs task(argument, 0..n-1), n at most size(): the caller takes number 0 and begins without
  /// waiting for others. Returns when what the task does together is done: a thread that comes
  /// later is not awaited, nor one that waits in next_share, and then touches `argument` no more.
  /// A pool of the application may run as many as it likes, one after the other too, but one at
  /// least. Allocates nothing. `timed` as in shares.
  tenon_status run(int n, tenon_task task, void* argument, bool timed = false);

  /// How many of `n` threads to call for the next run: one where the others got no core in time in
  /// the last runs, but for a try now and then.
  int worth_calling(int n);

  /// For use inside a task by its thread: see shares.
  std::int32_t next_share(int thread) { return shares_.next(thread); }
  [[nodiscard]] std::uint64_t share_ended_at(int thread) const { return shares_.ended_at(thread); }
  /// Whether the thread is still in a task although that is done.
  [[nodiscard]] bool is_over(int thread) const { return presence_.is_over(thread); }

  [[nodiscard]] int size() const { return size_; }

 private:
  struct alignas(64) worker {
    worker(team& owner, int thread) : owner(owner), thread(thread) {}
    team& owner;
    const int thread;
    pthread_t handle{};
    counter start;  // of a call, for this thread
  };
  team(const tenon_options& options, std::size_t stack_bytes, int size, int most_polls);
  static void* work(void* argument);
  [[nodiscard]] tenon_status short_stack(std::size_t left) const;
  static void take_part(void* argument, std::int32_t thread);

  const int size_;
  const std::size_t stack_bytes_;
  const tenon_parallel parallel_;
  void* const parallel_context_;
  presence presence_;
  shares shares_;
  patience between_;  // of workers that wait for a call
  // Of the call at hand, written while nobody is inside.
  int n_ = 0;
  tenon_task task_ = nullptr;
  void* argument_ = nullptr;
  int without_help_ = 0, alone_ = 0;  // runs with nobody's help, of late; to come without a try
  std::atomic<std::size_t> short_stack_{0};  // what a thread had left that did not take part
  std::atomic<bool> is_done_{false};         // a thread has been through the whole task
  std::atomic<bool> stop_{false};
  std::deque<worker> workers_;  // which keep their addresses
  const std::uint32_t generation_ = process_generation();
};

}  // namespace tenon::runtime::detail
