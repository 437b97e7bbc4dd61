// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Includes the generated header of entries that train.
#include "training.tenon.h"

int main() { return training::parameters.empty() ? 1 : 0; }
