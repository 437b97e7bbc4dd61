// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The interpreter's cases of attention: inputs packed or apart, and the cache.
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

// Keys or values of the positions before, followed by the new ones: (B, offset + T, C).
static Tensor extend(const Tensor &before, const Tensor &fresh, int64_t offset) {
  int64_t B = fresh.shape[0], T = fresh.shape[1], P = offset + T;
  Tensor result = Tensor::zeros({B, P, fresh.last()});
  for (int64_t b = 0; b < B; ++b) {
    if (offset > 0)
      std::copy_n(before.row(b * before.shape[1]), offset * fresh.last(), result.row(b * P));
    std::copy_n(fresh.row(b * T), T * fresh.last(), result.row(b * P + offset));
  }
  return result;
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

  auto state = cast<StateOp>(SymbolTable::lookupSymbolIn(model_, *op.getCache()));
  int64_t context = state.getTensorType().getDimSize(1), T = in.queries.shape[1];
  if (position_ + T > context)
    return op.emitError("positions ") << position_ << " to " << position_ + T - 1
                                      << " do not fit into a context of " << context;
  Cache &cache = caches_[{state.getSymName().str(), layerOf(state.getLayersAttr())}];
  int64_t seen = cache.keys.shape.empty() ? 0 : cache.keys.shape[1];
  if (position_ > seen)
    return op.emitError("position ")
           << position_ << " does not follow the " << seen << " positions in the cache";
  if (position_ > 0 && cache.keys.shape[0] != in.keys.shape[0])
    return op.emitError("the cache holds ")
           << cache.keys.shape[0] << " sequences, this call has " << in.keys.shape[0];
  cache.keys = extend(cache.keys, in.keys, position_);
  cache.values = extend(cache.values, in.values, position_);
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
