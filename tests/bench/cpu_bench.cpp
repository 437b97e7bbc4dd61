// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The table of what the CPU kernels reach, each figure beside what the machine could do at all,
// measured in the same run.
//   cpu_bench [--only gemm,decode] [--rounds 3] [--threads 1,2] [--tabs]
#include <cstdio>
#include <ctime>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <CLI/CLI.hpp>

#include "gpt2.tenon.h"
#include "rows.hpp"
#include "runtime_calls.hpp"

namespace {

struct group {
  const char* name;
  void (*measure)(const bench::settings&, const bench::report&);
};

constexpr group groups[] = {
    {"gemm", bench::gemm_rows},        {"attention", bench::attention_rows},
    {"prompt", bench::prompt_rows},    {"decode", bench::decode_rows},
    {"context", bench::context_rows},  {"update", bench::update_rows},
    {"variants", bench::variant_rows}, {"start", bench::start_rows},
    {"size", bench::size_rows},        {"train", bench::train_rows},
    {"load", bench::load_rows},
};

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "CPU of unknown name";
}

std::string commit() {
  std::string name = "unknown";
  std::FILE* git =
      popen("git -C '" TENON_BENCH_SOURCE "' describe --always --dirty 2>/dev/null", "r");
  char buffer[64];
  if (git != nullptr && std::fscanf(git, "%63s", buffer) == 1) name = buffer;
  if (git != nullptr) pclose(git);
  return name;
}

void describe_machine() {
  std::uint32_t variant = 0;
  bench::check(tenon_variant_select(&gpt2::model(), nullptr, &variant));
  double load = 0;
  static_cast<void>(getloadavg(&load, 1));
  char date[32];
  const std::time_t now = std::time(nullptr);
  std::strftime(date, sizeof date, "%Y-%m-%d", std::localtime(&now));
  std::printf("%s, %u cores, load %.1f at the start; variant %s; %s; commit %s\n\n",
              cpu_name().c_str(), std::thread::hardware_concurrency(), load,
              gpt2::model().variants[variant].name, date, commit().c_str());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("GPT-2 124M on this CPU against its limits; about two minutes in all");
  bench::settings how;
  std::vector<std::string> only, names;
  for (const group& each : groups) names.emplace_back(each.name);
  bool tabs = false;
  app.add_option("--only", only, "groups of rows")->delimiter(',')->check(CLI::IsMember(names));
  app.add_option("--rounds", how.rounds, "medians of so many, 3 unless given")
      ->check(CLI::Range(1, 1000));
  app.add_option("--threads", how.threads, "one row each")
      ->delimiter(',')
      ->check(CLI::Range(1, 1024));
  app.add_flag("--tabs", tabs, "lines for programs instead of a table");
  CLI11_PARSE(app, argc, argv);

  const bench::report into(tabs);
  if (!tabs) describe_machine();
  into.head();
  for (const group& each : groups)
    if (only.empty() || std::ranges::find(only, each.name) != only.end()) each.measure(how, into);
}
