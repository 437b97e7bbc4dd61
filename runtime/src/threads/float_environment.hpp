// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The floating-point environment that everything of ours computes in, whatever the application's
// is: round to nearest, subnormal numbers kept, no traps. The application gets its own back as it
// was, flags included.
#pragma once
#include <cstdint>
#include <utility>

#if !defined(__x86_64__) && !defined(__aarch64__)
#include <cfenv>
#endif

namespace tenon::runtime::detail {

class float_environment {
 public:
  float_environment() { enter(); }
  ~float_environment() { leave(); }
  float_environment(const float_environment&) = delete;
  float_environment& operator=(const float_environment&) = delete;

  /// Runs what belongs to the application in the application's environment.
  template <class Body>
  void outside(Body&& body) {
    const struct pause {
      float_environment& own;
      ~pause() { own.enter(); }  // also where the application throws
    } paused{*this};
    leave();
    std::forward<Body>(body)();
  }

 private:
#if defined(__x86_64__)
  // C code in which the x87 unit computes (long double) is not ours: MXCSR is all.
  static constexpr std::uint32_t ours = 0x1F80;  // all exceptions masked, no flag, nearest
  void enter() {
    __asm__ volatile("stmxcsr %0" : "=m"(theirs_) : : "memory");
    __asm__ volatile("ldmxcsr %0" : : "m"(ours) : "memory");
  }
  void leave() { __asm__ volatile("ldmxcsr %0" : : "m"(theirs_) : "memory"); }
  std::uint32_t theirs_;
#elif defined(__aarch64__)
  void enter() {
    __asm__ volatile("mrs %0, fpcr\n\tmrs %1, fpsr" : "=r"(control_), "=r"(status_) : : "memory");
    __asm__ volatile("msr fpcr, xzr\n\tmsr fpsr, xzr" : : : "memory");
  }
  void leave() {
    __asm__ volatile("msr fpcr, %0\n\tmsr fpsr, %1" : : "r"(control_), "r"(status_) : "memory");
  }
  std::uint64_t control_, status_;
#else
  void enter() {
    std::fegetenv(&theirs_);
    std::fesetenv(FE_DFL_ENV);
  }
  void leave() { std::fesetenv(&theirs_); }
  std::fenv_t theirs_;
#endif
};

}  // namespace tenon::runtime::detail
