// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Executes functions of a model in double precision: the oracle that kernels are compared with.
#pragma once
#include "Tenon.h"
#include "attention_ops.h"
#include "ops.h"

#include "llvm/ADT/StringMap.h"

#include <map>
#include <memory>
#include <optional>
#include <random>

namespace tenon::reference {

/// What belongs to a parameter.
enum class Part { Value, Gradient, Moment1, Moment2 };

/// Runs any function of tenon operations: the imported `graph` or an entry, before or after any
/// pass on the dialect. Not thread-safe. Mistakes of the caller (an id out of range, a shape that
/// does not fit) are diagnostics at the operation's line.
class Interpreter {
public:
  explicit Interpreter(ModelOp model) : model_(model) {}

  /// Sets a parameter by its name in the model (with "{}" where it has layers) and layer (0 where
  /// it has none). A shape that does not fit is reported where the parameter is used.
  void setParam(llvm::StringRef name, int64_t layer, Tensor value);

  /// The same for any part of a parameter. A gradient or moment that was not set is 0.
  void set(Part part, llvm::StringRef name, int64_t layer, Tensor value);

  /// A part of a parameter as it is now; null where it has no value.
  const Tensor *find(Part part, llvm::StringRef name, int64_t layer) const;

  /// Layers that a parameter has, 1 where it has none.
  int64_t layersOf(ParamOp param) const;

  /// Calls a function. Sizes known at run time follow from the inputs' shapes. `position` is the
  /// position of the first token: attention then continues from the cache of earlier calls.
  mlir::FailureOr<std::vector<Tensor>> run(llvm::StringRef function, llvm::ArrayRef<Tensor> inputs,
                                           int64_t position = 0);

  /// From now on every number that is read or computed is moved by half a unit of f32's last place,
  /// up or down at random: what a result differs by then is what f32 cannot say of it, however it
  /// is computed (Monte Carlo arithmetic; Parker 1997).
  void addNoise(uint64_t seed) { noise_.emplace(seed); }

  /// Empties all caches.
  void resetState() { caches_.clear(); }

private:
  using Handle = std::shared_ptr<const Tensor>;
  /// Of P positions seen so far: keys and values (B, P, all key heads), or rows (B, P, ...).
  struct Cache {
    Tensor keys, values, rows;
  };
  /// An attention's inputs in rows of all their heads, however the operation has them.
  struct AttentionInputs {
    Tensor queries, keys, values;
    Heads heads;
  };
  AttentionInputs inputsOf(mlir::ValueRange inputs, mlir::FlatSymbolRefAttr heads) const;
  /// A result of such rows as its type has it.
  mlir::LogicalResult defineRows(mlir::Value value, Tensor rows);
  /// Of an attention's products, or of these and a gradient, and of what it captures: what its
  /// score function makes.
  mlir::FailureOr<std::vector<Tensor>> scored(mlir::Region &function, mlir::ValueRange captured,
                                              std::vector<Tensor> arguments);
  mlir::FailureOr<Scores> scoresOf(const AttentionInputs &in, const Tensor &keys,
                                   mlir::Region &function, mlir::ValueRange captured,
                                   int64_t offset, bool bidirectional);

  mlir::LogicalResult bindInput(mlir::BlockArgument argument, const Tensor &input);
  llvm::SmallVector<int64_t> shapeOf(mlir::Type type) const;
  mlir::LogicalResult fits(const Tensor &tensor, mlir::Type type, mlir::Location location,
                           const llvm::Twine &what);
  mlir::LogicalResult execute(mlir::Block &block);
  mlir::LogicalResult execute(mlir::Operation *op);
  mlir::LogicalResult repeat(RepeatOp op);
  mlir::LogicalResult group(GroupOp op);
  mlir::LogicalResult getParam(GetParamOp op);
  /// What an operation kept of the positions before the call's, which then holds `fresh` too.
  mlir::LogicalResult extend(mlir::Operation *op, Tensor &kept, const Tensor &fresh);
  Cache &kept(StateOp state);
  mlir::LogicalResult shiftRows(ShiftOp op);
  mlir::LogicalResult attend(AttentionOp op);
  mlir::LogicalResult attend(AttentionSavingOp op);
  mlir::LogicalResult differentiate(AttentionBackwardOp op);
  mlir::LogicalResult executeTraining(mlir::Operation *op);
  mlir::LogicalResult dropout(TrainingDropoutOp op);
  mlir::LogicalResult accumulate(AccumulateOp op);
  mlir::LogicalResult gradientNorm(GradientNormOp op);
  mlir::LogicalResult update(AdamwOp op);
  mlir::LogicalResult update(SgdOp op);
  mlir::LogicalResult initialise(InitialiseOp op);
  mlir::LogicalResult define(mlir::Value value, llvm::Expected<Tensor> tensor);
  Handle withNoise(Handle tensor, mlir::Type type);
  double withNoise(double x);
  auto rounding() {
    return [this](double x) { return withNoise(x); };
  }
  const Tensor &get(mlir::Value value) const { return *values_.at(value); }
  Handle alignedTo(mlir::Type whole, mlir::Value part) const;
  Tensor inRows(mlir::Operation *view, mlir::Value operand) const;
  double scalar(mlir::Value value) const { return get(value).values[0]; }
  const Tensor *getOptional(mlir::Value value) const { return value ? &get(value) : nullptr; }
  int64_t layerOf(mlir::FlatSymbolRefAttr layers) const;

  ModelOp model_;
  std::map<std::tuple<Part, std::string, int64_t>, Handle> params_; // by name and layer
  std::map<std::pair<std::string, int64_t>, Cache> caches_;         // by state and layer
  // Of the call that is running:
  llvm::DenseMap<mlir::Value, Handle> values_;
  llvm::StringMap<int64_t> dims_;   // sizes known at run time
  llvm::StringMap<int64_t> layers_; // of each repeat around, by its dimension
  int64_t position_ = 0;
  std::optional<std::mt19937_64> noise_;
};

} // namespace tenon::reference
