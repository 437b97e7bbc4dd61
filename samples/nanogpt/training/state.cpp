// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// States on disk; see state.hpp.
#include "training/state.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <regex>

#include <fmt/format.h>
#include <tenon/runtime/files.hpp>

#include "model_error.hpp"
#include "text/dataset.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view prefix = "state-", suffix = ".safetensors";
constexpr const char *run_key = "tenon.run", *checksum_key = "tenon.checksum";
constexpr int format_version = 1;
constexpr const char* schedule_end = "lr_decay_iters";

struct memory_kind {
  runtime::memory what;
  const char* prefix;  // of the names in the file
};
constexpr memory_kind kinds[] = {{runtime::memory::value, "value."},
                                 {runtime::memory::moment_1, "moment_1."},
                                 {runtime::memory::moment_2, "moment_2."}};

// A tensor of the file.
struct stored {
  std::string name;
  runtime::memory what;
  const tenon_named_tensor* tensor;
};

std::vector<stored> stored_tensors(const runtime::tensor_list& tensors) {
  std::vector<stored> all;
  for (const memory_kind& kind : kinds)
    for (const tenon_named_tensor& each : tensors)
      all.push_back({std::string(kind.prefix) + each.name, kind.what, &each});
  return all;
}

// A run whose numbers are lost must not become a state.
tenon_status finite(const std::string& name, std::span<const float> values) {
  tenon_status outcome{};
  const auto found = std::find_if_not(values.begin(), values.end(),
                                      [](float value) { return std::isfinite(value); });
  if (found == values.end()) return outcome;
  outcome.code = TENON_INVALID_ARGUMENT;
  const std::string message =
      fmt::format("{} has a value of {}, with which no training goes on", name, *found);
  message.copy(outcome.message, sizeof outcome.message - 1);
  return outcome;
}

// The step in a state's file name; nothing for other files.
std::optional<std::int64_t> step_of(const std::string& name) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix) ||
      name.size() <= prefix.size() + suffix.size())
    return std::nullopt;
  const char* const end = name.data() + name.size() - suffix.size();
  std::int64_t step = 0;
  const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, step);
  if (error != std::errc{} || stop != end || step < 0) return std::nullopt;
  return step;
}

// The first setting in which two configurations differ.
std::string first_difference(const json& found, const json& wanted) {
  for (const auto& [key, value] : wanted.items()) {
    const auto other = found.is_object() ? found.find(key) : found.end();
    if (other == found.end()) return fmt::format("it says nothing of {}", key);
    if (*other != value)
      return fmt::format("its {} is {}, this run's {}", key, shown(other->dump()), value.dump());
  }
  return "it has settings that this program does not know";
}

// What may not change when a run goes on.
json fixed(json configuration) {
  if (configuration.is_object()) configuration.erase(schedule_end);
  return configuration;
}

// Throws model_error with the reason why a file is not a state of this run.
run_position read_run(const runtime::safetensors_file& file, std::int64_t step,
                      const json& configuration) {
  const char* const text = file.metadata(run_key);
  if (text == nullptr) throw model_error("it is not a state of nanogpt train");
  const json run = json::parse(text, nullptr, false);
  const auto whole = [&](const char* key) {
    const auto found = run.is_object() ? run.find(key) : run.end();
    if (found == run.end() || !found->is_number_integer())
      throw model_error(fmt::format("its {} is missing or no whole number", key));
    return found->get<std::int64_t>();
  };
  if (const std::int64_t version = whole("version"); version != format_version)
    throw model_error(
        fmt::format("its format is version {}, this program has {}", version, format_version));
  const json found = run.value("configuration", json());
  if (fixed(found) != fixed(configuration))
    throw model_error(first_difference(fixed(found), fixed(configuration)) +
                      "; give it the settings that it was made with");
  if (run.value("configuration_hash", json()) != fingerprint_of(found.dump()))
    throw model_error("its configuration does not have the hash that it names");
  run_position position{whole("step"), whole("evaluated_step")};
  if (const auto end = found.find(schedule_end); end != found.end() && end->is_number_integer())
    position.lr_decay_iters = end->get<std::int64_t>();
  if (position.step != step)
    throw model_error(fmt::format("it is that of step {}; its name says {}", position.step, step));
  const json best = run.value("best_loss", json());
  if (best.is_number())
    position.best_loss = best.get<double>();
  else if (!best.is_null())
    throw model_error("its best_loss is no number");
  return position;
}

void check_tensors(const runtime::safetensors_file& file, const std::vector<stored>& wanted) {
  if (file.size() != wanted.size())
    throw model_error(fmt::format("it has {} tensors, a state has {}", file.size(), wanted.size()));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const tenon_named_tensor found = file.tensor(i);
    const tenon_named_tensor& tensor = *wanted[i].tensor;
    if (found.name != wanted[i].name || found.dtype != tensor.dtype ||
        !std::ranges::equal(runtime::shape_of(tensor), runtime::shape_of(found)))
      throw model_error(
          fmt::format("its tensor {} is not {} of the model", shown(found.name), wanted[i].name));
  }
}

run_position load_state(const std::filesystem::path& path, std::int64_t step,
                        runtime::weights& weights, const json& configuration) {
  const auto file = checked(runtime::safetensors_file::open(path.string()));
  const run_position position = read_run(file, step, configuration);
  const auto tensors = checked(weights.tensors());
  const std::vector<stored> wanted = stored_tensors(tensors);
  check_tensors(file, wanted);
  check(file.verify(checksum_key));
  std::vector<float> values;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::uint64_t bytes = runtime::bytes_of(*wanted[i].tensor);
    values.resize(bytes / sizeof(float));
    check(file.read(i, values.data(), bytes));
    check(weights.write(wanted[i].what, wanted[i].tensor->name, std::span<const float>(values)));
  }
  return position;
}

}  // namespace

std::vector<std::filesystem::path> states_in(const std::filesystem::path& folder) {
  std::vector<std::pair<std::int64_t, std::filesystem::path>> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (const auto step = step_of(entry.path().filename().string()))
      found.emplace_back(*step, entry.path());
  std::sort(found.begin(), found.end(), std::greater<>());
  std::vector<std::filesystem::path> paths;
  for (auto& [step, path] : found) paths.push_back(std::move(path));
  return paths;
}

std::string newest_state_text(const std::filesystem::path& folder) {
  const auto states = states_in(folder);
  if (states.empty()) return fmt::format("there is no state in '{}'", folder.string());
  return fmt::format("the newest state in '{}' is that of step {}", folder.string(),
                     *step_of(states.front().filename().string()));
}

void remove_temporaries(const std::filesystem::path& folder) {
  static const std::regex temporary(".+\\.tmp-[0-9]+-[0-9]+");  // as files.h says
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.is_regular_file(error) &&
        std::regex_match(entry.path().filename().string(), temporary))
      std::filesystem::remove(entry.path(), error);
}

void save_state(const std::filesystem::path& folder, const runtime::weights& weights,
                const run_position& position, const ordered_json& configuration,
                std::int64_t keep) {
  const auto tensors = checked(weights.tensors());
  const std::vector<stored> all = stored_tensors(tensors);
  std::vector<tenon_named_tensor> named;
  for (const stored& each : all) {
    named.push_back(*each.tensor);
    named.back().name = each.name.c_str();
  }
  ordered_json run{{"version", format_version},
                   {"step", position.step},
                   {"evaluated_step", position.evaluated_step},
                   {"best_loss", nullptr},
                   {"configuration_hash", fingerprint_of(json(configuration).dump())},
                   {"configuration", configuration}};
  if (std::isfinite(position.best_loss)) run["best_loss"] = position.best_loss;
  const std::string text = run.dump();
  const tenon_metadata metadata[] = {{"format", "pt"}, {run_key, text.c_str()}};
  struct source {
    const runtime::weights& weights;
    const std::vector<stored>& all;
  } from{weights, all};
  const tenon_safetensors contents{
      named.data(),
      named.size(),
      [](void* context, std::size_t index, void* data, std::uint64_t bytes) {
        const source& from = *static_cast<const source*>(context);
        const stored& each = from.all[index];
        const std::span values(static_cast<float*>(data), bytes / sizeof(float));
        const auto read = from.weights.read(each.what, each.tensor->name, values);
        return read ? finite(each.name, values) : read.raw();
      },
      &from,
      metadata,
      std::size(metadata),
      checksum_key};
  const std::filesystem::path path =
      folder / fmt::format("{}{:08}{}", prefix, position.step, suffix);
  if (const auto written = runtime::write_safetensors(path.string(), contents); !written)
    throw model_error(fmt::format("{}; {}", written.message(), newest_state_text(folder)));
  const auto states = states_in(folder);
  std::error_code ignored;
  for (std::size_t i = static_cast<std::size_t>(keep); i < states.size(); ++i)
    std::filesystem::remove(states[i], ignored);
}

std::optional<run_position> load_newest_state(const std::filesystem::path& folder,
                                              runtime::weights& weights,
                                              const ordered_json& configuration,
                                              const std::function<void(const std::string&)>& warn) {
  const auto states = states_in(folder);
  if (states.empty()) return std::nullopt;
  const json wanted = configuration;
  for (const std::filesystem::path& path : states) {
    try {
      return load_state(path, *step_of(path.filename().string()), weights, wanted);
    } catch (const model_error& error) {
      warn(fmt::format("{} is left out: {}", path.string(), error.what()));
    }
  }
  throw model_error(
      fmt::format("none of the {} states in '{}' can be resumed; correct the settings, "
                  "or begin anew in another folder",
                  states.size(), folder.string()));
}

}  // namespace tenon::samples
