// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The cost of each operation. A new operation is a new case in `countOperation`.
#include "Cost.h"

#include "AttentionHeads.h"
#include "RowParts.h"
#include "ScoreRegion.h"

#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tenon {

void Formula::add(int64_t factor, ArrayRef<StringAttr> dims, bool byPosition) {
  for (Term &term : terms)
    if (ArrayRef<StringAttr>(term.dims) == dims && term.byPosition == byPosition) {
      term.factor += factor;
      return;
    }
  terms.push_back({factor, SmallVector<StringAttr>(dims), byPosition});
}

std::string Formula::text() const {
  std::string result;
  for (const Term &term : terms) {
    if (!result.empty())
      result += " + ";
    llvm::SmallVector<std::string> factors;
    if (term.factor != 1 || term.dims.empty())
      factors.push_back(std::to_string(term.factor));
    for (StringAttr dim : term.dims)
      factors.push_back(dim.str());
    if (term.byPosition)
      factors.push_back("position");
    result += llvm::join(factors, " ");
  }
  return result.empty() ? "0" : result;
}

double Formula::evaluate(ModelOp model, bool most) const {
  double sum = 0;
  for (const Term &term : terms) {
    double product = term.byPosition ? 0 : static_cast<double>(term.factor);
    for (StringAttr name : term.dims) {
      DimOp dim = lookupDim(model, name);
      product *= static_cast<double>(most ? dim.getMax() : dim.getMin());
    }
    sum += product;
  }
  return sum;
}

static int64_t bytesOf(Type tensor) {
  return cast<RankedTensorType>(tensor).getElementTypeBitWidth() / 8;
}

/// Additions, products and the like for an element.
static int64_t flopsOf(ScalarFunction function) {
  switch (function) {
  case ScalarFunction::exp:
    return 8;
  case ScalarFunction::log:
    return 12;
  case ScalarFunction::tanh:
    return 12;
  case ScalarFunction::sigmoid:
    return 10;
  case ScalarFunction::sin:
  case ScalarFunction::cos:
    return 15;
  case ScalarFunction::rsqrt:
  case ScalarFunction::select_less:
  case ScalarFunction::select_at_most:
    return 2;
  case ScalarFunction::add:
  case ScalarFunction::subtract:
  case ScalarFunction::multiply:
  case ScalarFunction::divide:
  case ScalarFunction::minimum:
  case ScalarFunction::maximum:
  case ScalarFunction::sqrt:
  case ScalarFunction::as_f32:
    return 1;
  }
  llvm_unreachable("all functions are above");
}

/// Of an operation on each element.
static int64_t flopsOfElement(Operation &op) {
  return llvm::TypeSwitch<Operation *, int64_t>(&op)
      .Case([](ElementwiseOp op) { return flopsOf(op.getFunction()); })
      .Case([](GeluOp op) { return op.getForm() == GeluKind::Tanh ? 9 : 5; })
      // The sigmoid of GELU again (8, or 5), then its slope and the product.
      .Case([](GeluBackwardOp op) { return op.getForm() == GeluKind::Tanh ? 17 : 10; })
      .Default([](Operation *) { return 1; });
}

enum class Sight { Causal, Cached, Everything };

template <class Attention>
static Sight sightOf(Attention op) {
  if (op.getBidirectional())
    return Sight::Everything;
  return op->hasAttr("cache") ? Sight::Cached : Sight::Causal;
}

// Causal attention: query t of T sees the keys up to its own, p + t + 1 of them with p cached ones
// before it. All queries together see T p + T (T + 1) / 2; in both directions T^2.
static void countPairs(ArrayRef<StringAttr> queries, ArrayRef<StringAttr> width, int64_t each,
                       Sight sight, Cost &cost) {
  auto with = [&](ArrayRef<StringAttr> outer) {
    SmallVector<StringAttr> dims(outer);
    llvm::append_range(dims, width);
    return dims;
  };
  StringAttr batch = queries[0], time = queries[1];
  if (sight == Sight::Everything)
    return cost.flops.add(each, with({batch, time, time}));
  if (sight == Sight::Cached)
    cost.flops.add(each, with({batch, time}), /*byPosition=*/true);
  cost.flops.add(each / 2, with({batch, time, time}));
  cost.flops.add(each / 2, with({batch, time}));
}

/// Of a score function for each query, head and key. What is the same for all keys is worked out
/// once a query.
static int64_t flopsOfScore(Region &score) {
  if (score.empty())
    return 0;
  int64_t flops = 0;
  StringAttr keys = dimNames(score.front().getArgument(0).getType()).back();
  for (Operation &op : score.front().without_terminator())
    if (llvm::is_contained(dimNames(op.getResult(0).getType()), keys))
      flops += flopsOfElement(op);
  return flops;
}

/// `products` for each channel of a query and key, `others` for each of their heads, and what its
/// score function does there.
template <class Attention>
static void countPairs(Attention op, Type result, int64_t products, int64_t others, Cost &cost) {
  ArrayRef<StringAttr> names = dimNames(result);
  auto heads = lseDims(op.getInputs(), op.getHeadsAttr());
  Sight sight = sightOf(op);
  countPairs(names, dimsBehindTime(op.getInputs(), result, 0), products, sight, cost);
  // Even, since halves of it are counted.
  int64_t scored = flopsOfScore(op.getScore());
  countPairs(names, ArrayRef(heads).drop_front().drop_back(), others + scored + scored % 2, sight,
             cost);
}

/// q.k and p.v; scale and softmax.
static void countAttention(AttentionOp op, Cost &cost) {
  countPairs(op, op.getType(), 4, 4, cost);
  if (!op.getCacheAttr())
    return;
  // The cache holds p + T.
  int64_t keysAndValues = 2 * op.getKeptType().getIntOrFloatBitWidth() / 8;
  ArrayRef<StringAttr> names = dimNames(op.getType());
  ArrayRef<StringAttr> kept = dimsBehindTime(op.getInputs(), op.getType(), 1);
  SmallVector<StringAttr> before{names[0]}, added{names[0], names[1]};
  llvm::append_range(before, kept);
  llvm::append_range(added, kept);
  cost.bytes.add(keysAndValues, before, /*byPosition=*/true);
  cost.bytes.add(keysAndValues, added);
}

/// dy.y; q.k, dy.v, dq, dk, dv; weights and gradients.
static void countAttentionBackward(AttentionBackwardOp op, Cost &cost) {
  cost.flops.addElements(2, op.getY().getType());
  countPairs(op, op.getY().getType(), 10, 4, cost);
}

/// A product over all of `rows` and the last `count` dimensions of `other`, which has the same
/// rows.
static void countProduct(Type rows, Type other, unsigned count, Cost &cost) {
  SmallVector<StringAttr> dims(dimNames(rows));
  llvm::append_range(dims, dimNames(other).take_back(count));
  cost.flops.add(2, dims);
}

/// The parts of a weight (D, ...) that ids (M..., A) name: those of one token; of a call's other
/// tokens they may be the same ones.
static void countParts(Type weight, Type ids, Cost &cost) {
  SmallVector<StringAttr> dims{dimNames(ids).back()};
  llvm::append_range(dims, dimNames(weight).drop_front());
  cost.bytes.add(bytesOf(weight), dims);
}

/// `flops` and `bytes` for each element of a parameter, of all its layers.
static void countParam(Operation &operation, FlatSymbolRefAttr name, int64_t flops, int64_t bytes,
                       Cost &cost) {
  auto model = operation.getParentOfType<ModelOp>();
  auto param = cast<ParamOp>(SymbolTable::lookupSymbolIn(model, name));
  SmallVector<StringAttr> dims(dimNames(param.getTensorType()));
  if (FlatSymbolRefAttr layers = param.getLayersAttr())
    dims.insert(dims.begin(), layers.getAttr());
  if (flops != 0)
    cost.flops.add(flops, dims);
  cost.bytes.add(bytes, dims);
}

// A gradient is read and written, or written where it begins; of a table's gradient only the rows
// that occur are, after all have been set to zero where it begins.
static void countAccumulate(AccumulateOp op, Cost &cost) {
  Type type = op.getValue().getType();
  int64_t bytes = bytesOf(type);
  if (auto table = op.getValue().getDefiningOp<EmbeddingBackwardOp>()) {
    // Begun anew, each row is written once; else rows are read and written.
    if (op.getFresh())
      cost.bytes.addElements(bytes, type);
    else
      cost.bytes.addElements(2 * bytes, table.getDy().getType());
    return;
  }
  cost.flops.addElements(op.getFresh() ? 0 : 1, type);
  cost.bytes.addElements(op.getFresh() ? bytes : 2 * bytes, type);
}

static void countOperation(Operation &operation, Cost &cost) {
  auto elementwise = [&](int64_t each) {
    cost.flops.addElements(each, operation.getResult(0).getType());
  };
  llvm::TypeSwitch<Operation *>(&operation)
      .Case<AddOp, ScaleOp, GeluOp, GeluBackwardOp, ElementwiseOp, AlongOp>(
          [&](auto op) { elementwise(flopsOfElement(*op)); })
      // Mean and variance 4, normalise 2, weight 1, bias 1.
      .Case([&](LayerNormOp op) { elementwise(op.getBias() ? 8 : 7); })
      .Case([&](LinearOp op) {
        if (op.getBias())
          cost.flops.add(1, dimNames(op.getType()));
        countProduct(op.getType(), op.getX().getType(), op.getShape().summed, cost);
      })
      .Case([&](LinearBackwardOp op) {
        countProduct(op.getDy().getType(), op.getType(), op.getShape().summed, cost);
      })
      .Case([&](LinearBackwardWeightOp op) {
        countProduct(op.getX().getType(), op.getDy().getType(), op.getShape().made, cost);
      })
      // A comparison of each element for each of the chosen.
      .Case([&](TopKOp op) {
        SmallVector<StringAttr> dims(dimNames(op.getX().getType()));
        dims.push_back(dimNames(op.getType()).back());
        cost.flops.add(1, dims);
      })
      .Case([&](TakeBackwardOp op) { cost.flops.addElements(1, op.getDy().getType()); })
      .Case([&](GatheredLinearOp op) {
        countProduct(op.getType(), op.getX().getType(), op.getShape().summed, cost);
        countParts(op.getWeight().getType(), op.getIds().getType(), cost);
      })
      .Case([&](GatheredLinearBackwardOp op) {
        countProduct(op.getDy().getType(), op.getType(), op.getShape().summed, cost);
        countParts(op.getWeight().getType(), op.getIds().getType(), cost);
      })
      .Case([&](GatheredLinearBackwardWeightOp op) {
        countProduct(op.getDy().getType(), op.getX().getType(), op.getShape().summed, cost);
      })
      // Logits, and the gradients of both factors; the softmax and its gradient.
      .Case([&](HeadCrossEntropyOp op) {
        auto weight = cast<RankedTensorType>(op.getWeight().getType());
        SmallVector<StringAttr> logits(dimNames(op.getTargets().getType()));
        logits.push_back(dimNames(weight)[op.getTransposed() ? 0 : 1]);
        cost.flops.add(8, logits);
        logits.push_back(dimNames(op.getX().getType()).back());
        cost.flops.add(6, logits);
      })
      .Case([&](AttentionOp op) { countAttention(op, cost); })
      // Rows that are read are counted with the operand; those that are kept are written.
      .Case([&](ShiftOp op) {
        bool isFirst = *operation.getBlock()->getOps<ShiftOp>().begin() == op;
        if (op.getCacheAttr() && isFirst)
          cost.bytes.addElements(bytesOf(op.getType()), op.getType());
      })
      .Case([&](AttentionSavingOp op) { countPairs(op, op.getResult().getType(), 4, 4, cost); })
      .Case([&](AttentionBackwardOp op) { countAttentionBackward(op, cost); })
      // Maximum, difference, exponential, sum.
      .Case([&](TokenCrossEntropyOp op) { cost.flops.addElements(4, op.getLogits().getType()); })
      .Case([&](CrossEntropyOp op) { cost.flops.addElements(4, op.getLogits().getType()); })
      .Case([&](MaskedMeanOp op) { cost.flops.addElements(1, op.getX().getType()); })
      .Case([&](GradientNormOp op) {
        for (auto name : op.getNames().getAsRange<FlatSymbolRefAttr>())
          countParam(operation, name, 2, 4, cost);
      })
      // Reads gradient, moments, value; writes all but the gradient.
      .Case([&](AdamwOp op) { countParam(operation, op.getNameAttr(), 14, 7 * 4, cost); })
      .Case([&](SgdOp op) { countParam(operation, op.getNameAttr(), 4, 3 * 4, cost); })
      .Case([&](InitialiseOp op) { countParam(operation, op.getNameAttr(), 0, 4 * 4, cost); })
      // A comparison and a product; the random words are integer arithmetic.
      .Case([&](TrainingDropoutOp) { elementwise(2); })
      // Mean and variance 4, normalise 2; g and its two sums 5, the result 5.
      .Case([&](LayerNormBackwardOp) { elementwise(16); })
      // Statistics are those of the gradient of the input, where both are in one group.
      .Case([&](LayerNormBackwardWeightOp op) {
        bool alone = operation.getBlock()->getOps<LayerNormBackwardOp>().empty();
        cost.flops.addElements(alone ? 8 : 2, op.getX().getType());
      })
      .Case([&](ReduceOp op) { cost.flops.addElements(1, op.getX().getType()); })
      .Case([&](SumLeadingOp op) { cost.flops.addElements(1, op.getX().getType()); })
      .Case([&](EmbeddingBackwardOp op) { cost.flops.addElements(1, op.getDy().getType()); })
      .Case([&](CrossEntropyBackwardOp) { elementwise(6); })
      .Case([&](AccumulateOp op) { countAccumulate(op, cost); })
      // Only the gathered rows of a table are read.
      .Case([&](EmbeddingOp op) {
        Type rows = op.getResult().getType();
        cost.bytes.addElements(bytesOf(rows), rows);
      });
}

/// The bytes of a value that a kernel reads: where it takes slices alone, those of them, each once.
static void countRead(Value value, GroupOp group, Cost &cost) {
  llvm::MapVector<std::pair<int64_t, int64_t>, RankedTensorType> slices; // by begin and stride
  int64_t read = 0, whole = 0;
  for (Operation *user : value.getUsers()) {
    if (user->getParentOp() != group)
      continue;
    auto slice = dyn_cast<SliceOp>(user);
    if (!slice)
      return cost.bytes.addElements(bytesOf(value.getType()), value.getType());
    whole = viewColumns(slice, slice.getX());
    if (slices.insert({{slice.getBegin(), slice.getStep()}, slice.getType()}).second)
      read += viewColumns(slice, slice.getResult());
  }
  if (read >= whole)
    return cost.bytes.addElements(bytesOf(value.getType()), value.getType());
  for (auto &[place, type] : slices)
    cost.bytes.addElements(bytesOf(type), type);
}

Cost costOf(GroupOp group) {
  Cost cost;
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(group.getBody(), captured);
  for (Value value : captured)
    countRead(value, group, cost);
  group.getBody().walk([&](GetParamOp op) {
    bool isGathered = llvm::all_of(op->getUsers(), [&](Operation *user) {
      auto embedding = dyn_cast<EmbeddingOp>(user);
      return (embedding && embedding.getTable() == op.getResult()) ||
             isa<GatheredLinearOp, GatheredLinearBackwardOp>(user);
    });
    if (!isGathered)
      cost.bytes.addElements(bytesOf(op.getType()), op.getType());
  });
  for (Operation &operation : group.getBody().front())
    countOperation(operation, cost);
  for (Value result : group.getResults())
    cost.bytes.addElements(bytesOf(result.getType()), result.getType());
  return cost;
}

} // namespace tenon
