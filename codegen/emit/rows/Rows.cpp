// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading the rows of embedding and norm groups: gathers, guards, sums.
#include "Rows.h"
#include "Dropout.h"
#include "kernel/Bf16.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace tenon {

/// A value that is read row by row as it is: from outside of the group, or a parameter.
static bool isStored(GroupOp group, Value value) {
  return value.getParentRegion() != &group.getBody() || value.getDefiningOp<GetParamOp>();
}

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

Value lastTokenRow(KernelBuilder &k, LastTokenOp op, Value row) {
  // Row b of the result is row b*T + T-1 of x, where a token is one row.
  auto last = [&](Value b) {
    Value time = k.size(dimNames(op.getX().getType())[1]);
    return k.sub(k.mul(k.add(b, 1), time), k.index(1));
  };
  ArrayRef<StringAttr> between = dimNames(op.getType()).drop_front().drop_back();
  if (between.empty())
    return last(row);
  Value count = k.index(1);
  for (StringAttr name : between)
    count = k.mul(count, k.size(name));
  return k.add(k.mul(last(k.div(row, count)), count), k.rem(row, count));
}

/// Whether rows of `value` can be read; the first obstacle goes into `refusal`.
static bool readable(const RowGroup &rows, Value value, std::string &refusal) {
  if (isStored(rows.group, value))
    return true;
  Operation *op = value.getDefiningOp();
  if (auto add = dyn_cast<AddOp>(op))
    return readable(rows, add.getX(), refusal) && readable(rows, add.getY(), refusal);
  if (auto scale = dyn_cast<ScaleOp>(op))
    return readable(rows, scale.getX(), refusal);
  if (auto dropout = dyn_cast<TrainingDropoutOp>(op))
    return readable(rows, dropout.getX(), refusal);
  if (auto gather = dyn_cast<EmbeddingOp>(op)) {
    bool positions =
        gather.getIds().getDefiningOp<PositionsOp>() && !isStored(rows.group, gather.getIds());
    if (isStored(rows.group, gather.getTable()) &&
        (positions || isStored(rows.group, gather.getIds())))
      return true;
  }
  if (auto last = dyn_cast<LastTokenOp>(op); last && isStored(rows.group, last.getX()))
    return true;
  refusal =
      llvm::formatv("{0} cannot be computed row by row in a group of kind {1}; take it out of "
                    "the group",
                    op->getName(), stringifyGroupKind(GroupOp(rows.group).getKind()));
  return false;
}

FailureOr<RowGroup> RowGroup::of(GroupOp group, std::string &refusal) {
  RowGroup rows;
  rows.group = group;
  auto yield = cast<YieldOp>(group.getBody().front().getTerminator());
  SmallVector<Value> values;
  for (Value value : yield.getValues()) {
    auto narrow = value.getDefiningOp<CastOp>();
    values.push_back(narrow && !isStored(group, value) ? narrow.getX() : value);
  }
  for (Value value : values)
    if (auto norm = value.getDefiningOp<LayerNormOp>(); norm && !isStored(group, value)) {
      rows.norm = norm;
      rows.row = norm.getX();
    }
  for (auto [i, value] : llvm::enumerate(values)) {
    if (!rows.row)
      rows.row = value;
    if (rows.norm && value == rows.norm.getResult()) {
      rows.normResults.push_back(i);
    } else if (value == rows.row) {
      rows.rowResults.push_back(i);
    } else {
      refusal = llvm::formatv("a group of kind {0} yields one sum of rows and its layer norm, but "
                              "result {1} is neither; take it out of the group",
                              stringifyGroupKind(group.getKind()), i);
      return failure();
    }
  }
  if (!rows.row) {
    refusal = "the group yields nothing; remove it";
    return failure();
  }
  rows.type = typeOf(rows.row);
  rows.columns = rows.type.getRank() == 0 ? ShapedType::kDynamic : rows.type.getShape().back();
  if (ShapedType::isDynamic(rows.columns) || !rows.type.getElementType().isF32()) {
    refusal = llvm::formatv("rows are f32 of a size known at compile time, but these are {0}; make "
                            "the last dimension static",
                            rows.type);
    return failure();
  }
  if (!readable(rows, rows.row, refusal))
    return failure();
  return rows;
}

Row::Row(KernelBuilder &k, const RowGroup &rows, Value index) : k(k), rows(rows), index(index) {
  locate(rows.row);
}

// The dimensions of an operand are the last dimensions of the row's, so its index is the remainder.
Value Row::rowOf(RankedTensorType type, unsigned inner) {
  int64_t outer = type.getRank() - inner;
  if (outer == 0)
    return k.index(0);
  if (outer == rows.type.getRank() - 1)
    return index;
  return k.rem(index, k.rows(type, inner));
}

void Row::locateGather(EmbeddingOp op) {
  RankedTensorType ids = typeOf(op.getIds()), table = typeOf(op.getTable());
  Type element = table.getElementType();
  auto positions = op.getIds().getDefiningOp<PositionsOp>();
  bool inGroup = positions && !isStored(rows.group, op.getIds());
  Value id = rowOf(ids, 0);
  if (!inGroup) {
    // Signed: as unsigned numbers all that is negative lies above every table.
    id = k.load(k.base(op.getIds()), id, k.b.getI32Type());
    id = arith::IndexCastOp::create(k.b, k.loc, k.b.getIndexType(), id);
  } else if (positions.getCached()) {
    id = k.add(id, k.position);
  } else {
    // The verifier has proved that every such position is in the table.
    places[op.getResult()] = {k.base(op.getTable()), k.mul(id, rows.columns), {}, false, element};
    return;
  }
  Value inside = k.less(id, k.index(table.getShape()[0]));
  Value safe = arith::SelectOp::create(k.b, k.loc, inside, id, k.index(0));
  auto bits = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(k.b, k.loc, k.b.getI32IntegerAttr(value));
  };
  Value poison = arith::SelectOp::create(k.b, k.loc, inside, bits(0), bits(-1));
  places[op.getResult()] = {k.base(op.getTable()), k.mul(safe, rows.columns), poison, !inGroup,
                            element};
}

void Row::locate(Value value) {
  if (places.contains(value))
    return;
  if (isStored(rows.group, value)) {
    places[value] = {k.base(value),
                     k.mul(rowOf(typeOf(value), 1), rows.columns),
                     {},
                     false,
                     typeOf(value).getElementType()};
    return;
  }
  llvm::TypeSwitch<Operation *>(value.getDefiningOp())
      .Case([&](AddOp op) {
        locate(op.getX());
        locate(op.getY());
      })
      .Case([&](ScaleOp op) { locate(op.getX()); })
      .Case([&](TrainingDropoutOp op) {
        locate(op.getX());
        droppedRows[op] = rowOf(op.getType(), 1);
      })
      .Case([&](EmbeddingOp op) { locateGather(op); })
      .Case([&](LastTokenOp op) {
        Value row = lastTokenRow(k, op, index);
        places[value] = {
            k.base(op.getX()), k.mul(row, rows.columns), {}, false, typeOf(value).getElementType()};
      });
}

Value Row::read(Value value, Value column, unsigned lanes, bool guarded) {
  auto found = places.find(value);
  if (found == places.end()) {
    if (auto add = value.getDefiningOp<AddOp>()) {
      Value x = read(add.getX(), column, lanes, guarded);
      return k.addf(x, read(add.getY(), column, lanes, guarded));
    }
    if (auto dropout = value.getDefiningOp<TrainingDropoutOp>()) {
      Value x = read(dropout.getX(), column, lanes, guarded);
      return emitDropout(k, dropout, x, droppedRows.lookup(dropout), column);
    }
    auto scale = value.getDefiningOp<ScaleOp>();
    return k.mulf(read(scale.getX(), column, lanes, guarded),
                  k.splat(scale.getFactor().convertToDouble(), lanes));
  }
  const Place &place = found->second;
  Value element = loadAsF32(k, place.base, k.add(place.start, column), place.element, lanes);
  return guarded && place.poison ? orBits(element, place.poison) : element;
}

Value Row::orBits(Value x, Value bits) {
  unsigned lanes = lanesOf(x);
  Value own = arith::BitcastOp::create(k.b, k.loc, k.vectorType(k.b.getI32Type(), lanes), x);
  own = arith::OrIOp::create(k.b, k.loc, own, k.broadcast(bits, lanes));
  return arith::BitcastOp::create(k.b, k.loc, x.getType(), own);
}

Value Row::at(Value column, unsigned lanes, bool guarded) {
  return read(rows.row, column, lanes, guarded);
}

Value Row::guard(Value x) {
  for (auto &[value, place] : places)
    if (place.poison)
      x = orBits(x, place.poison);
  return x;
}

void Row::prefetch(Value column) {
  for (auto &[value, place] : places)
    if (place.scattered)
      k.prefetch(place.base, k.add(place.start, column), storedType(place.element));
}

bool Row::isScattered() const {
  return llvm::any_of(places, [](auto &entry) { return entry.second.scattered; });
}

bool Row::isInMemory() const {
  auto found = places.find(rows.row);
  return found != places.end() && !found->second.poison;
}

} // namespace tenon
