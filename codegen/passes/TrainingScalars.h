// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What entries that train take beside the model's own inputs: names, ranges, defaults.
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <optional>

namespace tenon {

/// The values that a scalar may have; an end that is open does not belong to them.
struct ScalarRange {
  double least, most;
  bool leastIsOpen = false, mostIsOpen = false;
};

/// An input of rank 0.
struct TrainingScalar {
  llvm::StringRef name;             // PyTorch's where it has one
  bool isInteger;                   // i32; otherwise f32
  std::optional<ScalarRange> range; // none: any value
  std::optional<double> byDefault;  // none: callers must give it
  llvm::StringRef what;             // for people
};

/// The scalars of an entry that trains, in their order; none for other entries.
llvm::ArrayRef<TrainingScalar> trainingScalars(llvm::StringRef entry);

/// The scalar of that name among them; null where there is none.
const TrainingScalar *findTrainingScalar(llvm::StringRef entry, llvm::StringRef name);

} // namespace tenon
