// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Catch2's main, compiled once for all test programs.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#include <cstdlib>

// Models of tests are small: calls get all threads that the tests ask for, not one.
[[maybe_unused]] static const int all_threads = setenv("TENON_GRAIN", "0", /*overwrite=*/0);
