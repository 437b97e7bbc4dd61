// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// nanogpt: trains GPTs on text and samples from them, with models compiled by Tenon.
// Exit codes: 0 done or stopped by a signal, 1 an error, 2 a wrong command line.
#include <deque>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <tenon/runtime/model.hpp>

#include "console/command_line.hpp"
#include "prepare.hpp"
#include "sample.hpp"
#include "train.hpp"

namespace {

using namespace tenon::samples;

void add_prepare(CLI::App& command, prepare_options& options) {
  command.add_option("--text", options.texts, "UTF-8 texts, one after the other")->required();
  command.add_option("--out", options.out, "the folder to write")->required();
  auto* vocab = command.add_option("--vocab", options.vocab,
                                   "vocab.json of GPT-2's byte pairs; without it, characters");
  auto* merges = command.add_option("--merges", options.merges, "merges.txt that belongs to it");
  vocab->needs(merges);
  merges->needs(vocab);
}

// nanoGPT's settings as options; those that are given lie over the model's.
class setting_options {
 public:
  explicit setting_options(CLI::App& command) : command_(command) {
    for (const whole_setting& each : whole_settings())
      add(each, whole_number(static_cast<std::uint64_t>(each.least),
                             static_cast<std::uint64_t>(each.most)));
    for (const real_setting& each : real_settings()) add(each, real_number(each.least, each.most));
    add_option("--decay_lr", &train_settings::decay_lr, "whether the learning rate falls");
  }

  void apply(train_settings& settings) const {
    for (const auto& each : given_) each(settings);
    settings.decay_follows = command_.count("--lr_decay_iters") == 0;
    if (settings.decay_follows) settings.lr_decay_iters = settings.max_iters;
  }

 private:
  template <class Setting>
  void add(const Setting& setting, const CLI::Validator& range) {
    add_option(std::string("--") + setting.name, setting.member, setting.text)->transform(range);
  }
  template <class T>
  CLI::Option* add_option(const std::string& name, T train_settings::* member, const char* text) {
    const auto give = [this, member](const T& value) {
      given_.push_back([member, value](train_settings& settings) { settings.*member = value; });
    };
    // A later one counts, so that a script's settings can be changed behind it.
    return command_.add_option_function<T>(name, give, text)->take_last();
  }

  CLI::App& command_;
  std::deque<std::function<void(train_settings&)>> given_;
};

void add_train(CLI::App& command, train_options& options) {
  command.add_option("--data", options.data, "a folder that nanogpt prepare wrote")->required();
  command.add_option("--out", options.out, "the folder for states, models, log and curve")
      ->required();
  command.add_option("--model", options.model, "one of those compiled in; the first by default");
  command.add_option("--init_from", options.init_from,
                     "start from a Hugging Face directory; random weights by default");
  command.add_flag("--resume", options.resume,
                   "go on from the newest whole state in --out; begin where there is none yet");
  command
      .add_option("--save_interval", options.save_interval,
                  "steps between states; 0: one at each evaluation")
      ->transform(whole_number(0, 1 << 30))
      ->capture_default_str();
  command.add_option("--keep", options.keep, "states that are kept")
      ->transform(whole_number(1, 1 << 20))
      ->capture_default_str();
  add_threads(command, options.threads);
}

void add_sample(CLI::App& command, sample_options& options) {
  command.add_option("--out", options.out, "the folder of a run")->required();
  command.add_option("--which", options.which, "best or last")
      ->check(CLI::IsMember({"best", "last"}))
      ->capture_default_str();
  command.add_option("-p,--prompt", options.prompt, "the text to continue; a line end by default");
  command.add_option("-n,--tokens", options.n_tokens, "generate so many")
      ->transform(whole_number(1, 1 << 30))
      ->capture_default_str();
  command
      .add_option("--temperature", options.how.temperature, "0 always takes the likeliest token")
      ->transform(real_number(0, 100))
      ->capture_default_str();
  command.add_option("--top_k", options.how.top_k, "sample among the k likeliest tokens; 0: all")
      ->transform(whole_number(0, 1 << 30))
      ->capture_default_str();
  command.add_option("--seed", options.how.seed, "equal seeds give equal text")
      ->transform(whole_number(0, std::numeric_limits<std::uint64_t>::max()))
      ->capture_default_str();
  add_threads(command, options.threads);
}

std::string compiled_in() {
  std::string text = "Compiled in:";
  for (const tenon::runtime::model& each : tenon::runtime::linked_models())
    text.append(" ").append(each.name());
  return text + " (CMake option TENON_SAMPLES_NANOGPT)";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Trains GPTs on text and samples from them"};
  app.footer(compiled_in());

  prepare_options preparing;
  CLI::App* prepare = app.add_subcommand("prepare", "make token files of texts");
  add_prepare(*prepare, preparing);
  train_options training;
  CLI::App* train = app.add_subcommand("train", "train a model on a prepared text");
  add_train(*train, training);
  const setting_options settings(*train);
  training.adjust = [&](train_settings& into) { settings.apply(into); };
  sample_options sampling;
  CLI::App* sample = app.add_subcommand("sample", "continue a prompt with a trained model");
  add_sample(*sample, sampling);

  return run_command(app, argc, argv, [&] {
    if (*prepare) run_prepare(preparing);
    if (*train) run_train(training);
    if (*sample) run_sample(sampling);
    return 0;
  });
}
