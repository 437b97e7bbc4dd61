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
      "licences gpt2.model.cpp  TENON_GPT={.n_layer = 3, .n_head = 3, .n_embd = 96, .n_block = "
      "256, "
      ".n_vocab = 1024, .max_batch = 1, .act = activation::gelu_new, .epsilon = 1e-5};"
      "TENON_GPT_NAME=licences family=gpt2;configuration=licences;"
      "settings=n_layer=3,n_head=3,n_embd=96,n_vocab=1024,n_block=256,act=gelu_new,epsilon=1e-5");
  // In any order.
  const std::string sizes = "n_vocab=257,n_block=32,n_layer=2,n_head=4,n_embd=64";
  defines("my-gpt:gpt2,untied,act=gelu,n_inner=72," + sizes + ",epsilon=1e-05+bf16",
          "my_gpt_bf16 gpt2.model.cpp COMPUTE;bf16 TENON_GPT={.n_layer = 2, .n_head = 4, "
          ".n_embd = 64, .n_block = 32, .n_vocab = 257, .max_batch = 1, .act = activation::gelu, "
          ".epsilon = 1e-05, .n_inner = 72, .tied = false};TENON_GPT_NAME=my_gpt_bf16 family=gpt2;"
          "configuration=my-gpt:gpt2,untied,act=gelu,n_inner=72," +
              sizes + ",epsilon=1e-05+bf16;settings=untied,act=gelu,n_inner=72," + sizes +
              ",epsilon=1e-05");
  for (const std::string name : activation_names)
    defines("a:gpt2," + sizes + ",epsilon=0.001,act=" + name,
            ".act = activation::" + name + ", .epsilon = 0.001}");
  defines(
      "a:llama,n_layer=1,n_head=6,n_kv=2,n_dim=12,n_embd=42,n_hidden=56,n_vocab=345,n_block=48,"
      "theta=5e5,epsilon=1e-5,scaling=4/1/4.5/24,act=silu,qk_norm,untied",
      "a llama.model.cpp  TENON_LLAMA={.n_layer = 1, .n_head = 6, .n_kv = 2, .n_dim = 12, "
      ".n_embd = 42, .n_hidden = 56, .n_vocab = 345, .n_block = 48, .max_batch = 1, "
      ".theta = 5e5, .scaling = {4, 1, 4.5, 24}, .epsilon = 1e-5, .act = activation::silu, "
      ".qk_norm = true, .tied = false};TENON_LLAMA_NAME=a family=llama;");
}

TEST_CASE("what cannot be compiled ends the configuration", "[configurations]") {
  const auto refused = [](const std::string& text, const std::string& why) {
    check_refused("gpt2", text, why);
  };
  refused("gpt3", "'gpt3' is neither licences");
  refused("a:2,2,32,65,32,gelu", "nor of the form name:family,setting=value,... with one of the");
  refused("a:gpt3,n_layer=2",
          "families gpt2|llama|neox|gptj|gemma2|mixtral|bloom, with or without +bf16 behind it");
  refused("3a:gpt2,n_layer=1", "nor of the form");
  const auto gpt2 = [](const std::string& settings, const std::string& why) {
    check_refused(
        "gpt2", "a:gpt2,n_layer=2,n_head=2,n_vocab=65,n_block=32,act=gelu,epsilon=1e-5," + settings,
        why);
  };
  gpt2("untied", "has no n_embd=...; gpt2 has n_layer n_head n_embd n_block n_vocab act epsilon");
  gpt2("n_embd=33", "n_head is 2, which does not divide n_embd, 33");
  gpt2("n_embd=65538", "n_embd is '65538', it must be a whole number of 1 to 65536");
  for (const char* const wrong : {"99999999999999999999", "-1", "032", "x"})
    gpt2("n_embd=" + std::string(wrong), "n_embd is '" + std::string(wrong) + "'");
  gpt2("n_embd=32,n_inner=0", "n_inner is '0', it must be a whole number of 1 to 262144");
  gpt2("n_embd=32,tied", "'tied' is not understood; gpt2 has n_layer n_head");
  gpt2("n_embd=32,n_inner", "'n_inner' is not understood");
  gpt2("n_embd=32,untied=true", "'untied=true' is not understood");
  gpt2("n_embd=32,max_batch=3", "'max_batch=3' is not understood");
  gpt2("n_embd=32,n_embd=32", "has n_embd twice; write it once");
  const std::string sizes = "a:gpt2,n_layer=2,n_head=2,n_embd=32,n_vocab=65,n_block=32,";
  refused(sizes + "epsilon=1e-5,act=gelo", "is 'gelo', it must be one of gelu_new, gelu, ");
  for (const char* const wrong : {"0.0", "1.5", "1e-5-3"})
    refused(sizes + "act=gelu,epsilon=" + wrong, "epsilon is '" + std::string(wrong) + "'");
  const std::string llama =
      "a:llama,n_layer=1,n_head=6,n_embd=42,n_hidden=56,n_vocab=345,n_block=48,epsilon=1e-5,act="
      "silu,";
  refused(llama + "n_kv=4,n_dim=12,theta=10000", "n_kv is 4, which does not divide n_head, 6");
  refused(llama + "n_kv=2,n_dim=11,theta=10000", "n_dim is 11, which rotary positions need even");
  refused(llama + "n_kv=2,n_dim=12,theta=0.5", "theta is '0.5', it must be a number of at least 1");
  const std::string gemma2 =
      "a:gemma2,n_layer=1,n_head=2,n_kv=1,n_dim=2,n_scalar=2,n_embd=4,n_hidden=8,n_vocab=9,n_block="
      "8,"
      "n_window=2,theta=10000,epsilon=1e-6,act=gelu_new,logit_cap=30,score_cap=";
  for (const char* const wrong : {"0", "0.0", "-1", "x"})
    refused(gemma2 + wrong,
            "score_cap is '" + std::string(wrong) + "', it must be a number above 0");
  refused(llama + "n_kv=2,n_dim=12,theta=5,scaling=8/1", "scaling is '8/1', it must be factor/low");
}

TEST_CASE("the same for nanogpt", "[configurations]") {
  const outcome found = read("nanogpt", "mine:2,2,32,65,32,gelu,false,0.2,12");
  INFO(found.errors);
  CHECK_THAT(found.output,
             Contains("mine  TENON_GPT={.n_layer = 2, .n_head = 2, .n_embd = 32, .n_block = 32, "
                      ".n_vocab = 65, .max_batch = 12, .bias = false, .dropout = 0.2, .act = "
                      "activation::gelu, .epsilon = 1e-5};TENON_GPT_NAME=mine family=gpt2;"
                      "configuration=mine:2,2,32,65,32,gelu,false,0.2,12;settings=n_layer=2,"
                      "n_head=2,n_embd=32,n_vocab=65,n_block=32,act=gelu,epsilon=1e-5;"
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
  refused("mine:0,1,32,65,32,gelu,true,0,1",
          "n_layer is '0', it must be a whole number of 1 to 1024");
  refused("mine:1024,1024,65536,65,32,gelu,true,0,1",
          "the model has about 52776564490240 parameters");
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
