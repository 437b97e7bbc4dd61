// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// tenonc: compiles the models in an object file; explains what it did with them.
#include "Compile.h"
#include "Descriptor.h"
#include "Explain.h"
#include "Files.h"
#include "Header.h"
#include "reference.h"

#include <CLI/CLI.hpp>

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

namespace {

bool fail(const llvm::Twine &message) {
  llvm::WithColor::error() << message << "\n";
  return false;
}

/// Writes a file unless it has these bytes already, so that nothing that depends on it is rebuilt.
bool write(const std::string &dir, const std::string &name, llvm::StringRef bytes) {
  llvm::SmallString<128> path(dir);
  llvm::sys::path::append(path, name);
  if (llvm::sys::fs::is_regular_file(path))
    if (auto old = llvm::MemoryBuffer::getFile(path); old && (*old)->getBuffer() == bytes)
      return true;
  if (llvm::Error error = tenon::writeFile(path, [&](llvm::raw_ostream &file) { file << bytes; }))
    return fail(llvm::toString(std::move(error)));
  return true;
}

bool writeModel(const tenon::CompiledModel &model, const std::string &dir, bool withAssembly) {
  bool ok = write(dir, model.name + ".tenon.h", tenon::writeHeader(model)) &&
            write(dir, model.name + ".tenon.c", tenon::writeDescriptor(model));
  for (const tenon::CompiledVariant &variant : model.variants) {
    std::string stem = model.name + "." + variant.target->name.str();
    ok = ok && write(dir, stem + ".o", variant.object);
    if (withAssembly)
      ok = ok && write(dir, stem + ".s", variant.assembly);
  }
  return ok;
}

void addComputeOption(CLI::App &command, tenon::ComputeType &compute) {
  const std::map<std::string, tenon::ComputeType> types{{"bf16", tenon::ComputeType::Bf16}};
  command
      .add_option("--compute", compute,
                  "bf16: narrow the f32 weights of products, tables and caches (default: the "
                  "types that the model declares)")
      ->transform(CLI::CheckedTransformer(types).description("bf16"));
}

void addMetadata(const std::vector<std::string> &all, tenon::CompileRequest &request) {
  for (const std::string &each : all) {
    size_t sign = each.find('=');
    if (sign == std::string::npos || sign == 0)
      throw CLI::ValidationError("--metadata", "'" + each + "' is no key=value");
    std::string key = each.substr(0, sign);
    for (const auto &[known, value] : request.metadata)
      if (known == key)
        throw CLI::ValidationError("--metadata", "key '" + key + "' is given twice; give it once");
    request.metadata.emplace_back(std::move(key), each.substr(sign + 1));
  }
}

void addRequestOptions(CLI::App &command, tenon::CompileRequest &request) {
  command.add_option("object", request.object, "object file that a model was compiled into")
      ->required();
  command.add_option("--model", request.models, "models to compile (default: all)")->delimiter(',');
  command
      .add_option(
          "--entries", request.entries,
          "entries: forward, step, loss, and for training init, train_step, gradients, update, "
          "update_sgd (default: forward, step and loss, as far as the model has them)")
      ->delimiter(',');
  command
      .add_option("--cpu", request.cpus,
                  "CPU targets (default: all for the object's machine, bf16 dots only for bf16)")
      ->delimiter(',');
  command.add_option("--gpu", request.gpus, "GPU targets: spirv, nvptx:sm_80, nvptx:sm_90")
      ->delimiter(',');
  addComputeOption(command, request.compute);
  command
      .add_option_function<std::vector<std::string>>(
          "--metadata", [&](const std::vector<std::string> &all) { addMetadata(all, request); },
          "key=value, what programs may read of the models at run time; may be given often")
      ->allow_extra_args(false);
  command.add_option("--dump-dir", request.dumpDir, "write the IR after every stage there");
}

int compile(const tenon::CompileRequest &request, const std::string &outputDir) {
  auto compilation = tenon::compileObject(request);
  if (failed(compilation))
    return EXIT_FAILURE;
  if (std::error_code error = llvm::sys::fs::create_directories(outputDir)) {
    fail("cannot create " + outputDir + ": " + error.message());
    return EXIT_FAILURE;
  }
  for (const tenon::CompiledModel &model : compilation->models)
    if (!writeModel(model, outputDir, request.code == tenon::Code::Assembly))
      return EXIT_FAILURE;
  return EXIT_SUCCESS;
}

int explain(const tenon::CompileRequest &request) {
  auto compilation = tenon::compileObject(request);
  if (failed(compilation))
    return EXIT_FAILURE;
  for (const tenon::CompiledModel &model : compilation->models)
    llvm::outs() << tenon::writeExplain(model);
  return EXIT_SUCCESS;
}

} // namespace

int main(int argc, char **argv) {
  CLI::App app{"tenonc: compiles GPT models written in the Tenon DSL"};
  app.set_version_flag("--version", "tenonc " TENON_VERSION);
  app.require_subcommand(1);

  tenon::CompileRequest request;
  std::string outputDir = ".";
  CLI::App *compileCommand =
      app.add_subcommand("compile", "write header, descriptor and object files");
  addRequestOptions(*compileCommand, request);
  compileCommand->add_option("-o,--output-dir", outputDir, "where to write (default: here)");
  bool withAssembly = false, withCode = false;
  compileCommand->add_flag("--emit-asm", withAssembly, "write assembly too");
  CLI::App *explainCommand = app.add_subcommand(
      "explain", "say what was fused and what was not, with lines, bytes, flops and the arena");
  addRequestOptions(*explainCommand, request);
  explainCommand->add_flag("--code", withCode,
                           "make machine code too, and say its size and the stack that it takes");

  tenon::ReferenceRequest reference;
  CLI::App *referenceCommand = app.add_subcommand(
      "reference", "run an entry in double precision on tensors from safetensors files");
  referenceCommand->add_option("object", reference.object, "object file with the model")
      ->required();
  referenceCommand->add_option("--model", reference.model, "the model (default: the first)");
  referenceCommand
      ->add_option("--entry", reference.entry,
                   "forward, step, loss, gradients, train_step, update, update_sgd or init")
      ->required();
  referenceCommand->add_option("--params", reference.params, "its parameters (not for init)");
  referenceCommand->add_option("--inputs", reference.inputs, "its inputs, scalars among them")
      ->required();
  referenceCommand->add_option("--output", reference.output, "where to write its outputs, as F64")
      ->required();
  addComputeOption(*referenceCommand, reference.compute);
  referenceCommand->add_option("--position", reference.position, "position of the first token");
  referenceCommand->add_option(
      "--noise", reference.noise,
      "move every number by half a unit of f32's last place, up or down by "
      "this seed: the results then tell what f32 can hold of them");

  CLI11_PARSE(app, argc, argv);
  if (*referenceCommand)
    return tenon::runReference(reference);
  if (*compileCommand) {
    request.code = withAssembly ? tenon::Code::Assembly : tenon::Code::Object;
    return compile(request, outputDir);
  }
  request.code = withCode ? tenon::Code::Object : tenon::Code::Kernels;
  return explain(request);
}
