// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs the start of GPT-2, without and with its first layer norm, on the CPU and on every GPU
// backend that this machine has; prints times and bytes, and compares the GPU's results with the
// CPU's.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>

#include <fmt/core.h>
#include <CLI/CLI.hpp>
#include <tenon/runtime/buffer.hpp>
#include <tenon/runtime/device.hpp>
#include <tenon/runtime/printable.hpp>

#include "embedding.tenon.h"
#include "embedding_norm.tenon.h"
#include "measure.hpp"

namespace rt = tenon::runtime;

namespace {

constexpr std::int64_t columns = embedding::n_embd::max, vocabulary = embedding::n_vocab::max;
constexpr std::uint64_t weights_seed = 1;

struct settings {
  std::int64_t batch = 64, seq = 1024;
  int threads = 0, runs = 11;
  std::string law = "uniform";
};

struct work {
  settings how;
  rt::buffer<std::int32_t> ids;
  double limit;  // bytes a second of this machine's memory, read and written

  [[nodiscard]] std::size_t rows() const { return static_cast<std::size_t>(how.batch * how.seq); }
};

using outputs = std::vector<rt::buffer<float>>;

// Generated sessions are typed: a tensor of other dimensions would not compile.
rt::status forward(embedding::session& session, const work& w, outputs& out) {
  return session.forward({w.ids, w.how.batch, w.how.seq}, {out[0], w.how.batch, w.how.seq});
}
rt::status forward(embedding_norm::session& session, const work& w, outputs& out) {
  return session.forward({w.ids, w.how.batch, w.how.seq}, {out[0], w.how.batch, w.how.seq},
                         {out[1], w.how.batch, w.how.seq});
}

rt::result<outputs> make_outputs(const tenon_model& model, const work& w) {
  outputs made;
  for (std::uint32_t i = 0; i < model.entries[0].n_outputs; ++i) {
    auto one = rt::buffer<float>::create(w.rows() * columns);
    if (!one) return one.error();
    made.push_back(*std::move(one));
  }
  return made;
}

/// Bytes that have to move: a gathered row and the outputs for each token, each position's row
/// once.
double bytes_moved(const tenon_model& model, const work& w) {
  const double tensors = 1.0 + model.entries[0].n_outputs;
  return sizeof(float) * columns * (tensors * static_cast<double>(w.rows()) + double(w.how.seq));
}

void print(const std::string& where, const std::vector<double>& times, double bytes, double limit,
           const std::string& note) {
  const double time = sample::median(times), rate = bytes / time;
  fmt::print("  {:<44} {:>9.3f} ms {:>8.1f} GB/s", where, time * 1e3, rate * 1e-9);
  if (limit > 0) fmt::print("  {:>4.0f} % of the memory limit", 100 * rate / limit);
  fmt::print("{}\n", note);
}

template <class Session>
rt::result<outputs> run_cpu(const tenon_model& model, const work& w) {
  rt::options options{};
  options.threads = w.how.threads;
  auto weights = rt::weights::random(model, weights_seed, options);
  if (!weights) return weights.error();
  auto session = Session::create(*weights, options);
  if (!session) return session.error();
  auto out = make_outputs(model, w);
  if (!out) return out.error();
  std::vector<double> times;
  rt::status outcome = forward(*session, w, *out);  // touches all memory once
  for (int run = 0; run < w.how.runs && outcome; ++run)
    times.push_back(sample::seconds([&] { outcome = forward(*session, w, *out); }));
  if (!outcome) return outcome;
  print(fmt::format("cpu: {}, {} threads", weights->variant().name, session->threads()), times,
        bytes_moved(model, w), w.limit, "");
  return out;
}

double max_difference(const outputs& a, const outputs& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    most = std::transform_reduce(
        a[i].begin(), a[i].end(), b[i].begin(), most,
        [](double x, double y) { return std::isnan(y) ? y : std::max(x, y); },
        [](float x, float y) { return std::abs(double(x) - double(y)); });
  return most;
}

// The sums are exact on both sides; the norm may differ in its last bits (its results are about 1).
constexpr double tolerance = 1e-5;

/// Measures on a device that is there and returns the largest difference from the CPU.
rt::result<double> run_on(const rt::device& device, const char* kind, const tenon_model& model,
                          const work& w, const outputs& expected) {
  auto weights = rt::device_weights::random(device, model, weights_seed);
  if (!weights) return weights.error();
  auto session = rt::device_session::create(*weights);
  if (!session) return session.error();
  auto out = make_outputs(model, w);
  if (!out) return out.error();
  const void* inputs[] = {w.ids.data()};
  std::vector<void*> results;
  for (auto& one : *out) results.push_back(one.data());
  std::vector<std::int64_t> dims(model.n_dims, 0);
  dims[embedding::batch::index] = w.how.batch;
  dims[embedding::seq::index] = w.how.seq;
  std::vector<std::uint64_t> nanoseconds(w.how.runs + 1);
  if (const auto outcome = session->time(0, inputs, results.data(), dims.data(), 0, nanoseconds);
      !outcome)
    return outcome;
  std::vector<double> times;
  const double difference = max_difference(expected, *out);
  for (const std::uint64_t time : std::span(nanoseconds).subspan(1))
    times.push_back(static_cast<double>(time) * 1e-9);
  // A GPU's memory is not this machine's, so there is no limit to compare with.
  print(fmt::format("{}: {}", kind, rt::printable(device.name())), times, bytes_moved(model, w), 0,
        fmt::format("  kernel only; largest difference from the CPU {:.2g}", difference));
  return difference;
}

/// False where something failed, other than that the machine has no such device.
bool run_device(rt::device_kind which, const char* kind, const tenon_model& model, const work& w,
                const outputs& expected) {
  auto device = rt::device::open(which);
  if (!device && device.error().code() == TENON_UNAVAILABLE) {
    fmt::print("  {}: not there: {}\n", kind, device.message());
    return true;
  }
  const auto difference =
      device ? run_on(*device, kind, model, w, expected) : rt::result<double>(device.error());
  if (!difference) {
    fmt::print(stderr, "embedding: {}: {}\n", kind, difference.message());
    return false;
  }
  if (*difference <= tolerance) return true;
  fmt::print(stderr, "embedding: {}: results differ from the CPU's by {:.2g}, more than {:.2g}\n",
             kind, *difference, tolerance);
  return false;
}

template <class Session>
bool run_model(const char* title, const tenon_model& model, const work& w) {
  fmt::print("\n{}: B {} x T {} x C {}, f32, {} ids, {:.1f} MB moved\n", title, w.how.batch,
             w.how.seq, columns, w.how.law, bytes_moved(model, w) * 1e-6);
  auto expected = run_cpu<Session>(model, w);
  if (!expected) {
    fmt::print(stderr, "embedding: {}\n", expected.message());
    return false;
  }
  const bool vulkan = run_device(rt::device_kind::vulkan, "vulkan", model, w, *expected);
  return run_device(rt::device_kind::cuda, "cuda", model, w, *expected) && vulkan;
}

rt::result<rt::buffer<std::int32_t>> make_ids(const settings& how) {
  auto ids = rt::buffer<std::int32_t>::create(static_cast<std::size_t>(how.batch * how.seq));
  if (!ids) return ids;
  std::vector<double> odds(vocabulary, 1.0);
  if (how.law == "zipf")  // as words do: the n-th most frequent occurs 1/n as often as the first
    for (std::int64_t i = 0; i < vocabulary; ++i) odds[i] = 1.0 / static_cast<double>(i + 1);
  std::discrete_distribution<std::int32_t> draw(odds.begin(), odds.end());
  std::mt19937 random(1);
  for (std::int32_t& id : *ids) id = draw(random);
  return ids;
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App app{"embedding: the start of GPT-2 in one kernel, on the CPU and on GPUs"};
  settings how;
  app.add_option("--batch", how.batch, "sequences")
      ->check(CLI::Range(1, int(embedding::batch::max)));
  app.add_option("--seq", how.seq, "tokens of each")
      ->check(CLI::Range(1, int(embedding::seq::max)));
  app.add_option("--threads", how.threads, "CPU threads (default: all)")
      ->check(CLI::Range(1, 1024));
  app.add_option("--runs", how.runs, "timed runs, of which the median counts")
      ->check(CLI::Range(1, 1000));
  app.add_option("--ids", how.law, "how token ids are distributed")
      ->check(CLI::IsMember({"uniform", "zipf"}));
  CLI11_PARSE(app, argc, argv);

  auto ids = make_ids(how);
  if (!ids) {
    fmt::print(stderr, "embedding: {}\n", ids.message());
    return EXIT_FAILURE;
  }
  const int threads = how.threads > 0 ? how.threads : int(std::thread::hardware_concurrency());
  const work w{how, *std::move(ids), sample::copy_rate(threads, 5)};
  fmt::print("memory limit: {:.1f} GB/s read and written by {} copying threads\n", w.limit * 1e-9,
             threads);
  const bool sum = run_model<embedding::session>("wte[ids] + wpe[t]", embedding::model(), w);
  const bool norm =
      run_model<embedding_norm::session>("the same and its layer norm", embedding_norm::model(), w);
  if (std::fflush(stdout) != 0) throw std::runtime_error("standard output cannot be written to");
  return sum && norm ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const std::exception& error) {
  std::fprintf(stderr, "embedding: %s\n", error.what());
  return EXIT_FAILURE;
}
