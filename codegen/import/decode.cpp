// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Decodes one graph. The first thing that is wrong is kept as `problem_` and reading goes on with
// zeros, so that each record's decoder reads straight through; nothing outside the bytes is
// touched.
#include "decode.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace tenon {

uint32_t wordAt(StringRef bytes, uint64_t index) {
  if (index >= bytes.size() / 4)
    return 0;
  return support::endian::read32le(bytes.data() + index * 4);
}

namespace {

using graph::table;

class Decoder {
public:
  explicit Decoder(StringRef bytes) : bytes_(bytes) {}

  Expected<Graph> run() {
    layOut();
    if (problem_.empty())
      decode();
    if (!problem_.empty())
      return createStringError(inconvertibleErrorCode(),
                               "the graph is damaged: " + problem_ + "; compile the model again");
    return std::move(graph_);
  }

private:
  void fail(const Twine &what) {
    if (problem_.empty())
      problem_ = (what_.empty() ? what : what_ + " " + Twine(record_) + ": " + what).str();
  }

  uint32_t count(table t) const { return wordAt(bytes_, graph::count_of(t)); }

  // Where the tables, the pool and the strings begin; their sizes must add up to the graph's.
  void layOut() {
    uint64_t word = graph::header::words;
    for (uint32_t t = 0; t < graph::n_tables; ++t) {
      begin_[t] = word;
      word += uint64_t(count(table(t))) * graph::record_words[t]; // < 2^36: cannot overflow
    }
    pool_ = word;
    poolWords_ = wordAt(bytes_, graph::header::pool_words);
    strings_ = (word + poolWords_) * 4;
    stringBytes_ = wordAt(bytes_, graph::header::string_bytes);
    uint64_t total = alignTo(strings_ + stringBytes_, graph::alignment);
    if (total != bytes_.size())
      fail("its tables take " + Twine(total) + " bytes, the graph has " + Twine(bytes_.size()));
  }

  // Word `field` of the record that is being decoded.
  uint32_t field(uint32_t field) const {
    return wordAt(bytes_, begin_[uint32_t(table_)] +
                              uint64_t(record_) * graph::record_words[uint32_t(table_)] + field);
  }

  template <class Record, class Decode>
  void each(table t, StringRef what, std::vector<Record> &records, Decode &&decodeRecord) {
    table_ = t;
    what_ = what;
    for (record_ = 0; record_ < count(t) && problem_.empty(); ++record_)
      decodeRecord(records.emplace_back());
  }

  std::string text(uint32_t offset, uint32_t length, StringRef what) {
    if (uint64_t(offset) + length > stringBytes_) {
      fail(what + " ends at byte " + Twine(uint64_t(offset) + length) + " of " +
           Twine(stringBytes_) + " string bytes");
      return {};
    }
    if (length > graph::max_name_bytes) {
      fail(what + " has " + Twine(length) + " bytes, more than " + Twine(graph::max_name_bytes));
      return {};
    }
    StringRef string = bytes_.substr(strings_ + offset, length);
    if (string.find_if([](char c) { return static_cast<unsigned char>(c) < 0x20; }) !=
        StringRef::npos)
      fail(what + " holds a control character");
    return string.str();
  }

  std::string name(uint32_t first) {
    std::string result = text(field(first), field(first + 1), "name");
    if (result.empty())
      fail("name is empty");
    return result;
  }

  Graph::Line line(uint32_t first) {
    return {text(field(first), field(first + 1), "file name"), field(first + 2)};
  }

  // `count` words of the pool from `begin`.
  std::vector<uint32_t> words(uint32_t begin, uint32_t count, StringRef what) {
    std::vector<uint32_t> result;
    if (uint64_t(begin) + count > poolWords_) {
      fail(what + " end at word " + Twine(uint64_t(begin) + count) + " of a pool of " +
           Twine(poolWords_));
      return result;
    }
    for (uint32_t i = 0; i < count; ++i)
      result.push_back(wordAt(bytes_, pool_ + begin + i));
    return result;
  }

  uint32_t index(uint32_t value, table in, StringRef what) {
    if (value >= count(in))
      fail(what + " " + Twine(value) + " is not below " + Twine(count(in)));
    return value;
  }

  std::optional<uint32_t> optionalIndex(uint32_t value, table in, StringRef what) {
    if (value == 0)
      return std::nullopt;
    return index(value - 1, in, what);
  }

  template <class Enum>
  Enum enumerator(uint32_t value, uint32_t limit, StringRef what) {
    if (value >= limit)
      fail(what + " " + Twine(value) + " is unknown; known are those below " + Twine(limit));
    return static_cast<Enum>(value);
  }

  // The dims of a tensor; the greatest number of its elements must leave room for byte offsets.
  Graph::Dims shape(uint32_t rank, uint32_t begin) {
    if (rank > graph::max_rank) {
      fail("rank " + Twine(rank) + " is above " + Twine(graph::max_rank));
      return {};
    }
    Graph::Dims dims = words(begin, rank, "dimensions");
    uint64_t elements = 1;
    for (uint32_t dim : dims) {
      index(dim, table::dims, "dimension");
      if (!problem_.empty())
        return {};
      elements = SaturatingMultiply<uint64_t>(elements, graph_.dims[dim].max);
    }
    if (elements > graph::max_elements)
      fail("a tensor has up to " + Twine(elements) + " elements, more than any memory holds");
    return dims;
  }

  graph::dtype dtype(uint32_t word) {
    return enumerator<graph::dtype>(word, graph::n_dtypes, "element type");
  }

  static double doubleOf(uint32_t low, uint32_t high) {
    return llvm::bit_cast<double>(uint64_t(high) << 32 | low);
  }

  void decode() {
    namespace header = graph::header;
    what_ = "model";
    graph_.name =
        text(wordAt(bytes_, header::name_offset), wordAt(bytes_, header::name_length), "name");
    if (graph_.name.empty())
      fail("name is empty");
    each(table::dims, "dimension", graph_.dims, [&](Graph::Dim &dim) {
      using namespace graph::dim_record;
      dim = {name(name_offset), field(min), field(max)};
      if (dim.min < 1 || dim.min > dim.max)
        fail("'" + dim.name + "' has bounds " + Twine(dim.min) + " to " + Twine(dim.max) +
             "; they must satisfy 1 <= min <= max");
    });
    each(table::params, "parameter", graph_.params, [&](Graph::Param &param) {
      using namespace graph::param_record;
      param = {name(name_offset),
               dtype(field(graph::param_record::dtype)),
               shape(field(rank), field(dims_begin)),
               enumerator<graph::init>(field(init), graph::n_inits, "initialisation"),
               doubleOf(field(init_low), field(init_high)),
               optionalIndex(field(repeat), table::dims, "layers dimension"),
               line(file_offset)};
    });
    each(table::states, "state", graph_.states, [&](Graph::State &state) {
      using namespace graph::state_record;
      state = {name(name_offset),
               enumerator<graph::state_kind>(field(kind), graph::n_state_kinds, "kind"),
               dtype(field(graph::state_record::dtype)),
               shape(field(rank), field(dims_begin)),
               optionalIndex(field(repeat), table::dims, "layers dimension"),
               line(file_offset)};
    });
    auto port = [&](Graph::Port &port) { // both records have the same words
      using namespace graph::input_record;
      port = {name(name_offset), index(field(value), table::values, "value")};
    };
    each(table::inputs, "input", graph_.inputs, port);
    each(table::outputs, "output", graph_.outputs, port);
    each(table::values, "value", graph_.values, [&](Graph::Value &value) {
      using namespace graph::value_record;
      value = {dtype(field(graph::value_record::dtype)), shape(field(rank), field(dims_begin))};
    });
    each(table::scopes, "fused scope", graph_.scopes,
         [&](Graph::Line &scope) { scope = line(graph::scope_record::file_offset); });
    each(table::nodes, "node", graph_.nodes, [&](Graph::Node &node) { decodeNode(node); });
    each(table::stored, "checkpoint name", graph_.stored, [&](Graph::Stored &stored) {
      using namespace graph::stored_record;
      stored = {name(name_offset),
                enumerator<graph::stored_kind>(field(kind), graph::n_stored_kinds, "kind"),
                optionalIndex(field(param), table::params, "parameter")};
    });
  }

  void decodeNode(Graph::Node &node) {
    using namespace graph::node_record;
    node.op = enumerator<graph::op>(field(op), graph::n_ops, "operation");
    if (!problem_.empty())
      return;
    const graph::op_row &row = graph::op_table[field(op)];
    auto expect = [&](uint32_t actual, uint32_t least, uint32_t most, StringRef what) {
      if (actual < least || actual > most)
        fail(Twine(row.name) + " has " + Twine(actual) + " " + what +
             ", its row of TENON_OPS allows " + Twine(least) + " to " + Twine(most));
      return actual;
    };
    uint32_t operands =
        expect(field(operands_count), row.least_operands, row.most_operands, "operands");
    uint32_t results = row.results == graph::any ? operands : row.results;
    expect(field(results_count), results, results, "results");
    expect(field(attrs_count), row.attr_words, row.attr_words, "attribute words");
    if (!problem_.empty())
      return;
    for (uint32_t word : words(field(operands_begin), operands, "operands"))
      node.operands.push_back(operand(word));
    node.results = words(field(results_begin), results, "results");
    for (uint32_t value : node.results)
      index(value, table::values, "result value");
    node.attrs = words(field(attrs_begin), row.attr_words, "attributes");
    node.scope = optionalIndex(field(scope), table::scopes, "fused scope");
    node.line = line(file_offset);
  }

  Graph::Operand operand(uint32_t word) {
    constexpr table tables[] = {table::values, table::params, table::states};
    uint32_t kind = word >> graph::operand_index_bits;
    uint32_t inTable = word & ((uint32_t(1) << graph::operand_index_bits) - 1);
    Graph::Operand result{enumerator<graph::operand_kind>(kind, 3, "operand kind"), inTable};
    if (problem_.empty())
      index(inTable, tables[kind], "operand");
    return result;
  }

  StringRef bytes_;
  uint64_t begin_[graph::n_tables] = {}, pool_ = 0, poolWords_ = 0, strings_ = 0, stringBytes_ = 0;
  table table_ = table::dims; // the record that is being decoded, for `field` and for messages
  StringRef what_;
  uint32_t record_ = 0;
  std::string problem_;
  Graph graph_;
};

} // namespace

Expected<Graph> decodeGraph(StringRef bytes) { return Decoder(bytes).run(); }

} // namespace tenon
