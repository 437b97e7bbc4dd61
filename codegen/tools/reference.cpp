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

/// The tensors that a layer of a parameter is in a checkpoint.
struct StoredTensors {
  llvm::SmallVector<std::string> names; // one, or one for each part along the first dimension
  bool inParts;

  StoredTensors(ParamOp param, int64_t layer) : inParts(param.isStoredInParts()) {
    std::string whole = param.getSymName().str();
    if (param.getLayersAttr())
      whole = numbered(whole, layer);
    for (int64_t part = 0; part < (inParts ? param.getTensorType().getDimSize(0) : 1); ++part)
      names.push_back(inParts ? numbered(whole, part) : whole);
  }

  static std::string numbered(std::string name, int64_t number) {
    if (auto hole = graph::find_hole(name.data(), name.size()); hole.found())
      name.replace(hole.begin, hole.end - hole.begin, std::to_string(hole.number(number)));
    return name;
  }

  /// All of them as the parameter has them; nothing, and the name of one, where that is missing.
  std::optional<Tensor> joined(const Tensors &file, StringRef prefix, std::string &missing) const {
    Tensor result;
    for (const std::string &name : names) {
      auto tensor = file.find((prefix + name).str());
      if (tensor == file.end()) {
        missing = (prefix + name).str();
        return std::nullopt;
      }
      result.shape = tensor->second.shape;
      llvm::append_range(result.values, tensor->second.values);
    }
    if (inParts)
      result.shape.insert(result.shape.begin(), static_cast<int64_t>(names.size()));
    return result;
  }

  void split(const Tensor &whole, StringRef prefix,
             std::vector<std::pair<std::string, Tensor>> &outputs) const {
    auto each = static_cast<int64_t>(whole.values.size() / names.size());
    for (auto [i, name] : llvm::enumerate(names)) {
      auto begin = whole.values.begin() + static_cast<int64_t>(i) * each;
      outputs.emplace_back((prefix + name).str(),
                           Tensor{llvm::SmallVector<int64_t>(
                                      llvm::ArrayRef(whole.shape).drop_front(inParts ? 1 : 0)),
                                  {begin, begin + each}});
    }
  }
};

/// Calls `function(param, layer, stored)` for each layer of the parameters.
template <class Function>
static LogicalResult forParams(ModelOp model, Function function) {
  for (ParamOp param : model.getBody().getOps<ParamOp>()) {
    int64_t layers = param.getLayersAttr() ? lookupDim(model, *param.getLayers()).getMax() : 1;
    for (int64_t layer = 0; layer < layers; ++layer)
      if (failed(function(param, layer, StoredTensors(param, layer))))
        return failure();
  }
  return success();
}

static LogicalResult setParams(ModelOp model, const Tensors &file,
                               reference::Interpreter &interpreter) {
  return forParams(model, [&](ParamOp param, int64_t layer, const StoredTensors &stored) {
    std::string missing;
    std::optional<Tensor> tensor = stored.joined(file, "", missing);
    if (!tensor)
      return fail("the parameters' file has no tensor '" + missing + "'");
    auto type = cast<FloatType>(param.getTensorType().getElementType());
    // The runtime rounds to bf16 at load.
    interpreter.setParam(param.getSymName(), layer,
                         type.isBF16() ? reference::roundTo(*tensor, type) : *tensor);
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
  return forParams(model, [&](ParamOp param, int64_t layer, const StoredTensors &stored) {
    std::string missing;
    for (auto [part, prefix] : partNames)
      if (std::optional<Tensor> tensor = stored.joined(file, prefix, missing);
          tensor && part != Part::Value)
        interpreter.set(part, param.getSymName(), layer, *tensor);
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
  return forParams(model, [&](ParamOp param, int64_t layer, const StoredTensors &stored) {
    for (auto [part, prefix] : partNames)
      if (const Tensor *tensor = interpreter.find(part, param.getSymName(), layer);
          tensor && writesPart(entry, part))
        stored.split(*tensor, prefix, outputs);
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
  if (request.noise != 0)
    interpreter.addNoise(request.noise);
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
