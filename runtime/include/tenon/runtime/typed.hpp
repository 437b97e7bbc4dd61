// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Everything that a generated model header includes. Such a header declares the model, one tag a
// dimension, one struct an entry, and a session class whose members call `session::call`.
#pragma once
#include <tenon/runtime/abi.h>
#include <tenon/runtime/buffer.hpp>
#include <tenon/runtime/session.hpp>
#include <tenon/runtime/status.hpp>
#include <tenon/runtime/tensor.hpp>
#include <tenon/runtime/version.hpp>
#include <tenon/runtime/weights.hpp>
