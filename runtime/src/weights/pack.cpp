// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Packing weights with several threads; see packed.hpp.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <span>

#include "failure.hpp"
#include "model/checks.hpp"
#include "packed.hpp"
#include "threads/callback.hpp"
#include "threads/float_environment.hpp"
#include "threads/stack.hpp"
#include "threads/team.hpp"

namespace tenon::runtime::detail {
namespace {

// A parameter that is copied as it is goes in pieces of so many elements (4 MB of f32): a token
// table of a third of the model would otherwise keep one thread busy long after the others are
// done. One that generated code packs goes whole, through memory of the thread's own.
constexpr std::size_t piece_elements = std::size_t{1} << 20;

struct piece {
  std::size_t slot, first, count;
};

// Pieces differ in size, so each thread takes the next one when it is done with its last.
struct packing {
  const tenon_model& model;
  const tenon_variant& variant;
  const tenon_options& options;
  const parameter_source& source;
  const std::vector<slot>& slots;
  std::byte* packed;
  std::vector<piece> pieces{};
  std::uint64_t total_bytes = 0;
  std::size_t most_staged = 0;  // bytes of the largest parameter that is packed
  std::atomic<std::size_t> next{0};
  std::atomic<std::uint64_t> done_bytes{0};
  std::mutex guard{};
  tenon_status first_failure = success();

  [[nodiscard]] const tenon_param& param(const piece& part) const {
    return model.params[slots[part.slot].param];
  }
  [[nodiscard]] std::size_t bytes(const piece& part) const {
    return part.count * dtype_bytes(param(part).tensor.dtype);
  }

  void cut() {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const std::size_t count = element_count(model, model.params[slots[i].param]);
      const bool packed_whole = variant.params[slots[i].param].pack != nullptr;
      const std::size_t most = packed_whole || source.whole(i) ? count : piece_elements;
      for (std::size_t first = 0; first < count; first += most) {
        pieces.push_back({i, first, std::min(most, count - first)});
        total_bytes += bytes(pieces.back());
        if (packed_whole) most_staged = std::max(most_staged, bytes(pieces.back()));
      }
    }
  }

  tenon_status fill(const piece& part, mapping& staging) const {
    const slot& which = slots[part.slot];
    const tenon_packed_param& place = variant.params[which.param];
    std::byte* destination = packed + place.offset + which.layer * place.stride +
                             which.part * slot_bytes(model, param(part));
    if (place.pack == nullptr)
      return source.read(part.slot, part.first, part.count,
                         destination + part.first * dtype_bytes(param(part).tensor.dtype));
    if (staging.data() == nullptr)
      TENON_TRY(mapping::create(most_staged, "reading a parameter", staging));
    TENON_TRY(source.read(part.slot, part.first, part.count, staging.data()));
    place.pack(staging.data(), destination);
    return success();
  }

  tenon_status tell(std::uint64_t done) const {
    if (options.progress == nullptr) return success();
    return of_application("options.progress",
                          [&] { options.progress(options.progress_context, done, total_bytes); });
  }

  static void run(void* argument, std::int32_t thread) {
    packing& self = *static_cast<packing*>(argument);
    float_environment own;
    mapping staging;
    for (std::size_t index; (index = self.next.fetch_add(1)) < self.pieces.size();) {
      const piece& part = self.pieces[index];
      const tenon_status outcome = guarded([&] {
        TENON_TRY(self.fill(part, staging));
        const std::uint64_t bytes = self.bytes(part);
        const std::uint64_t done = self.done_bytes.fetch_add(bytes) + bytes;
        tenon_status told = success();
        if (thread == 0) own.outside([&] { told = self.tell(done); });
        return told;
      });
      if (failed(outcome)) {
        self.next = self.pieces.size();  // the others need not begin another
        const std::lock_guard lock(self.guard);
        if (!failed(self.first_failure)) self.first_failure = outcome;
      }
    }
  }
};

}  // namespace

bool trains(const tenon_model& model) {
  const std::span entries(model.entries, model.n_entries);
  return std::ranges::any_of(entries, [](const tenon_entry& entry) { return entry.trains != 0; });
}

tenon_status create_zero(const tenon_model& model, const tenon_options& options,
                         std::shared_ptr<packed_weights>& packed) {
  auto fresh = std::make_shared<packed_weights>();
  fresh->model = &model;
  TENON_TRY(tenon_variant_select(&model, options.cpu, &fresh->variant_index));
  const std::uint64_t bytes = fresh->variant().weights_bytes;
  TENON_TRY(mapping::create(bytes, "the weights", fresh->memory));
  if (trains(model))
    TENON_TRY(mapping::create(3 * bytes, "the gradients and moments", fresh->training));
  packed = std::move(fresh);
  return success();
}

tenon_status pack(const tenon_model& model, const tenon_options& options,
                  const parameter_source& source, std::shared_ptr<const packed_weights>& packed) {
  std::shared_ptr<packed_weights> fresh;
  TENON_TRY(create_zero(model, options, fresh));

  const std::vector<slot> slots = slots_of(model);
  packing work{model,   fresh->variant(),
               options, source,
               slots,   static_cast<std::byte*>(fresh->memory.data())};
  work.cut();
  std::unique_ptr<team> threads;
  TENON_TRY(team::create(options, stack_of_runtime, threads));
  TENON_TRY(threads->run(threads->size(), packing::run, &work));
  TENON_TRY(work.first_failure);
  TENON_TRY(work.tell(work.total_bytes));
  packed = std::move(fresh);
  return success();
}

}  // namespace tenon::runtime::detail
