// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interpreter's cases of what goes from token to token: attention, with inputs packed or apart,
// rows of earlier tokens, and the cache of both.
#include "AttentionHeads.h"
#include "ScoreRegion.h"
#include "backward.h"
#include "interpreter.h"

using namespace mlir;

namespace tenon::reference {

Interpreter::AttentionInputs Interpreter::inputsOf(ValueRange inputs,
                                                   FlatSymbolRefAttr heads) const {
  AttentionHeads of = AttentionHeads::of(model_, inputs, heads);
  Heads counts{of.queries, of.keys};
  const Tensor &first = get(inputs[0]);
  if (of.isPacked) {
    int64_t C = of.queryChannels();
    return {slice(first, 0, C), slice(first, C, C), slice(first, 2 * C, C), counts};
  }
  auto rows = [&](unsigned part, int64_t channels) {
    return Tensor{{first.shape[0], first.shape[1], channels}, get(inputs[part]).values};
  };
  return {rows(0, of.queryChannels()), rows(1, of.keyChannels()), rows(2, of.keyChannels()),
          counts};
}

LogicalResult Interpreter::defineRows(Value value, Tensor rows) {
  return define(value, Tensor{shapeOf(value.getType()), std::move(rows.values)});
}

Interpreter::Cache &Interpreter::kept(StateOp state) {
  return caches_[{state.getSymName().str(), layerOf(state.getLayersAttr())}];
}

LogicalResult Interpreter::extend(Operation *op, Tensor &kept, const Tensor &fresh) {
  int64_t B = fresh.shape[0], T = fresh.shape[1], P = position_ + T;
  int64_t context = cacheOf(op).getTensorType().getDimSize(1);
  if (P > context)
    return op->emitError("positions ")
           << position_ << " to " << P - 1 << " do not fit into a context of " << context;
  int64_t seen = kept.shape.empty() ? 0 : kept.shape[1];
  if (position_ > seen)
    return op->emitError("position ")
           << position_ << " does not follow the " << seen << " positions in the cache";
  if (position_ > 0 && kept.shape[0] != B)
    return op->emitError("the cache holds ") << kept.shape[0] << " sequences, this call has " << B;
  Tensor result = fresh;
  result.shape[1] = P;
  result.values.clear();
  int64_t columns = fresh.product() / (B * T); // of a token
  for (int64_t b = 0; b < B; ++b) {
    auto before = kept.values.begin() + b * seen * columns;
    auto added = fresh.values.begin() + b * T * columns;
    result.values.insert(result.values.end(), before, before + position_ * columns);
    result.values.insert(result.values.end(), added, added + T * columns);
  }
  kept = std::move(result);
  return success();
}

LogicalResult Interpreter::shiftRows(ShiftOp op) {
  const Tensor &x = get(op.getX());
  if (!op.getCacheAttr())
    return define(op.getResult(), shift(x, op.getDistance(), 0, x.shape[1]));
  Tensor &rows = kept(cacheOf(op)).rows;
  if (failed(extend(op, rows, x)))
    return failure();
  return define(op.getResult(), shift(rows, op.getDistance(), position_, x.shape[1]));
}

// Keys that the scores of `seen` keys have room for: the last dimension of their type.
static int64_t keysOf(RankedTensorType scores, int64_t seen) {
  int64_t last = scores.getShape().back();
  return ShapedType::isDynamic(last) ? seen : last;
}

FailureOr<std::vector<Tensor>> Interpreter::scored(Region &function, ValueRange captured,
                                                   std::vector<Tensor> arguments) {
  Block &body = function.front();
  dims_[dimNames(body.getArgument(0).getType()).back()] = arguments.front().last();
  for (auto [argument, tensor] : llvm::zip(body.getArguments(), arguments))
    values_[argument] =
        std::make_shared<const Tensor>(Tensor{shapeOf(argument.getType()), tensor.values});
  for (auto [argument, value] :
       llvm::zip_equal(body.getArguments().drop_front(arguments.size()), captured)) {
    Handle handle = values_.at(value); // a new entry moves the others
    values_[argument] = handle;
  }
  if (failed(execute(body)))
    return failure();
  std::vector<Tensor> results;
  for (Value made : body.getTerminator()->getOperands())
    results.push_back({arguments.front().shape, get(made).values});
  return results;
}

FailureOr<Scores> Interpreter::scoresOf(const AttentionInputs &in, const Tensor &keys,
                                        Region &function, ValueRange captured, int64_t offset,
                                        bool bidirectional) {
  if (function.empty())
    return scaledScores(in.queries, keys, in.heads, offset, bidirectional);
  auto type = cast<RankedTensorType>(function.front().getArgument(0).getType());
  Tensor products = attentionProducts(in.queries, keys, in.heads, keysOf(type, keys.shape[1]));
  FailureOr<std::vector<Tensor>> made = scored(function, captured, {products});
  if (failed(made))
    return failure();
  return Scores{boundedScores((*made)[0], leastScore), offset, bidirectional};
}

LogicalResult Interpreter::attend(AttentionOp op) {
  AttentionInputs in = inputsOf(op.getInputs(), op.getHeadsAttr());
  if (op.getKeeps()) {
    in.keys = roundTo(in.keys, cast<FloatType>(*op.getKeeps()));
    in.values = roundTo(in.values, cast<FloatType>(*op.getKeeps()));
  }
  if (!op.getCacheAttr()) {
    FailureOr<Scores> scores =
        scoresOf(in, in.keys, op.getScore(), op.getCaptured(), 0, op.getBidirectional());
    if (failed(scores))
      return failure();
    return defineRows(op.getResult(), attention(*scores, in.values, in.heads));
  }

  Cache &cache = kept(cacheOf(op));
  if (failed(extend(op, cache.keys, in.keys)) || failed(extend(op, cache.values, in.values)))
    return failure();
  FailureOr<Scores> scores =
      scoresOf(in, cache.keys, op.getScore(), op.getCaptured(), position_, false);
  if (failed(scores))
    return failure();
  return defineRows(op.getResult(), attention(*scores, cache.values, in.heads));
}

LogicalResult Interpreter::attend(AttentionSavingOp op) {
  AttentionInputs in = inputsOf(op.getInputs(), op.getHeadsAttr());
  FailureOr<Scores> scores =
      scoresOf(in, in.keys, op.getScore(), op.getCaptured(), 0, op.getBidirectional());
  if (failed(scores) || failed(defineRows(op.getLse(), attentionLse(*scores))))
    return failure();
  return defineRows(op.getResult(), attention(*scores, in.values, in.heads));
}

LogicalResult Interpreter::differentiate(AttentionBackwardOp op) {
  AttentionInputs in = inputsOf(op.getInputs(), op.getHeadsAttr());
  auto rows = [&](Value value) { return Tensor{in.queries.shape, get(value).values}; };
  int64_t B = in.queries.shape[0], T = in.queries.shape[1];
  Tensor lse{{B, in.heads.queries, T}, get(op.getLse()).values};
  Tensor y = rows(op.getY()), dy = rows(op.getDy());
  AttentionGradients made;
  if (op.getScore().empty()) {
    made = attentionBackward(in.queries, in.keys, in.values, y, lse, dy, in.heads,
                             op.getBidirectional());
  } else {
    auto type = cast<RankedTensorType>(op.getScore().front().getArgument(0).getType());
    Tensor products = attentionProducts(in.queries, in.keys, in.heads, keysOf(type, T));
    auto run = [&](const Tensor &gradient) {
      return scored(op.getScore(), op.getCaptured(), {products, gradient});
    };
    FailureOr<std::vector<Tensor>> scores = run(Tensor::zeros(products.shape));
    if (failed(scores))
      return failure();
    auto back = [&](const Tensor &gradient) {
      return (*run(boundedScoresBackward((*scores)[0], leastScore, gradient)))[1];
    };
    made = attentionBackward({boundedScores((*scores)[0], leastScore), 0, op.getBidirectional()},
                             back, in.queries, in.keys, in.values, y, lse, dy, in.heads);
  }
  auto &[dq, dk, dv] = made;
  if (!op.getHeadsAttr())
    return success(succeeded(defineRows(op.getGradients()[0], std::move(dq))) &&
                   succeeded(defineRows(op.getGradients()[1], std::move(dk))) &&
                   succeeded(defineRows(op.getGradients()[2], std::move(dv))));
  Tensor packed{{B, T, 3 * dq.last()}, {}};
  for (int64_t row = 0; row < B * T; ++row)
    for (const Tensor *part : {&dq, &dk, &dv})
      packed.values.insert(packed.values.end(), part->row(row), part->row(row) + part->last());
  return define(op.getGradients()[0], std::move(packed));
}

} // namespace tenon::reference
