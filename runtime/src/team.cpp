// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Threads; see team.hpp.
#include "team.hpp"

#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "cores.hpp"
#include "failure.hpp"

namespace tenon::runtime::detail {
namespace {

constexpr int most_threads = 1024;

// What is sent to the process (SIGINT, SIGCHLD, ...) belongs to the application's threads: in ours
// a handler would interrupt nobody who waits for it. What a thread raises itself, and the timers of
// profilers, must come through everywhere.
constexpr int open_signals[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,   SIGTRAP,
                                SIGSYS,  SIGABRT, SIGPROF, SIGVTALRM};

int start_thread(pthread_t& handle, void* (*body)(void*), void* argument) {
  sigset_t blocked, before;
  sigfillset(&blocked);
  for (const int signal : open_signals) sigdelset(&blocked, signal);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  const int error = pthread_create(&handle, nullptr, body, argument);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return error;
}

// TENON_THREADS, for who runs a program and cannot change it; 0 where it is not set.
tenon_status threads_from_environment(int& threads) {
  const char* text = std::getenv("TENON_THREADS");
  if (text == nullptr || *text == '\0') return success();
  const char* const end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, threads);
  if (error == std::errc{} && stop == end && threads >= 1 && threads <= most_threads)
    return success();
  return failure(TENON_INVALID_ARGUMENT,
                 "the environment's TENON_THREADS is '%.40s'; use 1..%d, or unset it for as many "
                 "as this process may use",
                 text, most_threads);
}

}  // namespace

team::team(const tenon_options& options, int size, int most_polls)
    : size_(size),
      parallel_(options.parallel),
      parallel_context_(options.parallel_context),
      barrier_(size, most_polls),
      finish_(size, most_polls),
      between_(most_polls) {}

tenon_status team::create(const tenon_options& options, std::unique_ptr<team>& made) {
  if (options.threads < 0 || options.threads > most_threads)
    return failure(TENON_INVALID_ARGUMENT,
                   "options.threads is %d; use 1..%d, or 0 for as many as "
                   "this process may use",
                   options.threads, most_threads);
  const int cores = available_cores();
  int size = options.threads;
  if (size == 0) TENON_TRY(threads_from_environment(size));
  if (size == 0) size = std::min(cores, most_threads);
  std::unique_ptr<team> fresh(new team(options, size, most_polls(size, cores)));
  if (fresh->parallel_ == nullptr) {
    fresh->workers_.reserve(static_cast<std::size_t>(size - 1));  // workers keep their addresses
    for (int thread = 1; thread < size; ++thread) {
      worker& next = fresh->workers_.emplace_back(worker{fresh.get(), thread, {}});
      if (const int error = start_thread(next.handle, work, &next); error != 0) {
        fresh->workers_.pop_back();
        return failure(TENON_OUT_OF_MEMORY,
                       "cannot start thread %d of %d: %s; ask for fewer in "
                       "options.threads",
                       thread + 1, size, std::strerror(error));
      }
    }
  }
  made = std::move(fresh);
  return success();
}

team::~team() {
  if (generation_ != process_generation()) return;  // they are in the process before fork()
  stop_ = true;
  start_.advance();
  for (const worker& each : workers_) pthread_join(each.handle, nullptr);
}

void* team::work(void* argument) {
  const worker& self = *static_cast<const worker*>(argument);
  team& owner = *self.owner;
  // run() returns only after all threads have met at finish_, so no start is ever missed.
  for (std::uint32_t seen = 0;; ++seen) {
    owner.start_.wait_past(seen, owner.between_);
    if (owner.stop_) return nullptr;
    owner.task_(owner.argument_, self.thread);
    owner.finish_.wait();
  }
}

void team::count_and_run(void* argument, std::int32_t thread) {
  team& self = *static_cast<team*>(argument);
  self.task_(self.argument_, thread);
  self.ran_.fetch_add(1, std::memory_order_acq_rel);
}

tenon_status team::run(tenon_task task, void* argument) {
  task_ = task;
  argument_ = argument;
  if (parallel_ != nullptr) {
    ran_.store(0, std::memory_order_relaxed);
    parallel_(parallel_context_, size_, count_and_run, this);
    if (const int ran = ran_.load(std::memory_order_acquire); ran != size_)
      return failure(TENON_INVALID_ARGUMENT,
                     "options.parallel ran %d tasks of %d; it must run each "
                     "thread's task once, all at the same time",
                     ran, size_);
    return success();
  }
  if (size_ > 1) start_.advance();
  task(argument, 0);
  finish_.wait();
  return success();
}

}  // namespace tenon::runtime::detail
