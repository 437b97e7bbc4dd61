// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading and converting; see tensor_values.hpp.
#include "tensor_values.hpp"

#include <algorithm>
#include <cstring>

#include "failure.hpp"

namespace tenon::runtime::detail {
namespace {

constexpr std::size_t window_bytes = std::size_t{8} << 10;  // threads have little stack

// Values that are wider in the file come through a window.
tenon_status read_narrowing(const file& source, const stored_tensor& tensor, element type,
                            std::size_t first, std::size_t count, std::byte* to) {
  alignas(TENON_ALIGNMENT) std::byte raw[window_bytes];
  const std::size_t wide = element_bytes(tensor.what.type), narrow = element_bytes(type);
  for (std::size_t done = 0; done < count; done += window_bytes / wide) {
    const std::size_t n = std::min(window_bytes / wide, count - done);
    TENON_TRY(source.read(tensor.begin + (first + done) * wide, raw, n * wide));
    if (convert(tensor.what.type, raw, type, to + done * narrow, n) < n)
      return does_not_fit(tensor.what, type);
  }
  return success();
}

// Blocks come through a window, and their values through another.
tenon_status read_blocks(const file& source, const stored_tensor& tensor, element type,
                         std::size_t first, std::size_t count, std::byte* to) {
  alignas(TENON_ALIGNMENT) std::byte raw[window_bytes];
  alignas(TENON_ALIGNMENT) float values[window_bytes / sizeof(float)];
  const block_format& format = *tensor.what.blocks;
  const std::size_t most =
      std::min(window_bytes / format.bytes, window_bytes / sizeof(float) / format.elements);
  for (std::size_t done = 0; done < count;) {
    const std::size_t block = (first + done) / format.elements;
    const std::size_t inside = (first + done) % format.elements;  // the block began before
    const std::size_t blocks =
        std::min(most, (inside + count - done + format.elements - 1) / format.elements);
    TENON_TRY(source.read(tensor.begin + block * format.bytes, raw, blocks * format.bytes));
    format.decode(raw, values, blocks);
    const std::size_t n = std::min(blocks * format.elements - inside, count - done);
    if (convert(element::f32, reinterpret_cast<const std::byte*>(values + inside), type,
                to + done * element_bytes(type), n) < n)
      return does_not_fit(tensor.what, type);
    done += n;
  }
  return success();
}

}  // namespace

tenon_status read_values(const file& source, const stored_tensor& tensor, element type,
                         std::size_t first, std::size_t count, void* destination) {
  std::byte* const to = static_cast<std::byte*>(destination);
  if (tensor.what.blocks != nullptr) return read_blocks(source, tensor, type, first, count, to);
  const std::size_t each = element_bytes(tensor.what.type), bytes = count * each;
  if (each > element_bytes(type)) return read_narrowing(source, tensor, type, first, count, to);
  // Narrower values go to the end of the destination and are widened in place from there.
  std::byte* const raw = to + count * element_bytes(type) - bytes;
  TENON_TRY(source.read(tensor.begin + first * each, raw, bytes));
  if (tensor.what.type != type && convert(tensor.what.type, raw, type, to, count) < count)
    return does_not_fit(tensor.what, type);
  return success();
}

}  // namespace tenon::runtime::detail
