// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The in-run limits of the embedding benchmark: a hand-tuned loop, and how fast memory is at all.
#pragma once
#include <cstddef>
#include <cstdint>

namespace bench {

/// Whether this CPU has what hand_embed uses (AVX-512F).
bool has_hand_loop();

/// Rows [begin, end) of x[r, :] = wte[ids[r], :] + wpe[r % seq, :], f32, 768 columns, by
/// intrinsics: four rows side by side, the next four prefetched, stores past the caches. Trusts the
/// ids; everything is aligned to 64 bytes.
void hand_embed(const float* wte, const float* wpe, const std::int32_t* ids, float* x,
                std::size_t seq, std::size_t begin, std::size_t end);

/// Columns [begin, end), multiples of 16, of dtable[v, :] = the sum of dy[i, :] over the i of 0 ..
/// count-1 with ids[i] = v, f32, 768 columns, by intrinsics: zeros past the caches, rows
/// prefetched.
void hand_table_gradient(const float* dy, const std::int32_t* ids, std::size_t count, float* dtable,
                         std::size_t vocabulary, std::size_t begin, std::size_t end);

/// Sums `count` floats; for timing reads.
float read_stream(const float* data, std::size_t count);
/// Copies with stores past the caches; `count` is a multiple of 16.
void copy_stream(const float* from, float* to, std::size_t count);

}  // namespace bench
