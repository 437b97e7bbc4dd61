// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What `gpt2 generate --profile` writes: a trace to look at, and a table of kernels.
#pragma once

#include <ostream>
#include <string>

#include <tenon/runtime/profile.hpp>

#include "profile/limits.hpp"

namespace tenon::samples {

/// The recorded calls as a Chrome trace (JSON, for chrome://tracing or ui.perfetto.dev): a row for
/// the calls and one a thread, there a slice for each kernel and layer; times in us from the first
/// call.
void write_trace(std::ostream& to, const runtime::session& session, const tenon_model& model);

/// A table of the kernels of the prompt's calls and one of the single tokens': calls of the kernel,
/// time from the first thread's beginning to the last one's end, flops, bytes, rates, and the share
/// of the limit that bounds the kernel (reading memory, or multiply-adds).
std::string profile_table(const runtime::session& session, const tenon_model& model,
                          const machine_limits& limits);

}  // namespace tenon::samples
