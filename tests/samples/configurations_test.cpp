// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Items of TENON_SAMPLES_GPT2, _NANOGPT and _MINILM: what the compiler is told, and that what
// cannot be compiled ends the configuration, with the value and what it may be.
#include <catch2/catch.hpp>

#include "activations.hpp"
#include "program.hpp"
#include "scratch.hpp"

using Catch::Matchers::Contains;

namespace {

const std::string source = TENON_SOURCE_DIR;

// Messages of CMake are wrapped; here they are one line.
outcome read(const std::string& program, const std::string& text) {
  outcome found = run_program(
      TENON_CMAKE, {"-DFOLDER=" + source + "/samples/" + program, "-DREAD=" + program,
                    "-DTEXT=" + text, "-P", source + "/tests/samples/read_configuration.cmake"});
  std::string line;
  for (const char c : found.errors)
    if ((c != ' ' && c != '\n') || line.empty() || line.back() != ' ') line += c == '\n' ? ' ' : c;
  found.errors = line;
  return found;
}

void check_refused(const std::string& program, const std::string& text, const std::string& why) {
  const outcome found = read(program, text);
  INFO(text << ": " << found.output << found.errors);
  CHECK(found.code != 0);
  CHECK_THAT(found.errors, Contains(why));
}

}  // namespace

TEST_CASE("a configuration of gpt2 is read whole", "[configurations]") {
  const auto defines = [](const std::string& text, const std::string& expected) {
    const outcome found = read("gpt2", text);
    INFO(found.errors);
    CHECK(found.code == 0);
    CHECK_THAT(found.output, Contains(expected));
  };
  defines(
      "licences",
      "licences  TENON_GPT={.n_layer = 3, .n_head = 3, .n_embd = 96, .n_block = 256, "
      ".n_vocab = 1024, .max_batch = 1, .bias = true, .dropout = 0.1, .act = activation::gelu_new, "
      ".epsilon = 1e-5};TENON_GPT_NAME=licences configuration=licences;"
      "activation_function=gelu_new;layer_norm_epsilon=1e-5;dropout=0.1");
  defines("my-gpt:2,4,64,257,32,gelu,1e-05,n_inner=72,untied+bf16",
          "my_gpt_bf16 COMPUTE;bf16 TENON_GPT={.n_layer = 2, .n_head = 4, .n_embd = 64, .n_block = "
          "32, .n_vocab = 257, .max_batch = 1, .bias = true, .dropout = 0.1, .act = "
          "activation::gelu, .epsilon = 1e-05, .n_inner = 72, .tied = false};"
          "TENON_GPT_NAME=my_gpt_bf16 "
          "configuration=my-gpt:2,4,64,257,32,gelu,1e-05,n_inner=72,untied+bf16;"
          "activation_function=gelu;layer_norm_epsilon=1e-05;dropout=0.1");
  for (const std::string name : activation_names)
    defines("a:1,1,1,1,1," + name, ".act = activation::" + name + ", .epsilon");
  defines("a:1,1,1,1,1,gelu_new,0.001,untied", ".epsilon = 0.001, .tied = false}");
}

TEST_CASE("what cannot be compiled ends the configuration", "[configurations]") {
  const auto refused = [](const std::string& text, const std::string& why) {
    check_refused("gpt2", text, why);
  };
  refused("gpt3", "'gpt3' is neither licences");
  refused("a:1,2,3", "nor of the form name:n_layer,n_head");
  refused("3a:1,1,1,1,1,gelu", "nor of the form");
  refused("a:0,1,32,65,32,gelu", "n_layer is '0', it must be a whole number of 1 to 1024");
  refused("a:2,3,32,65,32,gelu", "n_head is 3, which does not divide n_embd, 32");
  refused("a:2,2,65538,65,32,gelu", "n_embd is '65538', it must be a whole number of 1 to 65536");
  refused("a:2,2,32,99999999999999999999,32,gelu", "n_vocab is '99999999999999999999'");
  refused("a:2,2,32,65,-1,gelu", "n_block is '-1'");
  refused("a:2,2,32,065,32,gelu", "n_vocab is '065'");
  refused("a:1024,1024,65536,65,32,gelu", "the model has about 52776564490240 parameters");
  refused("a:2,2,32,65,32,gelo", "the activation is 'gelo', it must be one of gelu_new, gelu, ");
  refused("a:2,2,32,65,32,gelu,0.0", "epsilon is '0.0'");
  refused("a:2,2,32,65,32,gelu,1.5", "epsilon is '1.5'");
  refused("a:2,2,32,65,32,gelu,1e-5-3", "epsilon is '1e-5-3'");
  refused("a:2,2,32,65,32,gelu,n_inner=0",
          "n_inner is '0', it must be a whole number of 1 to 262144");
  refused("a:2,2,32,65,32,gelu,tied", "',tied' is not understood");
}

TEST_CASE("the same for nanogpt", "[configurations]") {
  const outcome found = read("nanogpt", "mine:2,2,32,65,32,gelu,false,0.2,12");
  INFO(found.errors);
  CHECK_THAT(found.output,
             Contains("mine  TENON_GPT={.n_layer = 2, .n_head = 2, .n_embd = 32, .n_block = 32, "
                      ".n_vocab = 65, .max_batch = 12, .bias = false, .dropout = 0.2, .act = "
                      "activation::gelu, .epsilon = 1e-5};TENON_GPT_NAME=mine "
                      "configuration=mine:2,2,32,65,32,gelu,false,0.2,12;"
                      "activation_function=gelu;layer_norm_epsilon=1e-5;dropout=0.2"));
  const auto refused = [](const std::string& text, const std::string& why) {
    check_refused("nanogpt", text, why);
  };
  refused("mine:2,2,32,65,32,gelu,false,0.2", "nor of the form");
  refused("mine:2,5,32,65,32,gelu,false,0.2,12", "n_head is 5, which does not divide n_embd, 32");
  refused("mine:2,2,32,65,32,gelu,maybe,0.2,12", "bias is 'maybe', it must be true or false");
  refused("mine:2,2,32,65,32,gelu,true,1,12", "dropout is '1'");
  refused("mine:2,2,32,65,32,gelu,true,0..1,12", "dropout is '0..1'");
  refused("mine:2,2,32,65,32,gelu,true,0,0", "max_batch is '0'");
}

TEST_CASE("a configuration of minilm is read whole, or refused with its value",
          "[configurations]") {
  const outcome found = read("minilm", "My-BERT:2,3,30,44,1100,40,2,1e-6");
  INFO(found.errors);
  CHECK(found.code == 0);
  CHECK_THAT(
      found.output,
      Contains("my_bert  TENON_BERT={.n_layer = 2, .n_head = 3, .n_embd = 30, .n_hidden = 44, "
               ".n_vocab = 1100, .n_block = 40, .n_type = 2, .max_batch = 32, .epsilon = 1e-6};"
               "TENON_BERT_NAME=my_bert configuration=My-BERT:2,3,30,44,1100,40,2,1e-6;"
               "layer_norm_eps=1e-6;family=bert"));
  CHECK_THAT(read("minilm", "all-MiniLM-L6-v2").output,
             Contains("all_minilm_l6_v2  TENON_BERT={.n_layer = 6, .n_head = 12, .n_embd = 384,"));
  check_refused("minilm", "bert", "'bert' is neither all-MiniLM-L6-v2 nor of the form");
  check_refused("minilm", "b:2,4,30,44,1100,40,2,1e-6",
                "n_head is 4, which does not divide n_embd, 30");
  check_refused("minilm", "b:2,3,30,0,1100,40,2,1e-6", "n_hidden is '0'");
  check_refused("minilm", "b:2,3,30,44,1100,40,2,1", "epsilon is '1'");
}
