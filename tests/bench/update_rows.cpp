// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The update of GPT-2 124M after a backward: the norm of all gradients against the rate of reading
// memory, AdamW against a loop that reads four arrays and writes three.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include <tenon/runtime/profile.hpp>

#include "gpt2_update.tenon.h"
#include "limits.hpp"
#include "rows.hpp"
#include "runtime_calls.hpp"

namespace bench {
namespace {

namespace rt = tenon::runtime;

constexpr std::size_t limit_bytes = 512u << 20;

std::uint32_t entry_of(const std::string& name) {
  const tenon_model& model = gpt2_update::model();
  std::uint32_t index = 0;
  while (model.entries[index].name != name) ++index;
  return index;
}

/// Values, gradients and moments of GPT-2, and a session that records its calls.
class trainer {
 public:
  explicit trainer(int threads)
      : weights_(checked(rt::weights::zero(gpt2_update::model(), with(threads)))),
        session_(checked(rt::create_session(gpt2_update::model(), weights_, with(threads)))) {
    run("init");
  }

  /// Bytes a second of a kernel of the entry `update`, in a call of its own.
  double rate(std::uint32_t kernel) {
    check(rt::record(session_, 1));
    run("update");
    std::uint64_t begin = UINT64_MAX, end = 0;
    for (int t = 0; t < session_.threads(); ++t)
      for (const tenon_slice& slice : rt::recorded_slices(session_, t))
        if (slice.kernel == kernel)
          begin = std::min(begin, slice.begin), end = std::max(end, slice.end);
    const tenon_entry& entry = gpt2_update::model().entries[entry_of("update")];
    const auto& call = rt::recorded_calls(session_)[0];
    return rt::bytes_of(entry.kernels[kernel], call) / (double(end - begin) * 1e-9);
  }

 private:
  void run(const std::string& name) {
    const std::uint32_t index = entry_of(name);
    const tenon_entry& entry = gpt2_update::model().entries[index];
    std::vector<const void*> in;
    for (std::uint32_t i = 0; i < entry.n_inputs; ++i) {
      const bool is_whole = entry.inputs[i].dtype == TENON_I32;
      in.push_back(is_whole ? static_cast<const void*>(seed_.data()) : rate_.data());
    }
    void* out[] = {norm_.data()};
    std::vector<std::int64_t> dims;
    for (std::uint32_t i = 0; i < gpt2_update::model().n_dims; ++i)
      dims.push_back(gpt2_update::model().dims[i].max);
    check(session_.run(index, in.data(), out, dims.data()));
  }

  rt::buffer<std::int32_t> seed_ = *rt::buffer<std::int32_t>::create(1);
  rt::buffer<float> rate_ = *rt::buffer<float>::create(1), norm_ = *rt::buffer<float>::create(1);
  rt::weights weights_;
  rt::session session_;
};

}  // namespace

void update_rows(const settings& how, const report& into) {
  const auto memory = std::make_shared<stream>(limit_bytes);
  for (const int threads : how.threads) {
    const auto of = std::make_shared<trainer>(threads);
    std::vector<contest> all(2);
    all[0] = {.what = "gradient norm, 124M",
              .threads = threads,
              .figure_unit = "GB/s",
              .figure_scale = 1e-9,
              .limit_unit = "GB/s read",
              .bar = 0.85};
    all[0].work = [of] { return of->rate(0); };
    all[0].limit = [memory, threads] { return memory->read_rate(threads, limit_bytes); };
    all[1] = {.what = "AdamW, 124M",
              .threads = threads,
              .figure_unit = "GB/s",
              .figure_scale = 1e-9,
              .limit_unit = "GB/s updated",
              .bar = 0.85};
    all[1].work = [of] { return of->rate(1); };
    all[1].limit = [memory, threads] { return update_rate(*memory, threads); };
    alternate(all, how.rounds);
    for (const contest& each : all) into.row(each);
  }
}

}  // namespace bench
