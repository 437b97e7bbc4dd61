// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the header and the descriptor both say of a model, in the order of the ABI's tables.
#pragma once
#include "Compiled.h"
#include "Cost.h"
#include "TrainingScalars.h"

#include "llvm/ADT/StringSet.h"

#include <string>
#include <vector>

namespace tenon {

/// A tensor as tenon_tensor of the runtime's ABI; `dims` are indices into Manifest::dims.
struct ManifestTensor {
  std::string name;
  mlir::Type element;
  std::vector<unsigned> dims;
  int64_t limit = 0; // inputs that index something: values lie in [0, limit)
  int32_t ignored = 0;
  bool hasIgnored = false;
  const TrainingScalar *scalar = nullptr; // where the entry trains and the input is one of those

  /// Whether calls may leave it out.
  bool isOption() const { return scalar && scalar->byDefault; }
};

struct ManifestDim {
  std::string name;       // as in the model, perhaps qualified
  std::string identifier; // a C++ name that is unique in the header
  int64_t min = 0, max = 0;
};

struct ManifestParam {
  ManifestTensor tensor;
  int64_t layers = 0; // 0 where the parameter belongs to no stack
  InitKind init = InitKind::Zeros;
  double initValue = 0;
};

/// One kernel of an entry, as tenon_kernel of the runtime's ABI.
struct ManifestKernel {
  std::string name;  // "linear h.{}.mlp.c_fc + gelu"
  std::string lines; // "gpt2.model.cpp:45"
  int64_t repeats = 1;
  Cost cost; // of one run
};

struct ManifestEntry {
  std::string identifier;
  std::vector<ManifestTensor> inputs, outputs;
  mlir::Type compute; // bf16 where factors of products or tables are; else f32
  const CompiledEntry *compiled = nullptr;
  std::string options; // the identifier of the struct of its optional inputs; "" where it has none
  std::vector<ManifestKernel> kernels; // in the order in which Program.cpp numbers them
};

/// What a name in a checkpoint means, as tenon_stored_name of the runtime's ABI.
struct ManifestStored {
  std::string name;
  StoredKind kind = StoredKind::Prefix;
  unsigned param = 0; // a twin's
};

struct Manifest {
  std::vector<ManifestDim> dims;
  std::vector<ManifestParam> params;
  std::vector<ManifestStored> stored;
  std::vector<ManifestEntry> entries;

  static Manifest of(const CompiledModel &model);
};

/// "gpt2.model.cpp:21" of a location; of one that stands for several lines, all of them.
std::string lineOf(mlir::Location location);

/// `text` as an identifier of C++: other characters become `_`, keywords get one appended.
std::string identifierOf(llvm::StringRef text);

/// The name of a model's namespace: the model's, with `_` appended where C declares it globally.
std::string namespaceOf(llvm::StringRef model);

/// `text` as a string literal of C and C++.
std::string quoted(llvm::StringRef text);

/// "tenon_model_gpt2_1f2e3d4c5b6a7988": how the linker knows the descriptor.
std::string linkNameOf(const CompiledModel &model);

/// The enumerator of tenon_dtype for an element type.
llvm::StringRef dtypeName(mlir::Type element);

/// Identifiers in use. `claim` makes one that is not, by appending `_` where needed; one that is
/// reserved is nobody's.
class Identifiers {
public:
  explicit Identifiers(std::initializer_list<llvm::StringRef> reserved = {});
  void reserve(llvm::StringRef name);
  std::string claim(llvm::StringRef text);

private:
  llvm::StringSet<> used;
};

} // namespace tenon
