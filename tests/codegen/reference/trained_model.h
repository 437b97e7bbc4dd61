// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// A model of an object file with training entries, run by the reference; for tests.
#pragma once
#include "Passes.h"
#include "importer.h"
#include "interpreter.h"
#include "reader.h"
#include "safetensors.h"
#include "tenon/graph/format.hpp"

#include "../model_text.h"

#include "mlir/Pass/PassManager.h"

#include <catch2/catch.hpp>

#include <map>

namespace tenon::test {

struct TrainedModel : Context {
  using Tensor = reference::Tensor;
  using Part = reference::Part;

  TrainedModel(const std::string &object, llvm::StringRef name, std::vector<std::string> entries,
               bool fuseHead = false)
      : module(mlir::ModuleOp::create(mlir::UnknownLoc::get(&context))) {
    auto graphs = readObject(object);
    INFO((graphs ? "" : llvm::toString(graphs.takeError())));
    REQUIRE(static_cast<bool>(graphs));
    for (const Graph &graph : *graphs)
      if (graph.name == name)
        model = importGraph(graph, *module).value_or(ModelOp());
    INFO(errors);
    REQUIRE(model);
    mlir::PassManager passes(&context);
    DeriveEntriesOptions options;
    options.entries.assign(entries.begin(), entries.end());
    passes.addPass(createDeriveEntries(options));
    if (fuseHead)
      passes.addPass(createFuseHead());
    REQUIRE(mlir::succeeded(passes.run(*module)));
    interpreter.emplace(model);
  }

  /// Calls `function(name, layer)` for every tensor of the parameters; a layer's name in a
  /// checkpoint is nameOf(name, layer).
  template <class Function>
  void forParams(Function function) {
    for (ParamOp param : model.getBody().getOps<ParamOp>())
      for (int64_t layer = 0; layer < interpreter->layersOf(param); ++layer)
        function(param.getSymName().str(), layer);
  }
  static std::string nameOf(std::string name, int64_t layer) {
    if (auto hole = graph::find_hole(name.data(), name.size()); hole.found())
      name.replace(hole.begin, hole.end - hole.begin, std::to_string(hole.number(layer)));
    return name;
  }

  /// Calls an entry; its inputs are found by their names.
  std::vector<Tensor> run(llvm::StringRef entry) {
    auto function = mlir::cast<mlir::func::FuncOp>(mlir::SymbolTable::lookupSymbolIn(model, entry));
    std::vector<Tensor> arguments;
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      auto name = function.getArgAttrOfType<mlir::StringAttr>(i, "tenon.name").str();
      INFO("input " << name);
      REQUIRE(inputs.count(name));
      arguments.push_back(inputs[name]);
    }
    auto results = interpreter->run(entry, arguments);
    INFO(errors);
    REQUIRE(mlir::succeeded(results));
    return *results;
  }

  void scalar(const std::string &name, double value) { inputs[name] = {{}, {value}}; }
  const Tensor &part(Part part, const std::string &name, int64_t layer) {
    const Tensor *found = interpreter->find(part, name, layer);
    INFO(name << " of layer " << layer);
    REQUIRE(found);
    return *found;
  }

  mlir::OwningOpRef<mlir::ModuleOp> module;
  ModelOp model;
  std::optional<reference::Interpreter> interpreter;
  std::map<std::string, Tensor> inputs;
};

} // namespace tenon::test
