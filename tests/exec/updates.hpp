// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Entries that update parameters, called without the runtime: the test owns the memory, and sees
// padding and panels as they lie there.
#pragma once
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <tenon/runtime/abi.h>
#include <tenon/runtime/runtime.h>
#include <catch2/catch.hpp>

#include <tenon/runtime/buffer.hpp>
#include "../codegen/emit/lone_thread.h"

namespace update_calls {

/// Values, gradients, first and second moments of all parameters, one array each.
enum part { value, gradient, moment_1, moment_2 };
using memory = std::array<std::vector<float>, 4>;

/// One layer of a parameter: where its elements lie in each part.
struct place {
  std::string name;  // with "{}" for the layer
  std::uint32_t layer;
  std::vector<std::int64_t> shape;
  const tenon_param* param;
  std::vector<std::size_t> of;  // by the element's row-major number
};

inline std::vector<place> places_of(const tenon_model& model, const tenon_variant& variant) {
  std::vector<place> places;
  for (std::uint32_t p = 0; p < model.n_params; ++p) {
    const tenon_param& param = model.params[p];
    const tenon_packed_param& packed = variant.params[p];
    for (std::uint32_t layer = 0; layer < std::max(param.layers, 1u); ++layer) {
      place at{param.tensor.name, layer, {}, &param, {}};
      std::size_t count = 1;
      for (std::uint32_t i = 0; i < param.tensor.rank; ++i) {
        at.shape.push_back(model.dims[param.tensor.dims[i]].max);
        count *= static_cast<std::size_t>(at.shape.back());
      }
      const std::size_t first = (packed.offset + layer * packed.stride) / sizeof(float);
      at.of.resize(count);
      auto numbers = *tenon::runtime::buffer<float>::create(count);
      for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<float>(i + 1);
      if (packed.pack == nullptr) {
        for (std::size_t i = 0; i < count; ++i) at.of[i] = first + i;
      } else {
        auto panels = *tenon::runtime::buffer<float>::create(packed.bytes / sizeof(float));
        packed.pack(numbers.data(), panels.data());
        for (std::size_t i = 0; i < panels.size(); ++i)
          if (panels[i] != 0) at.of[static_cast<std::size_t>(panels[i]) - 1] = first + i;
      }
      places.push_back(std::move(at));
    }
  }
  return places;
}

/// Which elements of the memory belong to no parameter.
inline std::vector<bool> padding_of(const std::vector<place>& places, std::size_t size) {
  std::vector<bool> padding(size, true);
  for (const place& at : places)
    for (const std::size_t i : at.of) padding[i] = false;
  return padding;
}

/// Memory of zeros.
inline memory empty_memory(const tenon_variant& variant) {
  memory all;
  for (auto& one : all) one.assign(variant.weights_bytes / sizeof(float), 0.0f);
  return all;
}

using scalars = std::map<std::string, double>;

/// Calls an entry whose inputs and outputs are scalars; the outputs in order.
inline std::vector<float> run(const tenon_model& model, const tenon_variant& variant,
                              const std::string& name, memory& all, const scalars& inputs,
                              int threads) {
  std::uint32_t index = 0;
  while (model.entries[index].name != name) REQUIRE(++index < model.n_entries);
  const tenon_entry& entry = model.entries[index];
  const std::size_t size = all[0].size();
  auto weights = *tenon::runtime::buffer<float>::create(size);
  auto training = *tenon::runtime::buffer<float>::create(3 * size);
  auto arena = *tenon::runtime::buffer<std::byte>::create(entry.arena_bytes + 1);
  std::fill(arena.begin(), arena.end(), std::byte{0xFF});
  std::copy(all[0].begin(), all[0].end(), weights.begin());
  for (std::size_t i = 0; i < 3; ++i)
    std::copy(all[i + 1].begin(), all[i + 1].end(), training.data() + i * size);

  std::vector<std::int64_t> dims;
  for (std::uint32_t i = 0; i < model.n_dims; ++i) dims.push_back(model.dims[i].max);
  std::vector<tenon::runtime::buffer<float>> places;
  std::vector<const void*> in;
  std::vector<void*> out;
  for (std::uint32_t i = 0; i < entry.n_inputs; ++i) {
    REQUIRE(entry.inputs[i].rank == 0);
    places.push_back(*tenon::runtime::buffer<float>::create(1));
    const double given = inputs.at(entry.inputs[i].name);
    const auto whole = static_cast<std::int32_t>(given);
    const auto number = static_cast<float>(given);
    std::memcpy(places.back().data(),
                entry.inputs[i].dtype == TENON_I32 ? static_cast<const void*>(&whole) : &number, 4);
    in.push_back(places.back().data());
  }
  for (std::uint32_t i = 0; i < entry.n_outputs; ++i) {
    places.push_back(*tenon::runtime::buffer<float>::create(1));
    out.push_back(places.back().data());
  }

  tenon::test::LoneThread lone(threads);
  tenon_call call{};
  call.weights = weights.data();
  call.training = training.data();
  call.arena = arena.data();
  call.inputs = in.data();
  call.outputs = out.data();
  call.dims = dims.data();
  call.thread_stride = (variant.thread_bytes + TENON_ALIGNMENT) / TENON_ALIGNMENT * TENON_ALIGNMENT;
  auto own = *tenon::runtime::buffer<std::byte>::create(threads * call.thread_stride);
  call.thread_memory = own.data();
  call.next_share = tenon::test::LoneThread::nextShare;
  call.share_context = &lone;
  variant.runs[index](&call, 0, threads);

  std::copy(weights.begin(), weights.end(), all[0].begin());
  for (std::size_t i = 0; i < 3; ++i)
    std::copy_n(training.data() + i * size, size, all[i + 1].begin());
  std::vector<float> results;
  for (void* place : out) results.push_back(*static_cast<float*>(place));
  return results;
}

/// The variants that this CPU can run.
inline std::vector<const tenon_variant*> variants_of(const tenon_model& model) {
  std::vector<const tenon_variant*> variants;
  for (std::uint32_t i = 0; i < model.n_variants; ++i)
    if ((model.variants[i].cpu & ~tenon_cpu_features()) == 0)
      variants.push_back(&model.variants[i]);
  REQUIRE(!variants.empty());
  return variants;
}

/// Equal bits, NaN included.
inline bool same_bits(const memory& x, const memory& y) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (std::memcmp(x[i].data(), y[i].data(), x[i].size() * sizeof(float)) != 0) return false;
  return true;
}

}  // namespace update_calls
