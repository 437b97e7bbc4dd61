// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The passes on the tenon dialect: one def, one .cpp, one test each, all of one stem.
#ifndef TENON_PASSES
#define TENON_PASSES

include "mlir/Pass/PassBase.td"

class Tenon_Pass<string flag> : Pass<flag, "mlir::ModuleOp"> {
  let dependentDialects = ["tenon::TenonDialect", "mlir::func::FuncDialect"];
}

def DeriveEntries : Tenon_Pass<"tenon-derive-entries"> {
  let summary = "make the entries of a model from its graph";
  let description = [{
    Replaces `func.func @graph` by one function an entry:
    * `forward`: the outputs that do not depend on a `cross_entropy`; attention and shifts without
      their caches.
    * `step`: the same of the last token only, positions, also as numbers along the dimension of the
      tokens, and attention and shifts continuing from their caches.
    * `loss`: the outputs that depend on a `cross_entropy`.
    * `train_step`, `gradients`: the loss and the gradients of all parameters that it depends on;
      `train_step` then updates them, as `update` (AdamW) and `update_sgd` do by themselves.
    * `init`: the initial values of all parameters.
    The scalars that training entries take beside the model's inputs (learning rate, step, seed and
    so on) stand in codegen/README.md; they are arguments whether they are used or not. Other inputs
    that an entry does not use are not its arguments. An entry that the model cannot give, for want
    of such outputs or of a cache, is an error that names those it can. Runs first: all later passes
    see entries only.
  }];
  let options = [
    ListOption<"entries", "entries", "std::string",
               "the entries to make: forward, step, loss, train_step, gradients, update, "
               "update_sgd, init; none: those of the first three that the model can give">,
    Option<"narrowProducts", "narrow-products", "bool", /*default=*/"false",
           "gradients by products of factors that are rounded to bf16">
  ];
}

def NarrowTypes : Tenon_Pass<"tenon-narrow-types"> {
  let summary = "compute in bf16: narrow matrices, tables and caches of f32";
  let description = [{
    What `--compute bf16` asks for. Parameters of f32 that are read only as the weights of products
    and as tables become bf16, and so do caches of keys and values; what reads them is told so:
    `linear(x, w)` becomes `linear(cast(x), w)` with its result f32 as before, attention gets
    `keeps bf16`, gathered rows stay f32. Norms, biases and all sums stay f32.
    Fails where nothing in a model can be narrowed. Before `tenon-derive-entries`: the entries are
    then made of one graph, so that all compute alike.
  }];
}

def DropDropout : Tenon_Pass<"tenon-drop-dropout"> {
  let summary = "remove dropout, which is the identity outside of training";
  let description = [{
    Every `tenon.dropout` is replaced by its operand, or a copy of it (`tenon.scale` by 1) where an
    output would otherwise be an input or another output; entries that train have `training_dropout`
    instead. Before `tenon-fuse`, which would otherwise see an operation between the sum and the
    norm.
  }];
}

def FuseHead : Tenon_Pass<"tenon-fuse-head"> {
  let summary = "compute the head, the loss and the head's gradients without storing logits";
  let description = [{
    A `linear` whose result only a `cross_entropy` and its backward use, and what follows that
    backward (`linear_backward`, `linear_backward_weight`, `sum_leading` for a bias), become one
    `head_cross_entropy` in the place of the linear. Not where the loss's own gradient is computed
    later than the logits, and is no sum or product of numbers that are there before. After `tenon-derive-entries`, before `tenon-split-cross-entropy`, which
    takes the loss apart.
  }];
}

def SinkLastToken : Tenon_Pass<"tenon-sink-last-token"> {
  let summary = "compute only the last token where only the last token is asked for";
  let description = [{
    `last_token(f(x))` becomes `f(last_token(x))` for every f that works on each token by itself:
    linear, layer_norm, gelu, scale, add. The head and the final norm of `step` then see one row a
    sequence. Before `tenon-fuse`, since it moves operations between groups.
  }];
}

def SplitCrossEntropy : Tenon_Pass<"tenon-split-cross-entropy"> {
  let summary = "split cross_entropy into token_cross_entropy and masked_mean";
  let description = [{
    Tokens are independent and run on all threads; the mean over them is a second kernel, in one
    fixed order. Before `tenon-fuse`.
  }];
}

def Fuse : Tenon_Pass<"tenon-fuse"> {
  let summary = "form the groups that one kernel each computes";
  let description = [{
    Puts every operation into a `tenon.group`:
    * embedding: gathers, their sum, and the layer norm that follows;
    * norm: a layer norm (of the last token, where only that is asked for);
    * linear: a matrix product with the elementwise operations behind it;
    * rows: elementwise operations and reductions over the same rows; numbers along a dimension that
      are needed in memory: what computes with them makes them itself;
    * attention; token_cross_entropy; masked_mean.
    A group's `tenon.ends` says why the group does not go on. Operations marked by `tenon.fused = N`
    (the DSL's `fused(...)`) must come out in one group, otherwise the pass fails with both lines
    and the reason.
  }];
}

def PlanArena : Tenon_Pass<"tenon-plan-arena"> {
  let summary = "give every intermediate tensor its place in the entry's arena";
  let description = [{
    Offsets are constants, computed for the greatest sizes from the groups' order. Tensors that do
    not live at the same time share memory; a sum lies where one of its terms was, if nothing reads
    that any more. Sets, in bytes, where -1 - n stands for output n of the entry, the caller's
    memory:
    * `tenon.offsets` on groups, one a result, with `tenon.live`, the first and the last step of
      each; `tenon.scratch`, the offset and size of its scratch memory and its step;
    * `tenon.offsets` on repeats: two places for each value that goes from layer to layer, written
      in turns; they are one where a layer may write over what it takes: where nothing of the layer
      needs the old value once the new one is being written, but for the same element. `tenon.live`
      is the stack's first and last step;
      With values that a stack keeps for another repeat, also `tenon.strides`, one a value that goes
      from layer to layer: 0, or the bytes by which it walks along the stack that keeps it, so that
      nothing is copied; and `tenon.stacks`, offset, stride and last step of each stack;
    * `tenon.arena_bytes` and `tenon.arena_most_live` on the function: the size, and the most that
      lives in one step, with that step; no arena can be smaller.
    After `tenon-fuse`: it plans groups.
  }];
}

#endif
