// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Gradients and ten steps against PyTorch in float64 (tests/goldens): small GPTs written twice, and
// transformers' GPT-2.
#include "trained_model.h"

using namespace tenon;
using namespace tenon::reference;
using namespace tenon::test;

namespace {
const std::string folder = TENON_GOLDENS;

llvm::StringMap<Tensor> read(const std::string &path) {
  auto tensors = readTensors(folder + "/" + path);
  INFO((tensors ? "" : llvm::toString(tensors.takeError())));
  REQUIRE(static_cast<bool>(tensors));
  return std::move(*tensors);
}

/// Sets all parameters to the tensors "<prefix><name>".
void setParams(TrainedModel &model, const llvm::StringMap<Tensor> &golden, std::string prefix) {
  model.forParams([&](const std::string &name, int64_t layer) {
    auto found = golden.find(prefix + model.nameOf(name, layer));
    INFO(name);
    REQUIRE(found != golden.end());
    model.interpreter->setParam(name, layer, found->second);
  });
}

/// The norm of the difference is below `tolerance` times the norm, for each tensor.
void checkPart(TrainedModel &model, Part part, const llvm::StringMap<Tensor> &golden,
               std::string prefix, double tolerance) {
  model.forParams([&](const std::string &name, int64_t layer) {
    std::string full = prefix + model.nameOf(name, layer);
    INFO(full);
    const Tensor &actual = model.part(part, name, layer), expected = golden.lookup(full);
    REQUIRE(actual.shape == expected.shape);
    double squares = 0, differences = 0;
    for (size_t i = 0; i < expected.values.size(); ++i) {
      squares += std::pow(expected.values[i], 2);
      differences += std::pow(actual.values[i] - expected.values[i], 2);
    }
    REQUIRE(squares > 0);
    CHECK(std::sqrt(differences / squares) < tolerance);
  });
}

void setScalars(TrainedModel &model, llvm::ArrayRef<double> settings) {
  const char *names[] = {"lr", "beta1", "beta2", "eps", "weight_decay", "max_norm"};
  for (auto [name, value] : llvm::zip_equal(names, settings))
    model.scalar(name, value);
  for (const char *name : {"seed", "step", "first_sequence", "micro_step"})
    model.scalar(name, 0);
  model.scalar("scale", 1);
}

void checkSmall(const std::string &name) {
  llvm::StringMap<Tensor> golden = read("training/" + name + ".safetensors");
  TrainedModel model(TENON_TRAINING_OBJECT, name, {"train_step", "gradients", "update_sgd"});
  model.inputs["ids"] = golden["ids"];
  model.inputs["targets"] = golden["targets"];
  setScalars(model, golden["settings"].values);

  setParams(model, golden, "param.");
  model.run("gradients");
  checkPart(model, Part::Gradient, golden, "grad.", 1e-12);

  for (int step = 0; step < 10; ++step) {
    INFO("step " << step);
    model.scalar("step", step);
    auto results = model.run("train_step");
    CHECK(results[0].values[0] == Approx(golden["losses"].values[step]).epsilon(1e-10));
    CHECK(results[1].values[0] == Approx(golden["norms"].values[step]).epsilon(1e-9));
  }
  checkPart(model, Part::Value, golden, "adamw.", 1e-9);

  setParams(model, golden, "param.");
  model.scalar("lr", 0.1);
  for (int step = 0; step < 10; ++step) {
    INFO("step " << step);
    CHECK(model.run("gradients")[0].values[0] ==
          Approx(golden["sgd.losses"].values[step]).epsilon(1e-10));
    model.run("update_sgd");
  }
}
} // namespace

TEST_CASE("a tied GPT with tanh gelu and biases trains as in PyTorch") { checkSmall("tied"); }

TEST_CASE("an untied GPT with erf gelu and no bias trains as in PyTorch") { checkSmall("untied"); }

TEST_CASE("gradients and ten steps of a GPT-2 are those of transformers") {
  llvm::StringMap<Tensor> golden = read("tiny_masks/training.safetensors");
  TrainedModel model(TENON_MASKS_OBJECT, "gpt2", {"train_step", "gradients"}, /*fuseHead=*/true);
  model.inputs["ids"] = read("tiny_masks/golden.safetensors")["input_ids"];
  model.inputs["targets"] = golden["targets"];
  setParams(model, read("tiny_masks/model.safetensors"), "");
  setScalars(model, {1e-3, 0.9, 0.95, 1e-8, 0.1, 1.0});
  model.run("gradients");
  checkPart(model, Part::Gradient, golden, "grad.", 6e-8); // stored as floats
  for (int step = 0; step < 10; ++step) {
    INFO("step " << step);
    model.scalar("step", step);
    CHECK(model.run("train_step")[0].values[0] ==
          Approx(golden["losses"].values[step]).epsilon(1e-10));
  }
}
