// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// AVX-512 by hand. What was tried on a 2-core Zen 4: one, two, four rows side by side
// (1.75, 1.53, 1.25 ms of CPU time for 8x1024x768, cold); prefetch distances of 1 to 16 rows,
// spread over the row or in one burst, into the first cache level (1.25 ms), the second (1.10) or
// past the caches (1.30); tiles of 1 to 128 positions reused over the batch (no gain).
#include "hand_loop.hpp"

#if defined(__x86_64__)
#include <immintrin.h>

#include <algorithm>
#include <type_traits>

#define TENON_AVX512 __attribute__((target("avx512f")))

namespace bench {

bool has_hand_loop() { return __builtin_cpu_supports("avx512f"); }

TENON_AVX512 void hand_embed(const float* wte, const float* wpe, const std::int32_t* ids, float* x,
                             std::size_t seq, std::size_t begin, std::size_t end) {
  constexpr std::size_t columns = 768, distance = 4;
  const auto rows = [&]<int N>(std::size_t r, std::integral_constant<int, N>) TENON_AVX512 {
    const float *token[N], *position[N], *ahead[N];
    for (int i = 0; i < N; ++i) {
      token[i] = wte + ids[r + i] * columns;
      position[i] = wpe + (r + i) % seq * columns;
      ahead[i] = wte + ids[std::min(r + i + distance, end - 1)] * columns;
    }
    for (std::size_t c = 0; c < columns; c += 16) {
      for (int i = 0; i < N; ++i) {
        _mm_prefetch(reinterpret_cast<const char*>(ahead[i] + c), _MM_HINT_T1);
        const __m512 sum =
            _mm512_add_ps(_mm512_load_ps(token[i] + c), _mm512_load_ps(position[i] + c));
        _mm512_stream_ps(x + (r + i) * columns + c, sum);
      }
    }
  };
  std::size_t r = begin;
  for (; r + 4 <= end; r += 4) rows(r, std::integral_constant<int, 4>{});
  for (; r < end; ++r) rows(r, std::integral_constant<int, 1>{});
  _mm_sfence();
}

TENON_AVX512 void hand_table_gradient(const float* dy, const std::int32_t* ids, std::size_t count,
                                      float* dtable, std::size_t vocabulary, std::size_t begin,
                                      std::size_t end) {
  constexpr std::size_t columns = 768, distance = 6;
  for (std::size_t v = 0; v < vocabulary; ++v)
    for (std::size_t c = begin; c < end; c += 16)
      _mm512_stream_ps(dtable + v * columns + c, _mm512_setzero_ps());
  _mm_sfence();
  for (std::size_t i = 0; i < count; ++i) {
    const float *from = dy + i * columns,
                *ahead = dtable + ids[std::min(i + distance, count - 1)] * columns;
    float* to = dtable + ids[i] * columns;
    for (std::size_t c = begin; c < end; c += 16) {
      _mm_prefetch(reinterpret_cast<const char*>(ahead + c), _MM_HINT_T1);
      _mm512_store_ps(to + c, _mm512_add_ps(_mm512_load_ps(to + c), _mm512_load_ps(from + c)));
    }
  }
}

TENON_AVX512 float read_stream(const float* data, std::size_t count) {
  __m512 sums[8];
  for (auto& sum : sums) sum = _mm512_setzero_ps();
  for (std::size_t i = 0; i + 128 <= count; i += 128)
    for (int j = 0; j < 8; ++j) sums[j] = _mm512_add_ps(sums[j], _mm512_load_ps(data + i + 16 * j));
  for (int j = 1; j < 8; ++j) sums[0] = _mm512_add_ps(sums[0], sums[j]);
  return _mm512_reduce_add_ps(sums[0]);
}

TENON_AVX512 void copy_stream(const float* from, float* to, std::size_t count) {
  for (std::size_t i = 0; i < count; i += 16) _mm512_stream_ps(to + i, _mm512_load_ps(from + i));
  _mm_sfence();
}

}  // namespace bench

#else

namespace bench {

bool has_hand_loop() { return false; }
void hand_embed(const float*, const float*, const std::int32_t*, float*, std::size_t, std::size_t,
                std::size_t) {}
void hand_table_gradient(const float*, const std::int32_t*, std::size_t, float*, std::size_t,
                         std::size_t, std::size_t) {}
float read_stream(const float*, std::size_t) { return 0; }
void copy_stream(const float*, float*, std::size_t) {}

}  // namespace bench
#endif
