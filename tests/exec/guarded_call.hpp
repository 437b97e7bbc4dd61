// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Generated code called through the ABI with every buffer between forbidden pages: a variant's
// packed weights, made by its own functions, and one call with one thread.
#pragma once
#include <deque>

#include "../codegen/emit/lone_thread.h"
#include "driver.hpp"
#include "guarded.hpp"
#include "small_stack.hpp"

namespace driver {

/// A variant's packed weights, made by its own functions from guarded tensors.
class packed_weights {
 public:
  packed_weights(const tenon_model& model, const tenon_variant& variant, const parameters& given,
                 edge where)
      : memory_(variant.weights_bytes, where) {
    for (std::uint32_t p = 0; p < model.n_params; ++p) {
      const tenon_packed_param& place = variant.params[p];
      for (std::uint32_t layer = 0; layer < std::max(model.params[p].layers, 1u); ++layer) {
        const std::string name = in_layer(model.params[p].tensor.name, layer);
        const std::vector<float>& values = given.tensors.at(name).values;
        const bool narrow = model.params[p].tensor.dtype == TENON_BF16;
        guarded source(values.size() * (narrow ? 2 : 4), where);
        if (narrow)
          std::transform(values.begin(), values.end(), source.as<std::uint16_t>(), [](float x) {
            return static_cast<std::uint16_t>(bits(as_bf16(x)) >> 16);
          });
        else
          std::copy(values.begin(), values.end(), source.as<float>());
        guarded target(place.bytes, where);
        if (place.pack)
          place.pack(source.data(), target.data());
        else
          std::memcpy(target.data(), source.data(), place.bytes);
        REQUIRE(source.is_intact());
        REQUIRE(target.is_intact());
        REQUIRE((place.unpack == nullptr) == (place.pack == nullptr));
        if (place.unpack) {  // gives back what was packed
          const std::size_t bytes = values.size() * (narrow ? 2 : 4);
          const guarded back(bytes, where);
          place.unpack(target.data(), back.data());
          REQUIRE(back.is_intact());
          REQUIRE(target.is_intact());
          REQUIRE(std::memcmp(back.data(), source.data(), bytes) == 0);
        }
        std::memcpy(memory_.as<char>() + place.offset + layer * place.stride, target.data(),
                    place.bytes);
      }
    }
  }
  [[nodiscard]] const guarded& memory() const { return memory_; }

 private:
  guarded memory_;
};

inline std::vector<words> run_guarded(const tenon_model& model, const tenon_variant& variant,
                                      const packed_weights& weights, std::uint32_t index,
                                      const std::vector<std::int64_t>& sizes,
                                      const std::vector<words>& inputs, edge where,
                                      const guarded& state, std::int64_t position = 0,
                                      const guarded* training = nullptr) {
  const tenon_entry& entry = model.entries[index];
  std::deque<guarded> in, out;
  std::vector<const void*> in_data;
  std::vector<void*> out_data;
  for (const words& input : inputs) {
    std::copy(input.begin(), input.end(),
              in.emplace_back(input.size() * 4, where).as<std::uint32_t>());
    in_data.push_back(in.back().data());
  }
  for (std::uint32_t i = 0; i < entry.n_outputs; ++i)
    out_data.push_back(out.emplace_back(count_of(entry.outputs[i], sizes) * 4, where).data());
  const guarded arena(entry.arena_bytes, where);
  // What earlier calls left in the arena may not matter.
  std::fill_n(arena.as<std::uint8_t>(), entry.arena_bytes, std::uint8_t{0xFF});
  const guarded own(variant.thread_bytes, where);
  std::fill_n(own.as<std::uint8_t>(), variant.thread_bytes, std::uint8_t{0xFF});
  tenon::test::LoneThread lone(1);
  const tenon_call call{weights.memory().data(),
                        arena.data(),
                        entry.uses_state ? state.data() : nullptr,
                        in_data.data(),
                        out_data.data(),
                        sizes.data(),
                        position,
                        tenon::test::LoneThread::nextShare,
                        &lone,
                        nullptr,
                        nullptr,
                        training == nullptr ? nullptr : training->data(),
                        own.data(),
                        0};
  const auto run = [&] { variant.runs[index](&call, 0, 1); };
  on_stack_of(variant.stack_bytes[index], run);
  std::vector<words> results;
  for (std::uint32_t i = 0; i < entry.n_outputs; ++i) {
    const auto* begin = out[i].as<std::uint32_t>();
    results.emplace_back(begin, begin + count_of(entry.outputs[i], sizes));
    CHECK(out[i].is_intact());
  }
  for (const guarded& memory : in) CHECK(memory.is_intact());
  CHECK(weights.memory().is_intact());
  CHECK(arena.is_intact());
  CHECK(own.is_intact());
  CHECK(state.is_intact());
  if (training != nullptr) CHECK(training->is_intact());
  return results;
}

template <class Use>
void for_variants(const tenon_model& model, Use use) {
  for (std::uint32_t v = 0; v < model.n_variants; ++v)
    if ((model.variants[v].cpu & ~tenon_cpu_features()) == 0) use(model.variants[v]);
}

}  // namespace driver
