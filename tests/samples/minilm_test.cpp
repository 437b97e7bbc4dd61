// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The sentence encoder against transformers in float64, on every variant of this CPU: with a tiny
// random checkpoint; and the program.
#include <fstream>

#include <catch2/catch.hpp>
#include <tenon/runtime/buffer.hpp>

#include "encoder.hpp"
#include "minilm_goldens.hpp"
#include "program.hpp"
#include "scratch.hpp"

using namespace tenon::samples;
using Catch::Matchers::Contains;

namespace {

template <class T>
rt::buffer<T> filled(const std::vector<T>& values) {
  auto buffer = rt::buffer<T>::create(values.size());
  REQUIRE(buffer);
  std::copy(values.begin(), values.end(), buffer->begin());
  return *std::move(buffer);
}

rt::model tiny() {
  const auto found = rt::find_model("bert");
  REQUIRE(found);
  return *found;
}

}  // namespace

TEST_CASE("embeddings equal those of transformers, padded and with types of tokens", "[minilm]") {
  const path folder = goldens / "bert";
  const auto ids = golden<std::int32_t>(folder, "ids"),
             types = golden<std::int32_t>(folder, "types");
  const auto lengths = golden<std::int32_t>(folder, "lengths");
  const auto rows = static_cast<std::int64_t>(lengths.size());
  const auto columns = static_cast<std::int64_t>(ids.size()) / rows;
  const auto run = [&](const char* variant, const ids_t& of_types) {
    rt::options how{};
    how.cpu = variant;
    auto weights = rt::weights::load(tiny(), folder.string(), how);
    INFO(weights.message());
    REQUIRE(weights);
    auto session = rt::create_session(tiny(), *weights, how);
    REQUIRE(session);
    auto made = filled(floats(static_cast<std::size_t>(rows * 30)));
    const auto outcome = session->call("forward",
                                       {{"ids", filled(ids), {rows, columns}},
                                        {"types", filled(of_types), {rows, columns}},
                                        {"lengths", filled(lengths), {rows}}},
                                       {{"embedding", made}});
    INFO(outcome.message());
    REQUIRE(outcome);
    return floats(made.begin(), made.end());
  };
  const tenon_model& model = tiny();
  std::size_t n_variants = 0;
  for (std::uint32_t i = 0; i < model.n_variants; ++i) {
    if ((model.variants[i].cpu & ~tenon_cpu_features()) != 0) continue;
    ++n_variants;
    const char* variant = model.variants[i].name;
    INFO(variant);
    CHECK(difference(run(variant, ids_t(ids.size())), golden<float>(folder, "embedding")) < 1e-6);
    CHECK(difference(run(variant, types), golden<float>(folder, "typed")) < 1e-6);
  }
  CHECK(n_variants > 0);
}

TEST_CASE("a text has the same embedding whatever it is computed with", "[minilm]") {
  const path folder = goldens / "bert";
  const auto sentences = sentences_of(folder);
  encoder together = encoder::load(folder);
  const floats all = together.embed(sentences);
  CHECK(difference(all, golden<float>(folder, "embedding")) < 1e-6);
  rt::options one_thread{};
  one_thread.threads = 1;
  encoder alone = encoder::load(folder, one_thread);
  floats each;
  for (const std::string& text : sentences) {
    const floats one = alone.embed({&text, 1});
    each.insert(each.end(), one.begin(), one.end());
  }
  CHECK(each == all);
  // More texts than a batch takes, of lengths that are padded to one another's.
  std::vector<std::string> many;
  for (int i = 0; i < 9; ++i) many.push_back(sentences[0] + std::string(i % 5, '.'));
  const floats padded = together.embed(many);
  for (std::size_t i = 0; i < many.size(); ++i) {
    const floats one = alone.embed({&many[i], 1});
    CHECK(std::equal(one.begin(), one.end(), padded.begin() + static_cast<std::ptrdiff_t>(i * 30)));
  }
}

TEST_CASE("the program prints embeddings and cosines", "[minilm]") {
  const path folder = goldens / "bert";
  const outcome embedded = run_program(
      TENON_MINILM_GOLDEN,
      {"embed", "--model", folder.string(), "This program is free software.", "no warranty"});
  INFO(embedded.errors);
  REQUIRE(embedded.code == 0);
  const floats numbers = numbers_of(embedded.output), expected = golden<float>(folder, "embedding");
  REQUIRE(numbers.size() == 60);
  CHECK(std::count(embedded.output.begin(), embedded.output.end(), '\n') == 2);
  CHECK(difference({numbers.begin(), numbers.begin() + 30},
                   {expected.begin(), expected.begin() + 30}) < 1e-6);
  CHECK_THAT(embedded.errors, Contains("2 texts, 17 tokens in "));

  const scratch_directory files;
  std::ofstream(files.path() / "lines.txt") << "no warranty\n\nno warranty\n";
  const outcome similar = run_program(
      TENON_MINILM_GOLDEN,
      {"similar", "--model", folder.string(), "--file", (files.path() / "lines.txt").string()});
  REQUIRE(similar.code == 0);
  std::istringstream lines(similar.output);
  std::string line;
  REQUIRE(std::getline(lines, line));
  double number = 0, first = 0, second = 0, third = 0;
  std::istringstream(line) >> number >> first >> second >> third;
  CHECK(number == 1);
  CHECK(first == 1);
  CHECK(third == 1);
  CHECK(second < 0.9999);
  CHECK_THAT(line, Contains("'no warranty'"));
}

TEST_CASE("the program says what is wrong, and what to do", "[minilm]") {
  const auto fails = [](const path& folder, const std::vector<std::string>& more,
                        const std::string& why) {
    std::vector<std::string> arguments{"embed", "--model", folder.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const outcome found = run_program(TENON_MINILM_GOLDEN, arguments);
    CHECK(found.code == 1);
    CHECK_THAT(found.errors, Contains(why));
  };
  const path folder = goldens / "bert";
  fails(folder, {}, "there is no text");
  fails(folder, {"--file", "/none"}, "'/none' cannot be opened");
  fails(folder, {"ab\xff"}, "is not valid UTF-8 at byte 2");
  fails(goldens / "tiny_masks", {"x"}, "model_type is \"gpt2\"");

  const scratch_directory changed;
  const auto with = [&](const char* file, const char* key, const nlohmann::json& value) {
    for (const auto& each : std::filesystem::recursive_directory_iterator(changed.path()))
      if (each.is_regular_file()) std::filesystem::remove(each);
    std::filesystem::copy(folder, changed.path(), std::filesystem::copy_options::recursive);
    const path target = changed.path() / file;
    std::filesystem::create_directories(target.parent_path());
    nlohmann::json root = nlohmann::json::object();
    if (std::filesystem::exists(target)) {
      std::ifstream old(target);
      root = nlohmann::json::parse(old);
    }
    root[key] = value;
    std::ofstream(target) << root;
    return changed.path();
  };
  fails(with("config.json", "hidden_act", "relu"), {"x"},
        "hidden_act is \"relu\": this sample computes models with \"gelu\"");
  fails(
      with("config.json", "intermediate_size", 48), {"x"},
      "no compiled model fits: intermediate_size is 48, 'bert' has 44; build the program with this "
      "model:\n  cmake -DTENON_SAMPLES_MINILM='bert:2,3,30,44,1100,40,2,1e-6;"
      "my-bert:2,3,30,48,1100,40,2,1e-06' build");
  fails(with("1_Pooling/config.json", "pooling_mode_cls_token", true), {"x"},
        "pooling_mode_cls_token is true: this sample computes models with false");
  fails(with("sentence_bert_config.json", "max_seq_length", 41), {"x"},
        "max_seq_length is '41', which needs a whole number of 3 to 40");
}
