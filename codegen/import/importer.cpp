// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Builds a model from a graph: what it declares, then its function, node by node.
#include "importer.h"

#include "EntryNames.h"
#include "RepeatStacks.h"
#include "declarations.h"
#include "op_table.h"

#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace tenon {
namespace {

#define TENON_SAME_FUNCTION(name, operands)                                                        \
  static_assert(static_cast<uint32_t>(ScalarFunction::name) ==                                     \
                static_cast<uint32_t>(graph::scalar::name));
TENON_SCALARS(TENON_SAME_FUNCTION)
#undef TENON_SAME_FUNCTION
static_assert(static_cast<uint32_t>(Reduction::Sum) ==
              static_cast<uint32_t>(graph::reduction::sum));
static_assert(static_cast<uint32_t>(Reduction::Max) ==
              static_cast<uint32_t>(graph::reduction::max));

class Importer : Declarations {
public:
  Importer(const Graph &graph, ModuleOp into)
      : Declarations(graph, into), values_(graph.values.size()), defined_(graph.values.size()) {}

  FailureOr<ModelOp> run() {
    if (succeeded(declareAll()) && succeeded(importFunction()) && succeeded(verify(model_)))
      return model_;
    if (model_)
      model_.erase();
    return failure();
  }

private:
  // The line at which a value comes into being: its node's, or the first node's for inputs.
  Location locationOfValue(uint32_t value) {
    for (const Graph::Node &node : graph_.nodes)
      if (llvm::is_contained(node.results, value))
        return locationOf(node.line);
    return graph_.nodes.empty() ? builder_.getUnknownLoc() : locationOf(graph_.nodes.front().line);
  }

  FailureOr<Type> valueType(uint32_t value, Location location) {
    return tensorType(graph_.values[value].dtype, graph_.values[value].dims, location);
  }

  LogicalResult portTypes(const std::vector<Graph::Port> &ports, SmallVector<Type> &types) {
    for (const Graph::Port &port : ports) {
      FailureOr<Type> type = valueType(port.value, locationOfValue(port.value));
      if (failed(type))
        return failure();
      types.push_back(*type);
    }
    return success();
  }

  // A value may be used from here to the end of the loop body that it is defined in.
  LogicalResult define(uint32_t index, Value value, Location location) {
    if (defined_[index])
      return emitError(location) << "the graph defines its value " << index << " twice";
    defined_[index] = true;
    values_[index] = value;
    if (scores_)
      scores_->values.push_back(index);
    else if (!loops_.empty())
      loops_.back().values.push_back(index);
    return success();
  }

  LogicalResult importFunction() {
    SmallVector<Type> inputs, outputs;
    if (failed(portTypes(graph_.inputs, inputs)) || failed(portTypes(graph_.outputs, outputs)))
      return failure();
    Location location = graph_.nodes.empty() ? Location(builder_.getUnknownLoc())
                                             : locationOf(graph_.nodes.front().line);
    auto function = func::FuncOp::create(builder_, location, "graph",
                                         builder_.getFunctionType(inputs, outputs));
    setEntryName(model_, function, "graph");
    Block *body = function.addEntryBlock();
    builder_.setInsertionPointToStart(body);
    for (auto [i, port] : llvm::enumerate(graph_.inputs)) {
      function.setArgAttr(i, "tenon.name", builder_.getStringAttr(port.name));
      if (failed(define(port.value, body->getArgument(i), location)))
        return failure();
    }
    for (const Graph::Node &node : graph_.nodes)
      if (failed(importNode(node)))
        return failure();
    if (!loops_.empty())
      return emitError(loops_.back().op.getLoc()) << "the graph ends inside of this repeat";
    if (scores_)
      return emitError(scores_->op.getLoc()) << "the graph ends inside of this score function";
    SmallVector<Value> results;
    for (auto [i, port] : llvm::enumerate(graph_.outputs)) {
      function.setResultAttr(i, "tenon.name", builder_.getStringAttr(port.name));
      if (!values_[port.value])
        return emitError(location)
               << "output '" << port.name << "' is not a value at the graph's end";
      if (isStack(values_[port.value]))
        return emitError(location)
               << "output '" << port.name << "' is a stack of layers' values, which only a repeat "
               << "takes";
      results.push_back(values_[port.value]);
    }
    func::ReturnOp::create(builder_, location, results);
    return success();
  }

  LogicalResult importNode(const Graph::Node &node) {
    Location location = locationOf(node.line);
    if (convertsPositions(node))
      return importAlong(node, location);
    StringRef state;
    SmallVector<Value> operands;
    for (const Graph::Operand &operand : node.operands)
      if (failed(importOperand(operand, location, operands, state)))
        return failure();
    if (scores_ && node.op != graph::op::attend && !graph::is_of_scores(node.op))
      return emitError(location) << "the graph has a '"
                                 << graph::op_table[static_cast<uint32_t>(node.op)].name
                                 << "' in a score function, which holds elementwise operations";
    if (node.op == graph::op::repeat || node.op == graph::op::repeat_from_last)
      return openLoop(node, operands, location);
    if (llvm::any_of(operands, isStack))
      return emitError(location) << "the graph hands '"
                                 << graph::op_table[static_cast<uint32_t>(node.op)].name
                                 << "' a stack of layers' values, which only a repeat takes";
    if (node.op == graph::op::yield)
      return closeLoop(node, operands, location);
    if (node.op == graph::op::scores)
      return openScores(node, operands, state, location);
    if (node.op == graph::op::attend)
      return closeScores(node, operands, location);

    if (node.op == graph::op::linear || node.op == graph::op::gathered_linear)
      castToWeight(operands, location);
    if ((node.op == graph::op::take || node.op == graph::op::gathered_linear) &&
        failed(checkIndices(node, operands, location)))
      return failure();
    const OpRow &row = opRows[static_cast<uint32_t>(node.op)];
    OperationState operation(location, row.operation);
    operation.addOperands(operands);
    for (uint32_t result : node.results) {
      FailureOr<Type> type = valueType(result, location);
      if (failed(type))
        return failure();
      operation.addTypes(*type);
    }
    if (row.operation == AttentionOp::getOperationName()) { // captures nothing, scores are scaled
      auto inputs = static_cast<int32_t>(operands.size());
      operation.addAttribute(AttentionOp::getOperandSegmentSizeAttr(),
                             builder_.getDenseI32ArrayAttr({inputs, 0}));
      operation.addRegion();
    }
    ArrayRef<uint32_t> words = node.attrs;
    for (const AttrRow &attr : row.attrs) {
      if (failed(addAttribute(attr, words.take_front(wordsOf(attr.source)), state, operation)))
        return failure();
      words = words.drop_front(wordsOf(attr.source));
    }
    if (!state.empty())
      return emitError(location) << row.operation << " takes no state; the graph hands it '"
                                 << state << "'";
    if (node.op == graph::op::cross_entropy && failed(checkLogits(operands, location)))
      return failure();
    Operation *created = builder_.create(operation);
    if (auto attention = dyn_cast<AttentionOp>(created); attention && attention.getCacheAttr())
      keepAsCached(attention);
    if (!scores_)
      markScope(node, created);
    for (auto [index, result] : llvm::zip_equal(node.results, created->getResults()))
      if (failed(define(index, result, location)))
        return failure();
    return success();
  }

  // The positions of tokens as f32 are the numbers along their dimension, which kernels make
  // themselves.
  bool convertsPositions(const Graph::Node &node) {
    if (node.op != graph::op::elementwise || node.operands.size() != 1 ||
        node.attrs[0] != static_cast<uint32_t>(graph::scalar::as_f32) ||
        node.operands[0].kind != graph::operand_kind::value)
      return false;
    Value x = values_[node.operands[0].index];
    return x && x.getDefiningOp<PositionsOp>();
  }

  LogicalResult importAlong(const Graph::Node &node, Location location) {
    FailureOr<Type> type = valueType(node.results[0], location);
    if (failed(type))
      return failure();
    auto along = AlongOp::create(builder_, location, *type, UnitAttr());
    if (!scores_)
      markScope(node, along);
    return define(node.results[0], along, location);
  }

  LogicalResult checkLogits(ArrayRef<Value> operands, Location location) {
    auto logits =
        operands.empty() ? RankedTensorType() : cast<RankedTensorType>(operands.front().getType());
    if (!logits || logits.getRank() == 0 || !ShapedType::isDynamic(logits.getShape().back()))
      return success(); // the rest is the verifier's to say
    StringAttr name = dimNames(logits).back();
    return emitError(location) << "cross_entropy chooses among '" << name.getValue()
                               << "', whose size is known only at run time; let a dimension known "
                                  "at compile time be the last one of logits";
  }

  // Indices are those of a top_k of as many elements as they choose among, so that kernels need not
  // check them.
  LogicalResult checkIndices(const Graph::Node &node, ArrayRef<Value> operands, Location location) {
    auto topK = operands.back().getDefiningOp<TopKOp>();
    bool isTake = node.op == graph::op::take;
    auto among = cast<RankedTensorType>(operands[isTake ? 0 : 1].getType());
    if (topK && topK.getX().getType().getRank() > 0 && among.getRank() > 0 &&
        topK.getX().getType().getShape().back() ==
            (isTake ? among.getShape().back() : among.getShape().front()))
      return success();
    return emitError(location) << "the graph hands a "
                               << graph::op_table[static_cast<uint32_t>(node.op)].name
                               << " indices that are not those of a top_k of as many elements as "
                                  "it chooses among";
  }

  // The DSL lets a linear with a weight of bf16 read f32; the rounding is an operation here.
  void castToWeight(SmallVector<Value> &operands, Location location) {
    if (operands.size() < 2)
      return; // the verifier's to say
    auto x = cast<RankedTensorType>(operands[0].getType());
    Type weight = cast<RankedTensorType>(operands[1].getType()).getElementType();
    if (x.getElementType().isF32() && weight.isBF16())
      operands[0] = CastOp::create(builder_, location, x.clone(weight), operands[0]);
  }

  // Likewise a cache of bf16 rounds keys and values of f32.
  void keepAsCached(AttentionOp attention) {
    auto state =
        dyn_cast_or_null<StateOp>(SymbolTable::lookupSymbolIn(model_, attention.getCacheAttr()));
    Type type = state ? state.getTensorType().getElementType() : Type();
    if (type && type.isBF16() && attention.getKeptType().isF32())
      attention.setKeepsAttr(TypeAttr::get(type));
  }

  LogicalResult importOperand(const Graph::Operand &operand, Location location,
                              SmallVector<Value> &operands, StringRef &state) {
    switch (operand.kind) {
    case graph::operand_kind::value:
      if (!values_[operand.index])
        return emitError(location) << "the graph uses its value " << operand.index
                                   << " where it is not defined; a value of a repeat's body ends "
                                      "with the body";
      operands.push_back(scores_ ? inScores(operand.index) : values_[operand.index]);
      return success();
    case graph::operand_kind::param: {
      const Graph::Param &param = graph_.params[operand.index];
      FailureOr<Type> type = tensorType(param.dtype, param.dims, location);
      if (failed(type))
        return failure();
      operands.push_back(GetParamOp::create(builder_, location, *type, param.name));
      return success();
    }
    case graph::operand_kind::state:
      if (!state.empty())
        return emitError(location)
               << "the graph hands one operation the states '" << state << "' and '"
               << graph_.states[operand.index].name << "'; it can have one";
      state = graph_.states[operand.index].name;
      return success();
    }
    llvm_unreachable("the reader checked it");
  }

  // Where each of the operands begins, side by side, or one behind the other where they take turns;
  // the verifier says what is wrong with them.
  static SmallVector<int64_t> offsetsOf(const OperationState &join) {
    if (cast<IntegerAttr>(join.attributes.get("stride")).getInt() > 1)
      return llvm::to_vector(llvm::seq<int64_t>(0, join.operands.size()));
    SmallVector<int64_t> offsets;
    int64_t end = 0;
    for (Value part : join.operands) {
      offsets.push_back(end);
      ArrayRef<int64_t> shape = cast<RankedTensorType>(part.getType()).getShape();
      if (!shape.empty() && !ShapedType::isDynamic(shape.back()))
        end += shape.back();
    }
    return offsets;
  }

  // Adds one attribute; a state that has become one is taken.
  LogicalResult addAttribute(const AttrRow &row, ArrayRef<uint32_t> words, StringRef &state,
                             OperationState &operation) {
    MLIRContext *context = builder_.getContext();
    auto limited = [&](uint64_t limit) -> LogicalResult {
      if (words[0] < limit)
        return success();
      return emitError(operation.location)
             << "the graph gives " << operation.name.getStringRef() << " a '" << row.name << "' of "
             << words[0] << "; it must be below " << limit;
    };
    Attribute value;
    switch (row.source) {
    case AttrSource::None:
      return success();
    case AttrSource::Double:
      value = builder_.getF64FloatAttr(llvm::bit_cast<double>(uint64_t(words[1]) << 32 | words[0]));
      break;
    case AttrSource::Integer:
      value = builder_.getI32IntegerAttr(static_cast<int32_t>(words[0]));
      break;
    case AttrSource::Count:
      value = builder_.getI64IntegerAttr(words[0]);
      break;
    case AttrSource::Offsets:
      value = builder_.getDenseI64ArrayAttr(offsetsOf(operation));
      break;
    case AttrSource::Flag:
      if (failed(limited(2)))
        return failure();
      value = words[0] ? builder_.getUnitAttr() : nullptr;
      break;
    case AttrSource::Dimension:
      if (failed(limited(graph_.dims.size())))
        return failure();
      value = FlatSymbolRefAttr::get(context, graph_.dims[words[0]].name);
      break;
    case AttrSource::Gelu:
      if (failed(limited(2)))
        return failure();
      value = GeluKindAttr::get(context, static_cast<GeluKind>(words[0]));
      break;
    case AttrSource::Scalar:
      if (failed(limited(graph::n_scalars)))
        return failure();
      value = ScalarFunctionAttr::get(context, static_cast<ScalarFunction>(words[0]));
      break;
    case AttrSource::Reduction:
      if (failed(limited(graph::n_reductions)))
        return failure();
      value = ReductionAttr::get(context, static_cast<Reduction>(words[0]));
      break;
    case AttrSource::State:
    case AttrSource::Cache:
      if (state.empty() && row.source == AttrSource::Cache) {
        operation.addAttribute("bidirectional", builder_.getUnitAttr());
        return success();
      }
      if (state.empty())
        return emitError(operation.location)
               << "the graph hands " << operation.name.getStringRef() << " no state";
      value = FlatSymbolRefAttr::get(context, state);
      state = {};
      break;
    }
    if (value)
      operation.addAttribute(row.name, value);
    return success();
  }

  void markScope(const Graph::Node &node, Operation *operation) {
    if (node.scope)
      operation->setAttr("tenon.fused", builder_.getI64IntegerAttr(*node.scope));
  }

  LogicalResult openLoop(const Graph::Node &node, ArrayRef<Value> inits, Location location) {
    if (node.attrs[0] >= graph_.dims.size())
      return emitError(location) << "the graph repeats over its dimension " << node.attrs[0]
                                 << "; it has " << graph_.dims.size();
    if (inits.size() != node.results.size())
      return emitError(location) << "a repeat carries values only; the graph hands it a state";
    auto layers = FlatSymbolRefAttr::get(builder_.getContext(), graph_.dims[node.attrs[0]].name);
    auto firstStack = llvm::find_if(inits, isStack);
    ValueRange carried(inits.take_front(firstStack - inits.begin()));
    ValueRange stacks(inits.drop_front(carried.size()));
    if (!llvm::all_of(stacks, isStack))
      return emitError(location) << "the graph hands a repeat stacks before values";
    bool isReverse = node.op == graph::op::repeat_from_last;
    auto loop = RepeatOp::create(builder_, location, TypeRange(carried), layers, carried, stacks,
                                 isReverse ? builder_.getUnitAttr() : UnitAttr());
    markScope(node, loop);
    Block &body = loop.getBody().emplaceBlock();
    loops_.push_back({loop, {}});
    for (auto [index, init] : llvm::zip_equal(node.results, inits)) {
      FailureOr<Type> type = valueType(index, location);
      if (failed(type) || failed(define(index, body.addArgument(*type, location), location)))
        return failure();
    }
    builder_.setInsertionPointToStart(&body);
    return success();
  }

  LogicalResult closeLoop(const Graph::Node &node, ArrayRef<Value> nexts, Location location) {
    if (loops_.empty())
      return emitError(location) << "the graph has a yield outside of any repeat";
    Loop loop = loops_.pop_back_val();
    if (nexts.size() < loop.op.getNumResults() || node.results.size() != nexts.size())
      return emitError(location) << "the graph yields " << nexts.size() << " values to a repeat of "
                                 << loop.op.getNumResults();
    YieldOp::create(builder_, location, nexts);
    for (uint32_t index : loop.values)
      values_[index] = nullptr;
    SmallVector<Type> stacks;
    for (uint32_t index : ArrayRef(node.results).drop_front(loop.op.getNumResults()))
      if (FailureOr<Type> type = valueType(index, location); succeeded(type))
        stacks.push_back(*type);
      else
        return failure();
    if (!stacks.empty())
      loop.op = withStacks(loop.op, stacks);
    builder_.setInsertionPointAfter(loop.op);
    for (auto [index, result] : llvm::zip_equal(node.results, loop.op.getResults())) {
      FailureOr<Type> type = valueType(index, location);
      if (failed(type))
        return failure();
      if (*type != result.getType())
        return emitError(location)
               << "a repeat's result has type " << *type << ", its initial value "
               << result.getType() << "; a layer must keep the type of what it is given";
      if (failed(define(index, result, location)))
        return failure();
    }
    return success();
  }

  // What follows, up to closeScores, is the score function of an attention.
  LogicalResult openScores(const Graph::Node &node, ArrayRef<Value> inputs, StringRef state,
                           Location location) {
    FailureOr<Type> type = valueType(node.results[0], location);
    if (failed(type))
      return failure();
    Type result = inputs.empty() ? *type : inputs.front().getType();
    auto op = AttentionOp::create(builder_, location, result, inputs, ValueRange(), {}, {}, {}, {});
    if (state.empty())
      op.setBidirectional(true);
    else
      op.setCache(state), keepAsCached(op);
    markScope(node, op);
    Block &body = op.getScore().emplaceBlock();
    builder_.setInsertionPointToStart(&body);
    scores_.emplace().op = op;
    return define(node.results[0], body.addArgument(*type, location), location);
  }

  // A value of the graph as the score function has it: its own, or one that it captures. Numbers
  // are its own.
  Value inScores(uint32_t index) {
    Value value = values_[index];
    if (llvm::is_contained(scores_->values, index))
      return value;
    if (Operation *maker = value.getDefiningOp(); isa_and_nonnull<ConstantOp, AlongOp>(maker))
      return builder_.clone(*maker)->getResult(0);
    Value &inside = scores_->captured[value];
    if (!inside) {
      inside = scores_->op.getScore().front().addArgument(value.getType(), value.getLoc());
      scores_->op.getCapturedMutable().append(value);
    }
    return inside;
  }

  LogicalResult closeScores(const Graph::Node &node, ArrayRef<Value> made, Location location) {
    if (!scores_)
      return emitError(location) << "the graph has an attend outside of any score function";
    YieldOp::create(builder_, location, made);
    Scores scores = std::move(*scores_);
    scores_.reset();
    for (uint32_t index : scores.values)
      values_[index] = nullptr;
    builder_.setInsertionPointAfter(scores.op);
    return define(node.results[0], scores.op.getResult(), location);
  }

  struct Scores {
    AttentionOp op;
    SmallVector<uint32_t> values;          // defined in its function
    llvm::DenseMap<Value, Value> captured; // from outside: the argument
  };

  struct Loop {
    RepeatOp op;
    SmallVector<uint32_t> values; // defined in its body
  };

  SmallVector<Value> values_; // by index; null where not to be used
  std::vector<bool> defined_; // by index
  SmallVector<Loop> loops_;   // innermost last
  std::optional<Scores> scores_;
};

} // namespace

FailureOr<ModelOp> importGraph(const Graph &graph, ModuleOp into) {
  return Importer(graph, into).run();
}

} // namespace tenon
