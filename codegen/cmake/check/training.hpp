// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The check of entries that train: outputs, parameters, gradients and moments after a call, each
// tensor against the reference, and equal bits of all of them for every number of threads.
#pragma once
#include <array>
#include <cstring>
#include <map>

#include "noise.hpp"
#include "setup.hpp"

namespace check {

/// What there is of a parameter, with the prefix of its names in the reference's files.
struct memory_kind {
  rt::memory what;
  const char *prefix, *title;
};
inline constexpr memory_kind kinds[] = {{rt::memory::value, "param.", "parameters"},
                                        {rt::memory::gradient, "grad.", "gradients"},
                                        {rt::memory::moment_1, "moment1.", "first moments"},
                                        {rt::memory::moment_2, "moment2.", "second moments"}};

/// All tensors of the weights, for each kind in the order of the parameters' file.
using training_state = std::array<std::vector<tensor>, 4>;

/// Gradients and moments of about the size that a step makes them, which an entry must add to,
/// use, or overwrite.
inline training_state random_state(const std::vector<tensor>& parameters, random_source& random) {
  training_state state{parameters, parameters, parameters, parameters};
  for (std::size_t kind = 1; kind < 4; ++kind)
    for (tensor& x : state[kind])
      for (std::size_t i = 0; i < x.words.size(); ++i) {
        const float r = random.uniform(0.01f);
        x.set(i, kind < 3 ? r : (0.01f + 0.5f * r) * (0.01f + 0.5f * r));
      }
  return state;
}

inline void write_state(rt::weights& weights, const training_state& state) {
  for (std::size_t kind = 0; kind < 4; ++kind)
    for (const tensor& x : state[kind])
      require(weights.write(kinds[kind].what, x.name, std::span(x.words)));
}

/// `like` has the names and sizes.
inline training_state read_state(const rt::weights& weights, const training_state& like) {
  training_state state = like;
  for (std::size_t kind = 0; kind < 4; ++kind)
    for (tensor& x : state[kind])
      require(weights.read(kinds[kind].what, x.name, std::span(x.words)));
  return state;
}

/// A sensible value of a scalar by its name; two sets, so that steps and parts of a batch beyond
/// the first, and no clipping, are there too.
inline tensor scalar_input(const tenon_tensor& type, std::size_t set) {
  static const std::map<std::string, std::array<double, 2>> values = {
      {"lr", {1e-3, 1e-3}},         {"beta1", {0.9, 0.9}},
      {"beta2", {0.95, 0.95}},      {"eps", {1e-8, 1e-8}},
      {"weight_decay", {0.1, 0.1}}, {"max_norm", {0.5, 0}},
      {"scale", {0.5, 0.5}},        {"step", {0, 7}},
      {"micro_step", {0, 1}},       {"first_sequence", {0, 2}},
      {"seed", {20260101, -7}}};
  const auto found = values.find(type.name);
  if (found == values.end())
    fail(std::string(type.name) + " is a scalar that the check knows no value for");
  tensor x{type.name, static_cast<tenon_dtype>(type.dtype), {}, {0}};
  if (type.dtype == TENON_I32)
    x.set(0, static_cast<std::int32_t>(found->second[set]));
  else
    x.set(0, static_cast<float>(found->second[set]));
  return x;
}

// With factors rounded to bf16, those next to the middle of two of its values may go the other way
// than in double precision; a loss is a mean over many of them.
struct tolerances {
  double scalar, tensor;
};
inline tolerances tolerances_of(bool bf16) {
  return bf16 ? tolerances{0x1p-9, 0x1p-7} : tolerances{1e-5, 1e-4};
}

/// Outputs and tensors of kinds, by name.
using named_values = std::map<std::string, std::vector<double>>;

struct training_case {
  std::uint32_t entry;
  std::string what;
  std::vector<std::int64_t> sizes;
  std::vector<tensor> inputs;
  tolerances allowed;
  named_values want;
  mutable noisy_results<named_values> noisy;
};

/// What the reference says to a case that begins in `state`.
inline named_values reference(const files& where, const tenon_entry& entry,
                              std::vector<tensor> inputs, const training_state& state,
                              int noise = 0) {
  for (std::size_t kind = 1; kind < 4; ++kind)
    for (tensor x : state[kind]) {
      x.name = kinds[kind].prefix + x.name;
      inputs.push_back(std::move(x));
    }
  return read_tensors(run_reference(where, entry, inputs, noise));
}

inline std::vector<training_case> make_training_cases(const files& where,
                                                      const training_state& state,
                                                      double n_parameters, random_source& random) {
  std::vector<training_case> tests;
  for (std::uint32_t index = 0; index < model->n_entries; ++index) {
    const tenon_entry& entry = model->entries[index];
    if (!entry.trains) continue;
    std::size_t n_of_entry = 0;
    auto add = [&](const std::vector<std::int64_t>& sizes, std::size_t set) {
      std::vector<tensor> inputs;
      for (const tenon_tensor& type : std::span(entry.inputs, entry.n_inputs))
        inputs.push_back(type.rank == 0 ? scalar_input(type, set)
                                        : random_input(type, sizes, random));
      named_values want = reference(where, entry, inputs, state);
      std::function<named_values(int)> noisy;
      if (where.compute.empty())
        noisy = [&where, &entry, &state, inputs](int noise) {
          return reference(where, entry, inputs, state, noise);
        };
      tests.push_back({index, title(entry, sizes) + (set == 0 ? "" : ", later step"), sizes,
                       std::move(inputs), tolerances_of(!where.compute.empty()), std::move(want),
                       noisy_results(std::move(noisy))});
      ++n_of_entry;
    };
    for (auto [rows, length] : rows_and_lengths) {
      // Forward and backward: three times the work.
      if (3 * static_cast<double>(rows * length) * n_parameters > most_work && rows * length > 5)
        continue;
      const auto sizes = sizes_for(entry, rows, length);
      if (n_of_entry > 0 && tests.back().sizes == sizes) continue;
      if (n_of_entry == 0) add(sizes, 0);
      add(sizes, n_of_entry % 2);
      const auto inputs = std::span(entry.inputs, entry.n_inputs);
      if (std::ranges::all_of(inputs, [](const tenon_tensor& type) { return type.rank == 0; }))
        break;  // sizes do not matter
    }
  }
  return tests;
}

inline double norm(const std::vector<double>& x) {
  double sum = 0;
  for (double value : x) sum += value * value;
  return std::sqrt(sum);
}

/// What a call left behind.
struct training_result {
  std::vector<float> outputs;
  training_state state;
};

inline void compare_outputs(const std::string& what, const training_case& test,
                            const std::vector<float>& got) {
  const tenon_entry& entry = model->entries[test.entry];
  for (std::uint32_t i = 0; i < entry.n_outputs; ++i) {
    const auto& type = entry.outputs[i];
    if (type.rank != 0) fail(what + ": output " + type.name + " is no scalar");
    const double want = test.want.at(type.name).at(0), error = std::abs(got.at(i) - want);
    char text[128];
    std::snprintf(text, sizeof text, "%s: %.9g, the reference has %.9g", type.name, got[i], want);
    std::printf("  %s\n", text);
    if (error <= allowed_of_number(test.allowed.scalar, want)) continue;
    test.noisy.expect(error, what + ": " + text, [&](const named_values& noisy) {
      return std::abs(noisy.at(type.name).at(0) - want);
    });
  }
}

/// Tensors that the entry writes, to 1e-4 of the norm of their change: a step changes a parameter
/// by little, and what an accumulated gradient had before says nothing. In addition the rounding of
/// the old value, and for what is zero by its nature (the gradient of the keys' bias) 1e-6 of a
/// typical element of all tensors. Others must not change; `init` makes them zero.
inline void compare_tensors(const std::string& what, const training_case& test, std::size_t kind,
                            const std::vector<tensor>& before, const std::vector<tensor>& after) {
  struct difference {
    double error, change, old;
    std::size_t count;
  };
  const bool is_init = std::string_view(model->entries[test.entry].name) == "init";
  std::vector<difference> differences;
  double squares = 0, count = 0;
  for (std::size_t t = 0; t < before.size(); ++t) {
    const auto want = test.want.find(kinds[kind].prefix + before[t].name);
    const std::string name = what + ", " + kinds[kind].title + " of " + before[t].name;
    if (want == test.want.end()) {
      const std::vector<std::uint32_t> zeros(before[t].words.size(), 0);
      if (after[t].words != (is_init ? zeros : before[t].words))
        fail(name + (is_init ? ": not zero" : ": changed, which the entry may not do"));
      continue;
    }
    std::vector<double> error, change, old;
    for (std::size_t i = 0; i < after[t].words.size(); ++i) {
      old.push_back(before[t].at(i));
      error.push_back(after[t].at(i) - want->second.at(i));
      change.push_back(want->second[i] - old.back());
    }
    const double changed = std::min(norm(change), norm(want->second));
    differences.push_back({norm(error), changed, norm(old), old.size()});
    squares += changed * changed, count += static_cast<double>(old.size());
  }
  double worst = 0;
  std::size_t at = 0;
  for (const tensor& x : before) {
    if (!test.want.contains(kinds[kind].prefix + x.name)) continue;
    const auto& [error, change, old, n] = differences[at++];
    const double typical = std::sqrt(squares / count * static_cast<double>(n));
    const double allowed = test.allowed.tensor * change + 0x1p-22 * old + 1e-6 * typical;
    char text[160];
    std::snprintf(text, sizeof text, ": error %.3g, change %.3g (allowed %.3g)", error, change,
                  allowed);
    if (!(error <= allowed)) {
      const std::string name = kinds[kind].prefix + x.name;
      test.noisy.expect(error, what + ", " + name + text, [&](const named_values& noisy) {
        std::vector<double> moved = noisy.at(name);
        for (std::size_t i = 0; i < moved.size(); ++i) moved[i] -= test.want.at(name)[i];
        return norm(moved);
      });
      continue;
    }
    if (change > 0) worst = std::max(worst, error / std::max(change, typical));
  }
  if (!differences.empty())
    std::printf("  %s: %zu tensors, error at most %.2g of their change\n", kinds[kind].title,
                differences.size(), worst);
}

inline bool same_bits(const training_result& a, const training_result& b) {
  if (a.outputs.size() != b.outputs.size() ||
      (!a.outputs.empty() &&
       std::memcmp(a.outputs.data(), b.outputs.data(), a.outputs.size() * sizeof(float)) != 0))
    return false;
  for (std::size_t kind = 0; kind < 4; ++kind)
    for (std::size_t t = 0; t < a.state[kind].size(); ++t)
      if (a.state[kind][t].words != b.state[kind][t].words) return false;
  return true;
}

/// All cases on one variant: what each leaves. A session runs all of them one after the other, so
/// that what one leaves in the arena may not matter to the next.
inline std::vector<training_result> run_training_cases(const std::vector<training_case>& tests,
                                                       const training_state& state,
                                                       const char* variant) {
  if (tests.empty()) return {};
  auto weights = rt::weights::zero(*model, options_for(0, variant));
  if (!weights) fail(weights.message());
  std::vector<training_result> first;
  for (int threads : {1, 2, 3}) {
    auto session = rt::create_session(*model, *weights, options_for(threads, variant));
    if (!session) fail(session.message());
    for (std::size_t i = 0; i < tests.size(); ++i) {
      const training_case& test = tests[i];
      write_state(*weights, state);
      training_result result{run(*session, test.entry, test.sizes, test.inputs, 0),
                             read_state(*weights, state)};
      const std::string what =
          test.what + " on " + variant + ", " + std::to_string(threads) + " threads";
      if (threads > 1) {
        if (!same_bits(result, first[i])) fail(what + ": other bits than with 1 thread");
        continue;
      }
      std::printf("%s\n", what.c_str());
      compare_outputs(what, test, result.outputs);
      for (std::size_t kind = 0; kind < 4; ++kind)
        compare_tensors(what, test, kind, state[kind], result.state[kind]);
      first.push_back(std::move(result));
    }
  }
  return first;
}

}  // namespace check
