// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Goldens and sessions for the tests; see golden_models.hpp.
#include "golden_models.hpp"

#include <algorithm>
#include <array>

#include <catch2/catch.hpp>
#include <tenon/runtime/buffer.hpp>
#include <tenon/runtime/files.hpp>

namespace {

const std::filesystem::path source = TENON_SOURCE_DIR, goldens = source / "tests/goldens";

tenon::runtime::session open(const golden_model& which, const std::string& variant, int threads) {
  tenon::runtime::options how{};
  how.threads = threads;
  how.cpu = variant.c_str();
  auto weights = which.checkpoint.empty()
                     ? tenon::runtime::weights::random(*which.model, 1, how)
                     : tenon::runtime::weights::load(*which.model, which.checkpoint.string(), how);
  INFO(weights.message());
  REQUIRE(weights);
  auto session = tenon::runtime::create_session(*which.model, *weights, how);
  INFO(session.message());
  REQUIRE(session);
  return *std::move(session);
}

const tenon_model* linked(const char* name) {
  const auto found = tenon::runtime::find_model(name);
  INFO(found.message());
  REQUIRE(found);
  return &found->raw();
}

std::int64_t size_of(const tenon::runtime::model& model, const char* dim) {
  const auto found = model.dim(dim);
  INFO(found.message());
  REQUIRE(found);
  return found->max;
}

template <class T>
tenon::runtime::buffer<T> make_buffer(std::size_t count) {
  auto made = tenon::runtime::buffer<T>::create(count);
  REQUIRE(made);
  return *std::move(made);
}

}  // namespace

std::span<const golden_model> golden_models() {
  static const std::array<golden_model, n_models> all{{
      {linked("tiny_masks"), goldens / "tiny_masks", goldens / "tiny_masks"},
      {linked("tiny_sharded_erf"), goldens / "tiny_sharded_erf", goldens / "tiny_sharded_erf"},
      {linked("tiny_prefixed"), goldens / "tiny_prefixed", goldens / "tiny_prefixed"},
      {linked("tiny_untied"), goldens / "tiny_untied", goldens / "tiny_untied"},
      {linked("licences"), source / "samples/checkpoint/licences", goldens / "licences"},
      {linked("llama"), goldens / "llama", goldens / "llama"},
      {linked("qwen3"), goldens / "qwen3", goldens / "qwen3"},
      {linked("neox"), goldens / "neox", goldens / "neox"},
      {linked("neox_sequential"), goldens / "neox_sequential", goldens / "neox_sequential"},
      {linked("gptj"), goldens / "gptj", goldens / "gptj"},
      {linked("bloom"), goldens / "bloom", goldens / "bloom"},
      {linked("gemma2"), goldens / "gemma2", goldens / "gemma2"},
      {linked("mixtral"), goldens / "mixtral", goldens / "mixtral"},
      {linked("wide"), "", ""},
  }};
  return all;
}

std::vector<std::string> runnable_variants(const tenon_model& model) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < model.n_variants; ++i)
    if ((model.variants[i].cpu & ~tenon_cpu_features()) == 0)
      names.push_back(model.variants[i].name);
  REQUIRE(!names.empty());
  return names;
}

template <class T>
std::vector<T> golden(const golden_model& which, const std::string& name) {
  const auto file =
      tenon::runtime::safetensors_file::open((which.goldens / "golden.safetensors").string());
  INFO(file.message());
  REQUIRE(file);
  for (std::size_t i = 0; i < file->size(); ++i) {
    const tenon_named_tensor tensor = file->tensor(i);
    if (tensor.name != name) continue;
    REQUIRE(tensor.dtype == (std::is_same_v<T, float> ? TENON_F32 : TENON_I32));
    std::size_t count = 1;
    for (std::uint32_t axis = 0; axis < tensor.rank; ++axis)
      count *= static_cast<std::size_t>(tensor.shape[axis]);
    std::vector<T> values(count);
    REQUIRE(!values.empty());
    REQUIRE(file->read(i, values.data(), count * sizeof(T)));
    return values;
  }
  FAIL("no golden " << name);
  return {};
}
template std::vector<float> golden(const golden_model&, const std::string&);
template std::vector<std::int32_t> golden(const golden_model&, const std::string&);

any_session::any_session(const golden_model& which, const std::string& variant, int threads)
    : session_(open(which, variant, threads)),
      n_vocab_(size_of(*which.model, "n_vocab")),
      n_block_(size_of(*which.model, "n_block")) {}

std::vector<float> any_session::run(const char* entry, std::span<const std::int32_t> ids,
                                    std::int64_t batch, std::int64_t n_logits,
                                    std::int64_t position) {
  auto tokens = make_buffer<std::int32_t>(ids.size());
  auto logits = make_buffer<float>(static_cast<std::size_t>(n_logits));
  std::copy(ids.begin(), ids.end(), tokens.begin());
  const std::int64_t length = static_cast<std::int64_t>(ids.size()) / batch;
  const auto outcome =
      session_.call(entry, {{"ids", tokens, {batch, length}}}, {{"logits", logits}}, position);
  INFO(outcome.message());
  REQUIRE(outcome);
  return {logits.begin(), logits.end()};
}

std::vector<float> any_session::forward(std::span<const std::int32_t> ids, std::int64_t batch) {
  return run("forward", ids, batch, static_cast<std::int64_t>(ids.size()) * n_vocab_, 0);
}

std::vector<float> any_session::step(std::span<const std::int32_t> ids, std::int64_t batch,
                                     std::int64_t position) {
  return run("step", ids, batch, batch * n_vocab_, position);
}
