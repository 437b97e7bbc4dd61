// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The way from an object file to code: import, the model pipeline, then every target by itself.
#include "Compile.h"
#include "DeriveTraining.h"
#include "Diagnostics.h"
#include "Dump.h"
#include "EntryNames.h"
#include "Object.h"
#include "Pipelines.h"
#include "Ptx.h"
#include "Spirv.h"
#include "importer.h"
#include "program/Program.h"
#include "reader.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "tenon/runtime/abi.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/xxhash.h"

#include <deque>

using namespace mlir;

namespace tenon {

std::unique_ptr<MLIRContext> makeContext() {
  DialectRegistry registry;
  registerCpuConversions(registry);
  auto context = std::make_unique<MLIRContext>(registry);
  context->loadDialect<TenonDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect,
                       scf::SCFDialect, cf::ControlFlowDialect, vector::VectorDialect,
                       LLVM::LLVMDialect>();
  writeDiagnostics(*context);
  return context;
}

FailureOr<Compilation> importObject(const std::string &path) {
  llvm::Expected<std::vector<Graph>> graphs = readObject(path);
  if (!graphs) {
    llvm::logAllUnhandledErrors(graphs.takeError(), llvm::WithColor::error());
    return failure();
  }
  Compilation result;
  result.context = makeContext();
  result.module = ModuleOp::create(UnknownLoc::get(result.context.get()));
  for (const Graph &graph : *graphs) {
    FailureOr<ModelOp> model = importGraph(graph, *result.module);
    if (failed(model))
      return failure();
    CompiledModel compiled;
    compiled.model = *model;
    compiled.name = model->getSymName().str();
    result.models.push_back(std::move(compiled));
  }
  return result;
}

namespace {
LogicalResult fail(const Twine &message) {
  llvm::WithColor::error() << message << "\n";
  return failure();
}

LogicalResult selectModels(Compilation &compilation, const CompileRequest &request) {
  std::vector<std::string> have;
  for (const CompiledModel &model : compilation.models)
    have.push_back(model.name);
  for (const std::string &name : request.models)
    if (!llvm::is_contained(have, name))
      return fail("no model '" + name + "' in " + request.object +
                  "; it has: " + llvm::join(have, ", "));
  if (!request.models.empty())
    llvm::erase_if(compilation.models, [&](CompiledModel &model) {
      bool drop = !llvm::is_contained(request.models, model.name);
      if (drop)
        model.model.erase();
      return drop;
    });
  return success();
}

/// Whether anything of a model is kept in bf16, as it was declared or by request.
bool usesBf16(ModelOp model, const CompileRequest &request) {
  if (request.compute == ComputeType::Bf16)
    return true;
  auto isKept = [](auto op) { return op.getTensorType().getElementType().isBF16(); };
  Block &body = model.getBody().front();
  return llvm::any_of(body.getOps<ParamOp>(), isKept) ||
         llvm::any_of(body.getOps<StateOp>(), isKept);
}

/// The targets that were asked for, else all for the object's machine whose code would differ: one
/// that multiplies bf16 is like the next where nothing is in bf16.
FailureOr<std::vector<const Target *>> selectTargets(ModelOp model, const CompileRequest &request) {
  auto machineAttr = model->getAttrOfType<StringAttr>("tenon.machine");
  StringRef machine = machineAttr ? machineAttr.getValue() : "x86-64";
  std::vector<const Target *> targets;
  std::vector<std::string> known;
  for (const Target &target : cpuTargets()) {
    known.push_back(target.name.str());
    bool differs = target.bf16Dot.empty() || usesBf16(model, request);
    bool wanted = request.cpus.empty() ? target.machine == machine && differs
                                       : llvm::is_contained(request.cpus, target.name);
    if (!wanted)
      continue;
    if (target.machine != machine)
      return fail("target '" + target.name + "' is for " + target.machine + ", but " +
                  request.object + " was compiled for " + machine +
                  "; compile the model for that machine");
    targets.push_back(&target);
  }
  for (const std::string &name : request.cpus)
    if (!llvm::is_contained(known, name))
      return fail("unknown CPU target '" + name + "'; known: " + llvm::join(known, ", "));
  if (targets.empty())
    return fail("no CPU target for machine '" + machine + "'; known: " + llvm::join(known, ", "));
  return targets;
}

/// Kernels compute f32, and read bf16 as the weights of products and as tables; a model in another
/// float type must not be computed as if it were.
LogicalResult checkElementTypes(ModelOp model) {
  auto check = [](Operation *op, Type type, bool bf16) -> LogicalResult {
    Type element = cast<RankedTensorType>(type).getElementType();
    if (element.isF32() || element.isInteger(32) || (bf16 && element.isBF16()))
      return success();
    return op->emitError("kernels compute f32, and this tensor is ")
           << element
           << "; declare it f32 (the weights of linear and tied_head, the tables of embedding and "
              "the cache can be bf16; tenonc reference computes other types)";
  };
  auto isWeight = [](OpOperand &use) {
    if (auto linear = dyn_cast<LinearOp>(use.getOwner()))
      return use.get() == linear.getWeight();
    return isa<EmbeddingOp>(use.getOwner());
  };
  WalkResult result = model.walk([&](Operation *op) {
    // A cast is made where a product reads it, so its result is that product's affair.
    bool bf16 = isa<CastOp>(op) || (isa<GetParamOp>(op) && llvm::all_of(op->getUses(), isWeight));
    for (Type type : op->getResultTypes())
      if (isa<RankedTensorType>(type) && failed(check(op, type, bf16)))
        return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

void describeEntries(CompiledModel &compiled) {
  for (func::FuncOp function : compiled.model.getBody().getOps<func::FuncOp>()) {
    CompiledEntry entry;
    entry.name = entryName(function).str();
    entry.function = function;
    entry.arenaBytes = function->getAttrOfType<IntegerAttr>("tenon.arena_bytes").getInt();
    auto bound = [&](StringRef sequence, StringRef limit) {
      int64_t max = lookupDim(compiled.model, limit).getMax();
      entry.context = entry.context ? std::min(entry.context, max) : max;
      for (auto [i, dim] : llvm::enumerate(compiled.model.getBody().getOps<DimOp>()))
        if (dim.getSymName() == sequence)
          entry.sequenceDim = i;
    };
    function.walk([&](Operation *op) {
      StateOp state = cacheOf(op);
      if (!state)
        return;
      entry.usesState = true;
      bound(dimNames(op->getResult(0).getType())[1], dimNames(state.getType())[1]);
    });
    function.walk([&](EmbeddingOp op) {
      if (auto positions = op.getIds().getDefiningOp<PositionsOp>())
        bound(dimNames(positions.getType())[0], dimNames(op.getTable().getType())[0]);
    });
    entry.trains = trains(function);
    compiled.entries.push_back(std::move(entry));
  }
}

/// Adds the GPU kernels of all entries; an entry that cannot run there gets a refusal, and a
/// request that no entry of the model can meet is an error.
LogicalResult compileGpu(CompiledModel &compiled, StringRef name, const CompileRequest &request) {
  unsigned architecture = 0;
  StringRef rest = name;
  bool isPtx = rest.consume_front("nvptx:sm_");
  if (isPtx ? rest.getAsInteger(10, architecture) || architecture < 80 : name != "spirv")
    return fail("unknown GPU target '" + name + "'; known: spirv, nvptx:sm_80 and later");
  bool any = false;
  std::string refusals;
  for (CompiledEntry &entry : compiled.entries) {
    llvm::Expected<GpuKernel> kernel = entry.trains
                                           ? llvm::createStringError("training runs on CPUs only")
                                       : isPtx ? compilePtx(entry.function, architecture)
                                               : compileSpirv(entry.function);
    if (kernel) {
      any = true;
      std::string stage = compiled.name + "." + entry.name +
                          (isPtx ? ".sm_" + rest.str() + ".ptx" : std::string(".spv"));
      if (!request.dumpDir.empty() && failed(dump(request.dumpDir, stage, kernel->code)))
        return failure();
      entry.gpuKernels.push_back(std::move(*kernel));
      continue;
    }
    std::string refusal = name.str() + ": " + llvm::toString(kernel.takeError());
    refusals += "\n  entry '" + entry.name + "': " + refusal;
    entry.gpuRefusals.push_back(std::move(refusal));
  }
  if (!any)
    return fail("no entry of model '" + compiled.name + "' can run on GPU target '" + name +
                "'; compile it without that target:" + refusals);
  return success();
}

/// What decides the code of a model: its graph, what was asked for, this compiler. Lines and
/// folders of its source do not, so the same model has one fingerprint wherever it is built.
uint64_t fingerprintOf(ModelOp model, ArrayRef<const Target *> targets,
                       const CompileRequest &request) {
  std::string text;
  llvm::raw_string_ostream os(text);
  Attribute lines = model->removeDiscardableAttr("tenon.fused_lines");
  model->print(os); // without locations
  if (lines)
    model->setDiscardableAttr("tenon.fused_lines", lines);
  auto add = [&](StringRef what, ArrayRef<std::string> names) {
    os << "\n" << what << " " << llvm::join(names, ",");
  };
  add("entries", request.entries);
  add("gpus", request.gpus);
  for (const Target *target : targets)
    add("cpu", target->name.str());
  add("compute", std::to_string(static_cast<int>(request.compute)));
  for (const auto &[key, value] : request.metadata)
    add("metadata", {key, value});
  add("compiler", {TENON_VERSION, std::to_string(TENON_ABI_VERSION)});
  return llvm::xxh3_64bits(text);
}

/// One target's code on its way: MLIR's part is done, LLVM's can run beside others.
struct VariantJob {
  ObjectJob object;
  CompiledVariant &variant;
  std::string stem;  // of the files under --dump-dir
  std::string error; // of LLVM's part
};

FailureOr<OwningOpRef<ModuleOp>> emitVariant(const CompiledModel &compiled, const Target &target,
                                             const CompileRequest &request,
                                             CompiledVariant &variant) {
  SmallVector<func::FuncOp> entries;
  for (const CompiledEntry &entry : compiled.entries)
    entries.push_back(entry.function);
  FailureOr<OwningOpRef<ModuleOp>> program =
      emitProgram(compiled.model, entries, target,
                  "tenon_" + compiled.name + "_" + compiled.fingerprintText() + "_", variant);
  std::string file = compiled.name + "." + target.name.str() + ".kernels.mlir";
  if (failed(program) ||
      (!request.dumpDir.empty() && failed(dump(request.dumpDir, file, **program))))
    return failure();
  return program;
}

FailureOr<VariantJob> translateVariant(const CompiledModel &compiled, ModuleOp program,
                                       const CompileRequest &request, CompiledVariant &variant) {
  std::string stem = compiled.name + "." + variant.target->name.str();
  PassManager pm(compiled.model->getContext());
  buildCpuPipeline(pm);
  if (failed(runPasses(pm, program,
                       "the kernels of model '" + compiled.name + "' for " + variant.target->name)))
    return failure();
  if (!request.dumpDir.empty() && failed(dump(request.dumpDir, stem + ".llvm.mlir", program)))
    return failure();
  FailureOr<ObjectJob> object = ObjectJob::translate(program, *variant.target);
  if (failed(object))
    return failure();
  return VariantJob{std::move(*object), variant, std::move(stem), {}};
}

void compileVariant(VariantJob &job, const CompileRequest &request) {
  const std::string &dumpDir = request.dumpDir;
  llvm::Expected<ObjectCode> code =
      job.object.compile(request.code == Code::Assembly || !dumpDir.empty());
  if (!code) {
    job.error = llvm::toString(code.takeError());
    return;
  }
  if (!dumpDir.empty() && (failed(dump(dumpDir, job.stem + ".ll", code->llvmIr)) ||
                           failed(dump(dumpDir, job.stem + ".s", code->assembly))))
    job.error = "its dump could not be written";
  for (const std::string &run : job.variant.runs)
    job.variant.stackBytes.push_back(code->stackBytes.lookup(run));
  job.variant.object = std::move(code->object);
  job.variant.assembly = std::move(code->assembly);
}

/// Targets do not depend on one another: while LLVM compiles one, MLIR makes the next.
LogicalResult compileVariants(CompiledModel &compiled, ArrayRef<const Target *> targets,
                              const CompileRequest &request) {
  compiled.variants.resize(targets.size());
  std::deque<VariantJob> jobs; // does not move its elements
  llvm::DefaultThreadPool pool;
  LogicalResult result = success();
  for (auto [target, variant] : llvm::zip_equal(targets, compiled.variants)) {
    FailureOr<OwningOpRef<ModuleOp>> program = emitVariant(compiled, *target, request, variant);
    if (failed(program)) {
      result = failure();
      break;
    }
    if (request.code == Code::Kernels)
      continue;
    FailureOr<VariantJob> job = translateVariant(compiled, **program, request, variant);
    if (failed(job)) {
      result = failure();
      break;
    }
    VariantJob &kept = jobs.emplace_back(std::move(*job));
    pool.async([&] { compileVariant(kept, request); });
  }
  pool.wait();
  for (const VariantJob &job : jobs)
    if (!job.error.empty())
      result = fail(job.stem + ": " + job.error);
  return result;
}
} // namespace

FailureOr<Compilation> compileObject(const CompileRequest &request) {
  FailureOr<Compilation> compilation = importObject(request.object);
  if (failed(compilation) || failed(selectModels(*compilation, request)))
    return failure();
  ModuleOp module = *compilation->module;
  MLIRContext *context = compilation->context.get();
  if (!request.dumpDir.empty() && failed(dump(request.dumpDir, "00-imported.mlir", module)))
    return failure();
  initializeTargets();

  for (CompiledModel &compiled : compilation->models) {
    FailureOr<std::vector<const Target *>> targets = selectTargets(compiled.model, request);
    if (failed(targets) || failed(checkElementTypes(compiled.model)))
      return failure();
    compiled.fingerprint = fingerprintOf(compiled.model, *targets, request);
    compiled.metadata = request.metadata;
    PassManager pm(context);
    if (!request.dumpDir.empty()) {
      context->disableMultithreading();
      pm.addInstrumentation(dumpAfterPasses(request.dumpDir + "/" + compiled.name, 1));
    }
    // A module of its own for each model, so that a pass sees that model only.
    OwningOpRef<ModuleOp> alone(ModuleOp::create(module.getLoc()));
    compiled.model->moveBefore(alone->getBody(), alone->getBody()->end());
    buildModelPipeline(pm, request.entries, request.compute);
    std::string entries =
        request.entries.empty() ? "all entries" : "entries " + llvm::join(request.entries, ", ");
    if (failed(runPasses(pm, *alone, entries + " of model '" + compiled.name + "'")))
      return failure();
    compiled.model->moveBefore(module.getBody(), module.getBody()->end());
    context->enableMultithreading();
    describeEntries(compiled);
    for (const std::string &gpu : request.gpus)
      if (failed(compileGpu(compiled, gpu, request)))
        return failure();
    if (failed(compileVariants(compiled, *targets, request)))
      return failure();
  }
  return compilation;
}

} // namespace tenon
