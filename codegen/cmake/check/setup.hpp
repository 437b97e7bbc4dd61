// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the checks of inference and of training share: random parameters and inputs, sizes, one
// call, and the command that runs the reference.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>

#include <tenon/runtime/model.hpp>
#include <tenon/runtime/typed.hpp>

#include "tensors.hpp"

/// The models of the target, ended by null; TenonCheckModel.cmake writes it.
extern "C" const tenon_model* const tenon_checked_models[];

namespace check {

namespace rt = tenon::runtime;
inline const tenon_model* model = nullptr;  // the one that is checked

// Products of parameters and tokens that the interpreter is asked for at most (a few seconds).
inline constexpr double most_work = 2e9;

[[noreturn]] inline void fail(const std::string& what) { throw std::runtime_error(what); }
inline void require(const rt::status& outcome) {
  if (!outcome) fail(outcome.message());
}

inline rt::options options_for(int threads, const char* variant) {
  rt::options how{};
  how.threads = threads;
  how.cpu = variant;
  return how;
}

/// What a number may differ by: a part of it, and where it is next to nothing, as a loss may be,
/// the rounding of the larger numbers that it is a difference of.
inline double allowed_of_number(double part, double want) { return part * std::abs(want) + 1e-6; }

inline std::string quoted(const std::string& text) {  // for the shell
  std::string result = "'";
  for (char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

inline std::size_t count_of(const std::vector<std::int64_t>& shape) {
  std::size_t count = 1;
  for (std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  return count;
}

inline std::vector<tensor> random_parameters(random_source& random) {
  std::vector<tensor> tensors;
  const auto named = rt::tensor_list::of(*model);  // in the order of the parameters
  if (!named) fail(named.message());
  auto name = named->begin();
  for (const tenon_param& param : std::span(model->params, model->n_params)) {
    if (param.tensor.dtype != TENON_F32 && param.tensor.dtype != TENON_BF16)
      fail(std::string(param.tensor.name) + " is neither f32 nor bf16; the check knows those only");
    // As checkpoints hold it: a tensor for each layer, or for each part along the first dimension.
    std::size_t left = std::max(param.layers, 1u);
    for (std::uint32_t i = 0; i < param.tensor.rank; ++i)
      left *= static_cast<std::size_t>(model->dims[param.tensor.dims[i]].max);
    for (; left > 0; ++name) {
      tensor x{name->name, TENON_F32, {name->shape, name->shape + name->rank}, {}};
      x.words.resize(count_of(x.shape));
      // Matrices keep the size of what they multiply; vectors are around their initial value.
      const float bound =
          x.shape.size() < 2
              ? 0.3f
              : std::sqrt(3.0f / static_cast<float>(*std::ranges::min_element(x.shape)));
      const float middle = param.init == TENON_INIT_ONES ? 1.0f : 0.0f;
      for (std::size_t i = 0; i < x.words.size(); ++i) x.set(i, middle + random.uniform(bound));
      left -= x.words.size();
      tensors.push_back(std::move(x));
    }
  }
  return tensors;
}

// The sizes of the model's dimensions in one call of an entry: about `rows` x `length` tokens.
inline std::vector<std::int64_t> sizes_for(const tenon_entry& entry, std::int64_t rows,
                                           std::int64_t length) {
  std::vector<std::int64_t> sizes;
  std::uint32_t n_dynamic = 0;
  for (std::uint32_t i = 0; i < model->n_dims; ++i) {
    const tenon_dim& dim = model->dims[i];
    const bool dynamic = dim.min != dim.max;
    const bool sequence = entry.context > 0 ? i == entry.sequence_dim : n_dynamic == 1;
    sizes.push_back(dynamic ? std::clamp(sequence ? length : rows, dim.min, dim.max) : dim.max);
    n_dynamic += dynamic;
  }
  return sizes;
}

/// What every entry is tried with, as far as the dimensions' bounds allow: one token, a few, odd
/// sizes.
inline constexpr std::pair<std::int64_t, std::int64_t> rows_and_lengths[] = {
    {1, 1}, {1, 5}, {2, 7}, {3, 33}};

/// "step batch=2 seq=7"
inline std::string title(const tenon_entry& entry, const std::vector<std::int64_t>& sizes) {
  std::string text = entry.name;
  for (std::uint32_t i = 0; i < model->n_dims; ++i)
    if (model->dims[i].min != model->dims[i].max)
      text += " " + std::string(model->dims[i].name) + "=" + std::to_string(sizes[i]);
  return text;
}

inline tensor shaped(const tenon_tensor& type, const std::vector<std::int64_t>& sizes) {
  tensor x{type.name, static_cast<tenon_dtype>(type.dtype), {}, {}};
  if (type.dtype != TENON_F32 && type.dtype != TENON_I32)
    fail(x.name + " is neither f32 nor i32; the check knows those only");
  for (std::uint32_t i = 0; i < type.rank; ++i) x.shape.push_back(sizes[type.dims[i]]);
  x.words.resize(count_of(x.shape));
  return x;
}

inline tensor random_input(const tenon_tensor& type, const std::vector<std::int64_t>& sizes,
                           random_source& random) {
  tensor x = shaped(type, sizes);
  for (std::size_t i = 0; i < x.words.size(); ++i) {
    if (type.dtype == TENON_F32)
      x.set(i, random.uniform(1.0f));
    else if (type.has_ignored && i % 4 == 3)  // never the first, so that something is left
      x.set(i, type.ignored);
    else
      x.set(i, static_cast<std::int32_t>(random.below(type.limit > 0 ? type.limit : 1000)));
  }
  return x;
}

// One call; the outputs one after the other.
inline std::vector<float> run(rt::session& session, std::uint32_t index,
                              std::vector<std::int64_t> sizes, const std::vector<tensor>& inputs,
                              std::int64_t position) {
  const tenon_entry& entry = model->entries[index];
  std::vector<rt::buffer<std::uint32_t>> memory;
  std::vector<const void*> in;
  std::vector<void*> out;
  auto allocate = [&](std::size_t count) {
    auto made = rt::buffer<std::uint32_t>::create(count);
    if (!made) fail(made.message());
    memory.push_back(*std::move(made));
    return memory.back().data();
  };
  for (const tensor& x : inputs) {
    std::uint32_t* words = allocate(x.words.size());
    std::ranges::copy(x.words, words);
    in.push_back(words);
  }
  std::vector<std::size_t> counts;
  for (const tenon_tensor& type : std::span(entry.outputs, entry.n_outputs)) {
    counts.push_back(shaped(type, sizes).words.size());
    out.push_back(allocate(counts.back()));
  }
  require(session.run(index, in.data(), out.data(), sizes.data(), position));
  std::vector<float> values;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto* begin = static_cast<const float*>(out[i]);
    values.insert(values.end(), begin, begin + counts[i]);
  }
  return values;
}

struct files {
  std::string tenonc, object, folder, parameters;
  std::string compute;  // "bf16", or empty
};

// Runs the reference on inputs, with noise of that seed unless it is 0; the path of what it wrote.
inline std::string run_reference(const files& where, const tenon_entry& entry,
                                 const std::vector<tensor>& inputs, int noise = 0) {
  const std::string in = where.folder + "/inputs.safetensors";
  const std::string out = where.folder + "/outputs.safetensors";
  write_file(in, inputs);
  const std::string command = quoted(where.tenonc) + " reference " + quoted(where.object) +
                              " --model " + quoted(model->name) + " --entry " + quoted(entry.name) +
                              " --params " + quoted(where.parameters) + " --inputs " + quoted(in) +
                              " --output " + quoted(out) +
                              (where.compute.empty() ? "" : " --compute " + quoted(where.compute)) +
                              (noise == 0 ? "" : " --noise " + std::to_string(noise));
  if (std::system(command.c_str()) != 0) fail("this failed: " + command);
  return out;
}

}  // namespace check
