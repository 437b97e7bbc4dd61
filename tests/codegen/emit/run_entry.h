// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// How tests run an entry of tenon-emit-entries, without the runtime.
#pragma once
#include "entries.h"

namespace tenon::test {

/// Runs an entry of one kernel, the threads one after the other. Outputs hold `sizes` floats; what
/// is not written stays NaN, as all of the arena is at the start. Fails the test where something is
/// written behind an output. `dims`: the value of every dimension of the model.
std::vector<std::vector<float>> run(const CompiledEntry &entry,
                                    const std::vector<std::vector<float>> &inputs,
                                    const std::vector<std::size_t> &sizes,
                                    const std::vector<std::int64_t> &dims, int threads);

} // namespace tenon::test
