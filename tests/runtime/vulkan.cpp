// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The Vulkan backend, on whatever device this machine has (Mesa's software device will do).
#include <cstring>

#include <catch2/catch.hpp>

#include "fixture/toy_gpu.hpp"
#include "vulkan/vulkan_device.hpp"

namespace rt = tenon::runtime;

namespace {

// A session on the first device; where there is none, the test case says why and ends.
#define REQUIRE_VULKAN(device)                                      \
  auto opened_##device = rt::device::open(rt::device_kind::vulkan); \
  if (!opened_##device) {                                           \
    REQUIRE(opened_##device.error().code() == TENON_UNAVAILABLE);   \
    WARN("[skipped] " << opened_##device.message());                \
    return;                                                         \
  }                                                                 \
  [[maybe_unused]] rt::device& device = *opened_##device

std::string spirv() { return read_file(TENON_TEST_SPIRV); }

rt::device_session make_session(const rt::device& device, const tenon_model& model) {
  const auto all = toy_weights::tensors();
  return *rt::device_session::create(
      *rt::device_weights::from_tensors(device, model, toy_weights::views(all)));
}

}  // namespace

TEST_CASE("a Vulkan device computes what the CPU computes", "[vulkan]") {
  REQUIRE_VULKAN(device);
  CHECK(std::string(device.name()) != "");
  const std::string code = spirv();
  const toy_gpu_model model({toy_kernel(TENON_GPU_SPIRV, 0, code)});
  auto session = make_session(device, model);
  auto cpu = *toy::session::create(toy_weights::make());
  // Growing, then smaller again: buffers are reused. More than one work group at the end.
  for (const auto& [b, t] : {std::pair{1, 1}, {2, 3}, {4, 16}, {3, 2}}) {
    const auto rows = static_cast<std::size_t>(b * t);
    const auto ids = some_ids(rows);
    auto x = *rt::buffer<float>::create(rows * 3), expected = *rt::buffer<float>::create(rows * 3);
    const rt::tensor<const std::int32_t, toy::batch, toy::seq> in(ids, b, t);
    const rt::status outcome = session.call(
        toy::forward::index, 0, in, rt::tensor<float, toy::batch, toy::seq, toy::n_embd>(x, b, t));
    INFO(outcome.message());
    REQUIRE(outcome);
    REQUIRE(cpu.forward(in, {expected, b, t}));
    CHECK(std::memcmp(x.data(), expected.data(), rows * 3 * sizeof(float)) == 0);
  }
}

TEST_CASE("Vulkan and CPU give the same errors", "[vulkan]") {
  REQUIRE_VULKAN(device);
  const std::string code = spirv();
  const toy_gpu_model model({toy_kernel(TENON_GPU_SPIRV, 0, code)});
  auto session = make_session(device, model);
  auto cpu = *toy::session::create(toy_weights::make());
  auto ids = some_ids(6);
  auto x = *rt::buffer<float>::create(18);
  const auto both = [&](int b, int t, int position) {
    const std::int64_t sizes[] = {b, t, 3};
    const tenon_view in{ids.data(), ids.size(), TENON_I32, 2, sizes};
    const tenon_view out{x.data(), x.size(), TENON_F32, 3, sizes};
    const rt::status gpu =
        tenon_device_session_call(session.handle(), toy::forward::index, &in, 1, &out, 1, position);
    const rt::status host =
        tenon_session_call(cpu.handle(), toy::forward::index, &in, 1, &out, 1, position);
    CHECK(gpu.code() == host.code());
    CHECK(std::string(gpu.message()) == host.message());
    return std::string(gpu.message());
  };
  CHECK(both(2, 3, 0).empty());
  CHECK_FALSE(both(2, 3, 1).empty());
  CHECK_FALSE(both(2, 4, 0).empty());
  ids[4] = 11;
  CHECK(both(2, 3, 0) ==
        "entry 'forward': input 'ids' at [1, 1] is 11, outside [0, 11); pass values of "
        "the model's vocabulary");
}

TEST_CASE("a kernel can be timed on resident data", "[vulkan]") {
  REQUIRE_VULKAN(device);
  const std::string code = spirv();
  const toy_gpu_model model({toy_kernel(TENON_GPU_SPIRV, 0, code)});
  auto session = make_session(device, model);
  const auto ids = some_ids(64);
  auto x = *rt::buffer<float>::create(64 * 3);
  const void* inputs[] = {ids.data()};
  void* outputs[] = {x.data()};
  const std::int64_t dims[6] = {4, 16};
  std::uint64_t times[3] = {};
  const rt::status outcome = session.time(0, inputs, outputs, dims, 0, times);
  if (outcome.code() == TENON_UNAVAILABLE) {
    WARN("[skipped] " << outcome.message());
    return;
  }
  INFO(outcome.message());
  REQUIRE(outcome);
  CHECK(x[3] == toy_weights::embedded(toy_weights::tensors(), 7, 1, 0));
  for (const std::uint64_t each : times) CHECK(each < 60'000'000'000u);  // a minute: no nonsense
  CHECK(session.time(0, inputs, outputs, dims, 0, {}).code() == TENON_INVALID_ARGUMENT);
}

TEST_CASE("an entry without a kernel for the device is refused", "[vulkan]") {
  REQUIRE_VULKAN(device);
  const std::string ptx = read_file(TENON_TEST_PTX);
  const toy_gpu_model model({toy_kernel(TENON_GPU_PTX, 80, ptx)});
  auto session = make_session(device, model);
  const auto ids = some_ids(1);
  auto x = *rt::buffer<float>::create(3);
  const rt::status outcome =
      session.call(0, 0, rt::tensor<const std::int32_t, toy::batch, toy::seq>(ids, 1, 1),
                   rt::tensor<float, toy::batch, toy::seq, toy::n_embd>(x, 1, 1));
  CHECK(outcome.code() == TENON_UNAVAILABLE);
  CHECK_THAT(outcome.message(), Catch::Contains("entry 'forward' has no kernel for device"));
}

TEST_CASE("a kernel or launch beyond the device's limits is refused", "[vulkan]") {
  REQUIRE_VULKAN(device);
  const std::string code = spirv();
  tenon_gpu_kernel wide = toy_kernel(TENON_GPU_SPIRV, 0, code);
  wide.workgroup_size = 1u << 20;
  const toy_gpu_model model({wide});
  const auto all = toy_weights::tensors();
  const auto weights = rt::device_weights::from_tensors(device, model, toy_weights::views(all));
  REQUIRE(weights);
  CHECK_THAT(rt::device_session::create(*weights).message(),
             Catch::Contains("kernel 'toy_forward' has work groups of 1048576 threads"));
}

TEST_CASE("copies through the staging buffer are exact at any size", "[vulkan]") {
  using namespace tenon::runtime::detail;
  std::shared_ptr<vk::device> device;
  const tenon_status opened = vk::device::open(-1, true, device);
  if (opened.code == TENON_UNAVAILABLE) {
    WARN("[skipped] " << opened.message);
    return;
  }
  REQUIRE(opened.code == TENON_OK);
  const std::size_t bytes = GENERATE(1u, 4u, 1000003u, (16u << 20) + 5u, (33u << 20) + 7u);
  std::vector<unsigned char> sent(bytes), got(bytes);
  for (std::size_t i = 0; i < bytes; ++i)
    sent[i] = static_cast<unsigned char>(i * 2654435761u >> 24);
  std::unique_ptr<device_buffer> buffer;
  REQUIRE(device->allocate(bytes, "data", buffer).code == TENON_OK);
  REQUIRE(device->upload(*buffer, 0, sent.data(), bytes).code == TENON_OK);
  REQUIRE(device->upload(*buffer, bytes / 2, sent.data(), bytes - bytes / 2).code == TENON_OK);
  std::copy(sent.begin(), sent.end() - static_cast<long>(bytes / 2),
            sent.begin() + static_cast<long>(bytes / 2));
  REQUIRE(device->download(*buffer, got.data(), bytes).code == TENON_OK);
  CHECK(std::memcmp(got.data(), sent.data(), bytes) == 0);
}

TEST_CASE("a Vulkan device that is not there is refused", "[vulkan]") {
  REQUIRE_VULKAN(device);
  CHECK_THAT(rt::device::open(rt::device_kind::vulkan, 1000).message(),
             Catch::Contains("there is no Vulkan device 1000, but"));
  CHECK(rt::device::open(rt::device_kind::vulkan, -2).error().code() == TENON_UNAVAILABLE);
}

TEST_CASE("buffers beyond the device's limit are refused before they are made", "[vulkan]") {
  using namespace tenon::runtime::detail;
  std::shared_ptr<vk::device> device;
  if (vk::device::open(-1, false, device).code == TENON_UNAVAILABLE) {
    WARN("[skipped] no Vulkan");
    return;
  }
  std::unique_ptr<device_buffer> buffer;
  const tenon_status outcome = device->allocate(std::size_t{1} << 33, "huge", buffer);
  CHECK(outcome.code == TENON_OUT_OF_MEMORY);
  CHECK_THAT(outcome.message, Catch::Contains("'huge' takes 8589934592 bytes, a buffer of device"));
}
