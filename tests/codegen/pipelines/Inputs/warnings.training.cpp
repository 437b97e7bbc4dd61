// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Includes the generated header of entries that train.
#include "training.tenon.h"

static_assert(!training::parameters.empty());

int main() { return training::model().n_params == training::parameters.size() ? 0 : 1; }
