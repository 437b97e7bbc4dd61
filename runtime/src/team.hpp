// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The threads that run an entry together: its own, or an application's pool. One fork a call;
// inside it the threads meet at barriers.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include <pthread.h>

#include <tenon/runtime/runtime.h>

#include "barrier.hpp"
#include "fork.hpp"

namespace tenon::runtime::detail {

/// Threads are made once, in create(), and wait between calls. One caller at a time.
class team {
 public:
  static tenon_status create(const tenon_options& options, std::unique_ptr<team>& made);
  ~team();

  /// Runs task(argument, 0..size()-1) at the same time and returns when all have returned. The
  /// caller is thread 0 unless the application's pool decides otherwise. Allocates nothing.
  tenon_status run(tenon_task task, void* argument);

  /// For use inside a task: returns when all threads have called it.
  void meet() { barrier_.wait(); }

  [[nodiscard]] int size() const { return size_; }

 private:
  struct worker {
    team* owner;
    int thread;
    pthread_t handle;
  };
  team(const tenon_options& options, int size, int most_polls);
  static void* work(void* argument);
  static void count_and_run(void* argument, std::int32_t thread);

  const int size_;
  const tenon_parallel parallel_;
  void* const parallel_context_;
  barrier barrier_;   // the task's
  barrier finish_;    // the end of a call
  counter start_;     // its beginning
  patience between_;  // of workers that wait for it
  tenon_task task_ = nullptr;
  void* argument_ = nullptr;
  bool stop_ = false;
  std::atomic<std::int32_t> ran_{0};  // tasks that the application's pool has run
  std::vector<worker> workers_;
  const std::uint32_t generation_ = process_generation();
};

}  // namespace tenon::runtime::detail
