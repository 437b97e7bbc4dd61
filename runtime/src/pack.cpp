// Packing weights with several threads; see packed.hpp.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

#include "failure.hpp"
#include "packed.hpp"
#include "team.hpp"

namespace tenon::runtime::detail {
namespace {

// Slots differ greatly in size, so each thread takes the next one when it is done with its last.
struct packing {
  const tenon_model& model;
  const tenon_variant& variant;
  const parameter_source& source;
  const std::vector<slot>& slots;
  std::byte* packed;
  std::atomic<std::size_t> next{0};
  std::mutex guard{};
  tenon_status first_failure = success();

  tenon_status pack_slot(std::size_t index, std::vector<std::byte>& staging) const {
    const slot& which = slots[index];
    const tenon_packed_param& place = variant.params[which.param];
    std::byte* destination = packed + place.offset + which.layer * place.stride;
    if (place.pack == nullptr) return source.read(index, destination);
    // Staging is aligned as generated code expects every buffer.
    const std::size_t bytes = slot_bytes(model, model.params[which.param]);
    if (staging.size() < bytes + TENON_ALIGNMENT) staging.resize(bytes + TENON_ALIGNMENT);
    void* aligned = staging.data();
    std::size_t space = staging.size();
    std::align(TENON_ALIGNMENT, bytes, aligned, space);
    TENON_TRY(source.read(index, aligned));
    place.pack(aligned, destination);
    return success();
  }

  static void run(void* argument, std::int32_t) {
    packing& self = *static_cast<packing*>(argument);
    std::vector<std::byte> staging;
    for (std::size_t index; (index = self.next.fetch_add(1)) < self.slots.size();) {
      const tenon_status outcome = guarded([&] { return self.pack_slot(index, staging); });
      if (!failed(outcome)) continue;
      self.next = self.slots.size();  // the others need not begin another
      const std::lock_guard lock(self.guard);
      if (!failed(self.first_failure)) self.first_failure = outcome;
    }
  }
};

}  // namespace

tenon_status pack(const tenon_model& model, const tenon_options& options,
                  const parameter_source& source, std::shared_ptr<const packed_weights>& packed) {
  auto fresh = std::make_shared<packed_weights>();
  fresh->model = &model;
  TENON_TRY(tenon_variant_select(&model, options.cpu, &fresh->variant_index));
  TENON_TRY(mapping::create(fresh->variant().weights_bytes, "the weights", fresh->memory));

  const std::vector<slot> slots = slots_of(model);
  packing work{model, fresh->variant(), source, slots,
               static_cast<std::byte*>(fresh->memory.data())};
  std::unique_ptr<team> threads;
  TENON_TRY(team::create(options, threads));
  TENON_TRY(threads->run(packing::run, &work));
  TENON_TRY(work.first_failure);
  packed = std::move(fresh);
  return success();
}

}  // namespace tenon::runtime::detail
