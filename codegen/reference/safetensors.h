// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Tensors of the reference in files of the safetensors format, for the check programs. These files
// come from the build itself; the runtime reads those that come from users.
#pragma once
#include "tensor.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <utility>

namespace tenon::reference {

/// Reads F32, F64 and I32 tensors; the error names the file and what is wrong with it.
llvm::Expected<llvm::StringMap<Tensor>> readTensors(const std::string &path);

/// Writes tensors as F64, in order, and `metadata` (strings) for whoever reads them.
void writeTensors(llvm::raw_ostream &file, llvm::ArrayRef<std::pair<std::string, Tensor>> tensors,
                  llvm::json::Object metadata);

} // namespace tenon::reference
