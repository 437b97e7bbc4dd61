// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The descriptor as C: one table after the other, leaves first.
#include "Descriptor.h"
#include "Manifest.h"
#include "kernel/Call.h"

#include "tenon/runtime/abi.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <fmt/format.h>
#include <iterator>

using namespace mlir;

namespace tenon {

namespace {

// INT64_MIN has no literal in C; bounds of dimensions and limits are never negative.
std::string int64(int64_t value) { return fmt::format("INT64_C({})", value); }
std::string uint64(uint64_t value) { return fmt::format("UINT64_C({})", value); }

/// A number as C writes it, exactly; infinities are of <math.h>.
std::string float64(double value) {
  if (std::isinf(value))
    return value < 0 ? "-INFINITY" : "INFINITY";
  return fmt::format("{}", value);
}

/// A struct's value with every field named: a field that moves in abi.h moves here too, one that is
/// gone does not compile.
class Struct {
public:
  Struct &field(StringRef name, const std::string &value) {
    text += fmt::format("{}.{} = {}", text.empty() ? "" : ", ", name.str(), value);
    return *this;
  }
  Struct &field(StringRef name, uint64_t number) { return field(name, fmt::format("{}u", number)); }
  std::string str() const { return "{" + text + "}"; }

private:
  std::string text;
};

StringRef sourceName(GpuBuffer::Source source) {
  switch (source) {
  case GpuBuffer::Source::Param:
    return "TENON_GPU_PARAM";
  case GpuBuffer::Source::Input:
    return "TENON_GPU_INPUT";
  case GpuBuffer::Source::Output:
    return "TENON_GPU_OUTPUT";
  case GpuBuffer::Source::Scalars:
    return "TENON_GPU_SCALARS";
  }
  llvm_unreachable("a buffer that the ABI lacks");
}

StringRef initName(InitKind init) {
  switch (init) {
  case InitKind::Zeros:
    return "TENON_INIT_ZEROS";
  case InitKind::Ones:
    return "TENON_INIT_ONES";
  case InitKind::Normal:
    return "TENON_INIT_NORMAL";
  case InitKind::ScaledNormal:
    return "TENON_INIT_SCALED_NORMAL";
  case InitKind::Uniform:
    return "TENON_INIT_UNIFORM";
  }
  llvm_unreachable("an initialiser that the ABI lacks");
}

StringRef storedName(StoredKind kind) {
  switch (kind) {
  case StoredKind::Prefix:
    return "TENON_STORED_PREFIX";
  case StoredKind::Ignored:
    return "TENON_STORED_IGNORED";
  case StoredKind::Twin:
    return "TENON_STORED_TWIN";
  case StoredKind::Named:
    return "TENON_STORED_NAMED";
  case StoredKind::Swapped:
    return "TENON_STORED_SWAPPED";
  case StoredKind::Paired:
    return "TENON_STORED_PAIRED";
  case StoredKind::Raised:
    return "TENON_STORED_RAISED";
  }
  llvm_unreachable("a meaning that the ABI lacks");
}

/// The file under construction.
class Writer {
public:
  explicit Writer(const CompiledModel &compiled)
      : compiled(compiled), manifest(Manifest::of(compiled)) {}
  std::string write();

private:
  template <class... Arguments>
  void put(fmt::format_string<Arguments...> format, Arguments &&...arguments) {
    fmt::format_to(std::back_inserter(text), format, std::forward<Arguments>(arguments)...);
  }
  // `rows` as a static table, or nothing where it is empty (C has no empty arrays).
  void table(StringRef type, StringRef name, ArrayRef<std::string> rows) {
    if (rows.empty())
      return;
    put("static const {} {}[] = {{\n", type.str(), name.str());
    for (const std::string &row : rows)
      put("    {},\n", row);
    put("}};\n");
  }
  static std::string reference(StringRef name, size_t rows) {
    return rows == 0 ? "NULL" : name.str();
  }

  std::string dimsName(const ManifestTensor &tensor) const;
  std::string tensorRow(const ManifestTensor &tensor, const std::string &range = "NULL") const;
  void putShapes();
  std::vector<std::string> putInputs(const ManifestEntry &entry);
  void putParams();
  void putGpuKernels(const ManifestEntry &entry);
  std::string putTerms(const Formula &formula, const std::string &name);
  void putKernels(const ManifestEntry &entry);
  void putEntries();
  void putVariants();
  void putCallLayout();

  const CompiledModel &compiled;
  Manifest manifest;
  std::string text;
};

std::string Writer::dimsName(const ManifestTensor &tensor) const {
  return tensor.dims.empty() ? "NULL" : fmt::format("dims_{}", fmt::join(tensor.dims, "_"));
}

std::string Writer::tensorRow(const ManifestTensor &tensor, const std::string &range) const {
  return Struct()
      .field("name", quoted(tensor.name))
      .field("dtype", dtypeName(tensor.element).str())
      .field("rank", tensor.dims.size())
      .field("dims", dimsName(tensor))
      .field("limit", int64(tensor.limit))
      .field("ignored", std::to_string(tensor.ignored))
      .field("has_ignored", tensor.hasIgnored ? 1 : 0)
      .field("range", range)
      .str();
}

/// The rows of an entry's inputs; the ranges that they refer to are written here.
std::vector<std::string> Writer::putInputs(const ManifestEntry &entry) {
  std::vector<std::string> rows;
  for (const auto &[i, tensor] : llvm::enumerate(entry.inputs)) {
    if (!tensor.scalar || !tensor.scalar->range) {
      rows.push_back(tensorRow(tensor));
      continue;
    }
    std::string name = fmt::format("range_{}_{}", entry.identifier, i);
    const ScalarRange &range = *tensor.scalar->range;
    put("static const tenon_range {} = {};\n", name,
        Struct()
            .field("least", float64(range.least))
            .field("most", float64(range.most))
            .field("least_is_open", range.leastIsOpen ? 1 : 0)
            .field("most_is_open", range.mostIsOpen ? 1 : 0)
            .str());
    rows.push_back(tensorRow(tensor, "&" + name));
  }
  return rows;
}

// One array of dimension indices a shape, however many tensors have it.
void Writer::putShapes() {
  llvm::StringSet<> written;
  auto putShape = [&](const ManifestTensor &tensor) {
    if (!tensor.dims.empty() && written.insert(dimsName(tensor)).second)
      put("static const uint32_t {}[] = {{{}}};\n", dimsName(tensor), fmt::join(tensor.dims, ", "));
  };
  for (const ManifestParam &param : manifest.params)
    putShape(param.tensor);
  for (const ManifestEntry &entry : manifest.entries) {
    llvm::for_each(entry.inputs, putShape);
    llvm::for_each(entry.outputs, putShape);
  }
}

void Writer::putParams() {
  std::vector<std::string> rows;
  for (const ManifestParam &param : manifest.params)
    rows.push_back(Struct()
                       .field("tensor", tensorRow(param.tensor))
                       .field("layers", param.layers)
                       .field("init", initName(param.init).str())
                       .field("init_value", float64(param.initValue))
                       .str());
  table("tenon_param", "params", rows);
}

void Writer::putGpuKernels(const ManifestEntry &entry) {
  std::vector<std::string> rows;
  for (const auto &[i, kernel] : llvm::enumerate(entry.compiled->gpuKernels)) {
    std::string code = fmt::format("gpu_code_{}_{}", entry.identifier, i);
    std::string buffers = fmt::format("gpu_buffers_{}_{}", entry.identifier, i);
    put("\n/* {} for {} */\n", kernel.symbol, kernel.target);
    if (kernel.kind == GpuKernel::Code::Spirv) {
      put("static const uint32_t {}[] = {{", code);
      for (size_t at = 0; at + 4 <= kernel.code.size(); at += 4)
        put("{}0x{:08x}u,", at % 32 == 0 ? "\n    " : " ",
            llvm::support::endian::read32le(kernel.code.data() + at));
      put("\n}};\n");
    } else {
      put("static const char {}[] =\n", code);
      for (StringRef rest = kernel.code; !rest.empty();) {
        size_t end = rest.find('\n');
        StringRef line = rest.substr(0, end == StringRef::npos ? end : end + 1);
        put("    {}\n", quoted(line));
        rest = rest.drop_front(line.size());
      }
      put("    ;\n");
    }
    std::vector<std::string> sources;
    for (const GpuBuffer &buffer : kernel.buffers)
      sources.push_back(Struct()
                            .field("source", sourceName(buffer.source).str())
                            .field("index", buffer.index)
                            .str());
    table("tenon_gpu_buffer", buffers, sources);
    bool spirv = kernel.kind == GpuKernel::Code::Spirv;
    rows.push_back(Struct()
                       .field("code_kind", spirv ? "TENON_GPU_SPIRV" : "TENON_GPU_PTX")
                       .field("architecture", kernel.architecture)
                       .field("code", code)
                       .field("code_bytes", "sizeof " + code)
                       .field("symbol", quoted(kernel.symbol))
                       .field("workgroup_size", kernel.workgroupSize)
                       .field("rows_per_group", kernel.rowsPerGroup)
                       .field("n_buffers", sources.size())
                       .field("buffers", reference(buffers, sources.size()))
                       .str());
  }
  table("tenon_gpu_kernel", fmt::format("gpu_kernels_{}", entry.identifier), rows);
}

// A formula as a table of terms, and the fields of tenon_kernel that refer to it. Sizes that are
// known now go into the factor.
std::string Writer::putTerms(const Formula &formula, const std::string &name) {
  std::vector<std::string> rows;
  for (const auto &[i, term] : llvm::enumerate(formula.all())) {
    int64_t factor = term.factor;
    std::vector<unsigned> dims;
    for (StringAttr dim : term.dims) {
      DimOp size = lookupDim(compiled.model, dim);
      if (size.isStatic())
        factor = llvm::SaturatingMultiply<uint64_t>(factor, size.getMax()) > INT64_MAX
                     ? INT64_MAX
                     : factor * static_cast<int64_t>(size.getMax());
      else
        for (const auto &[index, known] : llvm::enumerate(manifest.dims))
          if (known.name == dim.getValue())
            dims.push_back(index);
    }
    std::string dimsName = dims.empty() ? "NULL" : fmt::format("{}_{}", name, i);
    if (!dims.empty())
      put("static const uint32_t {}[] = {{{}}};\n", dimsName, fmt::join(dims, ", "));
    rows.push_back(Struct()
                       .field("factor", int64(factor))
                       .field("by_position", term.byPosition ? 1 : 0)
                       .field("n_dims", dims.size())
                       .field("dims", dimsName)
                       .str());
  }
  table("tenon_cost_term", name, rows);
  return reference(name, rows.size());
}

void Writer::putKernels(const ManifestEntry &entry) {
  std::vector<std::string> rows;
  for (const auto &[i, kernel] : llvm::enumerate(entry.kernels)) {
    std::string suffix = fmt::format("{}_{}", entry.identifier, i);
    std::string flops = putTerms(kernel.cost.flops, "flops_" + suffix);
    std::string bytes = putTerms(kernel.cost.bytes, "bytes_" + suffix);
    rows.push_back(Struct()
                       .field("name", quoted(kernel.name))
                       .field("lines", quoted(kernel.lines))
                       .field("repeats", kernel.repeats)
                       .field("n_flops", kernel.cost.flops.all().size())
                       .field("n_bytes", kernel.cost.bytes.all().size())
                       .field("flops", flops)
                       .field("bytes", bytes)
                       .str());
  }
  table("tenon_kernel", fmt::format("kernels_{}", entry.identifier), rows);
}

void Writer::putEntries() {
  std::vector<std::string> rows;
  for (const ManifestEntry &entry : manifest.entries) {
    put("\n");
    std::vector<std::string> inputs = putInputs(entry), outputs;
    for (const ManifestTensor &tensor : entry.outputs)
      outputs.push_back(tensorRow(tensor));
    std::string inputsName = "inputs_" + entry.identifier;
    std::string outputsName = "outputs_" + entry.identifier;
    std::string gpuKernelsName = "gpu_kernels_" + entry.identifier;
    std::string kernelsName = "kernels_" + entry.identifier;
    table("tenon_tensor", inputsName, inputs);
    table("tenon_tensor", outputsName, outputs);
    putGpuKernels(entry);
    putKernels(entry);
    const CompiledEntry &made = *entry.compiled;
    rows.push_back(Struct()
                       .field("name", quoted(made.name))
                       .field("n_inputs", inputs.size())
                       .field("n_outputs", outputs.size())
                       .field("inputs", reference(inputsName, inputs.size()))
                       .field("outputs", reference(outputsName, outputs.size()))
                       .field("arena_bytes", uint64(made.arenaBytes))
                       .field("uses_state", made.usesState ? 1 : 0)
                       .field("trains", made.trains ? 1 : 0)
                       .field("compute", dtypeName(entry.compute).str())
                       .field("context", int64(made.context))
                       .field("sequence_dim", made.sequenceDim)
                       .field("n_gpu_kernels", made.gpuKernels.size())
                       .field("gpu_kernels", reference(gpuKernelsName, made.gpuKernels.size()))
                       .field("n_kernels", entry.kernels.size())
                       .field("kernels", reference(kernelsName, entry.kernels.size()))
                       .str());
  }
  put("\n");
  table("tenon_entry", "entries", rows);
}

// Kernels are no affair of anybody else: a shared library with the model does not offer them.
void Writer::putVariants() {
  put("#pragma GCC visibility push(hidden)\n");
  llvm::StringSet<> declared;
  std::vector<std::string> rows;
  for (const auto &[i, variant] : llvm::enumerate(compiled.variants)) {
    put("\n/* {} */\n", variant.target->name.str());
    for (const std::string &run : variant.runs)
      if (declared.insert(run).second)
        put("extern void {}(const tenon_call* call, int32_t thread, int32_t n_threads);\n", run);
    std::vector<std::string> packed;
    for (const PackedParam &param : variant.params) {
      for (const std::string &copy : {param.packSymbol, param.unpackSymbol})
        if (!copy.empty() && declared.insert(copy).second)
          put("extern void {}(const void* source, void* destination);\n", copy);
      packed.push_back(
          Struct()
              .field("offset", uint64(param.offset))
              .field("stride", uint64(param.stride))
              .field("bytes", uint64(param.bytes))
              .field("pack", param.packSymbol.empty() ? "NULL" : param.packSymbol)
              .field("unpack", param.unpackSymbol.empty() ? "NULL" : param.unpackSymbol)
              .str());
    }
    std::string packedName = fmt::format("packed_{}", i), runsName = fmt::format("runs_{}", i);
    table("tenon_packed_param", packedName, packed);
    table("tenon_run", runsName, variant.runs);
    std::vector<std::string> stack;
    for (uint64_t bytes : variant.stackBytes)
      stack.push_back(uint64(bytes));
    std::string stackName = fmt::format("stack_bytes_{}", i);
    table("uint64_t", stackName, stack);
    rows.push_back(Struct()
                       .field("name", quoted(variant.target->name))
                       .field("cpu", variant.target->cpuBits.str())
                       .field("weights_bytes", uint64(variant.weightsBytes))
                       .field("state_bytes", uint64(variant.stateBytes))
                       .field("params", reference(packedName, packed.size()))
                       .field("runs", reference(runsName, variant.runs.size()))
                       .field("thread_bytes", uint64(variant.threadBytes))
                       .field("stack_bytes", reference(stackName, stack.size()))
                       .str());
  }
  put("#pragma GCC visibility pop\n\n");
  table("tenon_variant", "variants", rows);
}

// Kernels read the call by these offsets, whatever the headers say that this file is compiled with.
void Writer::putCallLayout() {
#define TENON_CALL_FIELD(name, field)                                                              \
  put("_Static_assert(offsetof(tenon_call, " #field ") == {}, \"kernels find tenon_call." #field   \
      " elsewhere\");\n",                                                                          \
      static_cast<size_t>(CallField::name));
  TENON_CALL_FIELDS(TENON_CALL_FIELD)
#undef TENON_CALL_FIELD
  put("\n");
}

std::string Writer::write() {
  put("/* The descriptor of model {}: what the runtime reads. Written by tenonc {}; do not edit. "
      "*/\n"
      "#include <math.h>\n"
      "#include <stddef.h>\n"
      "#include <tenon/runtime/abi.h>\n\n"
      "#if TENON_ABI_VERSION != {}\n"
      "#error \"written for version {} of the runtime's ABI; run the tenonc that belongs to these "
      "headers\"\n"
      "#endif\n"
      "#ifdef __GNUC__ /* GPU code in text form is one long string */\n"
      "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
      "#endif\n\n",
      compiled.name, TENON_VERSION, TENON_ABI_VERSION, TENON_ABI_VERSION);
  putCallLayout();
  std::vector<std::string> dims;
  for (const ManifestDim &dim : manifest.dims)
    dims.push_back(Struct()
                       .field("name", quoted(dim.name))
                       .field("min", int64(dim.min))
                       .field("max", int64(dim.max))
                       .str());
  table("tenon_dim", "dims", dims);
  putShapes();
  put("\n");
  putParams();
  putEntries();
  putVariants();
  std::vector<std::string> metadata;
  for (const auto &[key, value] : compiled.metadata)
    metadata.push_back(Struct().field("key", quoted(key)).field("value", quoted(value)).str());
  table("tenon_metadata", "metadata", metadata);
  std::vector<std::string> stored;
  for (const ManifestStored &each : manifest.stored)
    stored.push_back(Struct()
                         .field("name", quoted(each.name))
                         .field("kind", storedName(each.kind).str())
                         .field("param", each.param)
                         .str());
  table("tenon_stored_name", "stored", stored);
  put("\nextern const tenon_model tenon_model_{} __asm__(\"{}\");\n"
      "const tenon_model tenon_model_{} = {{\n",
      compiled.name, linkNameOf(compiled), compiled.name);
  auto field = [&](StringRef name, const std::string &value) {
    put("    .{} = {},\n", name.str(), value);
  };
  auto rows = [&](StringRef name, size_t count) {
    field(fmt::format("n_{}", name.str()), fmt::format("{}u", count));
    field(name, reference(name, count));
  };
  field("abi_version", "TENON_ABI_VERSION");
  field("name", quoted(compiled.name));
  field("fingerprint", fmt::format("UINT64_C(0x{})", compiled.fingerprintText()));
  field("generator", quoted("tenonc " TENON_VERSION));
  rows("dims", dims.size());
  rows("params", manifest.params.size());
  rows("entries", manifest.entries.size());
  rows("variants", compiled.variants.size());
  rows("metadata", metadata.size());
  rows("stored", stored.size());
  put("}};\n"
      "TENON_REGISTER_MODEL({});\n",
      compiled.name);
  return text;
}

} // namespace

std::string writeDescriptor(const CompiledModel &model) { return Writer(model).write(); }

} // namespace tenon
