// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The graph format: how a traced model lies in section `.tenon.graph` of an object file.
// A contract between dsl (which writes it during constant evaluation) and codegen (which reads it).
//
// The section holds one or more graphs, each starting at a multiple of `alignment` bytes; zero
// bytes may pad between them. All numbers are little-endian 32-bit words, whatever the target; a
// double is two words, low word first. A graph is: header, then the tables in the order of `table`,
// then the word pool, then the string bytes, then zero padding to a multiple of `alignment`. Adding
// an operation: one row in TENON_OPS. Changing a layout: raise `version`.
#pragma once
#include <cstddef>
#include <cstdint>

namespace tenon::graph {

inline constexpr char section_name[] = ".tenon.graph";
inline constexpr char magic[9] = "TENONGRF";  // 8 bytes are written, without the terminator
inline constexpr std::uint32_t version = 3;
inline constexpr std::uint32_t alignment = 64;  // bytes; what g++ gives large constants anyway

// Limits of a model. The DSL refuses what exceeds them at the user's line; tenonc does not trust
// that.
inline constexpr std::uint32_t max_rank = 8;
inline constexpr std::uint32_t max_name_bytes = 4096;  // also of a path; no control characters
inline constexpr std::uint64_t max_columns = std::uint64_t{1} << 31;      // of what is sliced
inline constexpr std::uint64_t max_stride = 16;                           // of the same
inline constexpr std::uint64_t max_elements = std::uint64_t{1} << 48;     // of a tensor, at most
inline constexpr std::uint64_t max_model_bytes = std::uint64_t{1} << 56;  // all tensors and layers

enum class dtype : std::uint32_t { f32 = 0, bf16 = 1, i32 = 2, f64 = 3 };
inline constexpr std::uint32_t n_dtypes = 4;

/// How a parameter is initialised; `init_value` is the standard deviation (normal, scaled_normal)
/// or the bound (uniform, drawn from [-bound, bound)), and 0 for zeros and ones.
enum class init : std::uint32_t { zeros = 0, ones = 1, normal = 2, scaled_normal = 3, uniform = 4 };
inline constexpr std::uint32_t n_inits = 5;

enum class state_kind : std::uint32_t { kv_cache = 0, rows = 1 };
inline constexpr std::uint32_t n_state_kinds = 2;

/// What the names in a checkpoint mean beyond those of parameters: letters before all names, a
/// tensor to ignore, a second copy of a parameter; or the parameter itself under another name: as
/// it is, with its first two dimensions swapped, with rows in pairs, with 1 added.
enum class stored_kind : std::uint32_t {
  prefix = 0,
  ignored = 1,
  twin = 2,
  named = 3,
  swapped = 4,
  paired = 5,
  raised = 6
};
inline constexpr std::uint32_t n_stored_kinds = 7;

enum class gelu_kind : std::uint32_t { tanh = 0, erf = 1 };
enum class reduction : std::uint32_t { sum = 0, max = 1 };
inline constexpr std::uint32_t n_reductions = 2;

/// What an operand word refers to: the kind in the two top bits, the index into its table below.
enum class operand_kind : std::uint32_t { value = 0, param = 1, state = 2 };
inline constexpr std::uint32_t operand_index_bits = 30;
constexpr std::uint32_t encode_operand(operand_kind kind, std::uint32_t index) {
  return (static_cast<std::uint32_t>(kind) << operand_index_bits) | index;
}

// One row an operation: X(enumerator, least operands, most operands, results, attribute words).
// `any` results: repeat and yield carry as many values as the loop does.
//   embedding      table (V, C), ids (...)                 -> (..., C)
//   positions      ids (B, T)                              -> (T) i32: first position + 0..T-1
//   add            x, y; all dims of y are dims of x       -> shape of x
//   scale          x; attrs: f64 factor                    -> shape of x
//   dropout        x; attrs: f64 probability               -> shape of x
//   layer_norm     x (..., C), weight (C), [bias (C)]; attrs: f64 epsilon
//   linear         x (..., K...), weight (K..., N...), [bias (N...)]
//                                                          -> (..., N...)
//                  attrs: word 1 if the weight is stored (N..., K...), else 0
//   gelu           x; attrs: word gelu_kind                -> shape of x
//   attention      qkv (B, T, 3C), state kv_cache          -> (B, T, C); attrs: word dim index of H
//   grouped_attention  q (B, T, heads..., D), k, v (B, T, the first of these heads..., D),
//                      [state kv_cache (B, context, as k)] -> shape of q
//                  Without a state, queries see all keys, before and behind them.
//   scores         as grouped_attention                    -> (B, T, heads..., J), J of keys
//                  The result: sums of products, as the score function sees them. The function is
//                  the nodes up to the matching attend; see is_of_scores.
//   attend         what the function makes of the scores   -> shape of q
//   cross_entropy  logits (..., V), targets (...)          -> () f32
//                  attrs: word ignore index, the bits of an i32
//   repeat         initial values, then stacks; attrs: word dim index L of the trip count
//                  Results: the values as the body sees them, of a stack (L, ...) that of the
//                  layer (...). The body is the nodes up to the matching yield.
//   repeat_from_last  the same, from the last layer to the first
//   yield          next values, then what the layer leaves (...); results: the values after the
//                  last iteration, then stacks (L, ...), which only repeats take
//   number         attrs: f64 value                        -> ()
//   elementwise    x, ...; all dims of the others are dims of the biggest, in the same order
//                  attrs: word scalar                      -> shape of the biggest
//                  a product of x and y without a dimension in common
//                                                          -> the dims of x, then those of y
//   reduce         x; attrs: word reduction, word dim index of D
//                                                          -> shape of x without D
//   along                                                  -> (D) f32: 0..D-1; where D counts the
//                                                          tokens of a call, its first position +
//                                                          that
//   slice          x (..., D...); attrs: word first element of the rows D..., word stride: the next
//                  element is that many further on         -> (..., E...)
//   join           parts (..., D1), (..., D2) ...; attrs: word stride: 1 for parts side by side, or
//                  as many as there are parts, whose elements take turns
//                                                          -> (..., D...), the elements of all
//   top_k          x (..., D)                              -> (..., K) i32: the indices of the K
//                                                          greatest elements, the greatest first
//   take           x (..., D), indices (..., K) of top_k   -> (..., K)
//   before         x (B, T, ...), state rows (B, context, ...)
//                  attrs: word k, 1 or more                -> shape of x: at each position what x
//                                                          is k positions before, 0 where there
//                                                          is none. Several may have one state
//                                                          where x is the same.
//   gathered_linear  x (..., K...) or (..., A, K...), weight (D, N..., K...), indices (..., A) of
//                      top_k                               -> (..., A, N...)
#define TENON_OPS(X)                 \
  X(embedding, 2, 2, 1, 0)           \
  X(positions, 1, 1, 1, 0)           \
  X(add, 2, 2, 1, 0)                 \
  X(scale, 1, 1, 1, 2)               \
  X(dropout, 1, 1, 1, 2)             \
  X(layer_norm, 2, 3, 1, 2)          \
  X(linear, 2, 3, 1, 1)              \
  X(gelu, 1, 1, 1, 1)                \
  X(attention, 2, 2, 1, 1)           \
  X(cross_entropy, 2, 2, 1, 1)       \
  X(repeat, 1, 64, any, 1)           \
  X(yield, 1, 64, any, 0)            \
  X(number, 0, 0, 1, 2)              \
  X(elementwise, 1, 4, 1, 1)         \
  X(reduce, 1, 1, 1, 2)              \
  X(grouped_attention, 3, 4, 1, 0)   \
  X(along, 0, 0, 1, 0)               \
  X(slice, 1, 1, 1, 2)               \
  X(join, 1, 64, 1, 1)               \
  X(scores, 3, 4, 1, 0)              \
  X(attend, 1, 1, 1, 0)              \
  X(repeat_from_last, 1, 64, any, 1) \
  X(top_k, 1, 1, 1, 0)               \
  X(take, 2, 2, 1, 0)                \
  X(gathered_linear, 3, 3, 1, 0)     \
  X(before, 2, 2, 1, 1)

inline constexpr std::uint32_t any = ~std::uint32_t{0};

enum class op : std::uint32_t {
#define TENON_ENUMERATOR(name, least, most, results, attrs) name,
  TENON_OPS(TENON_ENUMERATOR)
#undef TENON_ENUMERATOR
};

struct op_row {
  const char* name;
  std::uint32_t least_operands, most_operands, results, attr_words;
};
inline constexpr op_row op_table[] = {
#define TENON_ROW(name, least, most, results, attrs) {#name, least, most, results, attrs},
    TENON_OPS(TENON_ROW)
#undef TENON_ROW
};
inline constexpr std::uint32_t n_ops = sizeof(op_table) / sizeof(op_table[0]);

/// Whether a score function may hold an operation: what works on each element by itself.
constexpr bool is_of_scores(op kind) {
  return kind == op::number || kind == op::add || kind == op::scale || kind == op::gelu ||
         kind == op::elementwise || kind == op::along;
}

// The functions of scalars that `elementwise` applies, one row each: X(enumerator, operands).
// select_less (x, y, u, v) is u where x < y, else v; select_at_most the same of x <= y. as_f32
// alone takes i32.
#define TENON_SCALARS(X) \
  X(add, 2)              \
  X(subtract, 2)         \
  X(multiply, 2)         \
  X(divide, 2)           \
  X(minimum, 2)          \
  X(maximum, 2)          \
  X(exp, 1)              \
  X(log, 1)              \
  X(sqrt, 1)             \
  X(rsqrt, 1)            \
  X(tanh, 1)             \
  X(sigmoid, 1)          \
  X(sin, 1)              \
  X(cos, 1)              \
  X(select_less, 4)      \
  X(select_at_most, 4)   \
  X(as_f32, 1)

enum class scalar : std::uint32_t {
#define TENON_SCALAR(name, operands) name,
  TENON_SCALARS(TENON_SCALAR)
#undef TENON_SCALAR
};
inline constexpr std::uint32_t scalar_operands[] = {
#define TENON_SCALAR(name, operands) operands,
    TENON_SCALARS(TENON_SCALAR)
#undef TENON_SCALAR
};
inline constexpr std::uint32_t n_scalars = sizeof(scalar_operands) / sizeof(scalar_operands[0]);

/// The tables of a graph, in the order in which they lie after the header.
enum class table : std::uint32_t {
  dims,
  params,
  states,
  inputs,
  outputs,
  values,
  scopes,
  nodes,
  stored
};
inline constexpr std::uint32_t n_tables = 9;

// Word indices inside the header; count_of(t) is the word with the number of records of table t.
namespace header {
enum : std::uint32_t {
  magic_low,
  magic_high,
  version,
  total_bytes,
  crc32,  // CRC-32 (IEEE 802.3, reflected) of all bytes after this word
  name_offset,
  name_length,  // the model's name, into the string bytes
  counts,       // n_tables words
  pool_words = counts + n_tables,
  string_bytes,
  words  // size of the header
};
}  // namespace header
constexpr std::uint32_t count_of(table t) { return header::counts + static_cast<std::uint32_t>(t); }

// Word indices inside each record. A string is (offset, length) into the string bytes; a shape is
// (rank, begin): `rank` dim indices from word `begin` of the pool; a range is (begin, count) there.
namespace dim_record {  // static dims have min == max
enum : std::uint32_t { name_offset, name_length, min, max, words };
}
// `repeat`: 0, or 1 + dim index of the trip count of the stack's loop; then the name holds a
// layer_hole. It may hold "{}" once more, or once where repeat is 0: for the number of each part
// along the first dimension.
namespace param_record {
enum : std::uint32_t {
  name_offset,
  name_length,
  dtype,
  rank,
  dims_begin,
  init,
  init_low,
  init_high,
  repeat,
  file_offset,
  file_length,
  line,
  words
};
}
namespace state_record {  // shape (B, context, ...); a kv_cache holds keys and values of it
enum : std::uint32_t {
  name_offset,
  name_length,
  kind,
  dtype,
  rank,
  dims_begin,
  repeat,
  file_offset,
  file_length,
  line,
  words
};
}
namespace input_record {
enum : std::uint32_t { name_offset, name_length, value, words };
}
namespace output_record {
enum : std::uint32_t { name_offset, name_length, value, words };
}
namespace value_record {
enum : std::uint32_t { dtype, rank, dims_begin, words };
}
namespace scope_record {  // one `fused(...)` of the source
enum : std::uint32_t { file_offset, file_length, line, words };
}
namespace node_record {  // `scope`: 0, or 1 + index of the fused scope that the node belongs to
enum : std::uint32_t {
  op,
  operands_begin,
  operands_count,
  results_begin,
  results_count,
  attrs_begin,
  attrs_count,
  scope,
  file_offset,
  file_length,
  line,
  words
};
}

// `param`: 0, or 1 + index of the parameter that the name is of (of all but prefix and ignored).
// Names and patterns of a stack hold "{}" where the layer's number goes.
namespace stored_record {
enum : std::uint32_t { name_offset, name_length, kind, param, words };
}

inline constexpr std::uint32_t record_words[n_tables] = {
    dim_record::words,   param_record::words,  state_record::words,
    input_record::words, output_record::words, value_record::words,
    scope_record::words, node_record::words,   stored_record::words};

// Where the number of a layer goes in a name of a stack: "h.{}.w" is that of layer i in pass i of
// the loop, "h.{2i+1}.w" that of layer 2 i + 1, "h.{-1i+11}.w" that of layer 11 - i.

/// The place in a name, and how numbers of layers follow from numbers of passes.
struct layer_hole {
  std::uint32_t begin = 0, end = 0;  // of the letters; equal where a name has no such place
  std::int64_t step = 1, first = 0;

  constexpr bool found() const { return end != 0; }
  constexpr std::int64_t number(std::int64_t pass) const { return step * pass + first; }
};

/// The first hole from letter `from` on.
constexpr layer_hole find_hole(const char* letters, std::uint32_t size, std::uint32_t from = 0) {
  for (std::uint32_t begin = from; begin < size; ++begin) {
    if (letters[begin] != '{') continue;
    std::uint32_t at = begin + 1;
    const auto is = [&](char letter) { return at < size && letters[at] == letter; };
    const auto count = [&](std::int64_t& into) {  // its digits; numbers of layers fit 32 bits
      const std::uint32_t start = at;
      for (into = 0; at < size && letters[at] >= '0' && letters[at] <= '9' && at - start < 10; ++at)
        into = 10 * into + (letters[at] - '0');
      return at > start;
    };
    layer_hole hole{begin, 0};
    if (!is('}')) {
      const bool is_negative = is('-');
      if (is_negative) ++at;
      if (!count(hole.step) || !is('i')) continue;
      ++at;
      if (!is('+')) continue;
      ++at;
      if (!count(hole.first) || !is('}')) continue;
      if (is_negative) hole.step = -hole.step;
    }
    hole.end = at + 1;
    return hole;
  }
  return {};
}

/// How many holes a name has.
constexpr std::uint32_t count_holes(const char* letters, std::uint32_t size) {
  std::uint32_t count = 0;
  for (layer_hole hole = find_hole(letters, size); hole.found();
       hole = find_hole(letters, size, hole.end))
    ++count;
  return count;
}

/// CRC-32 (IEEE 802.3, reflected, as zlib's) of `size` bytes; usable in constant expressions.
template <class Byte>
constexpr std::uint32_t crc32(const Byte* bytes, std::size_t size) {
  std::uint32_t table[256]{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c >> 1) ^ ((c & 1) ? 0xEDB88320u : 0u);
    table[i] = c;
  }
  std::uint32_t crc = ~std::uint32_t{0};
  for (std::size_t i = 0; i < size; ++i)
    crc = (crc >> 8) ^ table[(crc ^ static_cast<std::uint8_t>(bytes[i])) & 0xFF];
  return ~crc;
}

}  // namespace tenon::graph
