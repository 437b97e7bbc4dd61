// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What the importer knows of each operation of the graph format. Private to import/.
// A new operation is a row in TENON_OPS (the format), a definition in TenonOps.td and a row here.
#pragma once
#include "tenon/graph/format.hpp"

namespace tenon {

/// How an attribute of an operation follows from a node's words, which are taken in order.
enum class AttrSource {
  None,
  Double,    // two words, low word first -> F64Attr
  Flag,      // one word, 0 or 1 -> absent or UnitAttr
  Integer,   // one word, the bits of an i32 -> I32Attr
  Count,     // one word -> I64Attr
  Offsets,   // no word: each operand begins where the one before ends, or, by `stride`, one element
             // behind it -> DenseI64ArrayAttr
  Dimension, // one word, index of a dimension -> FlatSymbolRefAttr
  Gelu,      // one word, gelu_kind -> GeluKindAttr
  Scalar,    // one word, scalar -> ScalarFunctionAttr
  Reduction, // one word, reduction -> ReductionAttr
  State,     // no word: the node's state operand -> FlatSymbolRefAttr
  Cache,     // the same; where the node has none, the UnitAttr `bidirectional`
};

struct AttrRow {
  const char *name = nullptr; // as in TenonOps.td
  AttrSource source = AttrSource::None;
};

struct OpRow {
  graph::op op;
  const char *operation; // null: opens or closes a loop or the scores, see the importer
  AttrRow attrs[2] = {};
};

inline constexpr OpRow opRows[] = {
    {graph::op::embedding, "tenon.embedding"},
    {graph::op::positions, "tenon.positions"},
    {graph::op::add, "tenon.add"},
    {graph::op::scale, "tenon.scale", {{"factor", AttrSource::Double}}},
    {graph::op::dropout, "tenon.dropout", {{"probability", AttrSource::Double}}},
    {graph::op::layer_norm, "tenon.layer_norm", {{"epsilon", AttrSource::Double}}},
    {graph::op::linear, "tenon.linear", {{"transposed", AttrSource::Flag}}},
    {graph::op::gelu, "tenon.gelu", {{"form", AttrSource::Gelu}}},
    {graph::op::attention,
     "tenon.attention",
     {{"heads", AttrSource::Dimension}, {"cache", AttrSource::State}}},
    {graph::op::cross_entropy, "tenon.cross_entropy", {{"ignore", AttrSource::Integer}}},
    {graph::op::repeat, nullptr},
    {graph::op::yield, nullptr},
    {graph::op::number, "tenon.constant", {{"value", AttrSource::Double}}},
    {graph::op::elementwise, "tenon.elementwise", {{"function", AttrSource::Scalar}}},
    {graph::op::reduce,
     "tenon.reduce",
     {{"kind", AttrSource::Reduction}, {"over", AttrSource::Dimension}}},
    {graph::op::grouped_attention, "tenon.attention", {{"cache", AttrSource::Cache}}},
    {graph::op::along, "tenon.along"},
    {graph::op::slice,
     "tenon.slice",
     {{"offset", AttrSource::Count}, {"stride", AttrSource::Count}}},
    {graph::op::join,
     "tenon.join",
     {{"stride", AttrSource::Count}, {"offsets", AttrSource::Offsets}}},
    {graph::op::scores, nullptr},
    {graph::op::attend, nullptr},
    {graph::op::repeat_from_last, nullptr},
    {graph::op::top_k, "tenon.top_k"},
    {graph::op::take, "tenon.take"},
    {graph::op::gathered_linear, "tenon.gathered_linear"},
    {graph::op::before, "tenon.shift", {{"by", AttrSource::Count}, {"cache", AttrSource::State}}},
};

/// Words that an attribute takes.
constexpr uint32_t wordsOf(AttrSource source) {
  switch (source) {
  case AttrSource::Double:
    return 2;
  case AttrSource::Flag:
  case AttrSource::Integer:
  case AttrSource::Count:
  case AttrSource::Dimension:
  case AttrSource::Gelu:
  case AttrSource::Scalar:
  case AttrSource::Reduction:
    return 1;
  default:
    return 0;
  }
}

// The two tables name the same operations in the same order and take the same words.
static_assert([] {
  if (sizeof(opRows) / sizeof(opRows[0]) != graph::n_ops)
    return false;
  for (uint32_t i = 0; i < graph::n_ops; ++i) {
    uint32_t words = wordsOf(opRows[i].attrs[0].source) + wordsOf(opRows[i].attrs[1].source);
    bool sameWords = words == graph::op_table[i].attr_words || !opRows[i].operation;
    if (opRows[i].op != static_cast<graph::op>(i) || !sameWords)
      return false;
  }
  return true;
}());

} // namespace tenon
