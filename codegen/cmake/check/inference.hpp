// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The check of entries that compute outputs from inputs and, perhaps, a cache: their values, and
// equal bits for every number of threads and every split of a prompt.
#pragma once
#include "noise.hpp"
#include "setup.hpp"

namespace check {

// Largest difference that is accepted, relative to the largest value of the output. Where
// activations, queries or weights of attention are rounded to bf16, what lies next to the middle of
// two of its values may go the other way than in double precision: a difference of its last place,
// 2^-8, which layers pass on.
inline double tolerance_of(bool bf16) { return bf16 ? 0x1p-6 : 1e-5; }

// The part [begin, end) along a dimension of the model; a copy where the tensor lacks it.
inline tensor part(const tensor& x, const tenon_tensor& type, std::uint32_t dim, std::int64_t begin,
                   std::int64_t end) {
  const auto axes = std::span(type.dims, type.rank);
  const auto found = std::ranges::find(axes, dim);
  if (found == axes.end()) return x;
  const auto axis = static_cast<std::size_t>(found - axes.begin());
  std::size_t outer = 1, inner = 1;
  for (std::size_t i = 0; i < axis; ++i) outer *= static_cast<std::size_t>(x.shape[i]);
  for (std::size_t i = axis + 1; i < x.shape.size(); ++i)
    inner *= static_cast<std::size_t>(x.shape[i]);
  tensor y{x.name, x.dtype, x.shape, {}};
  y.shape[axis] = end - begin;
  for (std::size_t o = 0; o < outer; ++o) {
    const auto row = x.words.begin() + static_cast<std::ptrdiff_t>(
                                           o * static_cast<std::size_t>(x.shape[axis]) * inner);
    y.words.insert(y.words.end(), row + begin * static_cast<std::ptrdiff_t>(inner),
                   row + end * static_cast<std::ptrdiff_t>(inner));
  }
  return y;
}

struct test_case {
  std::uint32_t entry;
  std::string what;
  std::vector<std::int64_t> sizes;
  std::vector<tensor> inputs;
  std::vector<double> want;
  bool holds_bf16;
  mutable noisy_results<std::vector<double>> noisy;
};

// Every output against its own scale: a small one beside a large one must be right too. One that is
// zero by its nature (a loss over one class) must be exactly that.
inline void compare(const std::string& what, const test_case& test, const std::vector<float>& got) {
  const tenon_entry& entry = model->entries[test.entry];
  const std::vector<double>& want = test.want;
  const double tolerance = tolerance_of(test.holds_bf16);
  std::size_t at = 0;
  for (const tenon_tensor& type : std::span(entry.outputs, entry.n_outputs)) {
    double largest = 0, error = 0;
    const std::size_t begin = at, end = at + shaped(type, test.sizes).words.size();
    for (; at < end; ++at) {
      largest = std::max(largest, std::abs(want[at]));
      const double difference = std::abs(static_cast<double>(got[at]) - want[at]);
      if (!(difference <= error)) error = difference;  // a NaN stays
    }
    const std::string output = what + ", " + type.name;
    const double allowed =
        type.rank == 0 && largest > 0 ? allowed_of_number(tolerance, largest) : tolerance * largest;
    char text[128];
    std::snprintf(text, sizeof text, ": largest error %.2g of %.3g (allowed %.2g)", error, largest,
                  allowed);
    std::printf("%s%s\n", output.c_str(), text);
    if (error <= allowed) continue;
    test.noisy.expect(error, output + text, [&](const std::vector<double>& noisy) {
      double most = 0;
      for (std::size_t i = begin; i < end; ++i) most = std::max(most, std::abs(noisy[i] - want[i]));
      return most;
    });
  }
}

// What the outputs are for the tokens [begin, end) only: a part of those that have the dimension of
// the sequence, and all of others, such as the last token's.
inline std::vector<float> last_piece(const tenon_entry& entry,
                                     const std::vector<std::int64_t>& sizes,
                                     const std::vector<float>& outputs, std::int64_t begin,
                                     std::int64_t end) {
  std::vector<float> piece;
  std::size_t at = 0;
  for (const tenon_tensor& type : std::span(entry.outputs, entry.n_outputs)) {
    tensor whole = shaped(type, sizes);
    for (std::size_t i = 0; i < whole.words.size(); ++i) whole.set(i, outputs[at++]);
    const tensor cut = part(whole, type, entry.sequence_dim, begin, end);
    for (std::size_t i = 0; i < cut.words.size(); ++i) piece.push_back(cut.at(i));
  }
  return piece;
}

// The outputs, of which every number of threads and every split has the same bits.
inline std::vector<float> run_case(const test_case& test, const rt::weights& weights,
                                   const char* variant) {
  const tenon_entry& entry = model->entries[test.entry];
  std::vector<float> first;
  for (int threads : {1, 2, 3}) {
    auto session = rt::create_session(*model, weights, options_for(threads, variant));
    if (!session) fail(session.message());
    const std::string what =
        test.what + " on " + variant + ", " + std::to_string(threads) + " threads";
    const auto got = run(*session, test.entry, test.sizes, test.inputs, 0);
    if (first.empty()) {
      compare(what, test, got);
      first = got;
    } else if (!std::ranges::equal(got, first)) {
      fail(what + ": other bits than with 1 thread");
    }
    const std::int64_t length = entry.uses_state ? test.sizes[entry.sequence_dim] : 1;
    if (length < 2) continue;
    // The same tokens in two calls, the second continuing from the cache.
    require(session->reset());
    std::vector<float> last;
    const std::int64_t middle = length - 1 - length / 3;
    for (auto [begin, end] : {std::pair<std::int64_t, std::int64_t>{0, middle}, {middle, length}}) {
      std::vector<tensor> inputs;
      for (std::size_t i = 0; i < test.inputs.size(); ++i)
        inputs.push_back(part(test.inputs[i], entry.inputs[i], entry.sequence_dim, begin, end));
      auto sizes = test.sizes;
      sizes[entry.sequence_dim] = end - begin;
      last = run(*session, test.entry, sizes, inputs, begin);
    }
    if (!std::ranges::equal(last, last_piece(entry, test.sizes, first, middle, length)))
      fail(what + ": other bits when split after " + std::to_string(middle) + " tokens");
  }
  return first;
}

// What the reference says to inputs: the outputs one after the other.
inline reference_outputs ask_reference(const files& where, const tenon_entry& entry,
                                       const std::vector<std::int64_t>& sizes,
                                       const std::vector<tensor>& inputs, int noise = 0) {
  std::size_t count = 0;
  for (const tenon_tensor& type : std::span(entry.outputs, entry.n_outputs))
    count += shaped(type, sizes).words.size();
  return read_outputs(run_reference(where, entry, inputs, noise), count);
}

// Every entry with one token, a few tokens, and odd sizes, as far as the dimensions' bounds allow.
inline std::vector<test_case> make_cases(const files& where, double n_parameters,
                                         random_source& random) {
  std::vector<test_case> tests;
  for (std::uint32_t index = 0; index < model->n_entries; ++index) {
    const tenon_entry& entry = model->entries[index];
    if (entry.trains) continue;  // training.hpp
    for (auto [rows, length] : rows_and_lengths) {
      if (static_cast<double>(rows * length) * n_parameters > most_work && rows * length > 5)
        continue;
      const auto sizes = sizes_for(entry, rows, length);
      if (!tests.empty() && tests.back().entry == index && tests.back().sizes == sizes) continue;
      std::vector<tensor> inputs;
      for (const tenon_tensor& type : std::span(entry.inputs, entry.n_inputs))
        inputs.push_back(random_input(type, sizes, random));
      auto [want, holds_bf16] = ask_reference(where, entry, sizes, inputs);
      std::function<std::vector<double>(int)> noisy;
      if (!holds_bf16)
        noisy = [&where, &entry, sizes, inputs](int noise) {
          return ask_reference(where, entry, sizes, inputs, noise).values;
        };
      tests.push_back({index, title(entry, sizes), sizes, std::move(inputs), std::move(want),
                       holds_bf16, noisy_results(std::move(noisy))});
    }
  }
  return tests;
}

}  // namespace check
