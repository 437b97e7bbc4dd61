// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two or more threads that start together within a fraction of a microsecond: the generated kernels
// (through tenon_options.parallel) and the loops they are compared with run on the same team.
#pragma once
#include <ctime>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <tenon/runtime/runtime.h>

namespace bench {

/// Workers spin between calls: fit for a benchmark that owns the machine, not for an application.
class team {
 public:
  explicit team(int threads) : threads_(threads), spent_(threads) {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
  }
  ~team() {
    task_ = nullptr;
    call_.fetch_add(1);
    for (auto& worker : workers_) worker.join();
  }
  team(const team&) = delete;
  team& operator=(const team&) = delete;

  [[nodiscard]] int threads() const { return threads_; }

  /// CPU seconds of the busiest thread in the last run: on a machine that others use as well, the
  /// measure that counts, since it leaves out the time in which a thread had to wait for a core.
  [[nodiscard]] double cpu_seconds() const {
    return *std::max_element(spent_.begin(), spent_.end());
  }

  /// Runs task(argument, 0 .. threads-1) at the same time; returns when all are through.
  void run(tenon_task task, void* argument) {
    task_ = task;
    argument_ = argument;
    done_.store(0);
    call_.fetch_add(1);
    perform(0);
    while (done_.load() != threads_ - 1) {
    }
  }

  /// The same for a callable of (thread, threads).
  template <class Body>
  void each(Body body) {
    struct context {
      Body* body;
      int threads;
    } both{&body, threads_};
    run(
        [](void* argument, std::int32_t thread) {
          auto* to = static_cast<context*>(argument);
          (*to->body)(thread, to->threads);
        },
        &both);
  }

  /// As tenon_options.parallel, with the team as context.
  static void parallel(void* context, std::int32_t, tenon_task task, void* argument) {
    static_cast<team*>(context)->run(task, argument);
  }

 private:
  static double thread_seconds() {
    std::timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
  }
  void perform(int thread) {
    const double start = thread_seconds();
    task_(argument_, thread);
    spent_[thread] = thread_seconds() - start;
  }
  void work(int thread) {
    for (std::uint32_t seen = 0;;) {
      while (call_.load() == seen) {
      }
      ++seen;
      if (task_ == nullptr) return;
      perform(thread);
      done_.fetch_add(1);
    }
  }

  int threads_;
  std::vector<double> spent_;
  std::vector<std::thread> workers_;
  std::atomic<std::uint32_t> call_{0};
  std::atomic<int> done_{0};
  tenon_task task_ = nullptr;
  void* argument_ = nullptr;
};

}  // namespace bench
