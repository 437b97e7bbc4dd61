// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Dispatch; see dispatch.hpp.
#include "dispatch.hpp"

#include <cstdlib>
#include <cstring>
#include <string>

#include "cpu.hpp"
#include "failure.hpp"

namespace tenon::runtime::detail {
namespace {

struct feature_name {
  std::uint32_t bit;
  const char* name;
};
constexpr feature_name feature_names[] = {{TENON_CPU_X86_64_V2, "x86-64-v2"},
                                          {TENON_CPU_X86_64_V3, "x86-64-v3"},
                                          {TENON_CPU_X86_64_V4, "x86-64-v4"},
                                          {TENON_CPU_AVX512_BF16, "avx512_bf16"},
                                          {TENON_CPU_AARCH64, "aarch64"}};

std::string names_of(std::uint32_t features) {
  std::string names;
  for (const feature_name& feature : feature_names)
    if (features & feature.bit) names.append(names.empty() ? "" : ", ").append(feature.name);
  return names.empty() ? "none" : names;
}

std::string variants_of(const tenon_model& model, std::uint32_t features) {
  std::string names;
  for (std::uint32_t i = 0; i < model.n_variants; ++i) {
    const tenon_variant& variant = model.variants[i];
    if (i > 0) names += ", ";
    names += variant.name;
    if (const std::uint32_t lacking = variant.cpu & ~features; lacking != 0)
      names += " (needs " + names_of(lacking) + ")";
  }
  return names.empty() ? "none" : names;
}

}  // namespace

tenon_status check_model(const tenon_model* model) {
  if (model == nullptr)
    return failure(TENON_INVALID_ARGUMENT, "the model is null; pass the generated tenon_model");
  if (model->abi_version != TENON_ABI_VERSION)
    return failure(TENON_INCOMPATIBLE,
                   "the model was built for ABI version %u, this runtime has %d; "
                   "build both from one Tenon version",
                   model->abi_version, TENON_ABI_VERSION);
  return success();
}

tenon_status select_variant(const tenon_model& model, const char* cpu, std::uint32_t features,
                            std::uint32_t& variant) {
  for (std::uint32_t i = 0; i < model.n_variants; ++i) {
    const bool fits = (model.variants[i].cpu & ~features) == 0;
    const bool named = cpu != nullptr && std::strcmp(cpu, model.variants[i].name) == 0;
    if (cpu == nullptr ? !fits : !named) continue;
    if (!fits)
      return failure(TENON_INCOMPATIBLE,
                     "this CPU cannot run variant '%s' of model '%s'; there are: "
                     "%s; choose one that it can run",
                     cpu, model.name, variants_of(model, features).c_str());
    variant = i;
    return success();
  }
  if (cpu != nullptr)
    return failure(TENON_INVALID_ARGUMENT,
                   "model '%s' has no variant '%s'; there are: %s; choose one "
                   "of them (TENON_CPU or options.cpu)",
                   model.name, cpu, variants_of(model, features).c_str());
  return failure(TENON_INCOMPATIBLE,
                 "no variant of model '%s' runs on this CPU (it has: %s); there "
                 "are: %s; build the model for a lower target",
                 model.name, names_of(features).c_str(), variants_of(model, features).c_str());
}

}  // namespace tenon::runtime::detail

extern "C" tenon_status tenon_variant_select(const tenon_model* model, const char* cpu,
                                             uint32_t* variant) {
  using namespace tenon::runtime::detail;
  return guarded([&] {
    TENON_TRY(check_model(model));
    if (variant == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the pointer for the variant is null; pass one");
    if (cpu == nullptr) cpu = std::getenv("TENON_CPU");
    if (cpu != nullptr && *cpu == '\0') cpu = nullptr;
    return select_variant(*model, cpu, cpu_features(), *variant);
  });
}
