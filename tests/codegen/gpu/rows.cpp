// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Generated embedding kernels, run: every CPU variant that this machine has and the Vulkan device,
// against the formulas in double precision.
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include <catch2/catch.hpp>
#include <tenon/runtime/buffer.hpp>
#include <tenon/runtime/device.hpp>

#include "rows_2.tenon.h"
#include "rows_4100.tenon.h"
#include "rows_65.tenon.h"
#include "rows_768.tenon.h"
#include "rows_770.tenon.h"
#include "rows_96.tenon.h"
#include "rows_many.tenon.h"

namespace rt = tenon::runtime;

namespace {

constexpr std::int64_t vocabulary = 300;

std::int64_t size_of(const tenon_model &model, std::string_view name) {
  for (std::uint32_t i = 0; i < model.n_dims; ++i)
    if (model.dims[i].name == name)
      return model.dims[i].max;
  FAIL("the model has no dimension " << name);
  return 0;
}

/// One call: its parameters and ids, and what is to come out of it.
struct call {
  const tenon_model &model;
  std::int64_t batch, seq, columns = size_of(model, "n_embd"), block = size_of(model, "n_block");
  std::vector<std::vector<float>> params;
  rt::buffer<std::int32_t> ids = *rt::buffer<std::int32_t>::create(rows());
  rt::buffer<float> x = *rt::buffer<float>::create(rows() * columns);
  rt::buffer<float> y = *rt::buffer<float>::create(rows() * columns);

  /// Elements of the tables are normal numbers around `offset`, times `scale`.
  call(const tenon_model &of, std::int64_t b, std::int64_t t, float offset = 0, float scale = 1)
      : model(of), batch(b), seq(t) {
    std::mt19937 random(7);
    std::normal_distribution<float> draw;
    for (const std::int64_t count : {vocabulary * columns, block * columns, columns, columns}) {
      const bool isTable = params.size() < 2;
      params.emplace_back(count);
      for (float &value : params.back())
        value = isTable ? (offset + draw(random)) * scale : draw(random);
    }
    for (std::int32_t &id : ids)
      id = static_cast<std::int32_t>(random() % vocabulary);
  }

  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(batch * seq); }

  /// Hands the parameters as tensors to `use`.
  template <class Use>
  auto with_tensors(Use use) const {
    const std::int64_t table[] = {vocabulary, columns}, places[] = {block, columns},
                       row[] = {columns};
    const tenon_named_tensor tensors[] = {{"wte.weight", TENON_F32, 2, table, params[0].data()},
                                          {"wpe.weight", TENON_F32, 2, places, params[1].data()},
                                          {"ln.weight", TENON_F32, 1, row, params[2].data()},
                                          {"ln.bias", TENON_F32, 1, row, params[3].data()}};
    return use(std::span(tensors));
  }

  template <class Session>
  rt::status run(Session &session) {
    const void *inputs[] = {ids.data()};
    void *outputs[] = {x.data(), y.data()};
    std::vector<std::int64_t> dims(model.n_dims, 0);
    for (std::uint32_t i = 0; i < model.n_dims; ++i) {
      if (model.dims[i].name == std::string_view("batch"))
        dims[i] = batch;
      if (model.dims[i].name == std::string_view("seq"))
        dims[i] = seq;
    }
    std::fill(x.begin(), x.end(), -1.0f);
    std::fill(y.begin(), y.end(), -1.0f);
    return session.run(0, inputs, outputs, dims.data());
  }

  /// Row r in double precision; x is one sum of two floats and so exact.
  void check_row(std::size_t r) {
    std::vector<double> sum(columns);
    double mean = 0, variance = 0, largest = 0, worst = 0;
    for (std::int64_t c = 0; c < columns; ++c) {
      const float value = params[0][ids[r] * columns + c] + params[1][r % seq * columns + c];
      if (value != x[r * columns + c])
        FAIL("x[" << r << ", " << c << "] is " << x[r * columns + c] << " instead of " << value);
      sum[c] = value;
      mean += sum[c] / double(columns);
    }
    for (const double value : sum)
      variance += (value - mean) * (value - mean) / double(columns);
    for (std::int64_t c = 0; c < columns; ++c) {
      const double expected =
          (sum[c] - mean) / std::sqrt(variance + 1e-5) * params[2][c] + params[3][c];
      const double error = std::abs(y[r * columns + c] - expected);
      largest = std::max(largest, std::abs(expected));
      worst = std::isnan(error) ? error : std::max(worst, error);
    }
    if (!(worst <= 5e-7 * largest))
      FAIL("y[" << r << "] is off by " << worst << " of " << largest);
  }
  void check() {
    for (std::size_t r = 0; r < rows(); ++r)
      check_row(r);
  }
};

std::vector<call> calls() {
  std::vector<call> all;
  for (const tenon_model *model :
       {&tenon_model_rows_2, &tenon_model_rows_65, &tenon_model_rows_96, &tenon_model_rows_768,
        &tenon_model_rows_770, &tenon_model_rows_4100})
    for (const auto &[b, t] : {std::pair{1, 1}, std::pair{3, 7}, std::pair{4, 64}})
      all.emplace_back(*model, b, t);
  all.emplace_back(tenon_model_rows_many, 3, 1000);
  // Rows with a common offset, and of any size: neither cancels, overflows or vanishes.
  for (const tenon_model *model :
       {&tenon_model_rows_2, &tenon_model_rows_65, &tenon_model_rows_768, &tenon_model_rows_4100}) {
    for (const float offset : {1e4f, -1e6f})
      all.emplace_back(*model, 3, 7, offset);
    for (const float scale : {1e6f, 1e19f, 2e37f, 1e-19f, 1e-30f})
      all.emplace_back(*model, 3, 7, 0.0f, scale);
    all.emplace_back(*model, 3, 7, 1e4f, 1e19f);
  }
  return all;
}

rt::result<rt::session> cpu_session(const call &c, const tenon_model &model, int threads,
                                    const char *variant = nullptr) {
  rt::options how{};
  how.threads = threads;
  how.cpu = variant;
  auto weights =
      c.with_tensors([&](auto tensors) { return rt::weights::from_tensors(model, tensors, how); });
  if (!weights)
    return weights.error();
  return rt::create_session<>(model, *weights, how);
}

/// A model like another one that takes any id: what reaches a kernel whose caller did not check.
struct unchecked_model {
  tenon_tensor input;
  tenon_entry entry;
  tenon_model model;
  explicit unchecked_model(const tenon_model &checked)
      : input(checked.entries[0].inputs[0]), entry(checked.entries[0]), model(checked) {
    input.limit = 0;
    entry.inputs = &input;
    model.entries = &entry;
  }
  unchecked_model(const unchecked_model &) = delete;
  unchecked_model &operator=(const unchecked_model &) = delete;
};

void check_guard(call &c, const rt::status &outcome) {
  INFO(outcome.message());
  REQUIRE(outcome);
  for (std::size_t r = 0; r < c.rows(); ++r) {
    if (c.ids[r] >= 0 && c.ids[r] < vocabulary) {
      c.check_row(r);
      continue;
    }
    for (std::int64_t i = 0; i < c.columns; ++i)
      if (!std::isnan(c.x[r * c.columns + i]) || !std::isnan(c.y[r * c.columns + i]))
        FAIL("row " << r << " of id " << c.ids[r] << " is not NaN at " << i);
  }
}

void put_wrong_ids(call &c) {
  c.ids[0] = -1;
  c.ids[3] = vocabulary;
  c.ids[5] = INT32_MIN;
  c.ids[20] = INT32_MAX;
}

#define REQUIRE_VULKAN(device)                                                                     \
  auto device = rt::device::open(rt::device_kind::vulkan);                                         \
  if (!device) {                                                                                   \
    REQUIRE(device.error().code() == TENON_UNAVAILABLE);                                           \
    WARN("[skipped] " << device.message());                                                        \
    return;                                                                                        \
  }

} // namespace

TEST_CASE("embedding and its norm are right on every CPU variant") {
  for (call &c : calls())
    for (std::uint32_t v = 0; v < c.model.n_variants; ++v) {
      auto session = cpu_session(c, c.model, 2, c.model.variants[v].name);
      if (!session) {
        REQUIRE(session.error().code() == TENON_UNAVAILABLE);
        continue;
      }
      INFO(c.model.name << " on " << c.model.variants[v].name << ", B " << c.batch << ", T "
                        << c.seq);
      REQUIRE(c.run(*session));
      c.check();
    }
}

TEST_CASE("embedding gives the same bits for any number of threads and either way of storing") {
  for (call &c : calls()) {
    auto one = *cpu_session(c, c.model, 1), five = *cpu_session(c, c.model, 5);
    REQUIRE(c.run(one));
    const std::vector<float> x(c.x.begin(), c.x.end()), y(c.y.begin(), c.y.end());
    REQUIRE(c.run(five));
    CHECK(std::memcmp(x.data(), c.x.data(), x.size() * sizeof(float)) == 0);
    CHECK(std::memcmp(y.data(), c.y.data(), y.size() * sizeof(float)) == 0);
  }
}

TEST_CASE("a CPU kernel reads nothing outside the table and marks the row of a wrong id as NaN") {
  call c(tenon_model_rows_96, 3, 7);
  put_wrong_ids(c);
  const unchecked_model unchecked(c.model);
  auto session = *cpu_session(c, unchecked.model, 2);
  check_guard(c, c.run(session));
}

TEST_CASE("embedding and its norm are right on Vulkan", "[vulkan]") {
  REQUIRE_VULKAN(device);
  for (call &c : calls()) {
    auto weights = c.with_tensors(
        [&](auto tensors) { return rt::device_weights::from_tensors(*device, c.model, tensors); });
    INFO(c.model.name << ", B " << c.batch << ", T " << c.seq << ": " << weights.message());
    REQUIRE(weights);
    auto session = *rt::device_session::create(*weights);
    const rt::status outcome = c.run(session);
    INFO(outcome.message());
    REQUIRE(outcome);
    c.check();
  }
}

TEST_CASE("a Vulkan kernel marks the row of a wrong id as NaN", "[vulkan]") {
  REQUIRE_VULKAN(device);
  call c(tenon_model_rows_96, 3, 7);
  put_wrong_ids(c);
  const unchecked_model unchecked(c.model);
  auto weights = c.with_tensors([&](auto tensors) {
    return rt::device_weights::from_tensors(*device, unchecked.model, tensors);
  });
  REQUIRE(weights);
  auto session = *rt::device_session::create(*weights);
  check_guard(c, c.run(session));
}
