// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls of generated models by number: parameters filled element by element, inputs, outputs. What
// the tests of this folder share.
#pragma once
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <tenon/runtime/runtime.h>
#include <catch2/catch.hpp>
#include <tenon/runtime/buffer.hpp>
#include <tenon/runtime/session.hpp>

namespace driver {

namespace rt = tenon::runtime;

/// The names of the variants that this CPU can run.
inline std::vector<std::string> variants_of(const tenon_model& model) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < model.n_variants; ++i)
    if ((model.variants[i].cpu & ~tenon_cpu_features()) == 0)
      names.push_back(model.variants[i].name);
  REQUIRE(!names.empty());
  return names;
}

inline rt::options options_for(const std::string& variant, int threads = 1) {
  rt::options how{};
  how.threads = threads;
  how.cpu = variant.c_str();
  return how;
}

/// A parameter's name in a checkpoint: with the number of its layer, which is that of the slot, or
/// follows from it as "{2i+1}" says.
inline std::string in_layer(std::string name, std::uint32_t layer) {
  const auto begin = name.find('{'), end = name.find('}');
  if (begin == std::string::npos || end == std::string::npos) return name;
  int step = 1, first = 0;
  if (end - begin > 1) REQUIRE(std::sscanf(name.c_str() + begin, "{%di+%d}", &step, &first) == 2);
  return name.replace(begin, end + 1 - begin,
                      std::to_string(step * static_cast<int>(layer) + first));
}

/// All parameters of a model by the checkpoint's names, in f32.
struct parameters {
  struct tensor {
    std::vector<std::int64_t> shape;
    std::vector<float> values;
  };
  std::map<std::string, tensor> tensors;

  /// `fill(name)` gives the elements of a tensor one after the other.
  parameters(const tenon_model& model, const std::function<float(const std::string&)>& fill) {
    for (std::uint32_t p = 0; p < model.n_params; ++p) {
      const tenon_param& param = model.params[p];
      for (std::uint32_t layer = 0; layer < std::max(param.layers, 1u); ++layer) {
        const std::string name = in_layer(param.tensor.name, layer);
        tensor& x = tensors[name];
        std::size_t count = 1;
        for (std::uint32_t i = 0; i < param.tensor.rank; ++i) {
          x.shape.push_back(model.dims[param.tensor.dims[i]].max);
          count *= static_cast<std::size_t>(x.shape.back());
        }
        while (x.values.size() < count) x.values.push_back(fill(name));
      }
    }
  }

  rt::weights pack(const tenon_model& model, const std::string& variant) const {
    std::vector<tenon_named_tensor> named;
    for (const auto& [name, x] : tensors)
      named.push_back({name.c_str(), TENON_F32, static_cast<std::uint32_t>(x.shape.size()),
                       x.shape.data(), x.values.data()});
    auto made = rt::weights::from_tensors(model, named, options_for(variant));
    INFO(made.message());
    REQUIRE(made);
    return *std::move(made);
  }
};

/// Parameters that give every layer something to do: norms around 1, the rest around 0.
inline parameters random_parameters(const tenon_model& model, unsigned seed = 11) {
  std::mt19937 random(seed);
  std::normal_distribution<float> draw(0.0f, 0.3f);
  return parameters(model, [&](const std::string& name) {
    const bool norm = name.find("ln") != std::string::npos && name.ends_with("weight");
    return draw(random) + (norm ? 1.0f : 0.0f);
  });
}

inline rt::session open_session(const tenon_model& model, const rt::weights& weights,
                                const std::string& variant, int threads) {
  auto made = rt::create_session(model, weights, options_for(variant, threads));
  INFO(made.message());
  REQUIRE(made);
  return *std::move(made);
}

inline std::uint32_t entry_of(const tenon_model& model, const std::string& name) {
  for (std::uint32_t i = 0; i < model.n_entries; ++i)
    if (model.entries[i].name == name) return i;
  FAIL(model.name << " has no entry " << name);
  return 0;
}

inline std::uint32_t dim_of(const tenon_model& model, const std::string& name) {
  for (std::uint32_t i = 0; i < model.n_dims; ++i)
    if (model.dims[i].name == name) return i;
  FAIL(model.name << " has no dimension " << name);
  return 0;
}

/// The size of every dimension in a call with B sequences of T tokens; `time` is the dimension of
/// T.
inline std::vector<std::int64_t> sizes_of(const tenon_model& model, std::int64_t b, std::int64_t t,
                                          const char* time = "seq") {
  std::vector<std::int64_t> sizes;
  for (std::uint32_t i = 0; i < model.n_dims; ++i) sizes.push_back(model.dims[i].max);
  sizes[dim_of(model, "batch")] = b;
  sizes[dim_of(model, time)] = t;
  return sizes;
}

inline std::size_t count_of(const tenon_tensor& type, const std::vector<std::int64_t>& sizes) {
  std::size_t count = 1;
  for (std::uint32_t i = 0; i < type.rank; ++i)
    count *= static_cast<std::size_t>(sizes[type.dims[i]]);
  return count;
}

/// Bits, so that NaN equals itself.
using words = std::vector<std::uint32_t>;
inline std::uint32_t bits(float value) {
  std::uint32_t word;
  std::memcpy(&word, &value, sizeof word);
  return word;
}
inline float value(std::uint32_t word) {
  float result;
  std::memcpy(&result, &word, sizeof result);
  return result;
}

/// The nearest bf16, ties to even; for finite numbers.
inline float as_bf16(float x) {
  const std::uint32_t word = bits(x);
  return value((word + 0x7FFF + ((word >> 16) & 1)) & 0xFFFF0000u);
}

/// One call with 32-bit elements; the outputs in the entry's order.
inline rt::result<std::vector<words>> try_call(rt::session& session, const tenon_model& model,
                                               std::uint32_t index,
                                               const std::vector<std::int64_t>& sizes,
                                               const std::vector<words>& inputs,
                                               std::int64_t position = 0) {
  const tenon_entry& entry = model.entries[index];
  std::vector<rt::buffer<std::uint32_t>> memory;
  std::vector<const void*> in;
  std::vector<void*> out;
  for (std::uint32_t i = 0; i < entry.n_inputs; ++i) {
    REQUIRE(inputs[i].size() == count_of(entry.inputs[i], sizes));
    memory.push_back(*rt::buffer<std::uint32_t>::create(inputs[i].size()));
    std::copy(inputs[i].begin(), inputs[i].end(), memory.back().begin());
    in.push_back(memory.back().data());
  }
  for (std::uint32_t i = 0; i < entry.n_outputs; ++i) {
    memory.push_back(*rt::buffer<std::uint32_t>::create(count_of(entry.outputs[i], sizes)));
    std::fill(memory.back().begin(), memory.back().end(), 0xFFC0DEADu);  // a NaN of our own
    out.push_back(memory.back().data());
  }
  const rt::status outcome = session.run(index, in.data(), out.data(), sizes.data(), position);
  if (!outcome) return outcome;
  std::vector<words> results;
  for (std::uint32_t i = 0; i < entry.n_outputs; ++i) {
    const auto& source = memory[entry.n_inputs + i];
    results.emplace_back(source.begin(), source.end());
  }
  return results;
}

inline std::vector<words> call(rt::session& session, const tenon_model& model, std::uint32_t index,
                               const std::vector<std::int64_t>& sizes,
                               const std::vector<words>& inputs, std::int64_t position = 0) {
  auto results = try_call(session, model, index, sizes, inputs, position);
  INFO(results.message());
  REQUIRE(results);
  return *std::move(results);
}

}  // namespace driver
