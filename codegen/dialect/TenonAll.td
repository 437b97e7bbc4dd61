// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// All operations of the dialect, for the generator; which file holds what is said in README.md.
#ifndef TENON_ALL
#define TENON_ALL

include "TenonBackwardOps.td"
include "TenonChoiceOps.td"
include "TenonLossOps.td"
include "TenonTrainingOps.td"
include "TenonViewOps.td"

#endif
