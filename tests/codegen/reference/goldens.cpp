// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The reference against transformers: whole GPT-2 models in double precision (tests/goldens). This
// is what makes it an oracle; it goes from the DSL's object to the logits.
#include "importer.h"
#include "interpreter.h"
#include "reader.h"

#include "../model_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

using namespace tenon;
using namespace tenon::reference;

namespace {
// The tensors of our own golden files, which are known to be right: f32, f64 or i32.
std::map<std::string, Tensor> readTensors(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  INFO("reading " << path);
  REQUIRE(file);
  std::stringstream contents;
  contents << file.rdbuf();
  std::string bytes = contents.str();
  uint64_t headerSize = 0;
  std::memcpy(&headerSize, bytes.data(), 8);
  std::map<std::string, Tensor> tensors;
  const auto header = nlohmann::json::parse(bytes.substr(8, headerSize));
  for (const auto &[name, entry] : header.items()) {
    if (name == "__metadata__")
      continue;
    std::vector<int64_t> shape = entry["shape"];
    Tensor tensor = Tensor::zeros(shape);
    const char *data = bytes.data() + 8 + headerSize + entry["data_offsets"][0].get<size_t>();
    for (size_t i = 0; i < tensor.values.size(); ++i) {
      float single = 0;
      int32_t integer = 0;
      if (entry["dtype"] == "F64")
        std::memcpy(&tensor.values[i], data + i * 8, 8);
      else if (entry["dtype"] == "F32")
        std::memcpy(&single, data + i * 4, 4), tensor.values[i] = single;
      else
        std::memcpy(&integer, data + i * 4, 4), tensor.values[i] = integer;
    }
    tensors[name] = std::move(tensor);
  }
  return tensors;
}

// The model of an object with the parameters of checkpoint files.
struct Golden : test::Context {
  Golden(const std::string &object, const std::vector<std::string> &files)
      : module(mlir::ModuleOp::create(mlir::UnknownLoc::get(&context))) {
    auto graphs = readObject(object);
    INFO((graphs ? "" : llvm::toString(graphs.takeError())));
    REQUIRE(static_cast<bool>(graphs));
    model = importGraph(graphs->front(), *module).value_or(ModelOp());
    INFO(errors);
    REQUIRE(model);
    interpreter.emplace(model);
    for (const std::string &file : files)
      for (auto &[name, tensor] : readTensors(file))
        setParam(name, std::move(tensor));
  }

  // "transformer.h.3.ln_1.weight" is layer 3 of "h.{}.ln_1.weight".
  void setParam(llvm::StringRef name, Tensor tensor) {
    name.consume_front("transformer.");
    llvm::StringRef rest = name;
    int64_t layer = 0;
    if (rest.consume_front("h.") && !rest.consumeInteger(10, layer))
      interpreter->setParam(("h.{}" + rest).str(), layer, std::move(tensor));
    else
      interpreter->setParam(name, 0, std::move(tensor));
  }

  std::vector<Tensor> run(const Tensor &ids, const Tensor &targets) {
    auto results = interpreter->run("graph", {ids, targets});
    INFO(errors);
    REQUIRE(mlir::succeeded(results));
    return *results;
  }

  mlir::OwningOpRef<mlir::ModuleOp> module;
  ModelOp model;
  std::optional<Interpreter> interpreter;
};

const std::string folder = TENON_GOLDENS;

// The golden logits were rounded to float when they were stored.
void checkLogits(const Tensor &actual, const Tensor &golden) {
  REQUIRE(actual.shape == golden.shape);
  double greatest = 0;
  for (size_t i = 0; i < golden.values.size(); ++i)
    greatest = std::max(greatest, std::abs(actual.values[i] - golden.values[i]) /
                                      std::max(1.0, std::abs(golden.values[i])));
  CHECK(greatest < 6e-8);
}
} // namespace

TEST_CASE("logits and loss of a GPT-2 with tanh gelu are transformers'") {
  Golden golden(TENON_MASKS_OBJECT, {folder + "/tiny_masks/model.safetensors"});
  auto expected = readTensors(folder + "/tiny_masks/golden.safetensors");
  auto training = readTensors(folder + "/tiny_masks/training.safetensors");
  auto results = golden.run(expected["input_ids"], training["targets"]);
  checkLogits(results[0], expected["logits"]);
  CHECK(results[1].values[0] == Approx(training["loss"].values[0]).epsilon(1e-12));
}

TEST_CASE("logits of a GPT-2 with erf gelu are transformers'") {
  std::vector<std::string> shards;
  for (char shard : {'1', '2', '3'})
    shards.push_back(folder + "/tiny_sharded_erf/model-0000" + shard + "-of-00003.safetensors");
  Golden golden(TENON_ERF_OBJECT, shards);
  auto expected = readTensors(folder + "/tiny_sharded_erf/golden.safetensors");
  Tensor targets = Tensor::zeros(expected["input_ids"].shape);
  checkLogits(golden.run(expected["input_ids"], targets)[0], expected["logits"]);
}
