// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Collects the tables of a model from its IR: dimensions, parameters, the entries' tensors.
#include "Manifest.h"
#include "CNames.h"
#include "DeriveTraining.h"

#include "llvm/ADT/StringExtras.h"

#include <fmt/format.h>

using namespace mlir;

namespace tenon {

// Keywords of C++, extensions and macros of GNU modes among them, and namespaces that all use.
std::string identifierOf(StringRef text) {
  static const char keywords[] =
      "alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t "
      "char32_t char8_t class co_await co_return co_yield compl concept const const_cast "
      "consteval constexpr constinit continue decltype default delete do double dynamic_cast "
      "else enum errno explicit export extern false float for friend goto i386 if inline int "
      "linux long mutable namespace new noexcept not not_eq nullptr operator or or_eq private "
      "protected public register reinterpret_cast requires restrict return short signed sizeof "
      "static static_assert static_cast std struct switch template tenon this thread_local "
      "throw true try typedef typeid typename typeof union unix unsigned using virtual void "
      "volatile wchar_t while xor xor_eq";
  std::string name;
  for (char c : text)
    name += llvm::isAlnum(c) ? c : '_';
  if (name.empty() || llvm::isDigit(name.front()))
    name.insert(name.begin(), '_');
  SmallVector<StringRef> reserved;
  StringRef(keywords).split(reserved, ' ');
  if (llvm::is_contained(reserved, name))
    name += '_';
  return name;
}

std::string namespaceOf(StringRef model) {
  return identifierOf(model) + (isDeclaredByC(model) ? "_" : "");
}

// Octal escapes: unlike hexadecimal ones they end after three digits.
std::string quoted(StringRef text) {
  std::string result = "\"";
  for (unsigned char c : text) {
    if (llvm::isPrint(c) && c != '"' && c != '\\' && c != '?')
      result += static_cast<char>(c);
    else
      result += fmt::format("\\{:03o}", c);
  }
  return result + '"';
}

std::string linkNameOf(const CompiledModel &model) {
  return fmt::format("tenon_model_{}_{}", model.name, model.fingerprintText());
}

StringRef dtypeName(Type element) {
  if (element.isBF16())
    return "TENON_BF16";
  if (element.isF64())
    return "TENON_F64";
  return element.isInteger(32) ? "TENON_I32" : "TENON_F32";
}

Identifiers::Identifiers(std::initializer_list<StringRef> reserved) {
  llvm::for_each(reserved, [&](StringRef name) { reserve(name); });
}

void Identifiers::reserve(StringRef name) { used.insert(name); }

std::string Identifiers::claim(StringRef text) {
  std::string name = identifierOf(text);
  while (!used.insert(name).second)
    name += '_';
  return name;
}

std::string lineOf(Location location) {
  if (auto fused = dyn_cast<FusedLoc>(location)) {
    std::string lines;
    for (Location part : fused.getLocations())
      lines += (lines.empty() ? "" : ", ") + lineOf(part);
    return lines;
  }
  if (auto named = dyn_cast<NameLoc>(location))
    return lineOf(named.getChildLoc());
  if (auto line = dyn_cast<FileLineColLoc>(location)) {
    StringRef file = line.getFilename().getValue();
    return fmt::format("{}:{}", file.substr(file.rfind('/') + 1).str(), line.getLine());
  }
  return "unknown line";
}

namespace {

using DimIndex = llvm::StringMap<unsigned>;

ManifestTensor tensorOfType(StringRef name, Type type, const DimIndex &index) {
  auto tensor = cast<RankedTensorType>(type);
  ManifestTensor result{name.str(), tensor.getElementType(), {}};
  for (StringAttr dim : dimNames(tensor))
    result.dims.push_back(index.lookup(dim.getValue()));
  return result;
}

/// What targets of a loss may be: a class, or a value that is ignored.
struct Classes {
  int64_t count;
  int32_t ignored;
};

/// Of a use as the targets of a loss; of its backward too, since training may fuse away the other.
std::optional<Classes> classesOf(OpOperand &use) {
  auto ofLogits = [&](auto op) -> std::optional<Classes> {
    if (use.get() != op.getTargets())
      return std::nullopt;
    auto logits = cast<RankedTensorType>(op.getLogits().getType());
    return Classes{logits.getShape().back(), static_cast<int32_t>(op.getIgnore())};
  };
  if (auto loss = dyn_cast<TokenCrossEntropyOp>(use.getOwner()))
    return ofLogits(loss);
  if (auto backward = dyn_cast<CrossEntropyBackwardOp>(use.getOwner()))
    return ofLogits(backward);
  auto head = dyn_cast<HeadCrossEntropyOp>(use.getOwner());
  if (!head || use.get() != head.getTargets())
    return std::nullopt;
  auto weight = cast<RankedTensorType>(head.getWeight().getType());
  return Classes{weight.getDimSize(head.getTransposed() ? 0 : 1),
                 static_cast<int32_t>(head.getIgnore())};
}

// The bounds of the values of an input, by what it indexes: rows of a table, or logits.
void boundValues(Value input, ManifestTensor &tensor) {
  bool everywhereIgnored = true;
  auto bound = [&](int64_t limit) {
    if (!ShapedType::isDynamic(limit))
      tensor.limit = tensor.limit == 0 ? limit : std::min(tensor.limit, limit);
  };
  for (OpOperand &use : input.getUses()) {
    if (auto embedding = dyn_cast<EmbeddingOp>(use.getOwner());
        embedding && use.get() == embedding.getIds()) {
      bound(cast<RankedTensorType>(embedding.getTable().getType()).getDimSize(0));
      everywhereIgnored = false;
    } else if (std::optional<Classes> classes = classesOf(use)) {
      bound(classes->count);
      tensor.hasIgnored = true;
      tensor.ignored = classes->ignored;
    }
  }
  if (!everywhereIgnored)
    tensor.hasIgnored = false;
}

/// "linear h.{}.mlp.c_fc": an operation and the first parameter it reads, or whose gradient it
/// makes, without ".weight". Optimisers are about all of them, and named without.
std::string operationName(Operation &op) {
  std::string name = titleOf(&op);
  auto withParam = [&](StringRef param) {
    param.consume_back(".weight");
    return name + " " + param.str();
  };
  if (auto accumulate = dyn_cast<AccumulateOp>(op))
    return withParam(accumulate.getName());
  for (Value operand : op.getOperands())
    if (auto param = operand.getDefiningOp<GetParamOp>())
      return withParam(param.getName());
  return name;
}

/// "gpt2.model.cpp:36, 55" of lines in order; a file is named again only where it changes.
std::string joinLines(ArrayRef<std::string> lines) {
  std::string text, file;
  for (const std::string &line : lines) {
    size_t colon = line.rfind(':');
    bool isSame = colon != std::string::npos && line.compare(0, colon, file) == 0 && !file.empty();
    text += (text.empty() ? "" : ", ") + (isSame ? line.substr(colon + 1) : line);
    file = line.substr(0, colon);
  }
  return text;
}

/// A group as a kernel: what it computes and the lines of that, each once and in order.
ManifestKernel kernelOf(GroupOp group) {
  ManifestKernel kernel;
  std::vector<std::string> operations, lines;
  auto addOnce = [](std::vector<std::string> &to, std::string text) {
    if (!llvm::is_contained(to, text))
      to.push_back(std::move(text));
  };
  for (Operation &op : group.getBody().front())
    if (!isa<GetParamOp, PositionsOp, ConstantOp, YieldOp>(op)) {
      addOnce(operations, operationName(op));
      addOnce(lines, lineOf(op.getLoc()));
    }
  kernel.name = llvm::join(operations, " + ");
  kernel.lines = joinLines(lines);
  for (auto repeat = group->getParentOfType<RepeatOp>(); repeat;
       repeat = repeat->getParentOfType<RepeatOp>())
    kernel.repeats *= lookupDim(enclosingModel(group), repeat.getLayers()).getMax();
  kernel.cost = costOf(group);
  return kernel;
}

/// bf16 where an entry reads it or rounds factors of products to it; else f32. Entries of one
/// request may differ: where one of them trains, only it is narrowed.
Type computeOf(func::FuncOp entry) {
  auto isBf16 = [](Type type) { return getElementTypeOrSelf(type).isBF16(); };
  Type compute = Float32Type::get(entry.getContext());
  entry.walk([&](Operation *op) {
    auto attention = dyn_cast<AttentionOp>(op); // its cache is no value
    if (llvm::any_of(op->getResultTypes(), isBf16) || op->hasAttr("narrow") ||
        (attention && isBf16(attention.getKeptType())))
      compute = BFloat16Type::get(entry.getContext());
  });
  return compute;
}

std::string optionsOf(StringRef entry) { return identifierOf(entry) + "_options"; }

/// The names that dimensions may not have: what else stands in the header's namespace, what is used
/// there unqualified, and members of a dimension. All entries count, whether the model has them or
/// not, so that a request for others renames no dimension.
Identifiers namesOfHeader(const CompiledModel &compiled) {
  Identifiers names{"model",      "parameter", "parameters", "parameter_count", "session",
                    "index",      "min",       "max",        "is_static",       "tenon_dtype",
                    "TENON_BF16", "TENON_F32", "TENON_F64",  "TENON_I32",       "tenon_model"};
  names.reserve("tenon_model_" + compiled.name);
  auto reserveEntry = [&](StringRef entry) {
    names.reserve(identifierOf(entry));
    names.reserve(optionsOf(entry));
  };
  for (StringRef entry : {"forward", "step", "loss"})
    reserveEntry(entry);
  llvm::for_each(trainingEntries(), reserveEntry);
  for (const CompiledEntry &entry : compiled.entries)
    reserveEntry(entry.name);
  return names;
}

ManifestEntry entryOf(const CompiledEntry &entry, const DimIndex &index) {
  ManifestEntry result{identifierOf(entry.name), {}, {}, computeOf(entry.function), &entry, "", {}};
  func::FuncOp function = entry.function;
  auto nameOf = [](Attribute name, StringRef fallback, unsigned i) {
    auto text = dyn_cast_or_null<StringAttr>(name);
    return text ? text.str() : fallback.str() + std::to_string(i);
  };
  for (BlockArgument argument : function.getArguments()) {
    unsigned i = argument.getArgNumber();
    std::string name = nameOf(function.getArgAttr(i, "tenon.name"), "input", i);
    ManifestTensor &tensor =
        result.inputs.emplace_back(tensorOfType(name, argument.getType(), index));
    boundValues(argument, tensor);
    if (tensor.dims.empty())
      tensor.scalar = findTrainingScalar(entry.name, name);
  }
  if (llvm::any_of(result.inputs, [](const ManifestTensor &input) { return input.isOption(); }))
    result.options = optionsOf(entry.name);
  for (auto [i, type] : llvm::enumerate(function.getResultTypes())) {
    std::string name = nameOf(function.getResultAttr(i, "tenon.name"), "output", i);
    result.outputs.push_back(tensorOfType(name, type, index));
  }
  function.walk<WalkOrder::PreOrder>(
      [&](GroupOp group) { result.kernels.push_back(kernelOf(group)); });
  return result;
}

} // namespace

Manifest Manifest::of(const CompiledModel &compiled) {
  Manifest manifest;
  ModelOp model = compiled.model;
  DimIndex index;
  Identifiers names = namesOfHeader(compiled);
  for (DimOp dim : model.getOps<DimOp>()) {
    StringRef name = dim.getSymName();
    StringRef last = name.substr(name.rfind("::") == StringRef::npos ? 0 : name.rfind("::") + 2);
    index[name] = manifest.dims.size();
    manifest.dims.push_back({name.str(), names.claim(last), static_cast<int64_t>(dim.getMin()),
                             static_cast<int64_t>(dim.getMax())});
  }
  for (ParamOp param : model.getOps<ParamOp>()) {
    int64_t layers = 0;
    if (auto depth = param.getLayersAttr())
      layers = lookupDim(model, depth.getValue()).getMax();
    manifest.params.push_back({tensorOfType(param.getSymName(), param.getTensorType(), index),
                               layers, param.getInit(), param.getInitValue().convertToDouble()});
  }
  for (StoredOp stored : model.getOps<StoredOp>()) {
    unsigned param = 0;
    for (const auto &[i, known] : llvm::enumerate(manifest.params))
      if (known.tensor.name == stored.getOf().value_or(""))
        param = i;
    manifest.stored.push_back({stored.getName().str(), stored.getKind(), param});
  }
  for (const CompiledEntry &entry : compiled.entries)
    manifest.entries.push_back(entryOf(entry, index));
  return manifest;
}

} // namespace tenon
