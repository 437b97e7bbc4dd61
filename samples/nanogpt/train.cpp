// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// `nanogpt train`: checks everything, then hands over to the loop; see train.hpp.
#include "train.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/file.h>
#include <unistd.h>

#include "compiled_gpt.hpp"
#include "console/standard_streams.hpp"
#include "model_error.hpp"
#include "model_folder.hpp"
#include "text/vocabulary.hpp"
#include "training/stop_signal.hpp"
#include "training/training_run.hpp"

namespace tenon::samples {
namespace {

// Two runs in one folder would mix their states.
class folder_lock {
 public:
  explicit folder_lock(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    handle_ = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle_ < 0)
      throw model_error(fmt::format("'{}' cannot be made or opened: {}; choose another folder",
                                    folder.string(), std::strerror(errno)));
    if (flock(handle_, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
      close(handle_);
      throw model_error(
          fmt::format("another nanogpt train is at work in '{}'; wait for it or choose "
                      "another folder",
                      folder.string()));
    }
  }
  ~folder_lock() { close(handle_); }
  folder_lock(const folder_lock&) = delete;

 private:
  int handle_;
};

void check_length(const std::filesystem::path& file, const token_file& text, std::int64_t block) {
  if (text.size() <= block)
    throw model_error(
        fmt::format("'{}' has {} tokens, block_size {} needs at least {}; use a longer "
                    "text or a smaller block_size",
                    file.string(), text.size(), block, block + 1));
}

// What the run will do with the text.
std::string plan_text(const train_settings& settings, preset defaults, std::int64_t tokens) {
  const std::int64_t step =
      settings.gradient_accumulation_steps * settings.batch_size * settings.block_size;
  const double passes = static_cast<double>(settings.max_iters) * static_cast<double>(step) /
                        static_cast<double>(tokens);
  return fmt::format(
      "{} steps of {} x {} x {} tokens, as often as the text {:.3g} times; what is "
      "not given is from nanoGPT's {}\n",
      settings.max_iters, settings.gradient_accumulation_steps, settings.batch_size,
      settings.block_size, passes, source_of(defaults));
}

// A run that goes on keeps the schedule that it began with, unless another is given.
void keep_schedule(train_settings& settings, const run_position& position) {
  const std::int64_t before = position.lr_decay_iters;
  if (!settings.decay_lr || before == 0 || before == settings.lr_decay_iters) return;
  if (settings.decay_follows) {
    settings.lr_decay_iters = before;
    note(
        fmt::format("lr_decay_iters stays {}, as the run began: from that step on the learning "
                    "rate is min_lr, {}; --lr_decay_iters {} stretches it over all steps\n",
                    before, settings.min_lr, settings.max_iters));
    return;
  }
  train_settings old = settings;
  old.lr_decay_iters = before;
  note(
      fmt::format("warning: lr_decay_iters was {} and is {} now: at step {} the learning rate goes "
                  "from {:.3g} to {:.3g}\n",
                  before, settings.lr_decay_iters, position.step,
                  learning_rate_at(old, position.step), learning_rate_at(settings, position.step)));
}

std::string sizes_text(const gpt_config& config) {
  return fmt::format("L {} H {} C {} V {} T {}, {}, {} bias, dropout {}", config.n_layer,
                     config.n_head, config.n_embd, config.n_vocab, config.n_block,
                     name_of(config.act), config.bias ? "with" : "no", config.dropout);
}

std::uint64_t parameter_count(const tenon_model& model) {
  const auto tensors = checked(runtime::tensor_list::of(model));
  std::uint64_t count = 0;
  for (const tenon_named_tensor& each : tensors) count += runtime::bytes_of(each) / sizeof(float);
  return count;
}

// Where the run begins: the newest state, given weights, or new ones.
run_position begin(const train_options& options, const nlohmann::ordered_json& configuration,
                   std::int64_t seed, gpt_trainer& trainer) {
  const auto warn = [](const std::string& what) { note(fmt::format("warning: {}\n", what)); };
  if (options.resume) {
    if (const auto found = load_newest_state(options.out, trainer.weights(), configuration, warn)) {
      note(fmt::format("going on from step {}\n", found->step));
      return *found;
    }
    note(fmt::format("there is no state in '{}' yet: beginning at step 0\n", options.out.string()));
  } else if (const auto states = states_in(options.out); !states.empty())
    throw model_error(
        fmt::format("'{}' is there already; go on with --resume, or choose another "
                    "--out",
                    states.front().string()));
  if (options.init_from.empty()) check(trainer.init(static_cast<std::int32_t>(seed)));
  return {};
}

// Throws model_error if something is missing of what the run was to write.
void report(const run_outcome& outcome, const run_position& position,
            const std::filesystem::path& out) {
  const std::string steps = outcome.how == run_end::stopped
                                ? fmt::format("stopped after step {}", position.step)
                                : fmt::format("done: {} steps", position.step);
  if (!outcome.lost.empty())
    throw model_error(fmt::format("{}, but {}", steps, fmt::join(outcome.lost, "; ")));
  standard_output.report(
      outcome.how == run_end::stopped
          ? fmt::format("{}, the state is saved; go on with --resume\n", steps)
          : fmt::format("{}, least validation loss {:.4f}; models are in {} and {}\n", steps,
                        position.best_loss, (out / "best").string(), (out / "last").string()));
}

// The compiled model of a name, or the first one if it is empty.
compiled_gpt find_model(const std::string& name) {
  std::string names;
  for (const compiled_gpt& each : compiled_models()) {
    if (name.empty() || name == each.model->name) return each;
    names.append(names.empty() ? "" : ", ").append(each.model->name);
  }
  throw model_error(
      fmt::format("model '{}' is not compiled in, only {}; add it to "
                  "TENON_SAMPLES_NANOGPT",
                  name, names));
}

}  // namespace

void run_train(const train_options& options) {
  const compiled_gpt compiled = find_model(options.model);
  const gpt_config& config = compiled.config;
  const tenon_model& model = *compiled.model;
  const vocabulary tokens = vocabulary::load(options.data);
  if (tokens.size() > config.n_vocab)
    throw model_error(
        fmt::format("the text has {} different tokens, model '{}' was compiled for {}; "
                    "compile one with more, or prepare another text",
                    tokens.size(), model.name, config.n_vocab));
  const token_file train = token_file::load(options.data / "train.bin", tokens.size());
  const token_file val = token_file::load(options.data / "val.bin", tokens.size());
  const preset defaults = preset_for(model.name, train.size());
  train_settings settings = settings_of(defaults, config);
  if (options.adjust) options.adjust(settings);
  check_settings(settings, model.name, config);
  check_length(options.data / "train.bin", train, settings.block_size);
  check_length(options.data / "val.bin", val, settings.block_size);
  const folder_lock lock(options.out);
  for (const char* const inside : {"", "best", "last"}) remove_temporaries(options.out / inside);

  nlohmann::ordered_json configuration = deciding(settings);
  configuration["model"] = model.name;
  configuration["sizes"] = sizes_text(config);
  configuration["text"] = train.fingerprint();
  configuration["validation_text"] = val.fingerprint();

  runtime::options how{};
  how.threads = options.threads;
  auto weights = [&] {
    if (!options.init_from.empty() && states_in(options.out).empty())
      return read_model(options.init_from, model, config, how);
    return checked(runtime::weights::zero(model, how));
  }();
  const auto opened = checked(open_trainer(std::move(weights), how));
  gpt_trainer& trainer = *opened;
  standard_output.report(
      fmt::format("model {}: {} parameters, {}\n"
                  "text: {} tokens, {} of validation, {} different\n"
                  "{}"
                  "variant {}, {} threads, seed {}\n",
                  model.name, parameter_count(model), sizes_text(config), train.size(), val.size(),
                  tokens.size(), plan_text(settings, defaults, train.size()),
                  trainer.weights().variant().name, trainer.threads(), settings.seed));
  run_position position = begin(options, configuration, settings.seed, trainer);
  keep_schedule(settings, position);
  configuration["lr_decay_iters"] = settings.lr_decay_iters;
  replace_file(options.out / "settings.json", configuration.dump(2) + "\n");

  const stop_signal stopping;
  const auto write = [&](const char* folder) {
    write_model(options.out / folder, trainer.weights(), config, tokens, options.data);
  };
  const training_run run{trainer,
                         train,
                         val,
                         settings,
                         configuration,
                         options.out,
                         fmt::format("{}: loss", model.name),
                         options.save_interval > 0 ? options.save_interval : settings.eval_interval,
                         options.keep,
                         write,
                         [] { return stop_signal::received() != 0; }};
  report(run_training(run, position), position, options.out);
}

}  // namespace tenon::samples
