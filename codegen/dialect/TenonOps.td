// The operations of the field: what a GPT computes. One definition each: formula, constraints (Cn).
#ifndef TENON_OPS
#define TENON_OPS

include "TenonModelOps.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

class Tenon_SameTypeOp<string mnemonic, list<Trait> traits = []>
    : Tenon_Op<mnemonic, [Pure, AllTypesMatch<["x", "result"]>] # traits>;

def Tenon_EmbeddingOp : Tenon_Op<"embedding", [Pure]> {
  let summary = "rows of a table, by index";
  let description = [{
    result[i..., c] = table[ids[i...], c], for table (V, C), ids (...) of i32.
    Entries check ids against [0, V) before anything runs; a kernel never reads outside the table.
    (C1) table has rank 2 and a float element type.
    (C2) ids are i32.
    (C3) the result has the dimensions of ids, then C, and the table's element type.
    (C4) where ids come from `positions`, their greatest possible count is at most V.
  }];
  let arguments = (ins AnyRankedTensor:$table, AnyRankedTensor:$ids);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$table `,` $ids `:` type($table) `,` type($ids) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_PositionsOp : Tenon_Op<"positions", [Pure]> {
  let summary = "the positions of a sequence of tokens";
  let description = [{
    result[t] = offset + t, for ids (..., T); the offset is the call's position where `cached` is
    given, else 0.
    (C1) the result is i32 of rank 1 with the last dimension of ids.
  }];
  let arguments = (ins AnyRankedTensor:$ids, UnitAttr:$cached);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$ids (`cached` $cached^)? `:` type($ids) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_AddOp : Tenon_SameTypeOp<"add"> {
  let summary = "elementwise sum; y is repeated over the leading dimensions that only x has";
  let description = [{
    result[i..., j...] = x[i..., j...] + y[j...].
    (C1) the dimensions of y are the last dimensions of x.
    (C2) x and y have the same float element type.
  }];
  let arguments = (ins AnyRankedTensor:$x, AnyRankedTensor:$y);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$x `,` $y `:` type($x) `,` type($y) attr-dict";
  let hasVerifier = 1;
}

def Tenon_ScaleOp : Tenon_SameTypeOp<"scale"> {
  let summary = "multiplication by a constant";
  let description = [{ result = factor * x.
    (C1) the element type is a float; the factor is finite. }];
  let arguments = (ins AnyRankedTensor:$x, F64Attr:$factor);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$x `by` $factor `:` type($x) attr-dict";
  let hasVerifier = 1;
}

def Tenon_DropoutOp : Tenon_SameTypeOp<"dropout"> {
  let summary = "zeroes elements at random in training; the identity otherwise";
  let description = [{
    In training, each element is 0 with the given probability and x / (1 - probability) else.
    Entries that do not train drop the operation.
    (C1) 0 <= probability < 1.
  }];
  let arguments = (ins AnyRankedTensor:$x, F64Attr:$probability);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$x `,` $probability `:` type($x) attr-dict";
  let hasVerifier = 1;
}

def Tenon_LayerNormOp : Tenon_SameTypeOp<"layer_norm"> {
  let summary = "layer normalisation over the last dimension";
  let description = [{
    result = (x - mean) / sqrt(variance + epsilon) * weight + bias, mean and (biased) variance over
    the last dimension, for x (..., C), weight (C), bias (C) or absent.
    Source: Ba et al. 2016, equations 3-4.
    (C1) weight, and bias where given, have rank 1 and the last dimension of x.
    (C2) all have the same float element type.
    (C3) epsilon > 0.
  }];
  let arguments = (ins AnyRankedTensor:$x, AnyRankedTensor:$weight, Optional<AnyRankedTensor>:$bias,
                       F64Attr:$epsilon);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $x `,` $weight (`bias` $bias^)? `,` $epsilon `:` type($x) `,` type($weight)
    (`bias` type($bias)^)? attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_LinearOp : Tenon_Op<"linear", [Pure]> {
  let summary = "matrix product with a weight, and a bias";
  let description = [{
    result[m..., n] = sum_k x[m..., k] * weight[k, n] + bias[n], for x (..., K), weight (K, N), bias
    (N) or absent. With `transposed` the weight is stored (N, K): weight[n, k] above. That is the
    head that is tied to the token embedding.
    (C1) weight has rank 2 and its K is the last dimension of x.
    (C2) bias, where given, has rank 1 and the dimension N.
    (C3) the result has the dimensions of x with N in place of K.
    (C4) all have the same float element type.
  }];
  let arguments = (ins AnyRankedTensor:$x, AnyRankedTensor:$weight, Optional<AnyRankedTensor>:$bias,
                       UnitAttr:$transposed);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $x `,` $weight (`transposed` $transposed^)? (`bias` $bias^)?
    `:` type($x) `,` type($weight) (`bias` type($bias)^)? `->` type($result) attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_GeluOp : Tenon_SameTypeOp<"gelu"> {
  let summary = "the Gaussian error linear unit, exact or in its tanh form";
  let description = [{
    erf: x/2 * (1 + erf(x / sqrt 2)); tanh: x/2 * (1 + tanh(sqrt(2/pi) * (x + 0.044715 x^3))).
    Source: Hendrycks and Gimpel 2016, sections 2 and 3. GPT-2 uses tanh, nanoGPT erf.
    (C1) the element type is a float.
  }];
  let arguments = (ins AnyRankedTensor:$x, Tenon_GeluKindAttr:$form);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$form $x `:` type($x) attr-dict";
  let hasVerifier = 1;
}

def Tenon_AttentionOp : Tenon_Op<"attention",
    [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
     DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "causal multi-head self-attention";
  let description = [{
    qkv (B, T, 3C) holds queries, keys, values, each of H heads of D = C / H. For query position p
    (the offset plus t) and the keys and values of positions j <= p:
    result[b, t, h*D + d] = sum_j softmax_j(q . k_j / sqrt(D)) * v_j[d].
    With `cache`, offset is the call's position, positions before it come from the cache, and the
    new keys and values are added to it; without, offset is 0 and the positions are those of qkv.
    `heads` is H; `context` names the dimension that bounds positions.
    (C1) the last dimension of qkv is 3 C, C being the last dimension of the result.
    (C2) C is divisible by H.
    (C3) the other dimensions of the result are those of qkv, in rank 3.
    (C4) cache, where given, is a kv_cache state (B, context, C) of the model.
  }];
  let arguments = (ins AnyRankedTensor:$qkv, FlatSymbolRefAttr:$heads,
                       OptionalAttr<FlatSymbolRefAttr>:$cache);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $qkv `heads` $heads (`cache` $cache^)? `:` type($qkv) `->` type($result) attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_LastTokenOp : Tenon_Op<"last_token", [Pure]> {
  let summary = "the last token of each sequence";
  let description = [{
    result[b, c] = x[b, T - 1, c], for x (B, T, C).
    (C1) x has rank 3; the result has its first and last dimension and its element type.
  }];
  let arguments = (ins AnyRankedTensor:$x);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$x `:` type($x) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_CrossEntropyOp : Tenon_Op<"cross_entropy", [Pure]> {
  let summary = "mean cross-entropy of logits against target indices";
  let description = [{
    result = mean over the i... with targets[i...] != ignore of
    (log sum_v exp(logits[i..., v])) - logits[i..., targets[i...]]; 0 where all are ignored.
    (C1) targets are i32 with the dimensions of logits without the last.
    (C2) the result has rank 0 and element type f32, or f64 where the logits are f64.
  }];
  let arguments = (ins AnyRankedTensor:$logits, AnyRankedTensor:$targets, I32Attr:$ignore);
  let results = (outs AnyRankedTensor:$result);
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
    (C1) targets are i32 with the dimensions of logits without the last.
    (C2) the result has the dimensions of targets and the element type of logits.
  }];
  let arguments = (ins AnyRankedTensor:$logits, AnyRankedTensor:$targets, I32Attr:$ignore);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $logits `,` $targets `ignore` $ignore `:` type($logits) `,` type($targets) `->` type($result)
    attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_MaskedMeanOp : Tenon_Op<"masked_mean", [Pure]> {
  let summary = "the mean over the tokens that are not ignored";
  let description = [{
    result = sum x[i...] / count, over the i... with targets[i...] != ignore; 0 where there are none.
    The second half of `cross_entropy`.
    (C1) x and targets have the same dimensions; targets are i32.
    (C2) the result has rank 0 and the element type of x.
  }];
  let arguments = (ins AnyRankedTensor:$x, AnyRankedTensor:$targets, I32Attr:$ignore);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $x `,` $targets `ignore` $ignore `:` type($x) `,` type($targets) `->` type($result) attr-dict
  }];
  let hasVerifier = 1;
}

#endif
