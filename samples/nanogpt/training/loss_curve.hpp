// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// loss.svg: losses of training and validation over steps, for a browser.
#pragma once

#include <span>
#include <string>

#include "training/training_log.hpp"

namespace tenon::samples {

/// An SVG document of 720 x 420 units; `title` names the run. At least one evaluation.
std::string loss_curve(std::span<const evaluation> points, const std::string& title);

}  // namespace tenon::samples
