// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Hand-written entries, compiled by the passes and emitters and run beside the reference: how a
// kernel of training is tested without a model around it.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tenon::test {

/// `text` with each $name replaced by its number.
std::string with(std::string text, const std::map<std::string, int64_t> &numbers);

class Program;

/// A text with one model. All its functions are compiled, when the first is called.
struct KernelTest {
  explicit KernelTest(std::string text, std::map<std::string, int64_t> sizes = {})
      : text(std::move(text)), sizes(std::move(sizes)) {}

  const std::string text;
  std::map<std::string, int64_t> sizes; // of the dynamic dimensions
  std::string function = "f";
  /// Inputs by `tenon.name`; f32 that are not here are random.
  std::map<std::string, std::vector<int32_t>> ints;
  std::map<std::string, std::vector<float>> floats;
  /// Parameters by name, the same in every layer; those that are not here are random.
  std::map<std::string, std::vector<float>> params;
  /// What the kernel gets in place of an input of the reference, which refuses wrong ids.
  std::map<std::string, std::vector<int32_t>> kernelInts;
  std::map<std::string, std::vector<float>> kernelFloats;
  double epsilons = 50; // error allowed, in 2^-24 of a tensor's greatest element

  /// Runs the function on every target of this machine with 1, 2 and 3 threads. Its results and the
  /// gradients that it accumulates must be the reference's, and the same bits for any number of
  /// threads. Gradients that begin anew hold NaN before, as do results and the arena.
  void check();

private:
  std::vector<std::shared_ptr<Program>> programs; // one a target
};

} // namespace tenon::test
