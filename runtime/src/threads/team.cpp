// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Threads; see team.hpp.
#include "team.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "callback.hpp"
#include "cores.hpp"
#include "failure.hpp"
#include "stack.hpp"

namespace tenon::runtime::detail {
namespace {

constexpr int most_threads = 1024;
// What a thread of ours has beside what its tasks need: its start, thread-local memory.
constexpr std::size_t stack_of_thread = std::size_t{256} << 10;
// Runs in a row in which no worker helped before calls go without, 2 and at most 64 in between: a
// busy machine pays for calling threads and has none to give.
constexpr int tries = 4, most_without_help = tries + 6;

// What is sent to the process (SIGINT, SIGCHLD, ...) belongs to the application's threads: in ours
// a handler would interrupt nobody who waits for it. What a thread raises itself, and the timers of
// profilers, must come through everywhere.
constexpr int open_signals[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,   SIGTRAP,
                                SIGSYS,  SIGABRT, SIGPROF, SIGVTALRM};

int start_thread(pthread_t& handle, std::size_t stack_bytes, void* (*body)(void*), void* argument) {
  pthread_attr_t attributes;
  if (const int error = pthread_attr_init(&attributes); error != 0) return error;
  std::size_t usual = 0;  // as the system or the application has set it, thread-local memory too
  pthread_attr_getstacksize(&attributes, &usual);
  pthread_attr_setstacksize(&attributes, std::max(usual, stack_bytes + stack_of_thread));

  sigset_t blocked, before;
  sigfillset(&blocked);
  for (const int signal : open_signals) sigdelset(&blocked, signal);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  const int error = pthread_create(&handle, &attributes, body, argument);
  pthread_attr_destroy(&attributes);
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

team::team(const tenon_options& options, std::size_t stack_bytes, int size, int most_polls)
    : size_(size),
      stack_bytes_(stack_bytes),
      parallel_(options.parallel),
      parallel_context_(options.parallel_context),
      presence_(size, most_polls),
      shares_(size, most_polls, presence_),
      between_(most_polls) {}

tenon_status team::create(const tenon_options& options, std::size_t stack_bytes,
                          std::unique_ptr<team>& made) {
  if (options.threads < 0 || options.threads > most_threads)
    return failure(TENON_INVALID_ARGUMENT,
                   "options.threads is %d; use 1..%d, or 0 for as many as "
                   "this process may use",
                   options.threads, most_threads);
  const int cores = available_cores();
  int size = options.threads;
  if (size == 0) TENON_TRY(threads_from_environment(size));
  if (size == 0) size = std::min(cores, most_threads);
  std::unique_ptr<team> fresh(new team(options, stack_bytes, size, most_polls(size, cores)));
  if (fresh->parallel_ == nullptr) {
    for (int thread = 1; thread < size; ++thread) {
      worker& next = fresh->workers_.emplace_back(*fresh, thread);
      if (const int error = start_thread(next.handle, stack_bytes, work, &next); error != 0) {
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
  for (worker& each : workers_) each.start.advance();
  for (const worker& each : workers_) pthread_join(each.handle, nullptr);
}

void* team::work(void* argument) {
  worker& self = *static_cast<worker*>(argument);
  for (std::uint32_t seen = 0;;) {
    self.start.wait_past(seen, self.owner.between_);
    seen = self.start.load();  // of several calls, some may be over already
    if (self.owner.stop_) return nullptr;
    take_part(&self.owner, self.thread);
  }
}

void team::take_part(void* argument, std::int32_t thread) {
  team& self = *static_cast<team*>(argument);
  if (thread < 0 || thread >= self.size_) return;
  // Threads of ours have what is needed, and asking the system for a thread's stack allocates.
  if (self.parallel_ != nullptr)
    if (const std::size_t left = stack_left(); left < self.stack_bytes_) {
      self.short_stack_.store(left, std::memory_order_relaxed);
      return;
    }
  if (!self.presence_.join(thread)) return;
  // A worker that was called for an earlier call may be one too many in this one.
  if (thread < self.n_) {
    self.shares_.join(thread);
    self.task_(self.argument_, thread);
    if (self.presence_.is_over(thread)) return self.presence_.leave(thread);
    self.is_done_.store(true, std::memory_order_relaxed);
  }
  self.presence_.leave(thread);
}

int team::worth_calling(int n) {
  if (n == 1 || alone_ == 0) return n;
  alone_ -= 1;
  return 1;
}

tenon_status team::short_stack(std::size_t left) const {
  return failure(
      TENON_INVALID_ARGUMENT,
      "the call needs %zu bytes of stack, and the thread that is to run it has %zu left; "
      "call from one with a larger stack (pthread_attr_setstacksize)",
      stack_bytes_, left);
}

tenon_status team::run(int n, tenon_task task, void* argument, bool timed) {
  if (const std::size_t left = stack_left(); parallel_ == nullptr && left < stack_bytes_)
    return short_stack(left);
  n_ = n;
  task_ = task;
  argument_ = argument;
  is_done_.store(false, std::memory_order_relaxed);
  short_stack_.store(0, std::memory_order_relaxed);
  shares_.begin(n, timed);
  presence_.open();
  tenon_status outcome = success();
  if (parallel_ != nullptr) {
    outcome = of_application("options.parallel",
                             [&] { parallel_(parallel_context_, n, take_part, this); });
  } else {
    for (int thread = 1; thread < n; ++thread)
      workers_[static_cast<std::size_t>(thread - 1)].start.advance();
    take_part(this, 0);
  }
  presence_.close();
  if (n > 1 && parallel_ == nullptr) {
    without_help_ = shares_.had_help(0) ? 0 : std::min(without_help_ + 1, most_without_help);
    if (without_help_ > tries) alone_ = 1 << (without_help_ - tries);
  }
  TENON_TRY(outcome);
  if (is_done_.load(std::memory_order_relaxed)) return success();
  if (const std::size_t left = short_stack_.load(std::memory_order_relaxed); left > 0)
    return short_stack(left);
  return failure(TENON_INVALID_ARGUMENT,
                 "options.parallel ran none of its %d tasks to the end; it must run them before it "
                 "returns",
                 n);
}

}  // namespace tenon::runtime::detail
