// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading entries for GPUs: one group, inputs and outputs straight from and to the caller.
#include "GpuEntry.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace tenon {

template <typename... Parts>
static llvm::Error refuse(const char *format, Parts &&...parts) {
  return llvm::createStringError(llvm::formatv(format, std::forward<Parts>(parts)...).str());
}

static std::string lineOf(Operation *op) {
  std::string text;
  if (auto line = op->getLoc()->findInstanceOf<FileLineColLoc>())
    text = llvm::formatv(" at {0}:{1}", line.getFilename().getValue(), line.getLine());
  return text;
}

/// The entry's one group; an error where it is not of rows or not the only one.
static llvm::Expected<GroupOp> onlyGroup(func::FuncOp entry) {
  SmallVector<GroupOp> groups;
  entry.walk([&](GroupOp group) { groups.push_back(group); });
  for (GroupOp group : groups)
    if (group.getKind() != GroupKind::Embedding && group.getKind() != GroupKind::Norm)
      return refuse("group {0}{1} has no GPU kernel; embedding groups have",
                    stringifyGroupKind(group.getKind()), lineOf(group));
  for (GroupOp group : groups)
    if (!group.getBody().front().getOps<TrainingDropoutOp>().empty())
      return refuse("group {0}{1} drops at random, which GPU kernels do not; train on the CPU",
                    stringifyGroupKind(group.getKind()), lineOf(group));
  if (groups.size() != 1)
    return refuse("the entry has {0} groups, GPU kernels compute entries of one; fuse them",
                  groups.size());
  return groups.front();
}

static llvm::Error bindBuffers(func::FuncOp entry, GpuEntry &gpu) {
  GroupOp group = gpu.rows.group;
  SmallVector<StringAttr> params;
  for (ParamOp param : enclosingModel(group).getBody().getOps<ParamOp>())
    params.push_back(param.getSymNameAttr());
  auto returned = entry.getBody().front().getTerminator()->getOperands();
  for (const KernelBuffer &buffer : gpu.signature.buffers) {
    if (buffer.element.isBF16())
      return refuse("group {0}{1} reads bf16, and GPU kernels read f32; compile it without bf16",
                    stringifyGroupKind(group.getKind()), lineOf(group));
    // One unit is a byte address of 32 bits in the end, on some devices.
    if (buffer.elements > INT32_MAX)
      return refuse("a tensor of up to {0} elements is beyond the {1} that GPU kernels address; "
                    "lower the greatest sizes of its dimensions",
                    buffer.elements, INT32_MAX);
    if (buffer.symbol) {
      unsigned index = llvm::find(params, buffer.symbol) - params.begin();
      gpu.buffers.push_back({GpuBuffer::Source::Param, index});
    } else if (auto argument = dyn_cast<BlockArgument>(buffer.value)) {
      gpu.buffers.push_back({GpuBuffer::Source::Input, argument.getArgNumber()});
    } else if (llvm::count(returned, buffer.value) == 1) {
      unsigned index = llvm::find(returned, buffer.value) - returned.begin();
      gpu.buffers.push_back({GpuBuffer::Source::Output, index});
    } else {
      return refuse("a result of group {0}{1} is not exactly one output of the entry",
                    stringifyGroupKind(group.getKind()), lineOf(group));
    }
  }
  if (returned.size() != group.getNumResults())
    return refuse("the entry has {0} outputs, its group{1} {2} results; a GPU kernel writes each "
                  "output itself",
                  returned.size(), lineOf(group), group.getNumResults());
  gpu.buffers.push_back({GpuBuffer::Source::Scalars, 0});
  return llvm::Error::success();
}

llvm::Expected<GpuEntry> GpuEntry::of(func::FuncOp entry) {
  llvm::Expected<GroupOp> group = onlyGroup(entry);
  if (!group)
    return group.takeError();
  std::string refusal;
  FailureOr<RowGroup> rows = RowGroup::of(*group, refusal);
  if (failed(rows))
    return refuse("{0}", refusal);
  // The runtime counts the rows by the first input.
  if (entry.getNumArguments() == 0 ||
      dimNames(entry.getArgument(0).getType()) != dimNames(rows->type).drop_back())
    return refuse("the first input's dimensions are not the rows of group {0}{1}; make it the ids",
                  stringifyGroupKind(group->getKind()), lineOf(*group));

  ModelOp model = enclosingModel(*group);
  GpuEntry gpu{*rows,
               KernelSignature::of(*group),
               GpuShape::of(rows->columns, maxElements(model, rows->type) / rows->columns),
               {},
               llvm::formatv("tenon_{0}_{1}", model.getSymName(), entry.getSymName())};
  if (llvm::Error error = bindBuffers(entry, gpu))
    return error;
  return gpu;
}

GpuKernel GpuEntry::describe(GpuKernel::Code kind, std::string target,
                             unsigned architecture) const {
  GpuKernel kernel;
  kernel.kind = kind;
  kernel.target = std::move(target);
  kernel.architecture = architecture;
  kernel.symbol = symbol;
  kernel.workgroupSize = GpuShape::workgroupSize;
  kernel.rowsPerGroup = shape.rowsPerGroup;
  kernel.buffers = buffers;
  return kernel;
}

} // namespace tenon
