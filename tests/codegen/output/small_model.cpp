// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The small model's IR and the compiler that the tests call on what is written.
#include "small_model.h"

#include "mlir/Parser/Parser.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace small_model {

static const char text[] = R"mlir(
#ids = #tenon.dims<batch, seq>
tenon.model @tiny {
  tenon.dim @batch 1 to 4
  tenon.dim @seq 1 to 8
  tenon.dim @n_vocab 11 to 11
  tenon.dim @"gpt::n_embd" 6 to 6
  tenon.dim @n_layer 3 to 3
  tenon.param @wte.weight : tensor<11x6xf32, #tenon.dims<n_vocab, "gpt::n_embd">> init normal 0.02
  tenon.param @"h.{}.ln.weight" : tensor<6xf32, #tenon.dims<"gpt::n_embd">> init ones 0.0 layers @n_layer
  tenon.stored prefix "transformer."
  tenon.stored ignored "h.{}.\"mask"
  tenon.stored twin "head" of @wte.weight
  func.func @step(%ids: tensor<?x?xi32, #ids> {tenon.name = "ids"})
      -> (tensor<?x?x6xf32, #tenon.dims<batch, seq, "gpt::n_embd">> {tenon.name = "x"}) {
    %x = tenon.group embedding -> tensor<?x?x6xf32, #tenon.dims<batch, seq, "gpt::n_embd">>
        attributes {tenon.offsets = array<i64: -1>, tenon.live = array<i64: 0, 1>,
                    tenon.ends = "its result is an output of the entry"} {
      %wte = tenon.get_param @wte.weight : tensor<11x6xf32, #tenon.dims<n_vocab, "gpt::n_embd">>
      %e = tenon.embedding %wte, %ids : tensor<11x6xf32, #tenon.dims<n_vocab, "gpt::n_embd">>,
           tensor<?x?xi32, #ids> -> tensor<?x?x6xf32, #tenon.dims<batch, seq, "gpt::n_embd">>
           {tenon.fused = 0 : i64} loc("tiny.model.cpp":21:0)
      tenon.yield %e : tensor<?x?x6xf32, #tenon.dims<batch, seq, "gpt::n_embd">>
    }
    return %x : tensor<?x?x6xf32, #tenon.dims<batch, seq, "gpt::n_embd">>
  }
  func.func @loss(%logits: tensor<?x?x11xf32, #tenon.dims<batch, seq, n_vocab>> {tenon.name = "class"},
                  %targets: tensor<?x?xi32, #ids> {tenon.name = "targets"})
      -> (tensor<f32, #tenon.dims<>> {tenon.name = "loss"}) {
    %tokens = tenon.group cross_entropy -> tensor<?x?xf32, #ids>
        attributes {tenon.offsets = array<i64: 64>, tenon.live = array<i64: 0, 1>} {
      %t = tenon.token_cross_entropy %logits, %targets ignore -1
           : tensor<?x?x11xf32, #tenon.dims<batch, seq, n_vocab>>, tensor<?x?xi32, #ids>
           -> tensor<?x?xf32, #ids>
      tenon.yield %t : tensor<?x?xf32, #ids>
    }
    %loss = tenon.group cross_entropy -> tensor<f32, #tenon.dims<>>
        attributes {tenon.offsets = array<i64: -1>, tenon.live = array<i64: 1, 2>,
                    tenon.scratch = array<i64: 256, 64, 1>} {
      %m = tenon.masked_mean %tokens, %targets ignore -1
           : tensor<?x?xf32, #ids>, tensor<?x?xi32, #ids> -> tensor<f32, #tenon.dims<>>
      tenon.yield %m : tensor<f32, #tenon.dims<>>
    }
    return %loss : tensor<f32, #tenon.dims<>>
  }
  func.func @train(%count: tensor<i32, #tenon.dims<>> {tenon.name = "count"},
                   %rate: tensor<f32, #tenon.dims<>> {tenon.name = "rate"})
      -> (tensor<f32, #tenon.dims<>> {tenon.name = "twice"}) {
    %twice = tenon.group rows -> tensor<f32, #tenon.dims<>>
        attributes {tenon.offsets = array<i64: -1>, tenon.live = array<i64: 0, 1>} {
      %t = tenon.add %rate, %rate : tensor<f32, #tenon.dims<>>, tensor<f32, #tenon.dims<>>
      tenon.yield %t : tensor<f32, #tenon.dims<>>
    }
    return %twice : tensor<f32, #tenon.dims<>>
  }
  func.func @update(%step: tensor<i32, #tenon.dims<>> {tenon.name = "step"},
                    %lr: tensor<f32, #tenon.dims<>> {tenon.name = "lr"},
                    %max_norm: tensor<f32, #tenon.dims<>> {tenon.name = "max_norm"})
      -> (tensor<f32, #tenon.dims<>> {tenon.name = "norm"}) {
    %sum = tenon.group rows -> tensor<f32, #tenon.dims<>>
        attributes {tenon.offsets = array<i64: -1>, tenon.live = array<i64: 0, 1>} {
      %t = tenon.add %lr, %max_norm : tensor<f32, #tenon.dims<>>, tensor<f32, #tenon.dims<>>
      tenon.yield %t : tensor<f32, #tenon.dims<>>
    }
    return %sum : tensor<f32, #tenon.dims<>>
  }
}
)mlir";

Holder::Holder() {
  context.loadDialect<tenon::TenonDialect, mlir::func::FuncDialect>();
  module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  REQUIRE(module);
  compiled.model = *module->getOps<tenon::ModelOp>().begin();
  compiled.name = "tiny";
  compiled.fingerprint = 0x0123456789abcdef;
  compiled.metadata = {
      {"activation", "gelu_new"}, {"quote", "\"a?\", back\\slash\n"}, {"none", ""}};
  auto functions = compiled.model.getBody().getOps<mlir::func::FuncOp>();
  for (mlir::func::FuncOp function : functions)
    compiled.entries.push_back(
        {function.getSymName().str(), function, 0, false, false, 0, 0, {}, {}});
  compiled.entries[0].usesState = true;
  compiled.entries[0].context = 8;
  compiled.entries[0].sequenceDim = 1;
  compiled.entries[1].arenaBytes = 320;
  compiled.entries[2].trains = true;
  compiled.entries[3].trains = true;
  using Buffer = tenon::GpuBuffer;
  std::vector<Buffer> buffers{{Buffer::Source::Param, 0},
                              {Buffer::Source::Input, 0},
                              {Buffer::Source::Output, 0},
                              {Buffer::Source::Scalars, 0}};
  compiled.entries[0].gpuKernels = {{tenon::GpuKernel::Code::Spirv, "spirv", 0,
                                     std::string("\x03\x02\x23\x07\x00\x05\x01\x00", 8), "step", 64,
                                     1, buffers},
                                    {tenon::GpuKernel::Code::Ptx, "nvptx:sm_90", 90,
                                     ".version 8.0\n// \"what?!\"\n", "step", 128, 4, buffers}};
  compiled.entries[1].gpuRefusals = {"spirv: cross_entropy has no GPU kernel"};
  const char *names[] = {"x86-64-v4", "x86-64-v2"};
  for (const char *name : names) {
    std::string suffix = name == names[0] ? "v4" : "v2";
    tenon::CompiledVariant &variant = compiled.variants.emplace_back();
    variant.target = tenon::findTarget(name);
    variant.weightsBytes = 512;
    variant.stateBytes = 128;
    variant.threadBytes = 4096;
    variant.params = {{0, 0, 264, "pack_wte_" + suffix, "unpack_wte_" + suffix},
                      {320, 64, 24, "", ""}};
    for (const char *entry : {"step", "loss", "train", "update"})
      variant.runs.push_back("run_" + std::string(entry) + "_" + suffix);
    variant.stackBytes = {1000, 2000, 3000, 4000};
    variant.object = std::string(1000, 'o');
  }
}

const std::string &folder() {
  struct Folder {
    Folder() {
      path = std::filesystem::temp_directory_path() / ("tenon-output-" + std::to_string(getpid()));
      std::filesystem::create_directories(path);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path;
  };
  static const Folder made;
  return made.path;
}

void write(const std::string &name, const std::string &content) {
  std::ofstream(folder() + "/" + name) << content;
}

bool runs(const std::string &command) { return std::system(command.c_str()) == 0; }

bool compiles(const std::string &compiler, const std::string &name, const std::string &content) {
  write(name, content);
  return runs(compiler + " -Wall -Wextra -Werror -I " RUNTIME_INCLUDE " -I " + folder() + " -c " +
              folder() + "/" + name + " -o " + folder() + "/" + name + ".o 2> " + folder() +
              "/errors.txt");
}

std::string errors() {
  std::ifstream file(folder() + "/errors.txt");
  return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace small_model
