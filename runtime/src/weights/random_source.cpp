// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Random initial parameters; see random_source.hpp.
#include "random_source.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "failure.hpp"
#include "initial_values.hpp"
#include "model/checks.hpp"

namespace tenon::runtime::detail {
namespace {

// The second word of the key: dropout has 0.
constexpr std::uint32_t purpose = 1;

constexpr std::uint32_t with_fused_products =
    TENON_CPU_X86_64_V3 | TENON_CPU_X86_64_V4 | TENON_CPU_AARCH64;

void store(std::uint32_t dtype, std::byte* destination, std::size_t index, float value) {
  if (dtype == TENON_F64) {
    const double wide = value;
    std::memcpy(destination + index * sizeof wide, &wide, sizeof wide);
  } else if (dtype == TENON_BF16) {
    // To nearest, ties to even; initial values are never NaN.
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto rounded = static_cast<std::uint16_t>((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16);
    std::memcpy(destination + index * sizeof rounded, &rounded, sizeof rounded);
  } else {
    std::memcpy(destination + index * sizeof value, &value, sizeof value);
  }
}

}  // namespace

tenon_status random_source::create(const tenon_model& model, std::uint64_t seed,
                                   const tenon_variant* variant, random_source& made) {
  for (std::uint32_t i = 0; i < model.n_params; ++i) {
    const tenon_param& param = model.params[i];
    if (param.init > TENON_INIT_UNIFORM || param.tensor.dtype == TENON_I32)
      return failure(TENON_INCOMPATIBLE,
                     "parameter '%s' is %s with initialiser %u, which cannot be "
                     "drawn; load weights from a file",
                     param.tensor.name, dtype_name(param.tensor.dtype), param.init);
  }
  made.model_ = &model;
  made.seed_ = seed;
  made.fuses_ = variant == nullptr || (variant->cpu & with_fused_products) != 0;
  made.slots_ = slots_of(model);
  return success();
}

tenon_status random_source::read(std::size_t index, std::size_t first, std::size_t count,
                                 void* destination) const {
  const slot& which = slots_[index];
  const tenon_param& param = model_->params[which.param];
  auto* bytes = static_cast<std::byte*>(destination);
  const auto scale = static_cast<float>(param.init_value);
  const auto layers = std::max(param.layers, 1u), stream = stream_of(param.tensor.name);
  const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed_), purpose};
  // Elements are counted in all of the parameter, however it is stored.
  first += which.part * element_count(*model_, param);
  const std::size_t end = first + count;
  for (std::size_t begin = first / line_elements * line_elements; begin < end;
       begin += line_elements) {
    std::array<float, line_elements> line{};
    if (param.init == TENON_INIT_ONES) line.fill(1.0f);
    if (param.init >= TENON_INIT_NORMAL) {
      line_words words;
      for (std::size_t i = 0; i < line_elements; i += 4) {
        // What the number of the counter has beyond 2^32 stands above the layer.
        const std::uint64_t counter = (begin + i) / 4;
        const std::uint64_t layer = which.layer + layers * (counter >> 32);
        const auto four =
            philox({static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(layer), stream,
                    static_cast<std::uint32_t>(seed_ >> 32)},
                   key);
        std::copy(four.begin(), four.end(), words.begin() + static_cast<std::ptrdiff_t>(i));
      }
      if (param.init == TENON_INIT_UNIFORM)
        draw_uniform(words, scale, line.data());
      else
        draw_normal(words, scale, fuses_, line.data());
    }
    for (std::size_t i = std::max(begin, first); i < std::min(begin + line_elements, end); ++i)
      store(param.tensor.dtype, bytes, i - first, line[i - begin]);
  }
  return success();
}

}  // namespace tenon::runtime::detail
