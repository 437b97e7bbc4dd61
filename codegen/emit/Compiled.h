// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the compiler knows of a model once all its code is made: the input of every writer in
// output/.
#pragma once
#include "Target.h"
#include "Tenon.h"

#include "llvm/ADT/StringExtras.h"

#include <string>
#include <vector>

namespace tenon {

/// A buffer of a GPU kernel; sources as tenon_gpu_source of the runtime's ABI.
struct GpuBuffer {
  enum class Source { Param = 0, Input = 1, Output = 2, Scalars = 3 } source;
  unsigned index;
};

/// One GPU form of an entry; fields as tenon_gpu_kernel of the runtime's ABI.
struct GpuKernel {
  enum class Code { Spirv = 1, Ptx = 2 } kind;
  std::string target;        // "spirv", "nvptx:sm_90"
  unsigned architecture = 0; // 90 for sm_90
  std::string code;          // SPIR-V words as bytes, or PTX text
  std::string symbol;
  unsigned workgroupSize = 0, rowsPerGroup = 0;
  std::vector<GpuBuffer> buffers;
};

/// An entry; arguments and results of `function` are its inputs and outputs, named by `tenon.name`.
struct CompiledEntry {
  std::string name;
  mlir::func::FuncOp function;
  uint64_t arenaBytes = 0;
  bool usesState = false;
  bool trains = false;      // works on gradients and moments, or writes parameters
  int64_t context = 0;      // positions stay below; 0: no positions
  unsigned sequenceDim = 0; // index of the dimension that counts positions, if context > 0
  std::vector<GpuKernel> gpuKernels;
  std::vector<std::string>
      gpuRefusals; // "spirv: group linear at gpt2.model.cpp:41 has no GPU kernel"
};

/// Where a parameter lies in a variant's packed weights, in bytes.
struct PackedParam {
  uint64_t offset = 0, stride = 0, bytes = 0;
  std::string packSymbol, unpackSymbol; // empty: row-major as in the checkpoint
  int64_t depth = 0, columns = 0;       // K and N of what lies in panels
};

/// The code of one CPU target: an object file and the symbols in it.
struct CompiledVariant {
  const Target *target = nullptr;
  uint64_t weightsBytes = 0, stateBytes = 0;
  uint64_t threadBytes = 0;         // of memory that each thread has alone
  std::vector<PackedParam> params;  // one a parameter of the model
  std::vector<std::string> runs;    // one symbol an entry
  std::vector<uint64_t> stackBytes; // one an entry: what it needs of a thread's stack
  std::string object;               // the object file's bytes
  std::string assembly;             // where asked for
};

/// A compiled model. `model` has its entries as planned functions of groups.
struct CompiledModel {
  ModelOp model;
  std::string name;
  uint64_t fingerprint = 0; // tenon_model.fingerprint
  std::vector<CompiledEntry> entries;
  std::vector<CompiledVariant> variants;                     // most capable first
  std::vector<std::pair<std::string, std::string>> metadata; // key and value, as asked for

  /// The fingerprint as names carry it: 16 hexadecimal digits.
  std::string fingerprintText() const { return llvm::utohexstr(fingerprint, true, 16); }
};

} // namespace tenon
