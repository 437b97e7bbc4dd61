// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The log of a run; see training_log.hpp.
#include "training/training_log.hpp"

#include <cerrno>
#include <cstring>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "model_error.hpp"
#include "text/vocabulary.hpp"

namespace tenon::samples {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

constexpr std::uint64_t most_log_bytes = std::uint64_t{1} << 34;

}  // namespace

training_log::training_log(std::filesystem::path file, std::int64_t step,
                           std::int64_t evaluated_step)
    : path_(std::move(file)) {
  std::string kept;
  if (std::error_code error; std::filesystem::exists(path_, error)) {
    std::istringstream before(read_file(path_, most_log_bytes));
    for (std::string line; std::getline(before, line);) {
      const json record = json::parse(line, nullptr, false);  // the last line may be torn
      if (!record.is_object() || !record.value("step", json()).is_number_integer()) continue;
      const auto at = record["step"].get<std::int64_t>();
      const json train = record.value("train_loss", json()), val = record.value("val_loss", json());
      const bool evaluates = train.is_number() && val.is_number();
      if (evaluates ? at > evaluated_step : at >= step) continue;
      if (evaluates) evaluations_.push_back({at, train.get<double>(), val.get<double>()});
      kept += line + "\n";
    }
  }
  replace_file(path_, kept);
  handle_ = open(path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (handle_ < 0)
    throw model_error(fmt::format("'{}' cannot be opened: {}; check its permissions",
                                  path_.string(), std::strerror(errno)));
}

training_log::~training_log() { close(handle_); }

void training_log::add(const step_record& record) {
  write(record.step, ordered_json{{"step", record.step},
                                  {"loss", record.loss},
                                  {"learning_rate", record.learning_rate},
                                  {"gradient_norm", record.gradient_norm},
                                  {"tokens_per_second", record.tokens_per_second}}
                         .dump());
}

void training_log::add(const evaluation& record) {
  evaluations_.push_back(record);
  write(record.step,
        ordered_json{
            {"step", record.step}, {"train_loss", record.train_loss}, {"val_loss", record.val_loss}}
            .dump());
}

void training_log::write(std::int64_t step, std::string line) {
  line += "\n";
  if (torn_) line.insert(0, "\n");  // what is torn is then a line by itself, which readers drop
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(handle_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (rest.size() < line.size()) torn_ = !rest.empty();
  if (rest.empty() || !lost_.empty()) return;
  lost_ = fmt::format("'{}' lacks lines from step {} on: {}", path_.string(), step,
                      std::strerror(errno));
}

}  // namespace tenon::samples
