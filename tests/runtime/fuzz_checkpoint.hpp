// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The checkpoint reader on bytes from memory; see fuzz_checkpoint.cpp.
#pragma once
#include <cstddef>
#include <cstdint>

#include <tenon/runtime/runtime.h>

/// Loads the bytes as the toy model's checkpoint; ends the program if the outcome is neither
/// weights nor an error with a message.
tenon_status load_bytes(const std::uint8_t* data, std::size_t size);
