// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Choosing the code to run: the ABI check and the variant for a CPU.
#pragma once
#include <cstdint>

#include <tenon/runtime/runtime.h>

namespace tenon::runtime::detail {

/// Refuses a model that this runtime cannot read. Call it before any other field is looked at.
tenon_status check_model(const tenon_model* model);

/// The first variant that `features` (TENON_CPU_* bits) can run, or the one called `cpu` where that
/// is not null. Messages list what there is.
tenon_status select_variant(const tenon_model& model, const char* cpu, std::uint32_t features,
                            std::uint32_t& variant);

}  // namespace tenon::runtime::detail
