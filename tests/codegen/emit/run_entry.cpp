// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See run_entry.h.
#include "run_entry.h"
#include "lone_thread.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <memory>

namespace tenon::test {

namespace {
constexpr std::size_t alignment = 64, behind = 16; // floats behind an output that must stay NaN
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// Memory as the runtime hands it out: whole lines, aligned.
class Memory {
public:
  explicit Memory(std::size_t floats)
      : count((floats + behind + 15) / 16 * 16),
        data(static_cast<float *>(std::aligned_alloc(alignment, count * sizeof(float)))) {
    std::fill_n(data.get(), count, nan);
  }
  float *begin() const { return data.get(); }
  std::size_t size() const { return count; }

private:
  struct Free {
    void operator()(float *memory) const { std::free(memory); }
  };
  std::size_t count;
  std::unique_ptr<float, Free> data;
};
} // namespace

std::vector<std::vector<float>> run(const CompiledEntry &entry,
                                    const std::vector<std::vector<float>> &inputs,
                                    const std::vector<std::size_t> &sizes,
                                    const std::vector<std::int64_t> &dims, int threads) {
  std::vector<Memory> in, out;
  std::vector<const void *> inPlaces;
  std::vector<void *> outPlaces;
  for (const std::vector<float> &input : inputs) {
    in.emplace_back(input.size());
    std::copy(input.begin(), input.end(), in.back().begin());
    inPlaces.push_back(in.back().begin());
  }
  for (std::size_t size : sizes) {
    out.emplace_back(size);
    outPlaces.push_back(out.back().begin());
  }
  Memory arena(entry.arenaBytes / sizeof(float));
  const std::size_t stride = (entry.threadBytes + alignment) / alignment * alignment;
  Memory own(static_cast<std::size_t>(threads) * stride / sizeof(float));
  tenon_call call{};
  call.arena = arena.begin();
  call.thread_memory = own.begin();
  call.thread_stride = stride;
  call.inputs = inPlaces.data();
  call.outputs = outPlaces.data();
  call.dims = dims.data();
  LoneThread lone(threads);
  call.next_share = LoneThread::nextShare;
  call.share_context = &lone;
  entry.run(&call, 0, threads);

  std::vector<std::vector<float>> results;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const float *begin = out[i].begin(), *end = begin + sizes[i];
    CHECK(std::all_of(end, begin + out[i].size(), [](float x) { return x != x; }));
    results.emplace_back(begin, end);
  }
  return results;
}

} // namespace tenon::test
