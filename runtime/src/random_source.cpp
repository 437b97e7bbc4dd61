// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Random initial parameters; see random_source.hpp.
#include "random_source.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>

#include "checks.hpp"
#include "failure.hpp"

namespace tenon::runtime::detail {
namespace {

using four = std::array<float, 4>;

// The upper 24 bits, which a float holds exactly: [0, 1).
float unit(std::uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24f; }

// Two pairs of Box and Muller (1958). 1 - u lies in (0, 1], so the logarithm is finite.
four standard_normals(const std::array<std::uint32_t, 4>& bits) {
  four values{};
  for (std::size_t pair = 0; pair < 4; pair += 2) {
    const float radius = std::sqrt(-2.0f * std::log(1.0f - unit(bits[pair])));
    const float angle = 2.0f * std::numbers::pi_v<float> * unit(bits[pair + 1]);
    values[pair] = radius * std::cos(angle);
    values[pair + 1] = radius * std::sin(angle);
  }
  return values;
}

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

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

tenon_status random_source::create(const tenon_model& model, std::uint64_t seed,
                                   random_source& made) {
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
  made.slots_ = slots_of(model);
  return success();
}

tenon_status random_source::read(std::size_t index, std::size_t first, std::size_t count,
                                 void* destination) const {
  const slot& which = slots_[index];
  const tenon_param& param = model_->params[which.param];
  auto* bytes = static_cast<std::byte*>(destination);
  const auto scale = static_cast<float>(param.init_value);
  const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed_),
                                         static_cast<std::uint32_t>(seed_ >> 32)};
  for (std::size_t begin = 0; begin < count; begin += 4) {  // draws come in blocks of 4
    four values;
    if (param.init == TENON_INIT_ZEROS || param.init == TENON_INIT_ONES) {
      values.fill(param.init == TENON_INIT_ONES ? 1.0f : 0.0f);
    } else {
      const std::uint64_t block = (first + begin) / 4;
      const auto bits = philox({static_cast<std::uint32_t>(block),
                                static_cast<std::uint32_t>(block >> 32), which.param, which.layer},
                               key);
      if (param.init == TENON_INIT_UNIFORM)
        for (std::size_t i = 0; i < 4; ++i) values[i] = 2.0f * unit(bits[i]) - 1.0f;
      else
        values = standard_normals(bits);
      for (float& value : values) value *= scale;
    }
    for (std::size_t i = begin; i < std::min(begin + 4, count); ++i)
      store(param.tensor.dtype, bytes, i, values[i - begin]);
  }
  return success();
}

}  // namespace tenon::runtime::detail
