// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What a model has, found by name: each lookup, and what is said where there is no such thing.
#include <cstring>
#include <set>

#include <catch2/catch.hpp>

#include <tenon/runtime/model.hpp>

#include "fixture/learner.tenon.h"
#include "fixture/toy_weights.hpp"

// Of another version: nothing but the version may be read.
constinit const tenon_model tenon_model_stale = [] {
  tenon_model model{};
  model.abi_version = TENON_ABI_VERSION - 1;
  return model;
}();
TENON_REGISTER_MODEL(stale);

namespace rt = tenon::runtime;
using Catch::Matchers::Contains;

namespace {

const rt::model toy_model = toy::model();

// A model with dimensions "<stem>0", "<stem>1", ... and nothing else.
struct many {
  std::vector<std::string> names;
  std::vector<tenon_dim> dims;
  tenon_model raw{};

  explicit many(std::size_t count, const std::string& stem) {
    for (std::size_t i = 0; i < count; ++i) names.push_back(stem + std::to_string(i));
    for (const std::string& each : names) dims.push_back({each.c_str(), 1, 1});
    raw.abi_version = TENON_ABI_VERSION;
    raw.name = "many";
    raw.n_dims = static_cast<std::uint32_t>(count);
    raw.dims = dims.data();
  }
};

}  // namespace

TEST_CASE("entries, dimensions, inputs and outputs are found by name") {
  CHECK(std::string(toy_model.name()) == "toy");
  const auto step = toy_model.entry("step");
  REQUIRE(step);
  CHECK(step->index() == toy::step::index);
  CHECK(&step->raw() == &toy::model().entries[1]);
  REQUIRE(step->inputs().size() == 1);
  CHECK(toy_model.describe(step->inputs()[0]) == "ids i32 (batch, seq)");
  CHECK(toy_model.describe(step->outputs()[0]) == "logits f32 (batch, n_vocab)");
  CHECK(toy_model.describe(toy_model.entry("loss")->outputs()[0]) == "loss f32 ()");
  CHECK(toy_model.describe(toy::model().params[2].tensor) == "h.{}.ln.weight f32 (n_embd)");
  CHECK(toy_model.n_entries() == 3);
  CHECK(std::string(toy_model.entry(2).name()) == "loss");

  CHECK(toy_model.dim("n_vocab")->max == 11);
  CHECK(toy_model.dim("batch")->max == 4);
  CHECK(toy_model.dims().size() == 6);
  std::uint32_t index = 9;
  CHECK(tenon_find_dim(&toy::model(), "n_layer", &index).code == TENON_OK);
  CHECK(index == 5);
  CHECK(tenon_find_input(&toy::model(), 2, "targets", &index).code == TENON_OK);
  CHECK(index == 1);
  CHECK(tenon_find_output(&toy::model(), 2, "loss", &index).code == TENON_OK);
  CHECK(index == 0);
}

TEST_CASE("the models of a program are listed and found by name") {
  std::set<const tenon_model*> linked;
  for (const rt::model& each : rt::linked_models()) linked.insert(&each.raw());
  CHECK(linked == std::set{&toy::model(), &learner::model()});
  CHECK(tenon_linked_model(2) == nullptr);
  CHECK(tenon_linked_model(SIZE_MAX) == nullptr);
  CHECK(&rt::find_model("learner")->raw() == &learner::model());
  CHECK_THAT(std::string(rt::find_model("stale").message()),
             Catch::StartsWith("the model was built for ABI version " +
                               std::to_string(TENON_ABI_VERSION - 1) + ", this runtime has "));
  const tenon_model* found = &toy::model();
  CHECK(std::string(tenon_find_model(nullptr, &found).message) ==
        "the name of the model is null; pass one that the program has");
  CHECK(found == nullptr);
  CHECK(tenon_find_model("toy", nullptr).code == TENON_INVALID_ARGUMENT);
}

TEST_CASE("what a model says of itself is found by its key") {
  CHECK(std::string(toy_model.metadata("purpose")) == "tests");
  CHECK(std::string(toy_model.metadata("empty")).empty());
  CHECK(toy_model.metadata("Purpose") == nullptr);
  CHECK(toy_model.metadata().size() == 2);
  CHECK(rt::model(learner::model()).metadata("purpose") == nullptr);
  CHECK(tenon_model_metadata(nullptr, "purpose") == nullptr);
  CHECK(tenon_model_metadata(&toy::model(), nullptr) == nullptr);
  CHECK(toy_model.entry("step")->compute() == TENON_F32);
}

TEST_CASE("a description is cut to the room that there is, and its whole length is told") {
  const tenon_tensor& ids = toy::model().entries[0].inputs[0];
  char text[8];
  std::memset(text, '#', sizeof text);
  CHECK(tenon_describe(&toy::model(), &ids, text, 6) == 20);
  CHECK(std::string(text) == "ids i");
  CHECK(text[6] == '#');
  CHECK(tenon_describe(&toy::model(), &ids, nullptr, 0) == 20);
  CHECK(tenon_describe(nullptr, &ids, text, sizeof text) == 0);
  CHECK(std::string(text).empty());
}

TEST_CASE("what is not there is named beside the nearest and all that there are") {
  CHECK(std::string(toy_model.entry("stop").message()) ==
        "model 'toy' has no entry 'stop'; is 'step' meant? it has: forward, step, loss");
  CHECK(std::string(toy_model.entry("generate").message()) ==
        "model 'toy' has no entry 'generate'; it has: forward, step, loss");
  CHECK(std::string(toy_model.dim("n_vocabs").message()) ==
        "model 'toy' has no dimension 'n_vocabs'; is 'n_vocab' meant? it has: batch, seq, n_vocab, "
        "n_embd, n_block, n_layer");
  std::uint32_t index = 7;
  CHECK(std::string(tenon_find_input(&toy::model(), 2, "target", &index).message) ==
        "entry 'loss' has no input 'target'; is 'targets' meant? it has: ids, targets");
  CHECK(std::string(tenon_find_output(&toy::model(), 2, "", &index).message) ==
        "entry 'loss' has no output ''; it has: loss");
  CHECK(std::string(tenon_find_input(&learner::model(), 0, "x", &index).message) ==
        "entry 'sum' has no input 'x'; it has none");
  CHECK(index == 7);
}

TEST_CASE("a long list ends in a number, and long names are no danger") {
  const many few(60, "dimension_with_a_long_name_");
  std::uint32_t index = 0;
  const std::string message =
      tenon_find_dim(&few.raw, "dimension_with_a_long_name_6x", &index).message;
  CHECK_THAT(message, Contains("is 'dimension_with_a_long_name_6' meant?"));
  CHECK_THAT(message, Contains("it has: dimension_with_a_long_name_0, "));
  std::size_t named = 0;
  for (std::size_t at = message.find("it has");
       (at = message.find("name_", at)) != std::string::npos; ++at)
    ++named;
  CHECK_THAT(message, Catch::EndsWith(", ... and " + std::to_string(60 - named) + " more"));

  const many longest(2, std::string(5000, 'n'));
  CHECK_THAT(std::string(tenon_find_dim(&longest.raw, "n", &index).message),
             Contains("it has: ... and 2 more"));
  CHECK(tenon_find_dim(&longest.raw, std::string(4000, 'n').c_str(), &index).code ==
        TENON_INVALID_ARGUMENT);
}

TEST_CASE("lookups refuse what is null, of another ABI or out of range") {
  std::uint32_t index = 0;
  CHECK(std::string(tenon_find_entry(nullptr, "step", &index).message) ==
        "the model is null; pass the generated tenon_model");
  CHECK(std::string(tenon_find_entry(&toy::model(), nullptr, &index).message) ==
        "the name of the entry is null; pass one that model 'toy' has");
  CHECK(std::string(tenon_find_dim(&toy::model(), "seq", nullptr).message) ==
        "the pointer for the dimension is null; pass one");
  CHECK_THAT(std::string(tenon_find_input(&toy::model(), 3, "ids", &index).message),
             Contains("model 'toy' has entries 0..2, not 3"));
  tenon_model other = toy::model();
  other.abi_version += 1;
  for (const auto& find : {tenon_find_entry, tenon_find_dim})
    CHECK(find(&other, "step", &index).code == TENON_INCOMPATIBLE);
  tenon_tensor_list* list = nullptr;
  CHECK(tenon_tensor_list_create(&other, &list).code == TENON_INCOMPATIBLE);
  CHECK(list == nullptr);
  CHECK(tenon_tensor_list_create(&toy::model(), nullptr).code == TENON_INVALID_ARGUMENT);
  CHECK(tenon_tensor_list_all(nullptr, nullptr) == 0);
  std::size_t at = 0;
  CHECK(tenon_tensor_list_find(nullptr, "wte.weight", &at).code == TENON_INVALID_ARGUMENT);
  tenon_tensor_list_free(nullptr);
}

TEST_CASE("the list of tensors is what weights read, write and save, layer by layer") {
  const rt::weights weights = *rt::weights::random(toy::model(), 1);
  const auto tensors = weights.tensors();
  REQUIRE(tensors);
  std::vector<std::string> names;
  for (const tenon_named_tensor& each : *tensors) {
    names.push_back(each.name);
    CHECK(each.data == nullptr);
    std::vector<float> values(rt::bytes_of(each) / sizeof(float));
    REQUIRE(weights.read(rt::memory::value, each.name, std::span<float>(values)));
  }
  CHECK(names == std::vector<std::string>{"wte.weight", "wpe.weight", "h.0.ln.weight",
                                          "h.1.ln.weight", "h.0.proj.weight", "h.1.proj.weight"});
  const auto wpe = tensors->find("wpe.weight");
  REQUIRE(wpe);
  CHECK(wpe->dtype == TENON_F32);
  CHECK(rt::bytes_of(*wpe) == 16 * 3 * sizeof(float));
  const auto shape = rt::shape_of(*wpe);
  CHECK(std::vector<std::int64_t>(shape.begin(), shape.end()) == std::vector<std::int64_t>{16, 3});
  CHECK(std::string(tensors->find("h.2.ln.weight").message()) ==
        "model 'toy' has no tensor 'h.2.ln.weight'; is 'h.0.ln.weight' meant? it has: wte.weight, "
        "wpe.weight, h.0.ln.weight, h.1.ln.weight, h.0.proj.weight, h.1.proj.weight");
  // What reads by a name says the same.
  float value = 0;
  CHECK(std::string(weights.read(rt::memory::value, "wte.wieght", std::span(&value, 1)).message())
            .starts_with("model 'toy' has no tensor 'wte.wieght'; is 'wte.weight' meant?"));
}

TEST_CASE("bytes of a tensor follow its dtype and shape, and do not wrap") {
  const std::int64_t shape[] = {3, 5}, huge[] = {INT64_MAX, INT64_MAX};
  CHECK(rt::bytes_of({"x", TENON_F32, 2, shape, nullptr}) == 60);
  CHECK(rt::bytes_of({"x", TENON_BF16, 2, shape, nullptr}) == 30);
  CHECK(rt::bytes_of({"x", TENON_F64, 1, shape, nullptr}) == 24);
  CHECK(rt::bytes_of({"x", TENON_I32, 0, nullptr, nullptr}) == 4);
  CHECK(rt::bytes_of({"x", UINT32_MAX, 2, shape, nullptr}) == 0);
  CHECK(rt::bytes_of({"x", TENON_F32, 2, huge, nullptr}) == UINT64_MAX);
}
