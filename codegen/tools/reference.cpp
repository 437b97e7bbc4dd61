// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Between files of tensors and the interpreter. The check programs of tenon_add_model call it; it
// is a tool for developers, with files that they wrote themselves.
#include "reference.h"
#include "Compile.h"
#include "DeriveTraining.h"
#include "Diagnostics.h"
#include "EntryNames.h"
#include "Files.h"
#include "Passes.h"
#include "interpreter.h"
#include "ops.h"
#include "safetensors.h"
#include "tenon/graph/format.hpp"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;

namespace tenon {

using reference::Tensor;
using Tensors = llvm::StringMap<Tensor>;

static LogicalResult fail(const Twine &message) {
  llvm::WithColor::error() << message << "\n";
  return failure();
}

/// Calls `function(param, layer, full)` for each tensor of the parameters, `full` being its name in
/// a checkpoint.
template <class Function>
static LogicalResult forParams(ModelOp model, Function function) {
  for (ParamOp param : model.getBody().getOps<ParamOp>()) {
    int64_t layers = param.getLayersAttr() ? lookupDim(model, *param.getLayers()).getMax() : 1;
    for (int64_t layer = 0; layer < layers; ++layer) {
      std::string full = param.getSymName().str();
      if (auto hole = graph::find_hole(full.data(), full.size()); hole.found())
        full.replace(hole.begin, hole.end - hole.begin, std::to_string(hole.number(layer)));
      if (failed(function(param, layer, full)))
        return failure();
    }
  }
  return success();
}

static LogicalResult setParams(ModelOp model, const Tensors &file,
                               reference::Interpreter &interpreter) {
  return forParams(model, [&](ParamOp param, int64_t layer, const std::string &full) {
    auto tensor = file.find(full);
    if (tensor == file.end())
      return fail("the parameters' file has no tensor '" + full + "'");
    auto type = cast<FloatType>(param.getTensorType().getElementType());
    // The runtime rounds to bf16 at load.
    interpreter.setParam(param.getSymName(), layer,
                         type.isBF16() ? reference::roundTo(tensor->second, type) : tensor->second);
    return success();
  });
}

using reference::Part;

/// How the parts of a parameter are called in files.
static const std::pair<Part, StringRef> partNames[] = {{Part::Value, "param."},
                                                       {Part::Gradient, "grad."},
                                                       {Part::Moment1, "moment1."},
                                                       {Part::Moment2, "moment2."}};

/// Gradients and moments of the calls before, where the inputs' file has them.
static LogicalResult setParts(ModelOp model, const Tensors &file,
                              reference::Interpreter &interpreter) {
  return forParams(model, [&](ParamOp param, int64_t layer, const std::string &full) {
    for (auto [part, prefix] : partNames)
      if (auto tensor = file.find((prefix + full).str());
          tensor != file.end() && part != Part::Value)
        interpreter.set(part, param.getSymName(), layer, tensor->second);
    return success();
  });
}

/// Whether a training entry writes a part of the parameters.
static bool writesPart(StringRef entry, Part part) {
  switch (part) {
  case Part::Value:
    return entry != "gradients";
  case Part::Gradient:
    return entry == "gradients" || entry == "train_step";
  case Part::Moment1:
  case Part::Moment2:
    return entry == "update" || entry == "train_step";
  }
  return false;
}

static LogicalResult getParts(ModelOp model, StringRef entry,
                              const reference::Interpreter &interpreter,
                              std::vector<std::pair<std::string, Tensor>> &outputs) {
  return forParams(model, [&](ParamOp param, int64_t layer, const std::string &full) {
    for (auto [part, prefix] : partNames)
      if (const Tensor *tensor = interpreter.find(part, param.getSymName(), layer);
          tensor && writesPart(entry, part))
        outputs.emplace_back((prefix + full).str(), *tensor);
    return success();
  });
}

// The names under which the function's arguments or results are known.
static std::string nameOf(Attribute attribute) {
  auto name = dyn_cast_or_null<StringAttr>(attribute);
  return name ? name.str() : std::string();
}

/// Whether a parameter, cache or value is bf16: kernels then round where the interpreter does, and
/// factors of products in other places too.
static bool holdsBf16(ModelOp model) {
  auto isBf16 = [](Type type) { return getElementTypeOrSelf(type).isBF16(); };
  WalkResult walked = model.walk([&](Operation *op) {
    bool found = llvm::any_of(op->getResultTypes(), isBf16);
    if (auto param = dyn_cast<ParamOp>(op))
      found = isBf16(param.getTensorType());
    if (auto state = dyn_cast<StateOp>(op))
      found = isBf16(state.getType());
    return found ? WalkResult::interrupt() : WalkResult::advance();
  });
  return walked.wasInterrupted();
}

static LogicalResult run(const ReferenceRequest &request) {
  FailureOr<Compilation> compilation = importObject(request.object);
  if (failed(compilation))
    return failure();
  auto model = llvm::find_if(compilation->models, [&](const CompiledModel &candidate) {
    return request.model.empty() || candidate.name == request.model;
  });
  if (model == compilation->models.end())
    return fail("no model '" + request.model + "' in " + request.object);

  // Types and entries are all that is done to the graph: the interpreter reads what the DSL wrote.
  OwningOpRef<ModuleOp> alone(ModuleOp::create(compilation->module->getLoc()));
  model->model->moveBefore(alone->getBody(), alone->getBody()->end());
  PassManager pm(compilation->context.get());
  addEntries(pm, request.entry, request.compute);
  if (failed(runPasses(pm, *alone, "entry '" + request.entry + "' of model '" + model->name + "'")))
    return failure();
  func::FuncOp function = lookupEntry(model->model, request.entry);
  if (!function)
    return fail("model '" + model->name + "' has no entry '" + request.entry + "'");

  reference::Interpreter interpreter(model->model);
  if (request.entry != "init") {
    llvm::Expected<Tensors> params = reference::readTensors(request.params);
    if (!params)
      return fail(llvm::toString(params.takeError()));
    if (failed(setParams(model->model, *params, interpreter)))
      return failure();
  }

  llvm::Expected<Tensors> inputs = reference::readTensors(request.inputs);
  if (!inputs)
    return fail(llvm::toString(inputs.takeError()));
  bool trains = llvm::is_contained(trainingEntries(), request.entry);
  if (trains && failed(setParts(model->model, *inputs, interpreter)))
    return failure();
  std::vector<Tensor> arguments;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    std::string name = nameOf(function.getArgAttr(i, "tenon.name"));
    auto tensor = inputs->find(name);
    if (tensor == inputs->end())
      return fail("the inputs' file has no tensor '" + name + "'");
    arguments.push_back(tensor->second);
  }

  FailureOr<std::vector<Tensor>> results =
      interpreter.run(request.entry, arguments, request.position);
  if (failed(results))
    return failure();
  std::vector<std::pair<std::string, Tensor>> outputs;
  for (auto [i, result] : llvm::enumerate(*results))
    outputs.emplace_back(nameOf(function.getResultAttr(i, "tenon.name")), std::move(result));
  if (trains && failed(getParts(model->model, request.entry, interpreter, outputs)))
    return failure();
  llvm::json::Object metadata;
  if (holdsBf16(model->model))
    metadata["holds"] = "bf16"; // what a check of kernels has to know
  if (llvm::Error error = writeFile(request.output, [&](llvm::raw_ostream &file) {
        reference::writeTensors(file, outputs, std::move(metadata));
      }))
    return fail(llvm::toString(std::move(error)));
  return success();
}

int runReference(const ReferenceRequest &request) {
  return succeeded(run(request)) ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace tenon
