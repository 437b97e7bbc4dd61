// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The program gpt2 as a user meets it: text, messages, exit codes.
#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "gpt2_program.hpp"
#include "scratch.hpp"

using Catch::Matchers::Contains;

namespace {

const std::filesystem::path source = TENON_SOURCE_DIR;
const std::string checkpoint = (source / "samples/checkpoint/licences").string();

outcome generate(std::vector<std::string> more) {
  std::vector<std::string> arguments{"generate", "--model", checkpoint};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_gpt2(arguments);
}

// The one line of an error: what it is about, nothing on standard output.
void check_error(const outcome& found, int code, const std::string& message) {
  CHECK(found.code == code);
  CHECK(found.output.empty());
  CHECK_THAT(found.errors, Contains(message));
}

}  // namespace

TEST_CASE("greedy text equals transformers'", "[cli]") {
  const auto golden = nlohmann::json::parse(contents(source / "tests/goldens/licences/text.json"));
  const std::string prompt = golden.at("prompt"), continuation = golden.at("continuation");
  const std::string expected = prompt + continuation + "\n";
  for (const char* threads : {"1", "2", "3"}) {
    const auto found =
        generate({"--prompt", prompt, "--tokens", "40", "--greedy", "--threads", threads});
    INFO(found.errors);
    CHECK(found.code == 0);
    CHECK(found.output == expected);
    CHECK_THAT(found.errors, Contains("tokens/s") && Contains("variant x86-64-v") &&
                                 Contains("threads " + std::string(threads)) &&
                                 Contains("s to the first token") && Contains("memory  peak ") &&
                                 Contains("after 40 new tokens: the number of tokens was reached"));
  }
  CHECK(generate({"-p", prompt, "-n", "40", "--temperature", "0", "--no-stream"}).output ==
        expected);
  CHECK(generate({"-p", prompt, "-n", "40", "--top-k", "1"}).output == expected);
}

TEST_CASE("bf16 gives text of its own model, the same for any number of threads", "[cli]") {
  const std::vector<std::string> how{"-p", "This program is free software", "-n", "40", "--greedy"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), how.begin(), how.end());
    return generate(more);
  };
  const auto found = with({"--compute", "bf16", "--threads", "1"});
  INFO(found.errors);
  CHECK(found.code == 0);
  CHECK_THAT(found.errors, Contains("model licences_bf16"));
  // A checkpoint that has learned its text goes on with it through the roundings.
  CHECK_THAT(found.output, Contains("redistribute it"));
  CHECK(with({"--compute", "bf16", "--threads", "3"}).output == found.output);
  check_error(with({"--compute", "f16"}), 2, "--compute");
}

TEST_CASE("a profile has a row a thread, slices of each kernel and layer, and a table", "[cli]") {
  const scratch_directory directory;
  const std::filesystem::path file = directory.path() / "trace.json";
  const auto found = generate({"-p", "This program is free", "-n", "5", "--greedy", "--threads",
                               "2", "--profile", file.string()});
  INFO(found.errors);
  REQUIRE(found.code == 0);
  CHECK(found.output == generate({"-p", "This program is free", "-n", "5", "--greedy"}).output);

  // licences: 3 layers of norm, qkv, attention, projection, norm, two more linears; embedding, norm
  // and head around them; the prompt and 4 of the 5 tokens are calls.
  constexpr int calls = 5, kernels = 3 * 7 + 3;
  std::map<int, std::vector<nlohmann::json>> rows;
  std::set<std::string> names;
  const auto trace = nlohmann::json::parse(contents(file));
  for (const auto& event : trace.at("traceEvents")) {
    if (event.at("ph") == "X") rows[event.at("tid")].push_back(event);
    if (event.at("ph") == "M") names.insert(event.at("args").at("name").get<std::string>());
  }
  CHECK(names == std::set<std::string>{"calls", "thread 0", "thread 1"});
  CHECK(rows[0].size() == calls);
  CHECK(rows[0][1].at("args").at("tokens") == 1);
  // Who computes what is open, and small calls may leave thread 1 nothing; but each kernel is
  // there.
  std::set<std::string> seen;
  std::size_t slices = 0;
  const nlohmann::json* qkv = nullptr;  // the last of layer 0, of a single token
  for (const int thread : {1, 2}) {
    CHECK(rows[thread].size() <= calls * kernels);
    slices += rows[thread].size();
    double last = 0;
    for (const auto& slice : rows[thread]) {
      seen.insert(slice.at("name").get<std::string>());
      CHECK(slice.at("ts").get<double>() >= last - 1e-3);
      last = slice.at("ts").get<double>() + slice.at("dur").get<double>();
      CHECK_THAT(slice.at("args").at("line").get<std::string>(), Contains("gpt2.model.cpp:"));
      if (slice.at("name") == "linear h.0.attn.c_attn" &&
          (qkv == nullptr || qkv->at("ts").get<double>() < slice.at("ts").get<double>()))
        qkv = &slice;
    }
  }
  CHECK(slices >= calls * kernels);
  CHECK(seen.size() == kernels - 2);  // attention has no parameter to tell layers apart by
  CHECK(seen.count("linear h.2.mlp.c_fc + gelu") == 1);
  REQUIRE(qkv != nullptr);
  // B T (2 C 3C + 3C) with C = 96 and T = 1: what the compiler says of one kernel.
  CHECK(qkv->at("args").at("flops of all threads") == 2 * 96 * 288 + 288);
  CHECK_THAT(found.errors, Contains("limits of 2 threads, measured in this run") &&
                               Contains("prompt: 1 calls") && Contains("single tokens: 4 calls") &&
                               Contains("linear h.{}.attn.c_attn") &&
                               Contains("gpt2.model.cpp:37") && Contains("between kernels") &&
                               Contains("GFLOP/s"));
}

TEST_CASE("a profile that cannot be written is an error before anything is computed", "[cli]") {
  check_error(generate({"-p", "a", "--profile", "/no/such/folder/trace.json"}), 1,
              "profile '/no/such/folder/trace.json' cannot be written; is its folder there");
}

TEST_CASE("eight threads on fewer cores, beside a busy one, give the same text in time", "[cli]") {
  std::atomic<bool> stop = false;
  std::thread busy([&] {
    while (!stop.load(std::memory_order_relaxed)) {
    }
  });
  const std::vector<std::string> what{"-p", "This program is free", "-n", "60", "--greedy"};
  auto with_threads = [&](const char* threads) {
    auto arguments = what;
    arguments.insert(arguments.end(), {"--threads", threads});
    return generate(arguments);
  };
  const auto alone = with_threads("1"), eight = with_threads("8");
  stop = true;
  busy.join();
  INFO(eight.errors);
  CHECK(eight.code == 0);
  CHECK_THAT(eight.errors, Contains("threads 8"));
  CHECK(eight.output == alone.output);
}

TEST_CASE("a prompt comes from a file or standard input", "[cli]") {
  const scratch_directory directory;
  directory.write("prompt.txt", "You may");
  const auto expected = generate({"-p", "You may", "-n", "8", "--greedy"}).output;
  CHECK(expected.starts_with("You may"));
  const std::string file = (directory.path() / "prompt.txt").string();
  CHECK(generate({"--prompt-file", file, "-n", "8", "--greedy"}).output == expected);
  CHECK(run_gpt2({"generate", "--model", checkpoint, "--prompt-file", "-", "-n", "8", "--greedy"},
                 file)
            .output == expected);
}

TEST_CASE("equal seeds give equal text", "[cli]") {
  const auto text = [](const char* seed) {
    const auto found = generate({"-p", "The license", "-n", "24", "--temperature", "1.2", "--top-p",
                                 "0.95", "--seed", seed});
    CHECK_THAT(found.errors, Contains(std::string("seed ") + seed));
    return found.output;
  };
  CHECK(text("7") == text("7"));
  CHECK(text("7") != text("8"));
}

TEST_CASE("generation ends with the context", "[cli]") {
  const auto found = generate({"-p", "a", "-n", "5000", "--temperature", "1", "--seed", "3"});
  CHECK(found.code == 0);
  CHECK_THAT(found.errors,
             Contains("the model's context is full") || Contains("the model ended the text"));
}

TEST_CASE("a wrong command line is an error", "[cli]") {
  CHECK(generate({"--frobnicate"}).code == 2);
  CHECK_THAT(generate({"--frobnicate"}).errors, Contains("--frobnicate"));
  CHECK(run_gpt2({}).code == 2);
  CHECK(run_gpt2({"generate", "-p", "x"}).code == 2);
  CHECK(generate({"-p", "x", "--tokens", "0"}).code == 2);
  CHECK(generate({"-p", "x", "--top-p", "1.5"}).code == 2);
  CHECK(generate({"-p", "x", "--temperature", "hot"}).code == 2);
  CHECK(generate({"-p", "x", "--prompt-file", "y"}).code == 2);
  for (const auto& [option, value] : std::map<std::string, std::vector<std::string>>{
           {"--seed", {"-1", "18446744073709551616", "1.5", "0x10", ""}},
           {"--tokens", {"-1", "1073741825", "4294967297"}},
           {"--top-k", {"-1", "4294967296"}},
           {"--threads", {"-1", "1025"}},
           {"--top-p", {"nan", "0", "-0.5", "inf"}},
           {"--temperature", {"nan", "inf", "-1", "1e400"}}})
    for (const std::string& each : value) {
      INFO(option << " " << each);
      const outcome found = generate({"-p", "x", option + "=" + each});
      CHECK(found.code == 2);
      CHECK_THAT(found.errors, Contains(option));
    }
  CHECK_THAT(generate({"-p", "x", "--seed=-1"}).errors,
             Contains("'-1' is not a whole number of 0 to 18446744073709551615"));
  CHECK_THAT(run_gpt2({"generate", "--help"}).output,
             Contains("0 to 18446744073709551615") && Contains("1 to 1073741824"));
  const std::string most = "18446744073709551615";
  CHECK_THAT(generate({"-p", "x", "-n", "2", "--seed", most}).errors, Contains("seed " + most));
  CHECK_THAT(generate({"-p", "x", "-n", "2", "--seed", "010"}).errors, Contains("seed 10"));
  CHECK(run_gpt2({"--help"}).code == 0);
  CHECK_THAT(run_gpt2({"--help"}).output, Contains("Compiled in: licences"));
}

TEST_CASE("wrong prompts are refused", "[cli]") {
  check_error(generate({}), 1, "error: the prompt is empty");
  check_error(generate({"-p", ""}), 1, "error: the prompt is empty");
  check_error(generate({"-p", "abc\xff"}), 1, "UTF-8");
  check_error(generate({"--prompt-file", "/nowhere/at/all"}), 1,
              "prompt file '/nowhere/at/all' cannot be opened");
  check_error(generate({"--prompt-file", "/"}), 1, "prompt file '/' cannot be read");
  check_error(generate({"--prompt-file", "/dev/zero"}), 1, "more than 1048576 bytes");
  std::string words;
  for (int i = 0; i < 300; ++i) words += " the";
  check_error(generate({"-p", words}), 1, "the prompt has 300 tokens, the model's context 256");
}

TEST_CASE("an added token that the model lacks matters where a prompt has it", "[cli]") {
  const auto directory = scratch_directory::with_checkpoint();
  directory.write("added_tokens.json", R"({"[PAD]": 1024})");
  const auto with = [&](const char* prompt) {
    return run_gpt2(
        {"generate", "-m", directory.path().string(), "-p", prompt, "-n", "8", "--greedy"});
  };
  const outcome found = with("You may");
  CHECK(found.code == 0);
  CHECK(found.output == generate({"-p", "You may", "-n", "8", "--greedy"}).output);
  CHECK_THAT(found.errors, Contains("warning: the tokenizer has added tokens up to 1024, the model "
                                    "has 1024 tokens"));
  check_error(with("You [PAD]"), 1,
              "the prompt has the token 1024, '[PAD]', but the model has 1024 tokens");
}

TEST_CASE("output that cannot be written is an error", "[cli]") {
  const auto found =
      run_gpt2({"generate", "-m", checkpoint, "-p", "x", "-n", "2"}, "/dev/null", "/dev/full");
  CHECK(found.code == 1);
  CHECK_THAT(found.errors, Contains("standard output cannot be written to"));
}

TEST_CASE("wrong directories are refused", "[cli]") {
  const auto fails = [](const scratch_directory& directory, const std::string& message) {
    check_error(run_gpt2({"generate", "-m", directory.path().string(), "-p", "x"}), 1, message);
  };
  check_error(run_gpt2({"generate", "-m", "/nowhere", "-p", "x"}), 1,
              "'/nowhere' is not a directory");
  fails(scratch_directory(), "config.json");
  {
    const auto directory = scratch_directory::with_checkpoint();
    directory.replace("config.json", "\"n_layer\": 3", "\"n_layer\": 4");
    fails(directory, "n_layer is 4, 'licences' has 3");
    fails(directory,
          ":gpt2,n_layer=4,n_head=3,n_embd=96,n_vocab=1024,n_block=256,act=gelu_new,epsilon=1e-05' "
          "build && cmake --build build --target gpt2");
  }
  {
    const auto directory = scratch_directory::with_checkpoint();
    directory.replace("config.json", "\"n_inner\": null",
                      "\"n_inner\": null, \"scale_attn_weights\": false");
    fails(directory, "scale_attn_weights is false");
  }
  {
    const auto directory = scratch_directory::with_checkpoint();
    std::filesystem::remove(directory.path() / "model.safetensors");
    fails(directory, "holds neither model.safetensors nor model.safetensors.index.json");
  }
  {
    const auto directory = scratch_directory::with_checkpoint();
    std::filesystem::resize_file(directory.path() / "model.safetensors", 100000);
    fails(directory, "model.safetensors");
  }
  {
    const auto directory = scratch_directory::with_checkpoint();
    std::filesystem::remove(directory.path() / "merges.txt");
    fails(directory, "merges.txt");
  }
}

TEST_CASE("tokenize shows ids and what they stand for", "[cli]") {
  const scratch_directory directory;
  directory.write("vocab.json",
                  R"({"a":0,"b":1,"ab":2,"\u0120":3,"\u00c3":4,"\u00bc":5,"<|endoftext|>":6})");
  directory.write("merges.txt", "a b\n");
  const auto tokenize = [&](const std::string& text) {
    return run_gpt2({"tokenize", "-m", directory.path().string(), "-p", text});
  };
  const outcome found = tokenize("abb a\xc3\xbc<|endoftext|>");
  INFO(found.errors);
  CHECK(found.code == 0);
  CHECK(found.output ==
        "     2  'ab'\n     1  'b'\n     3  ' '\n     0  'a'\n     4  '\\xc3'\n     5  '\\xbc'\n"
        "     6  '<|endoftext|>'\n");
  CHECK(found.errors == "7 tokens\n");
  check_error(tokenize("c"), 1, "the byte 'c' of the word 'c' has no token");
  check_error(tokenize(""), 1, "the prompt is empty");
}
