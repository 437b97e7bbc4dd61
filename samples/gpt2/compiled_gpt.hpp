// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// One GPT of fixed sizes in the program, and a session of it whose type no longer names the sizes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <tenon/runtime/typed.hpp>

#include "gpt.hpp"

namespace tenon::samples {

/// One sequence with its key/value cache.
class gpt_session {
 public:
  virtual ~gpt_session() = default;

  /// Appends tokens at `position` (0: a new sequence) and gives the logits of the last one.
  ///   ids: T of 1..n_block - position, aligned as runtime::buffer is; logits: V, aligned too.
  virtual runtime::status step(std::span<const std::int32_t> ids, std::int64_t position,
                               std::span<float> logits) = 0;
  virtual int threads() const = 0;
  /// What profiles are taken of; null if there is no compiled model behind it.
  virtual runtime::session* untyped() { return nullptr; }
};

struct compiled_gpt {
  const tenon_model* model;
  gpt_config config;
  runtime::result<std::unique_ptr<gpt_session>> (*open)(const runtime::weights& weights,
                                                        const runtime::options& how);
  tenon_dtype compute = TENON_F32;  // what its products read: f32 or bf16
};

/// The models of this program, at least one, in the order of TENON_SAMPLES_GPT2.
std::vector<const compiled_gpt*> compiled_models();

/// TENON_SAMPLES_GPT2 as it was at configuration: items separated by ';'.
const char* configured_models();

}  // namespace tenon::samples
