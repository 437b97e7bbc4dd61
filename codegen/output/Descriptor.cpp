// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The descriptor as C: one table after the other, leaves first.
#include "Descriptor.h"
#include "Manifest.h"

#include "tenon/runtime/abi.h"
#include "llvm/Support/Endian.h"

#include <fmt/format.h>
#include <iterator>

using namespace mlir;

namespace tenon {

namespace {

// INT64_MIN has no literal in C; bounds of dimensions and limits are never negative.
std::string int64(int64_t value) { return fmt::format("INT64_C({})", value); }
std::string uint64(uint64_t value) { return fmt::format("UINT64_C({})", value); }

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
  std::string tensorRow(const ManifestTensor &tensor) const;
  void putShapes();
  void putParams();
  void putGpuKernels(const ManifestEntry &entry);
  std::string putTerms(const Formula &formula, const std::string &name);
  void putKernels(const ManifestEntry &entry);
  void putEntries();
  void putVariants();

  const CompiledModel &compiled;
  Manifest manifest;
  std::string text;
};

std::string Writer::dimsName(const ManifestTensor &tensor) const {
  return tensor.dims.empty() ? "NULL" : fmt::format("dims_{}", fmt::join(tensor.dims, "_"));
}

std::string Writer::tensorRow(const ManifestTensor &tensor) const {
  return fmt::format("{{{}, {}, {}u, {}, {}, {}, {}u}}", quoted(tensor.name),
                     dtypeName(tensor.element).str(), tensor.dims.size(), dimsName(tensor),
                     int64(tensor.limit), tensor.ignored, tensor.hasIgnored ? 1 : 0);
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
    rows.push_back(fmt::format("{{{}, {}u, {}, {}}}", tensorRow(param.tensor), param.layers,
                               initName(param.init).str(), param.initValue));
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
      sources.push_back(
          fmt::format("{{{}u, {}u}}", static_cast<unsigned>(buffer.source), buffer.index));
    table("tenon_gpu_buffer", buffers, sources);
    bool spirv = kernel.kind == GpuKernel::Code::Spirv;
    rows.push_back(fmt::format("{{{}, {}u, {}, sizeof {}, {}, {}u, {}u, {}u, {}}}",
                               spirv ? "TENON_GPU_SPIRV" : "TENON_GPU_PTX", kernel.architecture,
                               code, code, quoted(kernel.symbol), kernel.workgroupSize,
                               kernel.rowsPerGroup, sources.size(),
                               reference(buffers, sources.size())));
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
        factor *= static_cast<int64_t>(size.getMax());
      else
        for (const auto &[index, known] : llvm::enumerate(manifest.dims))
          if (known.name == dim.getValue())
            dims.push_back(index);
    }
    std::string dimsName = dims.empty() ? "NULL" : fmt::format("{}_{}", name, i);
    if (!dims.empty())
      put("static const uint32_t {}[] = {{{}}};\n", dimsName, fmt::join(dims, ", "));
    rows.push_back(fmt::format("{{{}, {}u, {}u, {}}}", int64(factor), term.byPosition ? 1 : 0,
                               dims.size(), dimsName));
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
    rows.push_back(fmt::format("{{{}, {}, {}u, {}u, {}u, {}, {}}}", quoted(kernel.name),
                               quoted(kernel.lines), kernel.repeats, kernel.cost.flops.all().size(),
                               kernel.cost.bytes.all().size(), flops, bytes));
  }
  table("tenon_kernel", fmt::format("kernels_{}", entry.identifier), rows);
}

void Writer::putEntries() {
  std::vector<std::string> rows;
  for (const ManifestEntry &entry : manifest.entries) {
    std::vector<std::string> inputs, outputs;
    for (const ManifestTensor &tensor : entry.inputs)
      inputs.push_back(tensorRow(tensor));
    for (const ManifestTensor &tensor : entry.outputs)
      outputs.push_back(tensorRow(tensor));
    std::string inputsName = "inputs_" + entry.identifier;
    std::string outputsName = "outputs_" + entry.identifier;
    std::string gpuKernelsName = "gpu_kernels_" + entry.identifier;
    std::string kernelsName = "kernels_" + entry.identifier;
    put("\n");
    table("tenon_tensor", inputsName, inputs);
    table("tenon_tensor", outputsName, outputs);
    putGpuKernels(entry);
    putKernels(entry);
    const CompiledEntry &made = *entry.compiled;
    rows.push_back(fmt::format(
        "{{{}, {}u, {}u, {}, {}, {}, {}u, {}u, {}, {}u, {}u, {}, {}u, {}}}", quoted(made.name),
        inputs.size(), outputs.size(), reference(inputsName, inputs.size()),
        reference(outputsName, outputs.size()), uint64(made.arenaBytes), made.usesState ? 1 : 0,
        made.trains ? 1 : 0, int64(made.context), made.sequenceDim, made.gpuKernels.size(),
        reference(gpuKernelsName, made.gpuKernels.size()), entry.kernels.size(),
        reference(kernelsName, entry.kernels.size())));
  }
  put("\n");
  table("tenon_entry", "entries", rows);
}

void Writer::putVariants() {
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
      packed.push_back(fmt::format("{{{}, {}, {}, {}, {}}}", uint64(param.offset),
                                   uint64(param.stride), uint64(param.bytes),
                                   param.packSymbol.empty() ? "NULL" : param.packSymbol,
                                   param.unpackSymbol.empty() ? "NULL" : param.unpackSymbol));
    }
    std::string packedName = fmt::format("packed_{}", i), runsName = fmt::format("runs_{}", i);
    table("tenon_packed_param", packedName, packed);
    table("tenon_run", runsName, variant.runs);
    rows.push_back(fmt::format("{{{}, {}, {}, {}, {}, {}}}", quoted(variant.target->name),
                               variant.target->cpuBits.str(), uint64(variant.weightsBytes),
                               uint64(variant.stateBytes), reference(packedName, packed.size()),
                               reference(runsName, variant.runs.size())));
  }
  put("\n");
  table("tenon_variant", "variants", rows);
}

std::string Writer::write() {
  put("/* The descriptor of model {}: what the runtime reads. Written by tenonc {}; do not edit. "
      "*/\n"
      "#include <stddef.h>\n"
      "#include <tenon/runtime/abi.h>\n\n"
      "#if TENON_ABI_VERSION != {}u\n"
      "#error \"written for version {} of the runtime's ABI; run the tenonc that belongs to these "
      "headers\"\n"
      "#endif\n"
      "#ifdef __GNUC__ /* GPU code in text form is one long string */\n"
      "#pragma GCC diagnostic ignored \"-Woverlength-strings\"\n"
      "#endif\n\n",
      compiled.name, TENON_VERSION, TENON_ABI_VERSION, TENON_ABI_VERSION);
  std::vector<std::string> dims;
  for (const ManifestDim &dim : manifest.dims)
    dims.push_back(fmt::format("{{{}, {}, {}}}", quoted(dim.name), int64(dim.min), int64(dim.max)));
  table("tenon_dim", "dims", dims);
  putShapes();
  put("\n");
  putParams();
  putEntries();
  putVariants();
  put("\nextern const tenon_model tenon_model_{};\n"
      "const tenon_model tenon_model_{} = {{\n"
      "    TENON_ABI_VERSION, {}, {}, {}u, {}u, {}u, {}u,\n"
      "    {}, {}, {}, {},\n"
      "}};\n",
      identifierOf(compiled.name), identifierOf(compiled.name), quoted(compiled.name),
      quoted("tenonc " TENON_VERSION), dims.size(), manifest.params.size(), manifest.entries.size(),
      compiled.variants.size(), reference("dims", dims.size()),
      reference("params", manifest.params.size()), reference("entries", manifest.entries.size()),
      reference("variants", compiled.variants.size()));
  return text;
}

} // namespace

std::string writeDescriptor(const CompiledModel &model) { return Writer(model).write(); }

} // namespace tenon
