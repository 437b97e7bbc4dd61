// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A mistake on purpose: clang-tidy with this project's settings must find it.
#include <string>
#include <utility>

std::string seed(std::string text) {
  std::string other = std::move(text);
  return text + other;
}
