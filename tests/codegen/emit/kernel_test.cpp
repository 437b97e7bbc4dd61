// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See kernel_test.h.
#include "kernel_test.h"
#include "Compile.h"
#include "Passes.h"
#include "interpreter.h"
#include "jit.h"
#include "kernel/Call.h"
#include "lone_thread.h"
#include "program/Program.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <random>

using namespace mlir;

namespace tenon::test {

std::string with(std::string text, const std::map<std::string, int64_t> &numbers) {
  // Longer names first, so that $C does not take a part of $Cx.
  for (auto entry = numbers.rbegin(); entry != numbers.rend(); ++entry) {
    std::string name = "$" + entry->first, number = std::to_string(entry->second);
    for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at))
      text.replace(at, name.size(), number);
  }
  return text;
}

namespace {
using Floats = std::vector<float>;

/// Aligned memory of all ones (as floats NaN) with a line behind it that must stay as it is.
class Memory {
public:
  explicit Memory(size_t bytes) : bytes(bytes) {
    data.reset(static_cast<char *>(std::aligned_alloc(64, (bytes + 127) / 64 * 64)));
    std::memset(data.get(), 0xff, bytes);
    std::memset(data.get() + bytes, guard, 64);
  }
  template <class T>
  T *as(size_t offset = 0) const {
    return reinterpret_cast<T *>(data.get() + offset);
  }
  bool isGuarded() const {
    return std::all_of(data.get() + bytes, data.get() + bytes + 64,
                       [](char c) { return c == guard; });
  }
  std::vector<char> content() const { return {data.get(), data.get() + bytes}; }

private:
  static constexpr char guard = 0x5a;
  struct Free {
    void operator()(char *memory) { std::free(memory); }
  };
  size_t bytes;
  std::unique_ptr<char, Free> data;
};

struct Parsed {
  std::unique_ptr<MLIRContext> context = makeContext();
  OwningOpRef<ModuleOp> module;
  ModelOp model;

  explicit Parsed(const std::string &text)
      : module(parseSourceString<ModuleOp>(text, context.get())) {
    INFO(text);
    REQUIRE(module);
    model = *module->getOps<ModelOp>().begin();
  }
  func::FuncOp function(const std::string &name) {
    return cast<func::FuncOp>(SymbolTable::lookupSymbolIn(model, name));
  }
};

/// The inputs, parameters and gradients of a test, in f32; and what the reference makes of them.
class Expected {
public:
  explicit Expected(const KernelTest &test)
      : test(test), parsed(test.text), function(parsed.function(test.function)),
        interpreter(parsed.model) {
    for (auto [i, argument] : llvm::enumerate(function.getArguments()))
      addInput(i, cast<RankedTensorType>(argument.getType()));
    parsed.model.walk([&](ParamOp param) {
      for (int64_t layer = 0; layer < interpreter.layersOf(param); ++layer) {
        Floats &value = params[{param.getSymName().str(), layer}];
        value = random(param.getTensorType().getNumElements());
        if (auto given = test.params.find(param.getSymName().str()); given != test.params.end()) {
          REQUIRE(given->second.size() == value.size());
          value = given->second;
        }
        interpreter.setParam(param.getSymName(), layer, tensor(param.getTensorType(), value));
      }
    });
    function.walk([&](AccumulateOp op) { addGradient(op); });
    auto results = interpreter.run(test.function, inputs);
    REQUIRE(succeeded(results));
    outputs = *results;
  }

  llvm::SmallVector<int64_t> shapeOf(RankedTensorType type) const {
    llvm::SmallVector<int64_t> shape;
    for (StringAttr dim : dimNames(type)) {
      auto found = test.sizes.find(dim.str());
      shape.push_back(found == test.sizes.end() ? int64_t(lookupDim(parsed.model, dim).getMax())
                                                : found->second);
    }
    return shape;
  }
  const reference::Tensor &gradient(const std::string &name, int64_t layer) const {
    const auto *found = interpreter.find(reference::Part::Gradient, name, layer);
    REQUIRE(found);
    return *found;
  }

  std::vector<std::vector<char>> inputBytes;
  std::map<std::pair<std::string, int64_t>, Floats> params, gradients; // by name and layer
  std::vector<reference::Tensor> outputs;

private:
  Floats random(size_t count) {
    Floats values(count);
    for (float &value : values)
      value = std::normal_distribution<float>()(generator);
    return values;
  }

  reference::Tensor tensor(RankedTensorType type, const Floats &values) const {
    return {shapeOf(type), {values.begin(), values.end()}};
  }

  void addInput(unsigned i, RankedTensorType type) {
    reference::Tensor value = reference::Tensor::zeros(shapeOf(type));
    auto name = function.getArgAttrOfType<StringAttr>(i, "tenon.name").str();
    auto keep = [&](const auto &given) {
      INFO("input " << name);
      REQUIRE(given.size() == value.values.size());
      value.values.assign(given.begin(), given.end());
      auto *bytes = reinterpret_cast<const char *>(given.data());
      inputBytes.emplace_back(bytes, bytes + 4 * given.size());
    };
    auto replace = [&](const auto &others) {
      auto found = others.find(name);
      if (found != others.end() && found->second.size() == value.values.size())
        std::memcpy(inputBytes.back().data(), found->second.data(), inputBytes.back().size());
    };
    if (type.getElementType().isInteger())
      keep(test.ints.at(name));
    else if (auto given = test.floats.find(name); given != test.floats.end())
      keep(given->second);
    else
      keep(random(value.values.size()));
    replace(test.kernelInts);
    replace(test.kernelFloats);
    inputs.push_back(value);
  }

  void addGradient(AccumulateOp op) {
    auto param = cast<ParamOp>(SymbolTable::lookupSymbolIn(parsed.model, op.getName()));
    bool isNew = op.getFresh();
    if (op.getFirst())
      isNew = inputs[cast<BlockArgument>(op.getFirst()).getArgNumber()].values[0] == 0;
    for (int64_t layer = 0; layer < interpreter.layersOf(param); ++layer) {
      auto [entry, isFirst] = gradients.try_emplace({op.getName().str(), layer});
      if (!isFirst)
        continue;
      entry->second = random(param.getTensorType().getNumElements());
      interpreter.set(reference::Part::Gradient, op.getName(), layer,
                      tensor(param.getTensorType(), entry->second));
      if (isNew)
        std::fill(entry->second.begin(), entry->second.end(), NAN);
    }
  }

  const KernelTest &test;
  Parsed parsed;
  func::FuncOp function;
  reference::Interpreter interpreter;
  std::mt19937 generator{7};
  std::vector<reference::Tensor> inputs;
};

} // namespace

/// A text's model compiled for a target.
class Program {
public:
  Program(const std::string &text, const Target &target) : target(target), parsed(text) {
    PassManager passes(parsed.context.get());
    passes.addPass(createFuse());
    passes.addPass(createPlanArena());
    REQUIRE(succeeded(passes.run(*parsed.module)));
    functions = llvm::to_vector(parsed.model.getBody().getOps<func::FuncOp>());
    auto program = emitProgram(parsed.model, functions, target, "test_", variant);
    REQUIRE(succeeded(program));
    jit.emplace(**program, target);
  }
  const Target &target;

  /// The memory of the results, then of gradients and moments.
  std::vector<Memory> run(const KernelTest &test, const Expected &given, int threads) {
    func::FuncOp function = parsed.function(test.function);
    std::string symbol = variant.runs[llvm::find(functions, function) - functions.begin()];
    Memory weights(variant.weightsBytes + 64), training(3 * variant.weightsBytes + 64);
    Memory arena(function->getAttrOfType<IntegerAttr>("tenon.arena_bytes").getInt());
    put(weights, given.params);
    put(training, given.gradients);
    std::vector<Memory> inputs, memory;
    std::vector<void *> inputPlaces, outputPlaces;
    for (const std::vector<char> &bytes : given.inputBytes) {
      std::memcpy(inputs.emplace_back(bytes.size()).as<char>(), bytes.data(), bytes.size());
      inputPlaces.push_back(inputs.back().as<char>());
    }
    for (const reference::Tensor &output : given.outputs)
      outputPlaces.push_back(memory.emplace_back(4 * output.values.size()).as<char>());
    std::vector<int64_t> dims;
    for (DimOp dim : parsed.model.getBody().getOps<DimOp>()) {
      auto found = test.sizes.find(dim.getSymName().str());
      dims.push_back(found == test.sizes.end() ? int64_t(dim.getMax()) : found->second);
    }
    LoneThread lone(threads);
    const uint64_t stride = llvm::alignTo(variant.threadBytes, 64);
    Memory own(threads * stride);
    tenon_call call{};
    call.weights = weights.as<char>();
    call.arena = arena.as<char>();
    call.inputs = inputPlaces.data();
    call.outputs = outputPlaces.data();
    call.dims = dims.data();
    call.next_share = LoneThread::nextShare;
    call.share_context = &lone;
    call.training = training.as<char>();
    call.thread_memory = own.as<char>();
    call.thread_stride = stride;
    auto *entry = jit->function<void(const tenon_call *, int32_t, int32_t)>(symbol);
    entry(&call, 0, threads);
    CHECK(arena.isGuarded());
    CHECK(own.isGuarded());
    memory.push_back(std::move(training));
    return memory;
  }

  size_t placeOf(const std::string &name, int64_t layer) const {
    const PackedParam &packed = packedOf(name);
    REQUIRE(packed.packSymbol.empty()); // such gradients have tests of their own
    return packed.offset + layer * packed.stride;
  }

private:
  const PackedParam &packedOf(const std::string &name) const {
    ModelOp model = parsed.model;
    for (auto [i, param] : llvm::enumerate(model.getBody().getOps<ParamOp>()))
      if (param.getSymName() == name)
        return variant.params[i];
    FAIL("no parameter " << name);
    return variant.params[0];
  }

  void put(const Memory &memory, const std::map<std::pair<std::string, int64_t>, Floats> &values) {
    for (auto &[key, value] : values) {
      const PackedParam &packed = packedOf(key.first);
      char *place = memory.as<char>(packed.offset + key.second * packed.stride);
      if (packed.packSymbol.empty())
        std::memcpy(place, value.data(), 4 * value.size());
      else
        jit->function<void(const void *, void *)>(packed.packSymbol)(value.data(), place);
    }
  }

  Parsed parsed;
  SmallVector<func::FuncOp> functions;
  CompiledVariant variant;
  std::optional<Jit> jit;
};

static void compare(const std::string &what, const float *got, const reference::Tensor &want,
                    double epsilons) {
  double scale = 0, worst = 0;
  size_t at = 0;
  for (double value : want.values)
    scale = std::max(scale, std::abs(value));
  for (size_t i = 0; i < want.values.size(); ++i) {
    double error = std::abs(got[i] - want.values[i]);
    if (!(error <= worst)) // a NaN too
      worst = std::isnan(error) ? INFINITY : error, at = i;
  }
  CAPTURE(what, at, got[at], want.values[at], scale);
  CHECK(worst <= epsilons * 0x1p-24 * scale);
}

void KernelTest::check() {
  Expected expected(*this);
  if (programs.empty())
    for (const Target *target : runnableTargets())
      if (target->bf16Dot.empty()) // else it computes f32 as the target without bf16 does
        programs.push_back(std::make_shared<Program>(text, *target));
  for (const std::shared_ptr<Program> &program : programs) {
    std::vector<std::vector<char>> first;
    for (int threads : {1, 2, 3}) {
      CAPTURE(program->target.name.str(), threads, function);
      std::vector<Memory> memory = program->run(*this, expected, threads);
      for (auto [i, part] : llvm::enumerate(memory)) {
        CHECK(part.isGuarded());
        if (threads == 1)
          first.push_back(part.content());
        else
          CHECK(part.content() == first[i]);
      }
      if (threads > 1)
        continue;
      for (auto [i, output] : llvm::enumerate(expected.outputs))
        compare("result " + std::to_string(i), memory[i].as<float>(), output, epsilons);
      for (auto &[key, before] : expected.gradients)
        compare(key.first, memory.back().as<float>(program->placeOf(key.first, key.second)),
                expected.gradient(key.first, key.second), epsilons);
    }
  }
}

} // namespace tenon::test
