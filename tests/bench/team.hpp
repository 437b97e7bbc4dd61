// Two or more threads that start together within a fraction of a microsecond: the generated kernels
// (through tenon_options.parallel) and the loops they are compared with run on the same team.
#pragma once
#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include <tenon/runtime/runtime.h>

namespace bench {

/// Workers spin between calls: fit for a benchmark that owns the machine, not for an application.
class team {
 public:
  explicit team(int threads) : threads_(threads) {
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

  /// Runs task(argument, 0 .. threads-1) at the same time; returns when all are through.
  void run(tenon_task task, void* argument) {
    task_ = task;
    argument_ = argument;
    done_.store(0);
    call_.fetch_add(1);
    task(argument, 0);
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
  void work(int thread) {
    for (std::uint32_t seen = 0;;) {
      while (call_.load() == seen) {
      }
      ++seen;
      if (task_ == nullptr) return;
      task_(argument_, thread);
      done_.fetch_add(1);
    }
  }

  int threads_;
  std::vector<std::thread> workers_;
  std::atomic<std::uint32_t> call_{0};
  std::atomic<int> done_{0};
  tenon_task task_ = nullptr;
  void* argument_ = nullptr;
};

}  // namespace bench
