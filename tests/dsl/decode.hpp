// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reads a graph back from its bytes, straight from the description in tenon/graph/format.hpp.
#pragma once
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "tenon/graph/format.hpp"

namespace decode {
namespace format = tenon::graph;

struct dim {
  std::string name;
  std::uint32_t min, max;
};
struct param {
  std::string name;
  format::dtype type;
  std::vector<std::uint32_t> dims;
  format::init init;
  double init_value;
  std::uint32_t repeat;
  std::string file;
  std::uint32_t line;
};
struct state {
  std::string name;
  format::state_kind kind;
  format::dtype type;
  std::vector<std::uint32_t> dims;
  std::uint32_t repeat, line;
};
struct port {
  std::string name;
  std::uint32_t value;
};
struct value {
  format::dtype type;
  std::vector<std::uint32_t> dims;
};
struct scope {
  std::string file;
  std::uint32_t line;
};
struct stored {
  std::string name;
  format::stored_kind kind;
  std::uint32_t param;  // 0: none
};
struct node {
  format::op op;
  std::vector<std::uint32_t> operands, results, attributes;
  std::uint32_t scope;
  std::string file;
  std::uint32_t line;
};

inline double f64(std::uint32_t low, std::uint32_t high) {
  const std::uint64_t bits = std::uint64_t{high} << 32 | low;
  double number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

struct graph {
  std::string name;
  std::uint32_t total_bytes;
  std::vector<dim> dims;
  std::vector<param> params;
  std::vector<state> states;
  std::vector<port> inputs, outputs;
  std::vector<value> values;
  std::vector<scope> scopes;
  std::vector<node> nodes;
  std::vector<decode::stored> stored;

  graph(const unsigned char* bytes, std::size_t size) : bytes_(bytes), size_(size) {
    namespace h = format::header;
    if (size % format::alignment != 0 || std::memcmp(bytes, format::magic, 8) != 0)
      throw std::runtime_error("no graph");
    total_bytes = word(h::total_bytes);
    if (word(h::version) != format::version || total_bytes != size)
      throw std::runtime_error("wrong version or size");
    const std::size_t after_crc = 4 * (h::crc32 + 1);
    if (word(h::crc32) != format::crc32(bytes + after_crc, size - after_crc))
      throw std::runtime_error("wrong crc");

    std::uint32_t at = h::words;
    std::uint32_t begin[format::n_tables], count[format::n_tables];
    for (std::uint32_t t = 0; t < format::n_tables; ++t) {
      begin[t] = at;
      count[t] = word(h::counts + t);
      at += count[t] * format::record_words[t];
    }
    pool_ = at;
    strings_ = 4 * (at + word(h::pool_words));
    name = string(h::name_offset);

    const auto each = [&](format::table table, auto read) {
      const auto t = static_cast<std::uint32_t>(table);
      for (std::uint32_t i = 0; i < count[t]; ++i) read(begin[t] + i * format::record_words[t]);
    };
    each(format::table::dims,
         [&](auto r) { dims.push_back({string(r), word(r + 2), word(r + 3)}); });
    each(format::table::params, [&](auto r) {
      params.push_back({string(r), static_cast<format::dtype>(word(r + 2)), words(r + 4, r + 3),
                        static_cast<format::init>(word(r + 5)), f64(word(r + 6), word(r + 7)),
                        word(r + 8), string(r + 9), word(r + 11)});
    });
    each(format::table::states, [&](auto r) {
      states.push_back({string(r), static_cast<format::state_kind>(word(r + 2)),
                        static_cast<format::dtype>(word(r + 3)), words(r + 5, r + 4), word(r + 6),
                        word(r + 9)});
    });
    each(format::table::inputs, [&](auto r) { inputs.push_back({string(r), word(r + 2)}); });
    each(format::table::outputs, [&](auto r) { outputs.push_back({string(r), word(r + 2)}); });
    each(format::table::values, [&](auto r) {
      values.push_back({static_cast<format::dtype>(word(r)), words(r + 2, r + 1)});
    });
    each(format::table::scopes, [&](auto r) { scopes.push_back({string(r), word(r + 2)}); });
    each(format::table::nodes, [&](auto r) {
      nodes.push_back({static_cast<format::op>(word(r)), words(r + 1, r + 2), words(r + 3, r + 4),
                       words(r + 5, r + 6), word(r + 7), string(r + 8), word(r + 10)});
    });
    each(format::table::stored, [&](auto r) {
      stored.push_back({string(r), static_cast<format::stored_kind>(word(r + 2)), word(r + 3)});
    });
  }

  /// "wte.weight", "ids" ... : what an operand word refers to; values by their number.
  std::string operand(std::uint32_t word) const {
    const std::uint32_t index = word & ((1u << format::operand_index_bits) - 1);
    switch (static_cast<format::operand_kind>(word >> format::operand_index_bits)) {
      case format::operand_kind::param:
        return params.at(index).name;
      case format::operand_kind::state:
        return states.at(index).name;
      case format::operand_kind::value:
        return "%" + std::to_string(index);
    }
    throw std::runtime_error("no such kind of operand");
  }

  /// One node as text: "add(%1, %3) -> %4 : [batch, seq, n_embd]".
  std::string text(const node& n) const {
    std::string out = std::string(format::op_table[static_cast<std::uint32_t>(n.op)].name) + "(";
    for (std::size_t i = 0; i < n.operands.size(); ++i)
      out += (i ? ", " : "") + operand(n.operands[i]);
    out += ") -> %" + std::to_string(n.results.at(0)) + " : [";
    const value& v = values.at(n.results.at(0));
    for (std::size_t i = 0; i < v.dims.size(); ++i)
      out += (i ? ", " : "") + dims.at(v.dims[i]).name;
    return out + "]";
  }

 private:
  std::uint32_t word(std::size_t i) const {
    if (4 * i + 4 > size_) throw std::runtime_error("beyond the end");
    const unsigned char* b = bytes_ + 4 * i;
    return b[0] | b[1] << 8 | b[2] << 16 | std::uint32_t{b[3]} << 24;
  }
  std::string string(std::size_t i) const {
    if (strings_ + word(i) + word(i + 1) > size_) throw std::runtime_error("beyond the end");
    return {reinterpret_cast<const char*>(bytes_) + strings_ + word(i), word(i + 1)};
  }
  std::vector<std::uint32_t> words(std::size_t begin, std::size_t count) const {
    std::vector<std::uint32_t> list;
    for (std::uint32_t i = 0; i < word(count); ++i) list.push_back(word(pool_ + word(begin) + i));
    return list;
  }

  const unsigned char* bytes_;
  std::size_t size_, pool_ = 0, strings_ = 0;
};

template <class Blob>
graph read(const Blob& blob) {
  return graph(blob.bytes, sizeof blob.bytes);
}

}  // namespace decode
