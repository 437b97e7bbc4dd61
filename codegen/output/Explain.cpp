// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The explanation: the model's tables, then each entry's groups in the order in which they run.
#include "Explain.h"
#include "Cost.h"
#include "Kept.h"
#include "Manifest.h"
#include "RepeatPlaces.h"

#include <fmt/format.h>
#include <iterator>

using namespace mlir;

namespace tenon {

namespace {

// "12.3 MB", with three digits.
std::string human(double value, StringRef unit) {
  static const char *const prefixes[] = {"", "k", "M", "G", "T", "P"};
  unsigned prefix = 0;
  for (; value >= 999.5 && prefix + 1 < std::size(prefixes); ++prefix)
    value /= 1000;
  return fmt::format("{:.3g} {}{}", value, prefixes[prefix], unit.str());
}

std::string shapeText(Type type) {
  std::string names;
  for (StringAttr name : dimNames(type))
    names += (names.empty() ? "" : ", ") + name.str();
  return "(" + names + ")";
}

StringRef elementText(Type element) {
  return element.isBF16()        ? "bf16"
         : element.isF64()       ? "f64"
         : element.isInteger(32) ? "i32"
                                 : "f32";
}

/// The text under construction.
class Writer {
public:
  explicit Writer(const CompiledModel &compiled)
      : compiled(compiled), model(compiled.model), manifest(Manifest::of(compiled)) {}
  std::string write();

private:
  template <class... Arguments>
  void put(fmt::format_string<Arguments...> format, Arguments &&...arguments) {
    fmt::format_to(std::back_inserter(text), format, std::forward<Arguments>(arguments)...);
  }
  std::string shapeOf(const ManifestTensor &tensor) const;
  void putTables();
  void putEntry(const ManifestEntry &entry);
  void putStack(const CompiledEntry &entry);
  void putArena(const CompiledEntry &entry);
  void putBlock(Block &block, unsigned depth);
  void putGroup(GroupOp group, unsigned depth);
  void putMemory(GroupOp group, const std::string &indent);

  const CompiledModel &compiled;
  ModelOp model;
  Manifest manifest;
  std::string text;
  unsigned step =
      0; // as tenon-plan-arena counts: a group is one, a repeat begins and ends with one
};

std::string Writer::shapeOf(const ManifestTensor &tensor) const {
  std::string names;
  for (unsigned dim : tensor.dims)
    names += (names.empty() ? "" : ", ") + manifest.dims[dim].name;
  return fmt::format("{} ({})", tensor.name, names);
}

void Writer::putTables() {
  put("model {}, by tenonc {}\n\ndimensions\n", compiled.name, TENON_VERSION);
  for (const ManifestDim &dim : manifest.dims)
    put("  {:<16} {}\n", dim.name,
        dim.min == dim.max ? fmt::format("{}", dim.max)
                           : fmt::format("{} to {}, at run time", dim.min, dim.max));
  put("\nparameters\n");
  double elements = 0;
  for (ParamOp param : model.getBody().getOps<ParamOp>()) {
    auto type = param.getTensorType();
    double layers =
        param.getLayersAttr() ? lookupDim(model, param.getLayers().value()).getMax() : 1;
    elements += layers * static_cast<double>(maxElements(model, type));
    put("  {:<28} {} {}{}, {} {}, {}\n", param.getSymName().str(),
        elementText(type.getElementType()).str(), shapeText(type),
        layers > 1 ? fmt::format(" x {}", layers) : "", stringifyInitKind(param.getInit()).str(),
        param.getInitValue().convertToDouble(), lineOf(param.getLoc()));
  }
  put("  {:.0f} elements in all\n\nvariants, most capable first\n", elements);
  for (const CompiledVariant &variant : compiled.variants) {
    put("  {:<16} weights {}, cached state {}, memory of each thread {}",
        variant.target->name.str(), human(static_cast<double>(variant.weightsBytes), "B"),
        human(static_cast<double>(variant.stateBytes), "B"),
        human(static_cast<double>(variant.threadBytes), "B"));
    if (!variant.object.empty())
      put(", code {}", human(static_cast<double>(variant.object.size()), "B"));
    put("\n");
  }
}

void Writer::putMemory(GroupOp group, const std::string &indent) {
  auto offsets = group->getAttrOfType<DenseI64ArrayAttr>("tenon.offsets");
  auto lives = group->getAttrOfType<DenseI64ArrayAttr>("tenon.live");
  for (auto [i, result] : llvm::enumerate(group.getResults())) {
    auto type = cast<RankedTensorType>(result.getType());
    double bytes =
        static_cast<double>(maxElements(model, type)) * type.getElementTypeBitWidth() / 8;
    std::string place;
    if (offsets && offsets[i] < 0)
      place = ", an output of the entry";
    else if (offsets && lives)
      place = fmt::format(", arena {}, live in steps {} to {}", offsets[i], lives[2 * i],
                          lives[2 * i + 1]);
    put("{}writes {} {}, {} at most{}\n", indent, elementText(type.getElementType()).str(),
        shapeText(type), human(bytes, "B"), place);
  }
  if (auto scratch = group->getAttrOfType<DenseI64ArrayAttr>("tenon.scratch"))
    put("{}scratch memory of {}, arena {}\n", indent, human(static_cast<double>(scratch[1]), "B"),
        scratch[0]);
}

void Writer::putGroup(GroupOp group, unsigned depth) {
  std::string indent(depth * 2 + 6, ' ');
  put("{:{}}step {}: {} kernel\n", "", depth * 2 + 2, step++,
      stringifyGroupKind(group.getKind()).str());
  for (Operation &op : group.getBody().front()) {
    if (isa<YieldOp>(op))
      continue;
    std::string detail;
    if (auto param = dyn_cast<GetParamOp>(op))
      detail = " " + param.getName().str();
    std::string scope = op.hasAttr("tenon.fused") ? "  [fused(...)]" : "";
    put("{}{}{}  {}{}\n", indent, titleOf(&op), detail, lineOf(op.getLoc()), scope);
  }
  if (auto ends = group->getAttrOfType<StringAttr>("tenon.ends"); ends && !ends.empty())
    put("{}ends here: {}\n", indent, ends.str());
  putMemory(group, indent);
  Cost cost = costOf(group);
  auto putCost = [&](const char *what, const Formula &formula, const char *unit) {
    put("{}{} {} = {} at most, {} at least\n", indent, what, formula.text(),
        human(formula.atMost(model), unit), human(formula.atLeast(model), unit));
  };
  putCost("flops", cost.flops, "flop");
  putCost("bytes", cost.bytes, "B");
}

void Writer::putBlock(Block &block, unsigned depth) {
  for (Operation &op : block) {
    if (auto group = dyn_cast<GroupOp>(op)) {
      putGroup(group, depth);
    } else if (auto repeat = dyn_cast<RepeatOp>(op)) {
      put("{:{}}step {}: {} times ({}), {}\n", "", depth * 2 + 2, step++,
          lookupDim(model, repeat.getLayers()).getMax(), repeat.getLayers().str(),
          lineOf(repeat.getLoc()));
      putBlock(repeat.getBody().front(), depth + 1);
      put("{:{}}step {}: the layers end\n", "", depth * 2 + 2, step++);
    }
  }
}

void Writer::putStack(const CompiledEntry &entry) {
  std::vector<std::string> needs;
  for (const CompiledVariant &variant : compiled.variants)
    if (!variant.object.empty())
      needs.push_back(fmt::format("{}{} on {}",
                                  variant.stackBytes[&entry - compiled.entries.data()],
                                  needs.empty() ? " bytes" : "", variant.target->name.str()));
  if (!needs.empty())
    put("  stack of each thread: {}\n", fmt::join(needs, ", "));
}

// A line for each value, in the order of the addresses; what shares memory stands together.
void Writer::putArena(const CompiledEntry &entry) {
  struct Row {
    int64_t offset, bytes, begin, end;
    std::string what;
  };
  std::vector<Row> rows;
  auto bytesOf = [&](Type type) {
    auto tensor = cast<RankedTensorType>(type);
    return maxElements(model, tensor) * tensor.getElementTypeBitWidth() / 8;
  };
  func::FuncOp function = entry.function;
  function.walk([&](Operation *op) {
    auto offsets = op->getAttrOfType<DenseI64ArrayAttr>("tenon.offsets");
    auto lives = op->getAttrOfType<DenseI64ArrayAttr>("tenon.live");
    if (!offsets || !lives)
      return;
    std::string line = lineOf(op->getLoc());
    if (auto group = dyn_cast<GroupOp>(op)) {
      std::string kind = stringifyGroupKind(group.getKind()).str();
      for (auto [i, type] : llvm::enumerate(group.getResultTypes()))
        rows.push_back({offsets[i], bytesOf(type), lives[2 * i], lives[2 * i + 1],
                        fmt::format("{} {}, {}", kind, shapeText(type), line)});
      if (auto scratch = group->getAttrOfType<DenseI64ArrayAttr>("tenon.scratch"))
        rows.push_back({scratch[0], scratch[1], scratch[2], scratch[2],
                        fmt::format("{} scratch memory, {}", kind, line)});
      return;
    }
    auto repeat = cast<RepeatOp>(op);
    RepeatPlaces places = RepeatPlaces::of(repeat);
    for (auto [place, result] : llvm::zip_equal(places.carried, repeat.getCarried()))
      if (place.even != place.odd)
        for (bool odd : {false, true})
          rows.push_back(
              {odd ? place.odd : place.even, bytesOf(result.getType()), lives[0], lives[1],
               fmt::format("what layers {} yield {}, {}", odd ? "1, 3, 5 ..." : "0, 2, 4 ...",
                           shapeText(result.getType()), line)});
    int64_t layers = lookupDim(model, repeat.getLayers()).getMax();
    for (auto [place, result] : llvm::zip_equal(places.stacks, repeat.getStacks()))
      rows.push_back(
          {place.offset, place.stride * layers, lives[0], place.end,
           fmt::format("kept of every layer, {}, {}", shapeText(result.getType()), line)});
  });
  llvm::erase_if(rows, [](const Row &row) { return row.offset < 0; });
  llvm::stable_sort(rows, [](const Row &x, const Row &y) {
    return std::pair(x.offset, x.begin) < std::pair(y.offset, y.begin);
  });
  put("  arena {} bytes", entry.arenaBytes);
  if (auto most = function->getAttrOfType<DenseI64ArrayAttr>("tenon.arena_most_live"))
    put(", of which {} live at once in step {}: no arena could be smaller than that", most[0],
        most[1]);
  put("\n");
  if (!rows.empty())
    put("  {:>14} {:>14}  {:<10} value\n", "offset", "bytes", "steps");
  for (const Row &row : rows)
    put("  {:>14} {:>14}  {:<10} {}\n", row.offset, row.bytes,
        fmt::format("{} to {}", row.begin, row.end), row.what);
}

void Writer::putEntry(const ManifestEntry &entry) {
  const CompiledEntry &made = *entry.compiled;
  std::string inputs, outputs;
  for (const ManifestTensor &tensor : entry.inputs)
    inputs += (inputs.empty() ? "" : ", ") + shapeOf(tensor);
  for (const ManifestTensor &tensor : entry.outputs)
    outputs += (outputs.empty() ? "" : ", ") + shapeOf(tensor);
  put("\nentry {}: {} -> {}\n", made.name, inputs, outputs);
  put("  computes {}\n",
      entry.compute.isBF16() ? "products of bf16, everything else in f32" : "in f32");
  if (made.usesState)
    put("  continues from the cache, positions below {}\n", made.context);
  putStack(made);
  putArena(made);
  text += writeKept(made.function);
  step = 0;
  func::FuncOp function = made.function;
  putBlock(function.getBody().front(), 0);
  for (const GpuKernel &kernel : made.gpuKernels)
    put("  GPU: {} computes the whole entry, {} threads a work group, {} of code\n", kernel.target,
        kernel.workgroupSize, human(static_cast<double>(kernel.code.size()), "B"));
  for (const std::string &refusal : made.gpuRefusals)
    put("  no GPU kernel: {}\n", refusal);
}

std::string Writer::write() {
  putTables();
  for (const ManifestEntry &entry : manifest.entries)
    putEntry(entry);
  put("\n`at most`: every run-time dimension at its greatest size; `at least`: at its smallest, "
      "one token.\n"
      "flops count multiplications, additions, exponentials alike; bytes count each buffer once.\n"
      "`position`: how many tokens are cached before the call; none in `at most` and `at "
      "least`.\n");
  return text;
}

} // namespace

std::string writeExplain(const CompiledModel &model) { return Writer(model).write(); }

} // namespace tenon
