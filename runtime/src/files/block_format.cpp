// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Values of quantised blocks; see block_format.hpp. The layouts are those of ggml: a scale d, and
// where there is one a minimum m, in f16; codes of four bits lie in halves, the low ones first.
#include "block_format.hpp"

#include <cstring>

#include "element.hpp"

namespace tenon::runtime::detail {
namespace {

constexpr int half_block = 16;
constexpr int long_block = 256;

float f16_at(const std::uint8_t* at) {
  float value = 0;
  convert(element::f16, reinterpret_cast<const std::byte*>(at), element::f32,
          reinterpret_cast<std::byte*>(&value), 1);
  return value;
}

// Calls one(bytes, values) for each block.
template <int Bytes, int Elements, class One>
void each_block(const std::byte* from, float* to, std::size_t blocks, One one) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(from);
  for (std::size_t i = 0; i < blocks; ++i, bytes += Bytes, to += Elements) one(bytes, to);
}

// d, 32 signed bytes.
void decode_q8_0(const std::byte* from, float* to, std::size_t blocks) {
  each_block<34, 32>(from, to, blocks, [](const std::uint8_t* block, float* values) {
    const float d = f16_at(block);
    std::int8_t codes[2 * half_block];
    std::memcpy(codes, block + 2, sizeof codes);
    for (int i = 0; i < 2 * half_block; ++i) values[i] = static_cast<float>(codes[i]) * d;
  });
}

// d, 16 bytes with two codes each; values lie around 0.
void decode_q4_0(const std::byte* from, float* to, std::size_t blocks) {
  each_block<18, 32>(from, to, blocks, [](const std::uint8_t* block, float* values) {
    const float d = f16_at(block);
    const std::uint8_t* const codes = block + 2;
    for (int i = 0; i < half_block; ++i) {
      values[i] = d * static_cast<float>((codes[i] & 15) - 8);
      values[i + half_block] = d * static_cast<float>((codes[i] >> 4) - 8);
    }
  });
}

// d, m, 16 bytes; values lie above m.
void decode_q4_1(const std::byte* from, float* to, std::size_t blocks) {
  each_block<20, 32>(from, to, blocks, [](const std::uint8_t* block, float* values) {
    const float d = f16_at(block), m = f16_at(block + 2);
    const std::uint8_t* const codes = block + 4;
    for (int i = 0; i < half_block; ++i) {
      values[i] = d * static_cast<float>(codes[i] & 15) + m;
      values[i + half_block] = d * static_cast<float>(codes[i] >> 4) + m;
    }
  });
}

// The fifth bits of 32 codes, one of each in a word.
std::uint32_t word_at(const std::uint8_t* at) {
  return at[0] | std::uint32_t{at[1]} << 8 | std::uint32_t{at[2]} << 16 |
         std::uint32_t{at[3]} << 24;
}

void five_bits(const std::uint8_t* high, const std::uint8_t* low, int (&codes)[2 * half_block]) {
  const std::uint32_t fifth = word_at(high);
  for (int i = 0; i < half_block; ++i) {
    codes[i] = (low[i] & 15) | static_cast<int>(fifth >> i & 1) << 4;
    codes[i + half_block] = low[i] >> 4 | static_cast<int>(fifth >> (i + half_block) & 1) << 4;
  }
}

// d, a word of fifth bits, 16 bytes.
void decode_q5_0(const std::byte* from, float* to, std::size_t blocks) {
  each_block<22, 32>(from, to, blocks, [](const std::uint8_t* block, float* values) {
    const float d = f16_at(block);
    int codes[2 * half_block];
    five_bits(block + 2, block + 6, codes);
    for (int i = 0; i < 2 * half_block; ++i) values[i] = d * static_cast<float>(codes[i] - 16);
  });
}

// d, m, a word of fifth bits, 16 bytes.
void decode_q5_1(const std::byte* from, float* to, std::size_t blocks) {
  each_block<24, 32>(from, to, blocks, [](const std::uint8_t* block, float* values) {
    const float d = f16_at(block), m = f16_at(block + 2);
    int codes[2 * half_block];
    five_bits(block + 4, block + 8, codes);
    for (int i = 0; i < 2 * half_block; ++i) values[i] = d * static_cast<float>(codes[i]) + m;
  });
}

// Eight scales and eight minima of six bits in twelve bytes: of the first four of each the low six
// bits of a byte; of the last four a half byte, and above it the two bits that those left over.
struct scales_and_minima {
  float scale[8], minimum[8];
};
scales_and_minima unpack(float d, float dmin, const std::uint8_t* packed) {
  scales_and_minima all;
  for (int i = 0; i < 4; ++i) {
    const std::uint8_t s = packed[i], m = packed[i + 4], both = packed[i + 8];
    all.scale[i] = d * static_cast<float>(s & 63);
    all.minimum[i] = dmin * static_cast<float>(m & 63);
    all.scale[i + 4] = d * static_cast<float>((both & 15) | (s >> 6) << 4);
    all.minimum[i + 4] = dmin * static_cast<float>(both >> 4 | (m >> 6) << 4);
  }
  return all;
}

// d, dmin, scales and minima of 8 runs of 32; a run takes half bytes of the 32 bytes that it shares
// with its neighbour.
void decode_q4_k(const std::byte* from, float* to, std::size_t blocks) {
  each_block<144, long_block>(from, to, blocks, [](const std::uint8_t* block, float* values) {
    const scales_and_minima all = unpack(f16_at(block), f16_at(block + 2), block + 4);
    for (int run = 0; run < 8; ++run, values += 32) {
      const std::uint8_t* const codes = block + 16 + run / 2 * 32;
      const int shift = run % 2 * 4;
      for (int i = 0; i < 32; ++i)
        values[i] = all.scale[run] * static_cast<float>(codes[i] >> shift & 15) - all.minimum[run];
    }
  });
}

// The same with 32 bytes of fifth bits before the codes, bit `run` of byte i for value i of a run.
void decode_q5_k(const std::byte* from, float* to, std::size_t blocks) {
  each_block<176, long_block>(from, to, blocks, [](const std::uint8_t* block, float* values) {
    const scales_and_minima all = unpack(f16_at(block), f16_at(block + 2), block + 4);
    const std::uint8_t* const fifth = block + 16;
    for (int run = 0; run < 8; ++run, values += 32) {
      const std::uint8_t* const codes = block + 48 + run / 2 * 32;
      const int shift = run % 2 * 4;
      for (int i = 0; i < 32; ++i)
        values[i] = all.scale[run] *
                        static_cast<float>((codes[i] >> shift & 15) | (fifth[i] >> run & 1) << 4) -
                    all.minimum[run];
    }
  });
}

// 128 bytes of low half bytes, 64 of two high bits, 16 signed scales, d. Of each half of the block:
// four runs of 32; low bits of runs 0 and 2 (1 and 3) share 32 bytes, high bits of all four do.
void decode_q6_k(const std::byte* from, float* to, std::size_t blocks) {
  each_block<210, long_block>(from, to, blocks, [](const std::uint8_t* block, float* values) {
    const float d = f16_at(block + 208);
    std::int8_t scales[16];
    std::memcpy(scales, block + 192, sizeof scales);
    for (int run = 0; run < 8; ++run, values += 32) {
      const std::uint8_t* const low = block + run / 4 * 64 + run % 2 * 32;
      const std::uint8_t* const high = block + 128 + run / 4 * 32;
      const int low_shift = run % 4 / 2 * 4, high_shift = run % 4 * 2;
      const float scale[2] = {d * static_cast<float>(scales[2 * run]),
                              d * static_cast<float>(scales[2 * run + 1])};
      for (int i = 0; i < 32; ++i)
        values[i] = scale[i / 16] *
                    static_cast<float>(
                        ((low[i] >> low_shift & 15) | (high[i] >> high_shift & 3) << 4) - 32);
    }
  });
}

constexpr block_format formats[] = {
    {"Q4_0", 32, 18, decode_q4_0},   {"Q4_1", 32, 20, decode_q4_1},
    {"Q5_0", 32, 22, decode_q5_0},   {"Q5_1", 32, 24, decode_q5_1},
    {"Q8_0", 32, 34, decode_q8_0},   {"Q4_K", 256, 144, decode_q4_k},
    {"Q5_K", 256, 176, decode_q5_k}, {"Q6_K", 256, 210, decode_q6_k}};

}  // namespace

const block_format* find_block_format(const char* name) {
  for (const block_format& each : formats)
    if (std::strcmp(each.name, name) == 0) return &each;
  return nullptr;
}

}  // namespace tenon::runtime::detail
