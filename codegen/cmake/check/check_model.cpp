// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The check program of tenon_add_model(... CHECK): runs every entry of a model on every variant
// that this CPU offers, with random parameters and inputs, and compares with `tenonc reference`,
// which interprets the same graph in double precision.
//   check_model <tenonc> <model object> <work folder> <model> [<compute type>]
// Exit status: 0 all agree, 1 a difference or an error, 77 no variant can run here.
#include "inference.hpp"
#include "portable.hpp"
#include "training.hpp"

namespace check {
namespace {

const tenon_model* find_model(const std::string& name) {
  for (const tenon_model* const* at = tenon_checked_models; *at != nullptr; ++at)
    if ((*at)->name == name) return *at;
  fail("no model '" + name + "' was linked into this program");
}

int check_all(files where) {
  std::filesystem::create_directories(where.folder);
  where.parameters = where.folder + "/parameters.safetensors";
  random_source random(20260101);
  const auto parameters = random_parameters(random);
  double n_parameters = 1;
  for (const tensor& x : parameters) n_parameters += static_cast<double>(x.words.size());
  write_file(where.parameters, parameters);
  const auto tests = make_cases(where, n_parameters, random);
  std::vector<training_case> training_tests;
  training_state state;
  if (std::ranges::any_of(std::span(model->entries, model->n_entries), &tenon_entry::trains)) {
    state = random_state(parameters, random);
    training_tests = make_training_cases(where, state, n_parameters, random);
  }

  int n_variants = 0;
  portable_bits bits;
  for (const tenon_variant& variant : std::span(model->variants, model->n_variants)) {
    std::uint32_t chosen = 0;
    if (const rt::status fits = tenon_variant_select(model, variant.name, &chosen); !fits) {
      std::printf("SKIPPED: variant %s: %s\n", variant.name, fits.message());
      continue;
    }
    ++n_variants;
    auto weights = rt::weights::load(*model, where.parameters, options_for(0, variant.name));
    if (!weights) fail(weights.message());
    std::vector<std::vector<float>> outputs;
    for (const test_case& test : tests) outputs.push_back(run_case(test, *weights, variant.name));
    const auto trained = run_training_cases(training_tests, state, variant.name);
    if (!has_portable_bits(variant)) continue;
    for (std::size_t i = 0; i < tests.size(); ++i)
      if (!tests[i].holds_bf16) bits.expect(tests[i].what, variant.name, outputs[i]);
    for (std::size_t i = 0; where.compute.empty() && i < trained.size(); ++i)
      bits.expect(training_tests[i].what, variant.name, trained[i]);
  }
  bits.print();
  std::filesystem::remove_all(where.folder);
  std::printf("%s: %zu cases on %d variants agree with the reference\n", model->name,
              tests.size() + training_tests.size(), n_variants);
  return n_variants == 0 ? 77 : 0;
}

}  // namespace
}  // namespace check

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    std::fprintf(stderr,
                 "usage: %s <tenonc> <model object> <work folder> <model> [<compute type>]\n",
                 argv[0]);
    return 1;
  }
  setenv("TENON_GRAIN", "0", /*overwrite=*/0);  // small calls too on all threads that are asked for
  try {
    check::model = check::find_model(argv[4]);
    return check::check_all({argv[1], argv[2], argv[3], "", argc == 6 ? argv[5] : ""});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "check failed: %s\n", error.what());
    return 1;
  }
}
