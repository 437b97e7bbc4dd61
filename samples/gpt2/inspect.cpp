// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command `gpt2 inspect`: config keys and tensors, each with a verdict.
#include "inspect.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tenon/runtime/weights.hpp>

#include "checkpoint/checkpoint_listing.hpp"
#include "checkpoint/choose_model.hpp"
#include "checkpoint/gguf_config.hpp"
#include "checkpoint/gguf_reader.hpp"
#include "checkpoint/model_tokenizer.hpp"
#include "console/standard_streams.hpp"
#include "model_error.hpp"
#include "tokenizer/bpe.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

using listing = std::map<std::string, listed_tensor>;  // by bare name

// Names come from the file: printable, of bounded length.
std::string safe(const std::string& text) {
  const std::string quoted = shown(text, 80);
  return quoted.substr(1, quoted.size() - 2);
}

template <class... Ts>
void print(fmt::format_string<Ts...> text, Ts&&... values) {
  standard_output.report(fmt::format(text, std::forward<Ts>(values)...));
}

void print_row(const std::string& name, const std::string& dtype,
               const std::vector<std::int64_t>& shape, const std::string& verdict) {
  print("  {:<28} {:<5} {:<16} {}\n", safe(name), safe(dtype), fmt::format("{}", shape), verdict);
}

// One row a parameter; takes the tensors that belong to one out of `found`.
void print_parameters(const tenon_model& model, listing& found) {
  const auto parameters = checked(runtime::tensor_list::of(model));
  for (const tenon_named_tensor& each : parameters) {
    const std::vector<std::int64_t> wanted(each.shape, each.shape + each.rank);
    const auto node = found.extract(each.name);
    if (node.empty()) {
      print_row(each.name, "-", wanted, "MISSING");
      continue;
    }
    const listed_tensor& tensor = node.mapped();
    constexpr std::string_view known[] = {"F64", "F32", "F16", "BF16"};
    const bool converts = std::ranges::find(known, tensor.dtype) != std::end(known);
    print_row(node.key(), tensor.dtype, tensor.shape,
              !converts                ? "WRONG TYPE: F64, F32, F16 and BF16 are converted"
              : tensor.shape != wanted ? fmt::format("MISSHAPED: the model has {}", wanted)
                                       : "ok");
  }
}

void print_config(const wanted_model& wanted, const std::vector<std::string>& differing) {
  print("config.json\n");
  for (const config_key& key : wanted.keys) {
    std::string verdict = key.refusal.empty() ? "ok" : "REFUSED: " + key.refusal;
    for (const std::string& each : differing)
      if (each.starts_with(key.name + " ")) verdict = "NOT COMPILED IN: " + each;
    print("  {:<32} {:<12} {}\n", key.name, key.value, verdict);
  }
}

// Under the file's own names; whether they are the model's is for the loader to say.
void print_file(const std::filesystem::path& path) {
  const gguf_reader file(path);
  print("tensors of the file\n");
  for (const gguf_tensor& each : file.tensors()) print_row(each.name, each.type, each.shape, "");
}

void print_tensors(const tenon_model& model, const std::filesystem::path& directory) {
  if (is_gguf(directory)) return print_file(directory);
  listing found;
  for (listed_tensor& tensor : list_checkpoint(directory)) {
    std::string name = tensor.bare_name(model);
    found.emplace(std::move(name), std::move(tensor));
  }
  print("parameters of model '{}'\n", model.name);
  print_parameters(model, found);
  if (!found.empty()) print("other tensors\n");
  for (const auto& [name, tensor] : found)
    print_row(name, tensor.dtype, tensor.shape,
              needs_no_parameter(model, name) ? "ignored" : "UNEXPECTED");
}

}  // namespace

bool run_inspect(const std::filesystem::path& directory) {
  const wanted_model wanted = read_wanted_model(directory);
  const auto models = all_compiled_models();
  const auto [model, differing] = nearest(wanted, models);
  print_config(wanted, differing);
  print_tensors(*model->model, directory);

  // The verdict is the loader's, not the table's.
  try {
    choose_model(directory, wanted, models, model->compute);
    checked(runtime::weights::load(*model->model, directory.string()));
    const bpe tokenizer = load_tokenizer(directory);
    for (const std::string& warning : tokenizer.warnings()) print("tokenizer: {}\n", warning);
    print("tokenizer: {} tokens\nit loads\n", tokenizer.size());
    return true;
  } catch (const std::runtime_error& error) {
    print("it does not load: {}\n", error.what());
    return false;
  }
}

}  // namespace tenon::samples
