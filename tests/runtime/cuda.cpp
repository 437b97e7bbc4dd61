// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The CUDA backend against an imitation of the driver (fixture/fake_cuda.cpp), which the library
// path puts before a real one: the sequence of calls, their arguments and every failure.
#include <cstdlib>

#include <catch2/catch.hpp>

#include "fixture/toy_gpu.hpp"

namespace rt = tenon::runtime;

namespace {

struct failing {
  explicit failing(const char* call) { setenv("FAKE_CUDA_FAIL", call, 1); }
  ~failing() { unsetenv("FAKE_CUDA_FAIL"); }
};

rt::device open_device() { return *rt::device::open(rt::device_kind::cuda); }

rt::device_weights upload(const rt::device& device, const tenon_model& model) {
  const auto all = toy_weights::tensors();
  return *rt::device_weights::from_tensors(device, model, toy_weights::views(all));
}

struct forward_call {
  rt::buffer<std::int32_t> ids = some_ids(6);
  rt::buffer<float> x = *rt::buffer<float>::create(18);
  rt::status operator()(rt::device_session& session) {
    return session.call(0, 0, rt::tensor<const std::int32_t, toy::batch, toy::seq>(ids, 2, 3),
                        rt::tensor<float, toy::batch, toy::seq, toy::n_embd>(x, 2, 3));
  }
};

}  // namespace

TEST_CASE("CUDA computes, with the kernel of the highest architecture that fits") {
  const std::string sm80 = read_file(TENON_TEST_PTX);
  std::string sm90 = sm80;
  sm90.replace(sm90.find("sm_80"), 5, "sm_90");
  // The imitation is an sm_86 and adds 100 where sm_90 code was loaded.
  const toy_gpu_model model(
      {toy_kernel(TENON_GPU_PTX, 50, "none"), toy_kernel(TENON_GPU_PTX, 80, sm80),
       toy_kernel(TENON_GPU_PTX, 90, sm90), toy_kernel(TENON_GPU_SPIRV, 0, "none")});
  const rt::device device = open_device();
  CHECK(std::string(device.name()) == "fake CUDA");
  auto session = *rt::device_session::create(upload(device, model));
  forward_call forward;
  REQUIRE(forward(session));
  const auto all = toy_weights::tensors();
  for (std::size_t i = 0; i < 6; ++i)
    for (int c = 0; c < 3; ++c)
      CHECK(forward.x[i * 3 + static_cast<std::size_t>(c)] ==
            toy_weights::embedded(all, forward.ids[i], static_cast<int>(i % 3), c));
}

TEST_CASE("CUDA times with the device's events") {
  const std::string ptx = read_file(TENON_TEST_PTX);
  const toy_gpu_model model({toy_kernel(TENON_GPU_PTX, 80, ptx)});
  auto session = *rt::device_session::create(upload(open_device(), model));
  const auto ids = some_ids(6);
  auto x = *rt::buffer<float>::create(18);
  const void* inputs[] = {ids.data()};
  void* outputs[] = {x.data()};
  const std::int64_t dims[6] = {2, 3};
  std::uint64_t times[2] = {};
  REQUIRE(session.time(0, inputs, outputs, dims, 0, times));
  CHECK(times[0] == 125'000);
  CHECK(times[1] == 125'000);
}

TEST_CASE("an entry that trains is refused on a device") {
  const std::string ptx = read_file(TENON_TEST_PTX);
  toy_gpu_model model({toy_kernel(TENON_GPU_PTX, 80, ptx)});
  model.let_forward_train();
  auto session = *rt::device_session::create(upload(open_device(), model));
  forward_call forward;
  const rt::status outcome = forward(session);
  CHECK(outcome.code() == TENON_UNAVAILABLE);
  CHECK(std::string(outcome.message()) ==
        "entry 'forward' trains, and device 'fake CUDA' holds neither gradients nor moments; use a "
        "session on the CPU");
}

TEST_CASE("failures of the CUDA driver come back with its words") {
  const std::string ptx = read_file(TENON_TEST_PTX);
  const toy_gpu_model model({toy_kernel(TENON_GPU_PTX, 80, ptx)});
  {
    const failing init("Init:100");
    const auto device = rt::device::open(rt::device_kind::cuda);
    CHECK(device.error().code() == TENON_UNAVAILABLE);
    CHECK_THAT(device.message(), Catch::StartsWith("cuInit: CUDA_ERROR_NO_DEVICE (as asked)"));
  }
  CHECK_THAT(rt::device::open(rt::device_kind::cuda, 3).message(),
             Catch::Contains("there is no CUDA device 3, but 1 devices"));
  const rt::device device = open_device();
  {
    const failing memory("MemAlloc:2");
    const auto weights = rt::device_weights::random(device, model, 1);
    CHECK(weights.error().code() == TENON_OUT_OF_MEMORY);
    CHECK_THAT(weights.message(),
               Catch::Contains("'fake CUDA' has no 132 bytes left for 'wte.weight'"));
  }
  const rt::device_weights weights = upload(device, model);
  {
    const failing load("ModuleLoadDataEx:218");
    CHECK_THAT(
        rt::device_session::create(weights).message(),
        Catch::StartsWith("kernel 'toy_forward' for sm_80 does not load: cuModuleLoadDataEx") &&
            Catch::EndsWith("the driver says: line 1: syntax"));
  }
  auto session = *rt::device_session::create(weights);
  forward_call forward;
  for (const char* call : {"LaunchKernel:719", "CtxSynchronize:700", "MemcpyDtoH:719"}) {
    const failing now(call);
    const rt::status outcome = forward(session);
    CHECK(outcome.code() == TENON_DEVICE_ERROR);
    CHECK_THAT(outcome.message(),
               Catch::StartsWith("cu" + std::string(call).substr(0, std::string(call).find(':'))));
  }
  REQUIRE(forward(session));
}

TEST_CASE("a PTX kernel beyond the device's limits is refused") {
  const std::string ptx = read_file(TENON_TEST_PTX);
  tenon_gpu_kernel wide = toy_kernel(TENON_GPU_PTX, 80, ptx);
  wide.workgroup_size = 2048;
  const toy_gpu_model model({wide});
  CHECK_THAT(
      rt::device_session::create(upload(open_device(), model)).message(),
      Catch::Contains("has work groups of 2048 threads, device 'fake CUDA' takes at most 1024"));
}
