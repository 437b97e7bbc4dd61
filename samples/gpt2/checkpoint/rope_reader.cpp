// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Rotary positions in config.json, of all families that have them.
#include <fmt/format.h>

#include "checkpoint/family_reader.hpp"

namespace tenon::samples {

// transformers 5 writes rope_parameters; before, theta stood outside and rope_scaling was null
// where there was none.
void family_reader::rope(const rope_keys& keys) {
  const bool newer = file.peek("rope_parameters").is_object();
  const bool scales = keys.n_scaled != 0;
  std::string scaling = "none";
  if (newer) {
    const config_reader::inside inside(file, "rope_parameters");
    positive("theta", "rope_theta", keys.theta);
    scaling = rope_scaling(keys.n_scaled);
    if (keys.older_share) turned("partial_rotary_factor", keys.n_dim);
  } else {
    positive("theta", keys.older_theta, keys.theta);
    if (!scales) {
      file.demand("rope_scaling", nullptr, {nullptr});
    } else if (!file.peek("rope_scaling").is_null()) {
      const config_reader::inside inside(file, "rope_scaling");
      scaling = rope_scaling(keys.n_scaled);
    }
    if (keys.older_share) turned(keys.older_share, keys.n_dim);
  }
  if (scales) value("scaling", "rope_scaling", scaling, "none");
}

// What the object at hand says; n_positions is 0 where no scaling is computed.
std::string family_reader::rope_scaling(std::int64_t n_positions) {
  if (n_positions == 0) {
    file.demand("rope_type", "default", {"default"});
    return "none";
  }
  const char* const key = file.peek("rope_type").is_null() ? "type" : "rope_type";
  const std::string type = file.word(key, "default");
  if (type == "llama3") {
    const double factor = file.positive("factor", 8);
    const double low = file.positive("low_freq_factor", 1);
    const double high = file.positive("high_freq_factor", 4);
    if (!(low < high)) file.refuse("low_freq_factor has to be less than high_freq_factor");
    const std::int64_t original =
        file.size("original_max_position_embeddings", n_positions, 1048576);
    if (factor != 1) return fmt::format("{}/{}/{}/{}", factor, low, high, original);
  } else if (type != "default") {
    file.refuse("this sample computes rotary positions with default and llama3");
  }
  return "none";
}

// How many channels of a head turn with positions.
void family_reader::turned(const char* key, std::int64_t n_dim) {
  const double share = file.positive(key, 0.25);
  const auto n_turned = static_cast<std::int64_t>(static_cast<double>(n_dim) * share);
  if (share > 1 || n_turned < 1 || n_turned % 2 != 0)
    file.refuse(
        fmt::format("of the {} channels of a head it turns {}; this sample turns an even number, "
                    "at least 2 and at most all",
                    n_dim, n_turned));
  value("n_turned", key, fmt::format("{}", n_turned));
}

}  // namespace tenon::samples
