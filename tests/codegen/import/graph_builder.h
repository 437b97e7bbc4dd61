// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Writes graphs in the format of tenon/graph/format.hpp word by word, right or deliberately wrong.
// Independent of the DSL's writer, so that reader and writer are not only right about each other.
#pragma once
#include "tenon/graph/format.hpp"

#include <bit>
#include <initializer_list>
#include <string>
#include <vector>

namespace tenon::test {

using Words = std::vector<uint32_t>;

inline uint32_t param(uint32_t index) {
  return graph::encode_operand(graph::operand_kind::param, index);
}
inline uint32_t state(uint32_t index) {
  return graph::encode_operand(graph::operand_kind::state, index);
}
inline Words doubleWords(double value) {
  auto bits = std::bit_cast<uint64_t>(value);
  return {static_cast<uint32_t>(bits), static_cast<uint32_t>(bits >> 32)};
}

/// Recomputes the checksum of the graph that begins at `begin`, if it is whole.
inline void fixChecksum(std::string &bytes, size_t begin = 0) {
  auto word = [&](size_t index) {
    uint32_t value = 0;
    for (int i = 3; i >= 0; --i)
      value = value << 8 | static_cast<uint8_t>(bytes[begin + index * 4 + i]);
    return value;
  };
  constexpr size_t covered = (graph::header::crc32 + 1) * 4;
  if (bytes.size() < begin + graph::header::words * 4)
    return;
  size_t total = word(graph::header::total_bytes);
  if (total < covered || total > bytes.size() - begin)
    return;
  uint32_t crc = graph::crc32(bytes.data() + begin + covered, total - covered);
  for (int i = 0; i < 4; ++i)
    bytes[begin + graph::header::crc32 * 4 + i] = static_cast<char>(crc >> (8 * i));
}

class GraphBuilder {
public:
  explicit GraphBuilder(std::string name) : name_(text(name)) {}

  uint32_t dim(const std::string &name, uint32_t min, uint32_t max) {
    return add(graph::table::dims, {text(name), {min, max}});
  }
  uint32_t value(graph::dtype type, Words dims) {
    return add(graph::table::values, {{static_cast<uint32_t>(type)}, pooledShape(dims)});
  }
  uint32_t parameter(const std::string &name, Words dims, uint32_t layers = 0) {
    return add(graph::table::params,
               {text(name), {0}, pooledShape(dims), {2}, doubleWords(0.02), {layers}, line(3)});
  }
  uint32_t cache(const std::string &name, Words dims, uint32_t layers = 0) {
    return add(graph::table::states, {text(name), {0, 0}, pooledShape(dims), {layers}, line(4)});
  }
  uint32_t input(const std::string &name, uint32_t value) {
    return add(graph::table::inputs, {text(name), {value}});
  }
  uint32_t output(const std::string &name, uint32_t value) {
    return add(graph::table::outputs, {text(name), {value}});
  }
  /// `param`: 0, or 1 + index of the parameter that a twin is a copy of.
  uint32_t stored(graph::stored_kind kind, const std::string &name, uint32_t param = 0) {
    return add(graph::table::stored, {text(name), {static_cast<uint32_t>(kind), param}});
  }
  uint32_t scope(uint32_t lineNumber) { return add(graph::table::scopes, {line(lineNumber)}); }

  /// `scope`: 0, or 1 + index of the fused scope.
  uint32_t node(graph::op op, Words operands, Words results, Words attrs, uint32_t lineNumber,
                uint32_t scope = 0) {
    return add(graph::table::nodes, {{static_cast<uint32_t>(op)},
                                     range(operands),
                                     range(results),
                                     range(attrs),
                                     {scope},
                                     line(lineNumber)});
  }

  /// The word `field` of a record, to damage it.
  uint32_t &word(graph::table table, uint32_t record, uint32_t field) {
    auto t = static_cast<uint32_t>(table);
    return tables_[t][record * graph::record_words[t] + field];
  }

  std::string bytes(uint32_t version = graph::version) const {
    Words words = {magicWord(0), magicWord(4), version, 0, 0, name_[0], name_[1]};
    for (uint32_t t = 0; t < graph::n_tables; ++t)
      words.push_back(static_cast<uint32_t>(tables_[t].size() / graph::record_words[t]));
    words.push_back(static_cast<uint32_t>(pool_.size()));
    words.push_back(static_cast<uint32_t>(strings_.size()));
    for (const Words &table : tables_)
      words.insert(words.end(), table.begin(), table.end());
    words.insert(words.end(), pool_.begin(), pool_.end());
    size_t size = words.size() * 4 + strings_.size();
    size += (graph::alignment - size % graph::alignment) % graph::alignment;
    words[graph::header::total_bytes] = static_cast<uint32_t>(size);
    std::string result;
    for (uint32_t word : words)
      for (int i = 0; i < 4; ++i)
        result += static_cast<char>(word >> (8 * i));
    result += strings_;
    result.resize(size, '\0');
    fixChecksum(result);
    return result;
  }

private:
  static uint32_t magicWord(size_t at) {
    uint32_t word = 0;
    for (int i = 3; i >= 0; --i)
      word = word << 8 | static_cast<uint8_t>(graph::magic[at + i]);
    return word;
  }
  Words text(const std::string &string) {
    auto offset = static_cast<uint32_t>(strings_.size());
    strings_ += string;
    return {offset, static_cast<uint32_t>(string.size())};
  }
  Words line(uint32_t number) {
    Words words = text("model.cpp");
    words.push_back(number);
    return words;
  }
  Words range(const Words &words) {
    auto begin = static_cast<uint32_t>(pool_.size());
    pool_.insert(pool_.end(), words.begin(), words.end());
    return {begin, static_cast<uint32_t>(words.size())};
  }
  Words pooledShape(const Words &dims) {
    Words pooled = range(dims);
    return {pooled[1], pooled[0]};
  }
  uint32_t add(graph::table table, std::initializer_list<Words> parts) {
    auto t = static_cast<uint32_t>(table);
    for (const Words &part : parts)
      tables_[t].insert(tables_[t].end(), part.begin(), part.end());
    return static_cast<uint32_t>(tables_[t].size() / graph::record_words[t]) - 1;
  }

  std::string strings_;
  Words name_, pool_;
  Words tables_[graph::n_tables];
};

} // namespace tenon::test
