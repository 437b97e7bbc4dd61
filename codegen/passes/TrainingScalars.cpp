// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See TrainingScalars.h. Ranges and defaults are those of torch.optim.AdamW and SGD; PyTorch clips
// by a call of its own, so nothing is clipped by default.
#include "TrainingScalars.h"

#include "llvm/ADT/STLExtras.h"

#include <cstdint>
#include <limits>

namespace tenon {

static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr ScalarRange finite{-infinity, infinity, true, true};
static constexpr ScalarRange notNegative{0, infinity, false, true};
static constexpr ScalarRange belowOne{0, 1, false, true};
static constexpr ScalarRange counted{0, std::numeric_limits<int32_t>::max()};

static constexpr TrainingScalar step{
    "step", true, counted, {}, "how many steps were made before this one"};
static constexpr TrainingScalar seed{
    "seed", true, {}, {}, "together with step it decides what dropout drops"};
static constexpr TrainingScalar rate{"lr", false, notNegative, 1e-3, "learning rate"};
static constexpr TrainingScalar beta1{"beta1", false, belowOne, 0.9,
                                      "how much of the mean of gradients a step keeps"};
static constexpr TrainingScalar beta2{"beta2", false, belowOne, 0.999,
                                      "how much of the mean of their squares a step keeps"};
static constexpr TrainingScalar epsilon{"eps", false, notNegative, 1e-8,
                                        "added to the root of that mean"};
static constexpr TrainingScalar clip{
    "max_norm", false, ScalarRange{0, infinity}, infinity,
    "gradients whose common norm is greater are scaled down to it; 0 and infinity: never"};

static constexpr TrainingScalar decay(double byDefault) {
  return {"weight_decay", false, notNegative, byDefault,
          "times lr: the share of a parameter of rank 2 and more that a step takes away"};
}

static constexpr TrainingScalar trainStep[] = {step,  seed,    rate,        beta1,
                                               beta2, epsilon, decay(1e-2), clip};
static constexpr TrainingScalar update[] = {step, rate, beta1, beta2, epsilon, decay(1e-2), clip};
static constexpr TrainingScalar updateSgd[] = {rate, decay(0), clip};
static constexpr TrainingScalar gradients[] = {
    step,
    seed,
    {"first_sequence", true, counted, 0,
     "number of the first of these sequences in the whole batch"},
    {"micro_step", true, counted, 0,
     "0: gradients begin anew; else they are added to what is there"},
    {"scale", false, finite, 1, "what gradients are multiplied by"}};
static constexpr TrainingScalar init[] = {
    {"seed", true, {}, {}, "decides the values that are drawn"}};

llvm::ArrayRef<TrainingScalar> trainingScalars(llvm::StringRef entry) {
  if (entry == "train_step")
    return trainStep;
  if (entry == "gradients")
    return gradients;
  if (entry == "update")
    return update;
  if (entry == "update_sgd")
    return updateSgd;
  if (entry == "init")
    return init;
  return {};
}

const TrainingScalar *findTrainingScalar(llvm::StringRef entry, llvm::StringRef name) {
  llvm::ArrayRef<TrainingScalar> all = trainingScalars(entry);
  const TrainingScalar *found =
      llvm::find_if(all, [&](const TrainingScalar &scalar) { return scalar.name == name; });
  return found == all.end() ? nullptr : found;
}

} // namespace tenon
