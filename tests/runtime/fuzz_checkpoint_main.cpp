// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The libFuzzer program (TENON_FUZZ=ON, clang). Start it on a folder with a good file:
//   tenon_fuzz_checkpoint corpus/ -max_len=4096
#include "fuzz_checkpoint.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  load_bytes(data, size);
  return 0;
}
