// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The operations of the field: what a GPT computes. One definition each: formula, constraints (Cn).
#ifndef TENON_OPS
#define TENON_OPS

include "TenonModelOps.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

class Tenon_SameTypeOp<string mnemonic, list<Trait> traits = []>
    : Tenon_Op<mnemonic, [Pure, AllTypesMatch<["x", "result"]>] # traits>;

def Tenon_EmbeddingOp : Tenon_Op<"embedding",
    [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "rows of a table, by index";
  let description = [{
    result[i..., c] = table[ids[i...], c], for table (V, C), ids (...) of i32.
    Entries check ids against [0, V) before anything runs; a kernel never reads outside the table.
    (C1) table has rank 2 and a float element type.
    (C2) ids are i32.
    (C3) the result has the dimensions of ids, then C, and the table's element type, or f32 where
         the table is bf16.
    (C4) where ids come from `positions`, the greatest size of their dimension is at most V.

    ```mlir
    %e = tenon.embedding %wte, %ids
      : tensor<65x768xf32, #tenon.dims<n_vocab, n_embd>>, tensor<?x?xi32, #tenon.dims<batch, seq>>
      -> tensor<?x?x768xf32, #tenon.dims<batch, seq, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$table, Tenon_Tensor:$ids);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $table `,` $ids `:` type($table) `,` type($ids) `->` type($result) attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_CastOp : Tenon_Op<"cast", [Pure]> {
  let summary = "the same values in another float type";
  let description = [{
    result[i...] = x[i...], rounded to nearest, ties to even, where the result's type is narrower;
    a NaN stays a NaN. A cast to the same type folds away.
    (C1) x and the result are floats with the same dimensions.

    ```mlir
    %narrow = tenon.cast %x : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
      -> tensor<?x768xbf16, #tenon.dims<seq, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$x `:` type($x) `->` type($result) attr-dict";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Tenon_PositionsOp : Tenon_Op<"positions", [Pure, Tenon_OfEachKernel]> {
  let summary = "the positions of a sequence of tokens";
  let description = [{
    result[t] = offset + t, for ids (..., T); the offset is the call's position where `cached` is
    given, else 0.
    (C1) the result is i32 of rank 1 with the last dimension of ids.

    ```mlir
    %at = tenon.positions %ids cached
      : tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<?xi32, #tenon.dims<seq>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$ids, UnitAttr:$cached);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$ids (`cached` $cached^)? `:` type($ids) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_AddOp : Tenon_SameTypeOp<"add", [Tenon_Elementwise]> {
  let summary = "elementwise sum; y is repeated over the dimensions that only x has";
  let description = [{
    result[i...] = x[i...] + y[those of i... that y has].
    (C1) the dimensions of y are dimensions of x, in the same order.
    (C2) x and y have the same float element type.

    ```mlir
    %sum = tenon.add %e, %p
      : tensor<?x?x768xf32, #tenon.dims<batch, seq, n_embd>>,
        tensor<?x768xf32, #tenon.dims<seq, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$y);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$x `,` $y `:` type($x) `,` type($y) attr-dict";
  let hasVerifier = 1;
}

def Tenon_ScaleOp : Tenon_SameTypeOp<"scale", [Tenon_Elementwise]> {
  let summary = "multiplication by a constant";
  let description = [{
    result = factor * x. A factor of 1 folds away.
    (C1) the element type is a float; the factor is finite.

    ```mlir
    %half = tenon.scale %x by 0.5 : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, F64Attr:$factor);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$x `by` $factor `:` type($x) attr-dict";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Tenon_DropoutOp : Tenon_SameTypeOp<"dropout"> {
  let summary = "zeroes elements at random in training; the identity otherwise";
  let description = [{
    In training, each element is 0 with the given probability and x / (1 - probability) else.
    Entries that do not train drop the operation; a probability of 0 folds away.
    (C1) the element type is a float; 0 <= probability < 1.

    ```mlir
    %d = tenon.dropout %x, 0.1 : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, F64Attr:$probability);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$x `,` $probability `:` type($x) attr-dict";
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Tenon_LayerNormOp : Tenon_SameTypeOp<"layer_norm"> {
  let summary = "layer normalisation over the last dimension";
  let description = [{
    result = (x - mean) / sqrt(variance + epsilon) * weight + bias, mean and (biased) variance over
    the last dimension, for x (..., C), weight (C), bias (C) or absent.
    Source: Ba et al. 2016, equations 3-4.
    (C1) weight, and bias where given, have rank 1 and the last dimension of x.
    (C2) all have the same float element type.
    (C3) epsilon is finite and above 0.

    ```mlir
    %n = tenon.layer_norm %x, %weight bias %bias, 1.0e-05
      : tensor<?x768xf32, #tenon.dims<seq, n_embd>>, tensor<768xf32, #tenon.dims<n_embd>>
      bias tensor<768xf32, #tenon.dims<n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$weight, Optional<Tenon_Tensor>:$bias,
                       F64Attr:$epsilon);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $x `,` $weight (`bias` $bias^)? `,` $epsilon `:` type($x) `,` type($weight)
    (`bias` type($bias)^)? attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_LinearOp : Tenon_Op<"linear", [Pure]> {
  let summary = "product with a weight, and a bias";
  let description = [{
    result[m..., n...] = sum_k... x[m..., k...] * weight[k..., n...] + bias[n...], for x (M..., K...),
    weight (K..., N...), bias (N...) or absent; K and N are one dimension or more each. With
    `transposed` the weight is stored (N..., K...), as PyTorch has it, and as a token table that is
    the head too. Products of bf16 are exact in f32 and are added up in f32. With `narrow` the
    elements of x and weight are rounded to bf16 before they are multiplied: training keeps
    parameters and activations in f32.
    (C1) the weight's K are the last dimensions of x; the rank of the result says how many.
    (C2) bias, where given, has the dimensions N.
    (C3) the result has the dimensions of x with N in place of K.
    (C4) x and the weight have the same float element type; the result and the bias have it too, or
         both are f32 where it is bf16.

    ```mlir
    %qkv = tenon.linear %x, %weight
      : tensor<?x768xf32, #tenon.dims<seq, n_embd>>,
        tensor<768x2304xf32, #tenon.dims<n_embd, n_qkv>>
      -> tensor<?x2304xf32, #tenon.dims<seq, n_qkv>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$weight, Optional<Tenon_Tensor>:$bias,
                       UnitAttr:$transposed, UnitAttr:$narrow);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $x `,` $weight (`transposed` $transposed^)? (`narrow` $narrow^)? (`bias` $bias^)?
    `:` type($x) `,` type($weight) (`bias` type($bias)^)? `->` type($result) attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = "ProductShape getShape();";
}

def Tenon_GeluOp : Tenon_SameTypeOp<"gelu", [Tenon_Elementwise]> {
  let summary = "the Gaussian error linear unit, exact or in its tanh form";
  let description = [{
    erf: x/2 * (1 + erf(x / sqrt 2)); tanh: x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))).
    Source: Hendrycks and Gimpel 2016, sections 2 and 3. GPT-2 uses tanh, nanoGPT erf.
    (C1) the element type is a float.

    ```mlir
    %g = tenon.gelu tanh %x : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_GeluKindAttr:$form);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$form $x `:` type($x) attr-dict";
  let hasVerifier = 1;
}

def Tenon_ElementwiseOp : Tenon_Op<"elementwise", [Pure, Tenon_Elementwise]> {
  let summary = "a function of scalars, of each element";
  let description = [{
    result[i...] = f(x[i...], y[i...]), where an operand with fewer dimensions is repeated over
    those that it lacks. f is one of
    add x + y, subtract x - y, multiply x y, divide x / y, minimum, maximum (NaN if either is),
    exp, log, sqrt, rsqrt 1 / sqrt x, tanh, sigmoid 1 / (1 + exp(-x)), sin, cos (NaN from 2^20 on),
    select_less (x, y, u, v): u where x < y, else v, select_at_most the same of x <= y: v where x
    or y is NaN; as_f32: the integer x, rounded to f32 where it has more than 24 bits.
    (C1) there are as many operands as f takes.
    (C2) operands and result have the same float element type; the operand of as_f32 is i32 and made
         by no `positions`, its result f32.
    (C3) the dimensions of the operands are dimensions of the result, in the same order, and each
         dimension of the result is one of an operand.

    ```mlir
    %h = tenon.elementwise multiply %x, %gain
      : tensor<?x768xf32, #tenon.dims<seq, n_embd>>, tensor<768xf32, #tenon.dims<n_embd>>
      -> tensor<?x768xf32, #tenon.dims<seq, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_ScalarFunctionAttr:$function, Variadic<Tenon_Tensor>:$inputs);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$function $inputs `:` type($inputs) `->` type($result) attr-dict";
  let builders = [OpBuilder<(ins "::tenon::ScalarFunction":$function, "::mlir::ValueRange":$inputs)>];
  let hasVerifier = 1;
}

def Tenon_ReduceOp : Tenon_Op<"reduce", [Pure]> {
  let summary = "the sum, or the greatest, of the elements along a dimension";
  let description = [{
    result[i..., k...] = sum over j of x[i..., j, k...], or their maximum, NaN if one of them is.
    `over` names the dimension of j, the last one of that name.
    (C1) `over` names a dimension of x.
    (C2) x are floats; the result has the dimensions of x without that one, and its element type.

    ```mlir
    %squares = tenon.reduce sum %x over @n_embd : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
      -> tensor<?xf32, #tenon.dims<seq>>
    ```
  }];
  let arguments = (ins Tenon_ReductionAttr:$kind, Tenon_Tensor:$x, FlatSymbolRefAttr:$over);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$kind $x `over` $over `:` type($x) `->` type($result) attr-dict";
  let builders = [OpBuilder<(ins "::tenon::Reduction":$kind, "::mlir::Value":$x, "unsigned":$place)>];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The index of the dimension among those of x.
    unsigned getPlace();
    /// Whether what is reduced are rows: the last dimension, of a size known at compile time.
    bool isOfRows();
  }];
}

def Tenon_AttentionOp : Tenon_Op<"attention",
    [AttrSizedOperandSegments, IsolatedFromAbove,
     DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
     DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "multi-head self-attention, causal or in both directions";
  let description = [{
    Inputs are queries, keys and values, of heads of D channels: either qkv (B, T, 3C) and `heads`,
    all side by side, H heads of D = C / H each; or q (B, T, heads..., D), k and v (B, T, the first
    of these heads..., D), so that neighbouring query heads share a key head, as many as q has for
    each of k. For query position p (the offset plus t), a query head and its key head, and the keys
    and values of positions j <= p, of all positions where `bidirectional` is given:
    result[b, t, head, d] = sum_j softmax_j(q . k_j / sqrt(D)) * v_j[d].
    With a region `score`, softmax is that of f(q . k_j): the region gets the products, (B, T,
    heads..., J), and what it captures, and yields f of them. An element is worked out where a
    kernel has it; nobody stores B x T x H x J numbers. Keys that a query does not see count as
    nothing whatever f makes of them. What f makes below -2^24 counts as that, but for -infinity;
    where it makes that of all that a query sees, the result is 0, where it makes NaN of one, NaN.
    With `cache`, offset is the call's position, positions before it come from the cache, and the
    new keys and values are added to it; without, offset is 0 and the positions are those of the
    inputs. The second dimension of the cache bounds the positions. With `keeps bf16`, keys and
    values are rounded to bf16, as they then are in the cache; all else is computed as without.
    (C1) the last dimension of qkv is 3 C, C being the last dimension of the result.
    (C2) `heads` is a static dimension of the model, and C is divisible by it.
    (C3) qkv and the result have rank 3 and the same float element type, their first two dimensions
         are the same.
    (C4) cache, where given, is a kv_cache state of the model, (B, context) and what the result, or
         else k, has behind T, with the element type of `keeps`, without that of the result; one
         with layers is used inside a repeat over them.
    (C5) `keeps`, where given, is bf16, and the result is f32.
    (C6) without `heads`, inputs are q, k and v as above, of the same float element type, all
         dimensions behind T static; the result has the type of q.
    (C7) `score` comes without `heads`. Its first argument has the dimensions of q with another one
         in place of D, and the element type of q; the others have the types of what is captured,
         which lacks the dimension of the keys. It yields one value of the type of the first, and
         holds elementwise operations, constants and `along` only, whose results have dimensions of
         it, in the same order.
    (C8) `bidirectional` comes without a cache.

    ```mlir
    %a = tenon.attention %qkv heads @n_head cache @cache
      : tensor<?x?x2304xf32, #tenon.dims<batch, seq, n_qkv>>
      -> tensor<?x?x768xf32, #tenon.dims<batch, seq, n_embd>>
    %b = tenon.attention %q, %k, %v cache @grouped
      : tensor<?x?x2x4x64xf32, #tenon.dims<batch, seq, n_kv, n_group, n_dim>>,
        tensor<?x?x2x64xf32, #tenon.dims<batch, seq, n_kv, n_dim>>,
        tensor<?x?x2x64xf32, #tenon.dims<batch, seq, n_kv, n_dim>>
      -> tensor<?x?x2x4x64xf32, #tenon.dims<batch, seq, n_kv, n_group, n_dim>>
    %c = tenon.attention %q, %k, %v : tensor<?x?x64xf32, #tenon.dims<batch, seq, n_dim>>,
        tensor<?x?x64xf32, #tenon.dims<batch, seq, n_dim>>,
        tensor<?x?x64xf32, #tenon.dims<batch, seq, n_dim>>
      -> tensor<?x?x64xf32, #tenon.dims<batch, seq, n_dim>> score {
      ^bb0(%s: tensor<?x?x1024xf32, #tenon.dims<batch, seq, n_block>>):
        %scaled = tenon.scale %s by 0.25 : tensor<?x?x1024xf32, #tenon.dims<batch, seq, n_block>>
        tenon.yield %scaled : tensor<?x?x1024xf32, #tenon.dims<batch, seq, n_block>>
      }
    ```
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$inputs, Variadic<Tenon_Tensor>:$captured,
                       OptionalAttr<FlatSymbolRefAttr>:$heads,
                       OptionalAttr<FlatSymbolRefAttr>:$cache, OptionalAttr<TypeAttr>:$keeps,
                       UnitAttr:$bidirectional);
  let results = (outs Tenon_Tensor:$result);
  let regions = (region AnyRegion:$score);
  let assemblyFormat = [{
    $inputs (`heads` $heads^)? (`keeps` $keeps^)? (`cache` $cache^)?
    (`bidirectional` $bidirectional^)? `:` type($inputs) `->` type($result)
    (`captures` $captured^ `:` type($captured))? (`score` $score^)? attr-dict
  }];
  let hasRegionVerifier = 1;
  let extraClassDeclaration = [{
    /// The element type of keys and values.
    mlir::Type getKeptType() {
      return getKeeps().value_or(mlir::cast<mlir::RankedTensorType>(getType()).getElementType());
    }
  }];
}

def Tenon_LastTokenOp : Tenon_Op<"last_token", [Pure]> {
  let summary = "the last token of each sequence";
  let description = [{
    result[b, i...] = x[b, T - 1, i...], for x (B, T, ...).
    (C1) x has rank 3 or more; the result has its dimensions but the second, and its element type.

    ```mlir
    %l = tenon.last_token %x : tensor<?x?x768xf32, #tenon.dims<batch, seq, n_embd>>
      -> tensor<?x768xf32, #tenon.dims<batch, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$x `:` type($x) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_CrossEntropyOp : Tenon_Op<"cross_entropy", [Pure]> {
  let summary = "mean cross-entropy of logits against target indices";
  let description = [{
    result = mean over the i... with targets[i...] != ignore of
    (log sum_v exp(logits[i..., v])) - logits[i..., targets[i...]]; 0 where all are ignored.
    (C1) logits are floats; targets are i32 with the dimensions of logits without the last.
    (C2) the result has rank 0 and element type f32, or f64 where the logits are f64.

    ```mlir
    %loss = tenon.cross_entropy %logits, %targets ignore -1
      : tensor<?x65xf32, #tenon.dims<seq, n_vocab>>, tensor<?xi32, #tenon.dims<seq>>
      -> tensor<f32, #tenon.dims<>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$logits, Tenon_Tensor:$targets, I32Attr:$ignore);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $logits `,` $targets `ignore` $ignore `:` type($logits) `,` type($targets) `->` type($result)
    attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_TokenCrossEntropyOp : Tenon_Op<"token_cross_entropy", [Pure]> {
  let summary = "the cross-entropy of each token";
  let description = [{
    result[i...] = (log sum_v exp(logits[i..., v])) - logits[i..., targets[i...]], and 0 where
    targets[i...] = ignore. The first half of `cross_entropy`.
    (C1) logits are floats; targets are i32 with the dimensions of logits without the last.
    (C2) the result has the dimensions of targets and the element type of logits.

    ```mlir
    %losses = tenon.token_cross_entropy %logits, %targets ignore -1
      : tensor<?x65xf32, #tenon.dims<seq, n_vocab>>, tensor<?xi32, #tenon.dims<seq>>
      -> tensor<?xf32, #tenon.dims<seq>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$logits, Tenon_Tensor:$targets, I32Attr:$ignore);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $logits `,` $targets `ignore` $ignore `:` type($logits) `,` type($targets) `->` type($result)
    attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_MaskedMeanOp : Tenon_Op<"masked_mean", [Pure]> {
  let summary = "the mean over the tokens that are not ignored";
  let description = [{
    result = sum x[i...] / count, over the i... with targets[i...] != ignore; 0 where there are
    none. The second half of `cross_entropy`.
    (C1) x are floats; targets are i32 with the same dimensions.
    (C2) the result has rank 0 and the element type of x.

    ```mlir
    %loss = tenon.masked_mean %losses, %targets ignore -1
      : tensor<?xf32, #tenon.dims<seq>>, tensor<?xi32, #tenon.dims<seq>>
      -> tensor<f32, #tenon.dims<>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$targets, I32Attr:$ignore);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $x `,` $targets `ignore` $ignore `:` type($x) `,` type($targets) `->` type($result) attr-dict
  }];
  let hasVerifier = 1;
}

#endif
