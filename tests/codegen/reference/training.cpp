// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Whole models in training: gradients against central differences, entries against each other.
#include "differences.h"
#include "random.h"
#include "trained_model.h"

using namespace tenon;
using namespace tenon::reference;
using namespace tenon::test;

namespace {
/// The model with random parameters and a batch with a repeated id, a never used one and ignored
/// targets.
struct Model : TrainedModel {
  Model(llvm::StringRef name, std::vector<std::string> entries, bool fuseHead = false,
        int64_t B = 4, int64_t T = 5)
      : TrainedModel(TENON_TRAINING_OBJECT, name, std::move(entries), fuseHead) {
    uint64_t seed = 0;
    forParams([&](const std::string &name, int64_t layer) {
      auto param = mlir::cast<ParamOp>(mlir::SymbolTable::lookupSymbolIn(model, name));
      interpreter->setParam(name, layer, randomTensor(param.getTensorType().getShape(), ++seed));
    });
    Tensor ids = Tensor::zeros({B, T}), targets = ids;
    for (size_t i = 0; i < ids.values.size(); ++i) {
      ids.values[i] = static_cast<double>(i * i % 5); // 0, 1, 4
      // One a sequence is ignored.
      targets.values[i] = i % T == 2 ? -1 : static_cast<double>((3 * i + 1) % 7);
    }
    inputs["ids"] = ids;
    inputs["targets"] = targets;
    for (const char *name : {"micro_step", "first_sequence"})
      scalar(name, 0);
    scalar("seed", 11);
    scalar("step", 3);
    scalar("scale", 1);
    scalar("lr", 0.01);
    scalar("beta1", 0.9);
    scalar("beta2", 0.95);
    scalar("eps", 1e-8);
    scalar("weight_decay", 0.1);
    scalar("max_norm", 0.5);
  }
};

/// The greatest difference of a part of all parameters, relative to its greatest value.
double difference(Model &x, Model &y, Part part) {
  double greatest = 0, scale = 0;
  x.forParams([&](const std::string &name, int64_t layer) {
    const Tensor &one = x.part(part, name, layer), &other = y.part(part, name, layer);
    for (size_t i = 0; i < one.values.size(); ++i) {
      greatest = std::max(greatest, std::abs(one.values[i] - other.values[i]));
      scale = std::max(scale, std::abs(one.values[i]));
    }
  });
  REQUIRE(scale > 0);
  return greatest / scale;
}

void checkAgainstDifferences(Model &model) {
  model.scalar("scale", 0.7);
  model.forParams([&](const std::string &name, int64_t layer) {
    model.run("gradients"); // the differences below leave others behind
    Tensor value = model.part(Part::Value, name, layer);
    Tensor gradient = model.part(Part::Gradient, name, layer);
    double greatest = 0;
    for (size_t i = 0; i < value.values.size(); ++i) {
      double expected = derivativeAtZero([&](double offset) {
        Tensor moved = value;
        moved.values[i] += offset;
        model.interpreter->setParam(name, layer, moved);
        return 0.7 * model.run("gradients").front().values[0];
      });
      greatest = std::max(greatest, std::abs(expected));
      INFO(name << " of layer " << layer << ", element " << i);
      CHECK(gradient.values[i] == Approx(expected).epsilon(1e-6).margin(1e-9));
    }
    model.interpreter->setParam(name, layer, value);
    CHECK(greatest > 1e-6); // the data can fail
  });
}
} // namespace

TEST_CASE("gradients of a tied GPT with tanh gelu and biases are central differences") {
  Model model("tied", {"gradients"});
  checkAgainstDifferences(model);
}

TEST_CASE("gradients of an untied GPT with erf gelu and no bias are central differences") {
  Model model("untied", {"gradients"}, /*fuseHead=*/true);
  checkAgainstDifferences(model);
}

TEST_CASE("gradients under dropout are central differences of the same masks") {
  Model model("dropped", {"gradients"});
  checkAgainstDifferences(model);
}

TEST_CASE("gradients of arithmetic and of every function of scalars are central differences") {
  Model model("scalars", {"gradients"});
  checkAgainstDifferences(model);
}

TEST_CASE("gradients of what layers capture are central differences") {
  Model model("captured", {"gradients"});
  checkAgainstDifferences(model);
}

TEST_CASE("gradients of layers in turns and of several values are central differences") {
  Model model("turns", {"gradients"});
  checkAgainstDifferences(model);
}

TEST_CASE("gradients of what layers leave for others are central differences") {
  Model model("skips", {"gradients"});
  checkAgainstDifferences(model);
}

TEST_CASE("gradients of rotations and of parts of rows are central differences") {
  Model model("rotary", {"gradients"});
  checkAgainstDifferences(model);
}

TEST_CASE("gradients of rows of earlier tokens are central differences") {
  Model model("shifts", {"gradients"});
  checkAgainstDifferences(model);
}

TEST_CASE("gradients of neighbours and of other dimensions for a row are central differences") {
  Model model("neighbours", {"gradients"});
  checkAgainstDifferences(model);
}

TEST_CASE("gradients of reductions and of what is repeated are central differences") {
  Model model("reductions", {"gradients"});
  model.inputs["q"] = randomTensor({4, 5, 2, 3}, 77);
  model.inputs["c"] = randomTensor({4, 4}, 78);
  checkAgainstDifferences(model);
}

TEST_CASE("gradients of attention's score functions are central differences") {
  Model model("scored", {"gradients"});
  model.inputs["c"] = {{4}, {4, 1.5, 6, 0}};
  model.inputs["lengths"] = {{4}, {4, 2, 6, 0}}; // nothing is seen of the last one
  checkAgainstDifferences(model);
}

TEST_CASE("gradients of experts, of their scores and of what they read are central differences") {
  Model model("experts", {"gradients"});
  checkAgainstDifferences(model);
}

TEST_CASE("gradients of products by names are central differences") {
  for (bool fuseHead : {false, true}) {
    Model model("heads", {"gradients"}, fuseHead);
    checkAgainstDifferences(model);
  }
}

TEST_CASE("gradients of one token, and of a batch without targets") {
  Model model("tied", {"gradients"}, false, 1, 1);
  model.run("gradients");
  double greatest = 0;
  for (double g : model.part(Part::Gradient, "wte.weight", 0).values)
    greatest = std::max(greatest, std::abs(g));
  CHECK(greatest > 1e-3);
  model.inputs["targets"].values = {-1};
  CHECK(model.run("gradients").front().values == std::vector<double>{0});
  model.forParams([&](const std::string &name, int64_t layer) {
    for (double g : model.part(Part::Gradient, name, layer).values)
      CHECK(g == 0);
  });
}

TEST_CASE("without dropout the loss is that of the entry loss") {
  Model model("tied", {"gradients", "loss"});
  CHECK(model.run("gradients").front().values == model.run("loss").front().values);
}

TEST_CASE("the fused head changes nothing but the order of sums") {
  for (const char *name : {"tied", "untied"}) {
    Model parts(name, {"gradients"}), fused(name, {"gradients"}, /*fuseHead=*/true);
    CHECK(parts.run("gradients")[0].values[0] ==
          Approx(fused.run("gradients")[0].values[0]).epsilon(1e-14));
    CHECK(difference(parts, fused, Part::Gradient) < 1e-13);
  }
}

TEST_CASE("train_step is gradients, then update") {
  Model whole("dropped", {"train_step"}), parts("dropped", {"gradients", "update"});
  for (int step = 0; step < 3; ++step) {
    whole.scalar("step", step);
    parts.scalar("step", step);
    auto results = whole.run("train_step");
    CHECK(results[0].values == parts.run("gradients")[0].values);
    CHECK(results[1].values == parts.run("update")[0].values);
  }
  for (Part part : {Part::Value, Part::Moment1, Part::Moment2})
    CHECK(difference(whole, parts, part) == 0);
  CHECK(difference(whole, *std::make_unique<Model>("dropped", std::vector<std::string>{"update"}),
                   Part::Value) > 1e-3); // it moved
}

TEST_CASE("a batch in parts gives the gradients of the whole, dropout included") {
  Model whole("dropped", {"gradients"}), parts("dropped", {"gradients"});
  double loss = whole.run("gradients")[0].values[0], sum = 0;
  Tensor ids = parts.inputs["ids"], targets = parts.inputs["targets"];
  auto rows = [](const Tensor &tensor, int64_t begin) {
    Tensor part = Tensor::zeros({2, tensor.shape[1]});
    std::copy_n(tensor.row(begin), part.values.size(), part.values.begin());
    return part;
  };
  parts.run("gradients"); // something old, which the first part forgets
  parts.scalar("scale", 0.5);
  for (int part = 0; part < 2; ++part) {
    parts.scalar("micro_step", part);
    parts.scalar("first_sequence", 2 * part);
    parts.inputs["ids"] = rows(ids, 2 * part);
    parts.inputs["targets"] = rows(targets, 2 * part);
    sum += parts.run("gradients")[0].values[0] / 2;
  }
  CHECK(sum == Approx(loss).epsilon(1e-14));
  CHECK(difference(whole, parts, Part::Gradient) < 1e-13);
}

TEST_CASE("init writes what the model says, by name and seed") {
  Model model("tied", {"init", "gradients", "update"});
  model.run("gradients");
  model.run("update");
  model.run("init");
  Tensor first = model.part(Part::Value, "wte.weight", 0);
  double squares = 0;
  for (double value : first.values)
    squares += value * value / static_cast<double>(first.values.size());
  CHECK(squares == Approx(1).margin(0.8)); // N(0, 1)
  CHECK(model.part(Part::Value, "ln_f.weight", 0).values == std::vector<double>{1, 1, 1, 1});
  CHECK(model.part(Part::Value, "ln_f.bias", 0).values == std::vector<double>{0, 0, 0, 0});
  CHECK(model.part(Part::Value, "h.{}.attn.c_attn.weight", 0).values !=
        model.part(Part::Value, "h.{}.attn.c_attn.weight", 1).values);
  for (Part part : {Part::Gradient, Part::Moment1, Part::Moment2})
    model.forParams([&](const std::string &name, int64_t layer) {
      for (double value : model.part(part, name, layer).values)
        CHECK(value == 0);
    });
  model.scalar("seed", 12);
  model.run("init");
  CHECK(model.part(Part::Value, "wte.weight", 0).values != first.values);
  // Another model's parameter of that name begins in the same way.
  Model other("untied", {"init"});
  other.scalar("seed", 12);
  other.run("init");
  CHECK(model.part(Part::Value, "wte.weight", 0).values ==
        other.part(Part::Value, "wte.weight", 0).values);
}

TEST_CASE("an update without gradients is an error") {
  Model model("tied", {"update"});
  std::vector<Tensor> scalars;
  for (const char *name : {"step", "lr", "beta1", "beta2", "eps", "weight_decay", "max_norm"})
    scalars.push_back(model.inputs[name]);
  CHECK(mlir::failed(model.interpreter->run("update", scalars)));
  CHECK_THAT(model.errors, Catch::Contains("parameter 'wte.weight' of layer 0 has no gradient; "
                                           "call 'gradients' before"));
}
