// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the samples read of a config.json that a test writes.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "checkpoint/wanted_model.hpp"
#include "scratch.hpp"

inline tenon::samples::wanted_model read_config(const std::string& text) {
  const scratch_directory directory;
  directory.write("config.json", text);
  return tenon::samples::read_wanted_model(directory.path());
}

inline tenon::samples::wanted_model read_config(const nlohmann::json& config) {
  return read_config(config.dump());
}

inline nlohmann::json with(nlohmann::json config, const nlohmann::json& changes) {
  for (const auto& [key, value] : changes.items()) config[key] = value;
  return config;
}

/// By its name in config.json.
inline std::string value_of(const tenon::samples::wanted_model& wanted, const std::string& key) {
  for (const tenon::samples::model_value& each : wanted.values)
    if (each.key == key) return each.value;
  return "absent";
}

inline std::string refusals_of(const tenon::samples::wanted_model& wanted) {
  return tenon::samples::refusals_of(wanted.keys);
}
