// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Trace and table of recorded calls; see profile.hpp.
#include "profile/profile.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <nlohmann/json.hpp>

namespace tenon::samples {
namespace {

using calls_span = std::span<const tenon_recorded_call>;

std::string json_text(const std::string& text) { return nlohmann::json(text).dump(); }

// "linear h.3.mlp.c_fc + gelu": the name with the layer in place of "{}", or of "{2i+1}" where
// layers take turns.
std::string name_in_layer(const tenon_kernel& kernel, std::int32_t layer) {
  std::string name = kernel.name;
  for (std::size_t at = 0; (at = name.find('{', at)) != std::string::npos; ++at) {
    const std::size_t end = name.find('}', at);
    if (end == std::string::npos) break;
    int step = 1, first = 0;
    const std::string inside = name.substr(at + 1, end - at - 1);
    if (!inside.empty() && std::sscanf(inside.c_str(), "%di+%d", &step, &first) != 2) continue;
    name.replace(at, end + 1 - at, std::to_string(step * layer + first));
  }
  return name;
}

// Tokens of a sequence in the call.
std::int64_t tokens_of(const tenon_model& model, const tenon_recorded_call& call) {
  const tenon_entry& entry = model.entries[call.entry];
  return entry.context > 0 ? call.dims[entry.sequence_dim] : 1;
}

double microseconds(std::uint64_t from, std::uint64_t to) {
  return static_cast<double>(to - from) * 1e-3;
}

/// One kernel in one layer of one call, over all threads.
struct span_of_kernel {
  std::uint64_t begin = ~std::uint64_t{0}, end = 0;
};

/// A line of the table.
struct kernel_sum {
  std::uint64_t calls = 0;
  double seconds = 0, flops = 0, bytes = 0;
};

// (call, kernel, layer) -> when it ran.
std::map<std::tuple<std::uint32_t, std::uint32_t, std::int32_t>, span_of_kernel> spans_of(
    const runtime::session& session) {
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::int32_t>, span_of_kernel> spans;
  for (int thread = 0; thread < session.threads(); ++thread)
    for (const tenon_slice& slice : runtime::recorded_slices(session, thread)) {
      span_of_kernel& span = spans[{slice.call, slice.kernel, slice.layer}];
      span.begin = std::min(span.begin, slice.begin);
      span.end = std::max(span.end, slice.end);
    }
  return spans;
}

std::string row(const std::string& name, const std::string& line, const kernel_sum& sum,
                double total_seconds, const machine_limits& limits) {
  const double computing = sum.flops / limits.flops, reading = sum.bytes / limits.bytes;
  const bool reads = reading > computing;
  return fmt::format(
      "  {:<38} {:<24} {:>6} {:>10.3f} {:>4.0f}% {:>10.1f} {:>10.1f} {:>8.1f} {:>7.1f} "
      " {:>3.0f}% of {}\n",
      name, line, sum.calls, sum.seconds * 1e3, 100 * sum.seconds / total_seconds, sum.flops * 1e-6,
      sum.bytes * 1e-6, sum.flops / sum.seconds * 1e-9, sum.bytes / sum.seconds * 1e-9,
      100 * std::max(computing, reading) / sum.seconds, reads ? "reading" : "multiply-adds");
}

// The calls of one kind: those of many tokens, or those of one.
std::string table_of(const runtime::session& session, const tenon_model& model, bool many,
                     const machine_limits& limits) {
  const calls_span calls = runtime::recorded_calls(session);
  std::map<std::pair<std::uint32_t, std::uint32_t>, kernel_sum> sums;  // (entry, kernel)
  kernel_sum all;
  std::int64_t tokens = 0;
  double in_kernels = 0;
  for (const tenon_recorded_call& call : calls)
    if ((tokens_of(model, call) > 1) == many) {
      all.calls += 1;
      all.seconds += microseconds(call.begin, call.end) * 1e-6;
      tokens += tokens_of(model, call);
    }
  if (all.calls == 0) return "";
  for (const auto& [key, span] : spans_of(session)) {
    const auto& [index, number, layer] = key;
    const tenon_recorded_call& call = calls[index];
    if ((tokens_of(model, call) > 1) != many) continue;
    const tenon_kernel& kernel = model.entries[call.entry].kernels[number];
    kernel_sum& sum = sums[{call.entry, number}];
    sum.calls += 1;
    sum.seconds += microseconds(span.begin, span.end) * 1e-6;
    sum.flops += runtime::flops_of(kernel, call);
    sum.bytes += runtime::bytes_of(kernel, call);
  }
  std::string text = fmt::format(
      "\n{}: {} calls, {} tokens, {:.3f} ms\n"
      "  {:<38} {:<24} {:>6} {:>10} {:>5} {:>10} {:>10} {:>8} {:>7}  {}\n",
      many ? "prompt" : "single tokens", all.calls, tokens, all.seconds * 1e3, "kernel", "line",
      "calls", "ms", "", "Mflop", "MB", "GFLOP/s", "GB/s", "share of the limit");
  for (const auto& [key, sum] : sums) {
    const tenon_kernel& kernel = model.entries[key.first].kernels[key.second];
    text += row(kernel.name, kernel.lines, sum, all.seconds, limits);
    in_kernels += sum.seconds;
    all.flops += sum.flops, all.bytes += sum.bytes;
  }
  text += fmt::format("  {:<38} {:<24} {:>6} {:>10.3f} {:>4.0f}%\n",
                      "between kernels (threads meet)", "", "", (all.seconds - in_kernels) * 1e3,
                      100 * (all.seconds - in_kernels) / all.seconds);
  return text + row("all", "", all, all.seconds, limits);
}

}  // namespace

void write_trace(std::ostream& to, const runtime::session& session, const tenon_model& model) {
  const calls_span calls = runtime::recorded_calls(session);
  const std::uint64_t start = calls.empty() ? 0 : calls.front().begin;
  const auto name_row = [&](int row, const std::string& name) {
    fmt::print(to,
               "{{\"ph\":\"M\",\"pid\":1,\"tid\":{},\"name\":\"thread_name\",\"args\":{{\"name\":{}"
               "}}}},\n",
               row, json_text(name));
  };
  const auto slice = [&](int row, const std::string& name, std::uint64_t begin, std::uint64_t end,
                         const std::string& details, const char* separator) {
    fmt::print(to,
               "{{\"ph\":\"X\",\"pid\":1,\"tid\":{},\"name\":{},\"ts\":{:.3f},\"dur\":{:.3f},"
               "\"args\":{{{}}}}}{}\n",
               row, json_text(name), microseconds(start, begin), microseconds(begin, end), details,
               separator);
  };
  to << "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
  name_row(0, "calls");
  for (int thread = 0; thread < session.threads(); ++thread)
    name_row(thread + 1, fmt::format("thread {}", thread));
  for (int thread = 0; thread < session.threads(); ++thread)
    for (const tenon_slice& each : runtime::recorded_slices(session, thread)) {
      const tenon_recorded_call& call = calls[each.call];
      const tenon_kernel& kernel = model.entries[call.entry].kernels[each.kernel];
      slice(thread + 1, name_in_layer(kernel, each.layer), each.begin, each.end,
            fmt::format("\"line\":{},\"layer\":{},\"call\":{},\"flops of all threads\":{:.0f},"
                        "\"bytes of all threads\":{:.0f}",
                        json_text(kernel.lines), each.layer, each.call,
                        runtime::flops_of(kernel, call), runtime::bytes_of(kernel, call)),
            ",");
    }
  for (std::size_t i = 0; i < calls.size(); ++i)
    slice(
        0, model.entries[calls[i].entry].name, calls[i].begin, calls[i].end,
        fmt::format("\"position\":{},\"tokens\":{}", calls[i].position, tokens_of(model, calls[i])),
        i + 1 < calls.size() ? "," : "");
  to << "]}\n";
}

std::string profile_table(const runtime::session& session, const tenon_model& model,
                          const machine_limits& limits) {
  return fmt::format(
             "limits of {} threads, measured in this run: {:.1f} GFLOP/s of multiply-adds "
             "from registers, {:.1f} GB/s of reading memory\n",
             session.threads(), limits.flops * 1e-9, limits.bytes * 1e-9) +
         table_of(session, model, /*many=*/true, limits) +
         table_of(session, model, /*many=*/false, limits) +
         "A kernel's time runs from its first thread's beginning to its last one's end. What lies "
         "in "
         "the caches\nis read faster than memory.\n";
}

}  // namespace tenon::samples
