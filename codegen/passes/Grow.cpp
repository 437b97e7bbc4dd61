// The rules of growth. A kernel family that learns to take in more is a change here and in its
// emitter (emit/).
#include "Grow.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace tenon {

static bool isElementwise(Operation *op) { return isa<AddOp, GeluOp, ScaleOp, CastOp>(op); }

static bool isPositionGather(Value value) {
  auto embedding = value.getDefiningOp<EmbeddingOp>();
  return embedding && embedding.getIds().getDefiningOp<PositionsOp>();
}

bool startsGroup(Operation *op) {
  // A gather by position waits for the gather by token that it is added to.
  if (auto embedding = dyn_cast<EmbeddingOp>(op))
    return !isPositionGather(embedding.getResult()) ||
           !llvm::any_of(op->getUsers(), llvm::IsaPred<AddOp>);
  if (auto last = dyn_cast<LastTokenOp>(op))
    return !(op->hasOneUse() && isa<LayerNormOp>(*op->user_begin()));
  return isa<LinearOp, LayerNormOp, AttentionOp, TokenCrossEntropyOp, MaskedMeanOp>(op) ||
         isElementwise(op);
}

namespace {
/// Grows a group along the uses of one current value.
class Growth {
public:
  Growth(GroupKind kind, Operation *first) : plan{kind, {first}, ""} {}

  Value current() { return plan.members.back()->getResult(0); }
  void take(Operation *op) { plan.members.push_back(op); }

  bool stop(const Twine &reason) {
    plan.ends = reason.str();
    return false;
  }

  /// The only user of the current value, in the same block; null (and the reason kept) otherwise.
  Operation *onlyUser() {
    Value value = current();
    if (!value.hasOneUse()) {
      stop(value.use_empty() ? "its result is used by nothing"
                             : "its result has more than one use");
      return nullptr;
    }
    Operation *user = *value.user_begin();
    if (user->getBlock() != value.getParentBlock()) {
      stop("its result is used inside the stack of layers");
      return nullptr;
    }
    if (isa<func::ReturnOp>(user)) {
      stop("its result is an output of the entry");
      return nullptr;
    }
    if (isa<YieldOp, RepeatOp>(user)) {
      stop("its result goes from layer to layer");
      return nullptr;
    }
    return user;
  }

  /// Takes in the gelu, scale and add operations that follow one another.
  void takeElementwise() {
    while (Operation *user = onlyUser()) {
      if (!isElementwise(user)) {
        stop("'" + user->getName().getStringRef() +
             "' needs whole rows, and this kernel makes them "
             "in pieces");
        return;
      }
      if (auto add = dyn_cast<AddOp>(user);
          add && (add.getX() == add.getY() || add.getX().getType() != current().getType())) {
        stop("its result is the smaller side of 'tenon.add'");
        return;
      }
      take(user);
      if (isa<CastOp>(user))
        return (void)stop("it stores its rows in bf16");
    }
  }

  /// Takes in the cast of the current value that products read, where it is the only use.
  void takeCast() {
    Operation *user = onlyUser();
    if (isa_and_nonnull<CastOp>(user))
      take(user);
  }

  GroupPlan plan;
};

GroupPlan growEmbedding(EmbeddingOp first) {
  Growth growth(GroupKind::Embedding, first);
  while (Operation *user = growth.onlyUser()) {
    if (auto add = dyn_cast<AddOp>(user)) {
      Value other = add.getX() == growth.current() ? add.getY() : add.getX();
      auto gather = other.getDefiningOp<EmbeddingOp>();
      if (!gather || !gather->hasOneUse() || gather->getBlock() != add->getBlock()) {
        growth.stop("'tenon.add' adds something that is not a gather");
        break;
      }
      growth.take(gather);
      growth.take(add);
    } else if (isa<ScaleOp>(user)) {
      growth.take(user);
    } else {
      growth.stop("'" + user->getName().getStringRef() + "' is not part of an embedding");
      break;
    }
  }
  // The norm joins even if the sum is needed elsewhere too: the row is at hand. All else that it
  // reads are parameters, so it can be computed as early as the row.
  for (Operation *user : growth.current().getUsers())
    if (isa<LayerNormOp>(user) && user->getBlock() == first->getBlock() &&
        cast<LayerNormOp>(user).getX() == growth.current() &&
        llvm::all_of(user->getOperands().drop_front(),
                     [](Value value) { return value.getDefiningOp<GetParamOp>(); })) {
      growth.take(user);
      growth.takeCast();
      growth.stop("the layer norm is the last that an embedding kernel does");
      break;
    }
  return growth.plan;
}
} // namespace

GroupPlan growGroup(Operation *op) {
  if (auto embedding = dyn_cast<EmbeddingOp>(op))
    return growEmbedding(embedding);
  if (isa<LayerNormOp>(op)) {
    Growth growth(GroupKind::Norm, op);
    if (auto last = cast<LayerNormOp>(op).getX().getDefiningOp<LastTokenOp>();
        last && last->hasOneUse())
      growth.plan.members.insert(growth.plan.members.begin(), last);
    growth.takeCast();
    growth.stop("a norm kernel ends with its row");
    return growth.plan;
  }
  if (isa<LinearOp>(op)) {
    Growth growth(GroupKind::Linear, op);
    growth.takeElementwise();
    return growth.plan;
  }
  GroupKind kind = isa<AttentionOp>(op)                         ? GroupKind::Attention
                   : isa<TokenCrossEntropyOp, MaskedMeanOp>(op) ? GroupKind::CrossEntropy
                   : isa<LastTokenOp>(op)                       ? GroupKind::LastToken
                                                                : GroupKind::Elementwise;
  Growth growth(kind, op);
  if (kind == GroupKind::Elementwise)
    growth.takeElementwise();
  else if (kind == GroupKind::Attention)
    growth.takeCast(), growth.stop("an attention kernel takes nothing in");
  else
    growth.stop("this kernel takes nothing in");
  return growth.plan;
}

} // namespace tenon
