// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Compiled training against PyTorch in float64 (tests/goldens): gradients, also those of other
// families than GPT-2, and ten steps of AdamW and of gradient descent, on every variant. The same
// goldens hold the reference to 1e-10 (tests/codegen/reference); here f32 is held to what f32 can
// give.
#include "driver.hpp"

#include "modded.tenon.h"
#include "safetensors.h"
#include "tied.tenon.h"
#include "train_masks.tenon.h"
#include "untied.tenon.h"

namespace {

using driver::rt::memory;
using tenon::reference::Tensor;
using goldens = llvm::StringMap<Tensor>;

goldens read(const std::string& path) {
  auto tensors = tenon::reference::readTensors(std::string(TENON_GOLDENS) + "/" + path);
  if (!tensors) FAIL(llvm::toString(tensors.takeError()));
  return std::move(*tensors);
}

/// A model in training on one variant.
class trained {
 public:
  trained(const tenon_model& model, const std::string& variant)
      : trained(model, variant,
                *driver::rt::weights::zero(model, driver::options_for(variant, 2))) {}
  trained(const tenon_model& model, const std::string& variant, driver::rt::weights weights)
      : model_(model),
        weights_(std::move(weights)),
        session_(driver::open_session(model, weights_, variant, 2)) {}

  void set_parameters(const goldens& from, const std::string& prefix) {
    for_each([&](const std::string& name) {
      INFO(prefix + name);
      const Tensor x = from.lookup(prefix + name);
      const std::vector<float> values(x.values.begin(), x.values.end());
      REQUIRE(weights_.write(memory::value, name, std::span<const float>(values)));
    });
  }

  /// The norm of the difference is below `tolerance` times the norm, for each tensor.
  void check(memory what, const goldens& expected, const std::string& prefix, double tolerance) {
    for_each([&](const std::string& name) {
      // The bias of keys has no effect: its gradient is rounding, which AdamW brings to full size.
      if (what == memory::value && name.ends_with("c_attn.bias")) return;
      INFO(prefix + name);
      const Tensor want = expected.lookup(prefix + name);
      REQUIRE(!want.values.empty());
      std::vector<float> got(want.values.size());
      REQUIRE(weights_.read(what, name, std::span<float>(got)));
      double squares = 0, differences = 0;
      for (std::size_t i = 0; i < got.size(); ++i) {
        squares += want.values[i] * want.values[i];
        differences += (double{got[i]} - want.values[i]) * (double{got[i]} - want.values[i]);
      }
      REQUIRE(squares > 0);
      CHECK(std::sqrt(differences / squares) < tolerance);
    });
  }

  /// Runs an entry on the goldens' batch; its outputs.
  std::vector<float> run(const std::string& name, const Tensor& ids, const Tensor& targets,
                         const std::map<std::string, double>& scalars) {
    const std::uint32_t index = driver::entry_of(model_, name);
    const tenon_entry& entry = model_.entries[index];
    std::vector<driver::words> inputs;
    for (std::uint32_t i = 0; i < entry.n_inputs; ++i) {
      const std::string input = entry.inputs[i].name;
      driver::words& words = inputs.emplace_back();
      if (input == "ids" || input == "targets")
        for (const double id : (input == "ids" ? ids : targets).values)
          words.push_back(static_cast<std::uint32_t>(static_cast<std::int32_t>(id)));
      else if (entry.inputs[i].dtype == TENON_F32)
        words.push_back(driver::bits(static_cast<float>(scalars.at(input))));
      else
        words.push_back(static_cast<std::uint32_t>(scalars.at(input)));
    }
    const auto sizes = driver::sizes_of(model_, ids.shape[0], ids.shape[1]);
    auto outputs = driver::try_call(session_, model_, index, sizes, inputs);
    INFO(outputs.message());
    REQUIRE(outputs);
    std::vector<float> values;
    for (const driver::words& output : *outputs) values.push_back(driver::value(output.at(0)));
    return values;
  }

 private:
  void for_each(const std::function<void(const std::string&)>& body) {
    const auto tensors = driver::rt::tensor_list::of(model_);
    REQUIRE(tensors);
    for (const tenon_named_tensor& each : *tensors) body(each.name);
  }

  const tenon_model& model_;
  driver::rt::weights weights_;
  driver::rt::session session_;
};

std::map<std::string, double> scalars_of(llvm::ArrayRef<double> settings) {
  std::map<std::string, double> scalars{
      {"seed", 0}, {"step", 0}, {"first_sequence", 0}, {"micro_step", 0}, {"scale", 1}};
  const char* names[] = {"lr", "beta1", "beta2", "eps", "weight_decay", "max_norm"};
  for (std::size_t i = 0; i < 6; ++i) scalars[names[i]] = settings[i];
  return scalars;
}

void check_steps(trained& model, const goldens& golden, const Tensor& ids, const Tensor& targets,
                 std::map<std::string, double> scalars) {
  for (int step = 0; step < 10; ++step) {
    INFO("step " << step);
    scalars["step"] = step;
    const float loss = model.run("train_step", ids, targets, scalars)[0];
    CHECK(loss == Approx(golden.lookup("losses").values[step]).epsilon(1e-5));
  }
}

void check_small(const tenon_model& model, const std::string& name) {
  const goldens golden = read("training/" + name + ".safetensors");
  const Tensor ids = golden.lookup("ids"), targets = golden.lookup("targets");
  for (const std::string& variant : driver::variants_of(model)) {
    INFO(variant);
    auto scalars = scalars_of(golden.lookup("settings").values);
    trained own(model, variant);
    own.set_parameters(golden, "param.");
    own.run("gradients", ids, targets, scalars);
    own.check(memory::gradient, golden, "grad.", 1e-5);
    check_steps(own, golden, ids, targets, scalars);
    own.check(memory::value, golden, "adamw.", 1e-4);

    own.set_parameters(golden, "param.");
    scalars["lr"] = 0.1;
    for (int step = 0; step < 10; ++step) {
      INFO("step " << step);
      CHECK(own.run("gradients", ids, targets, scalars)[0] ==
            Approx(golden.lookup("sgd.losses").values[step]).epsilon(1e-5));
      own.run("update_sgd", ids, targets, scalars);
    }
  }
}

}  // namespace

TEST_CASE("a tied GPT, compiled, trains as in PyTorch") { check_small(tenon_model_tied, "tied"); }

TEST_CASE("an untied GPT without biases, compiled, trains as in PyTorch") {
  check_small(tenon_model_untied, "untied");
}

TEST_CASE("a model of modded-nanoGPT's ideas, compiled, trains as in PyTorch") {
  check_small(tenon_model_modded, "modded");
}

TEST_CASE("gradients and ten steps of a compiled GPT-2 are those of transformers") {
  const goldens golden = read("tiny_masks/training.safetensors");
  const Tensor ids = read("tiny_masks/golden.safetensors").lookup("input_ids");
  const Tensor targets = golden.lookup("targets");
  for (const std::string& variant : driver::variants_of(tenon_model_train_masks)) {
    INFO(variant);
    trained own(tenon_model_train_masks, variant);
    own.set_parameters(read("tiny_masks/model.safetensors"), "");
    const auto scalars = scalars_of({1e-3, 0.9, 0.95, 1e-8, 0.1, 1.0});
    own.run("gradients", ids, targets, scalars);
    own.check(memory::gradient, golden, "grad.", 1e-5);
    check_steps(own, golden, ids, targets, scalars);
  }
}

TEST_CASE("gradients of other families are those of transformers") {
  const std::string name =
      GENERATE("llama", "qwen3", "neox", "neox_sequential", "gptj", "bloom", "gemma2", "mixtral");
  const auto found = driver::rt::find_model(("train_" + name).c_str());
  REQUIRE(found);
  const tenon_model& model = found->raw();
  const goldens golden = read(name + "/training.safetensors");
  const Tensor ids = read(name + "/golden.safetensors").lookup("input_ids");
  for (const std::string& variant : driver::variants_of(model)) {
    INFO(name << " on " << variant);
    auto weights = driver::rt::weights::load(model, std::string(TENON_GOLDENS) + "/" + name,
                                             driver::options_for(variant, 2));
    INFO(weights.message());
    REQUIRE(weights);
    trained own(model, variant, *std::move(weights));
    const auto outputs =
        own.run("gradients", ids, golden.lookup("targets"), scalars_of({0, 0, 0, 0, 0, 0}));
    CHECK(outputs[0] == Approx(golden.lookup("loss").values[0]).epsilon(1e-5));
    own.check(memory::gradient, golden, "grad.", 1e-4);
  }
}
