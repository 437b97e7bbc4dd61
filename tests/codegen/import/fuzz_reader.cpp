// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// libFuzzer target (TENON_FUZZ=ON, clang): any bytes as a section. The checksum is made right, so
// that the fuzzer gets past it. Seeds: the .tenon.graph sections of the samples' objects.
#include "graph_builder.h"
#include "reader.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string bytes(reinterpret_cast<const char *>(data), size);
  tenon::test::fixChecksum(bytes);
  auto graphs = tenon::readSection(bytes, "x86-64");
  if (!graphs)
    llvm::consumeError(graphs.takeError());
  return 0;
}
