// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Attention and the loss in training: forms that keep what their backward needs, and the backward.
#ifndef TENON_LOSS_OPS
#define TENON_LOSS_OPS

include "TenonOps.td"

def Tenon_AttentionSavingOp : Tenon_Op<"attention_saving",
    [Pure, AttrSizedOperandSegments, IsolatedFromAbove,
     DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "attention without a cache that also hands out what its backward needs";
  let description = [{
    result is that of `attention`; lse[b, h, t] = log sum over j <= t of exp(q . k_j / sqrt(D)), for
    the query of head h at position t, over all j where it is `bidirectional`; with a region `score`
    of exp(f(q . k_j)), and 0 where f makes -infinity of all. With it a probability is
    exp(q . k_j / sqrt(D) - lse): the backward needs no other sum, and nobody stores B x H x T x T
    numbers; f64 for large scores.
    (C1) to (C3), (C6) and (C7) as in `attention`.
    (C4) lse is (B, heads, T) of f64, with the heads of q or the dimension `heads`.

    ```mlir
    %a, %lse = tenon.attention_saving %qkv heads @n_head
      : tensor<?x?x2304xf32, #tenon.dims<batch, seq, n_qkv>>
      -> tensor<?x?x768xf32, #tenon.dims<batch, seq, n_embd>>,
         tensor<?x12x?xf64, #tenon.dims<batch, n_head, seq>>
    ```
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$inputs, Variadic<Tenon_Tensor>:$captured,
                       OptionalAttr<FlatSymbolRefAttr>:$heads, UnitAttr:$bidirectional);
  let results = (outs Tenon_Tensor:$result, Tenon_Tensor:$lse);
  let regions = (region AnyRegion:$score);
  let assemblyFormat = [{
    $inputs (`heads` $heads^)? (`bidirectional` $bidirectional^)? `:` type($inputs) `->`
    type($result) `,` type($lse) (`captures` $captured^ `:` type($captured))? (`score` $score^)?
    attr-dict
  }];
  let hasRegionVerifier = 1;
}

def Tenon_AttentionBackwardOp : Tenon_Op<"attention_backward",
    [Pure, AttrSizedOperandSegments, IsolatedFromAbove,
     DeclareOpInterfaceMethods<SymbolUserOpInterface>, AllTypesMatch<["y", "dy"]>]> {
  let summary = "gradient of attention's queries, keys and values";
  let description = [{
    For y, lse = attention_saving(inputs), in each query head, with s = 1 / sqrt(D), i the query's
    and j <= i the key's position:
      p_ij = exp(s q_i . k_j - lse_i),  g_ij = p_ij * (dy_i . v_j - dy_i . y_i)
      dq_i = s sum_j g_ij k_j,  dk_j = s sum_i g_ij q_i,  dv_j = sum_i p_ij dy_i,
    where dk and dv are sums over the query heads of their key head too; over all i and j where it is
    `bidirectional`. With a region `score`, s is 1, p_ij = exp(f(q_i . k_j) - lse_i), and g_ij times
    the derivative of f takes the place of g_ij: the region gets the products and what g_ij is, (B,
    T, heads..., J) both, and what it captures; it yields f of the products and that gradient.
    The gradients are dq, dk, dv, each as its input; in one as qkv holds q, k, v.
    (C1) to (C3) and (C6) as in `attention`, with y for the result; (C7) too, but for the two values
         that the region gets and yields.
    (C4) lse is (B, heads, T) of f64, with the heads of q or the dimension `heads`.
    (C5) the gradients have the types of the inputs.

    ```mlir
    %dqkv = tenon.attention_backward %a, %lse, %da of %qkv heads @n_head
      : tensor<?x?x768xf32, #tenon.dims<batch, seq, n_embd>>,
        tensor<?x12x?xf64, #tenon.dims<batch, n_head, seq>>
        of tensor<?x?x2304xf32, #tenon.dims<batch, seq, n_qkv>>
      -> tensor<?x?x2304xf32, #tenon.dims<batch, seq, n_qkv>>
    ```
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$inputs, Variadic<Tenon_Tensor>:$captured,
                       Tenon_Tensor:$y, Tenon_Tensor:$lse, Tenon_Tensor:$dy,
                       OptionalAttr<FlatSymbolRefAttr>:$heads, UnitAttr:$bidirectional);
  let results = (outs Variadic<Tenon_Tensor>:$gradients);
  let regions = (region AnyRegion:$score);
  let assemblyFormat = [{
    $y `,` $lse `,` $dy `of` $inputs (`heads` $heads^)? (`bidirectional` $bidirectional^)?
    `:` type($y) `,` type($lse) `of` type($inputs) `->` type($gradients)
    (`captures` $captured^ `:` type($captured))? (`score` $score^)? attr-dict
  }];
  let hasRegionVerifier = 1;
}

def Tenon_CrossEntropyBackwardOp : Tenon_Op<"cross_entropy_backward",
    [Pure, AllTypesMatch<["logits", "result"]>]> {
  let summary = "gradient of cross_entropy's logits";
  let description = [{
    result[i..., v] = dloss / count * (softmax_v(logits[i...]) - [v = targets[i...]]), and 0 where
    targets[i...] = ignore; count is the number of targets that are not ignored.
    (C1) logits are floats; targets are i32 with the dimensions of logits without the last.
    (C2) dloss is a float of rank 0.

    ```mlir
    %dlogits = tenon.cross_entropy_backward %logits, %targets, %dloss ignore -1
      : tensor<?x65xf32, #tenon.dims<seq, n_vocab>>, tensor<?xi32, #tenon.dims<seq>>,
        tensor<f32, #tenon.dims<>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$logits, Tenon_Tensor:$targets, Tenon_Tensor:$dloss,
                       I32Attr:$ignore);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $logits `,` $targets `,` $dloss `ignore` $ignore `:` type($logits) `,` type($targets) `,`
    type($dloss) attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_HeadCrossEntropyOp : Tenon_Op<"head_cross_entropy",
    [Pure, AllTypesMatch<["x", "dx"]>, AllTypesMatch<["weight", "dweight"]>]> {
  let summary = "the head, its cross-entropy and the gradients of both, without the logits";
  let description = [{
    logits = linear(x, weight, bias); loss = cross_entropy(logits, targets); with
    dlogits = cross_entropy_backward(logits, targets, dloss):
    dx = linear_backward(dlogits, weight), dweight = linear_backward_weight(x, dlogits) and dbias =
    sum_leading(dlogits). `transposed` is that of `linear`: the weight is stored (V, C); so is
    `narrow`, for all three products.
    Logits of a few tokens at a time are computed, used and forgotten: (B, T, V) is never stored,
    and the product with the weight is not done twice. How many at a time is left open; sums over
    tokens go in row-major order.
    (C1) weight has rank 2 and its C is the last dimension of x.
    (C2) targets are i32 with the dimensions of x without the last; dloss is a float of rank 0.
    (C3) all but targets and dloss have the same float element type.
    (C4) bias and dbias are both given or both absent, and have the dimension V. A weight that is
         `transposed` has none: kernels take dbias where they lay out dlogits as columns.
    (C5) loss has rank 0 and element type f32, or f64 where x is f64.

    ```mlir
    %loss, %dx, %dweight = tenon.head_cross_entropy %x, %wte transposed, %targets, %dloss ignore -1
      : tensor<?x768xf32, #tenon.dims<seq, n_embd>>,
        tensor<65x768xf32, #tenon.dims<n_vocab, n_embd>>, tensor<?xi32, #tenon.dims<seq>>,
        tensor<f32, #tenon.dims<>> -> tensor<f32, #tenon.dims<>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$weight, Optional<Tenon_Tensor>:$bias,
                       Tenon_Tensor:$targets, Tenon_Tensor:$dloss, I32Attr:$ignore,
                       UnitAttr:$transposed, UnitAttr:$narrow);
  let results = (outs Tenon_Tensor:$loss, Tenon_Tensor:$dx, Tenon_Tensor:$dweight,
                      Optional<Tenon_Tensor>:$dbias);
  let assemblyFormat = [{
    $x `,` $weight (`transposed` $transposed^)? (`narrow` $narrow^)? (`bias` $bias^)? `,` $targets `,` $dloss
    `ignore` $ignore `:` type($x) `,` type($weight) (`bias` type($bias)^)? `,` type($targets) `,`
    type($dloss) `->` type($loss) (`dbias` type($dbias)^)? attr-dict
  }];
  let hasVerifier = 1;
}

#endif
