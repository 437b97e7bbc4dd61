// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Machines without drivers: opening a device says why, and nothing else happens.
#include <catch2/catch.hpp>

#include <tenon/runtime/device.hpp>

#include "device/library.hpp"

namespace rt = tenon::runtime;

TEST_CASE("a library that is not there gives the loader's reason") {
  rt::detail::library none;
  const tenon_status outcome = rt::detail::library::open("libtenon-none.so.1", "Nothing", none);
  CHECK(outcome.code == TENON_UNAVAILABLE);
  CHECK_THAT(outcome.message,
             Catch::StartsWith("no Nothing on this machine: libtenon-none.so.1:") &&
                 Catch::EndsWith("install its driver or use the CPU"));
}

TEST_CASE("CUDA opens or says why not") {
  const auto device = rt::device::open(rt::device_kind::cuda);
  if (device) {
    CHECK(std::string(device->name()) != "");
  } else {
    CHECK(device.error().code() == TENON_UNAVAILABLE);
    CHECK(std::string(device.message()) != "");
  }
}

TEST_CASE("null handles and unknown kinds are refused") {
  tenon_device* device = nullptr;
  CHECK(std::string(tenon_device_open(9, -1, &device).message) ==
        "there is no device kind 9; use TENON_VULKAN or TENON_CUDA");
  CHECK(tenon_device_open(TENON_CUDA, -1, nullptr).code == TENON_INVALID_ARGUMENT);
  tenon_device_weights* weights = nullptr;
  CHECK(tenon_device_weights_random(nullptr, nullptr, 1, &weights).code == TENON_INVALID_ARGUMENT);
  tenon_device_session* session = nullptr;
  CHECK(tenon_device_session_create(nullptr, &session).code == TENON_INVALID_ARGUMENT);
  CHECK(tenon_device_session_run(nullptr, 0, nullptr, nullptr, nullptr, 0).code ==
        TENON_INVALID_ARGUMENT);
  CHECK(std::string(tenon_device_name(nullptr)) == "none");
  tenon_device_close(nullptr);
  tenon_device_weights_free(nullptr);
  tenon_device_session_free(nullptr);
}
