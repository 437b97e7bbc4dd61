// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Backward forms of the operations of TenonOps.td: d<v> names the gradient of the loss by v.
#ifndef TENON_BACKWARD_OPS
#define TENON_BACKWARD_OPS

include "TenonOps.td"

def Tenon_EmbeddingBackwardOp : Tenon_Op<"embedding_backward", [Pure]> {
  let summary = "gradient of a table by the rows that were taken from it";
  let description = [{
    result[v, c] = sum of dy[i..., c] over the i... with ids[i...] = v; 0 where there is none. The
    sum goes over i... in row-major order. Where ids are `positions`, row t is dy[t].
    (C1) ids are i32, and dy are floats with the dimensions of ids, then C.
    (C2) the result is (V, C) with the C and the element type of dy.

    ```mlir
    %dwte = tenon.embedding_backward %dy, %ids
      : tensor<?x?x768xf32, #tenon.dims<batch, seq, n_embd>>, tensor<?x?xi32, #tenon.dims<batch, seq>>
      -> tensor<65x768xf32, #tenon.dims<n_vocab, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$dy, Tenon_Tensor:$ids);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$dy `,` $ids `:` type($dy) `,` type($ids) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_SumLeadingOp : Tenon_Op<"sum_leading", [Pure]> {
  let summary = "sum over leading dimensions: the gradient of what was repeated over them";
  let description = [{
    result[j...] = sum over i... of x[i..., j...], in row-major order. Backward of a bias and of
    what was repeated over leading dimensions.
    (C1) x are floats; the result has the last dimensions of x, fewer of them, and its element type.

    ```mlir
    %dbias = tenon.sum_leading %dy : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
      -> tensor<768xf32, #tenon.dims<n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$x `:` type($x) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_SpreadOp : Tenon_Op<"spread", [Pure, Tenon_Elementwise]> {
  let summary = "repetition over dimensions that x lacks: the gradient of what was summed over them";
  let description = [{
    result[i...] = x[those of i... that x has].
    (C1) x are floats whose dimensions are dimensions of the result, which has more, in the same
         order; both have the same element type.

    ```mlir
    %dx = tenon.spread %dsum : tensor<?xf32, #tenon.dims<seq>>
      -> tensor<?x768xf32, #tenon.dims<seq, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$x `:` type($x) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_LayerNormBackwardOp : Tenon_Op<"layer_norm_backward",
    [Pure, AllTypesMatch<["x", "dy", "result"]>]> {
  let summary = "gradient of a layer norm's input";
  let description = [{
    With n = (x - mean) * r, r = 1 / sqrt(variance + epsilon), g = dy * weight, all over the last
    dimension: result = r * (g - mean(g) - n * mean(g * n)).
    Mean and variance are computed from x again: the row is read in any case.
    (C1) weight has rank 1 and the last dimension of x.
    (C2) all have the same float element type.
    (C3) epsilon is finite and above 0.

    ```mlir
    %dx = tenon.layer_norm_backward %x, %weight, %dy, 1.0e-05
      : tensor<?x768xf32, #tenon.dims<seq, n_embd>>, tensor<768xf32, #tenon.dims<n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$weight, Tenon_Tensor:$dy, F64Attr:$epsilon);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $x `,` $weight `,` $dy `,` $epsilon `:` type($x) `,` type($weight) attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_LayerNormBackwardWeightOp : Tenon_Op<"layer_norm_backward_weight",
    [Pure, AllTypesMatch<["x", "dy"]>]> {
  let summary = "gradient of a layer norm's weight";
  let description = [{
    result[c] = sum over i... of dy[i..., c] * n[i..., c], in row-major order, n as in
    `layer_norm_backward`. The gradient of the bias is `sum_leading` of dy.
    (C1) the result has rank 1 and the last dimension of x.
    (C2) all have the same float element type.
    (C3) epsilon is finite and above 0.

    ```mlir
    %dweight = tenon.layer_norm_backward_weight %x, %dy, 1.0e-05
      : tensor<?x768xf32, #tenon.dims<seq, n_embd>> -> tensor<768xf32, #tenon.dims<n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$dy, F64Attr:$epsilon);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$x `,` $dy `,` $epsilon `:` type($x) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_LinearBackwardOp : Tenon_Op<"linear_backward", [Pure]> {
  let summary = "gradient of a product's input";
  let description = [{
    result[m..., k...] = sum_n... dy[m..., n...] * weight[k..., n...], for dy (M..., N...), weight
    (K..., N...); with `transposed` the weight is stored (N..., K...). `narrow` as in `linear`.
    (C1) the weight's N are the last dimensions of dy; the rank of the result says how many.
    (C2) all have the same float element type.
    (C3) the result has the dimensions of dy with K in place of N.

    ```mlir
    %dx = tenon.linear_backward %dy, %weight
      : tensor<?x2304xf32, #tenon.dims<seq, n_qkv>>,
        tensor<768x2304xf32, #tenon.dims<n_embd, n_qkv>>
      -> tensor<?x768xf32, #tenon.dims<seq, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$dy, Tenon_Tensor:$weight, UnitAttr:$transposed,
                       UnitAttr:$narrow);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $dy `,` $weight (`transposed` $transposed^)? (`narrow` $narrow^)? `:` type($dy) `,` type($weight) `->` type($result)
    attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = "ProductShape getShape();";
}

def Tenon_LinearBackwardWeightOp : Tenon_Op<"linear_backward_weight", [Pure]> {
  let summary = "gradient of a product's weight";
  let description = [{
    result[k..., n...] = sum_m... x[m..., k...] * dy[m..., n...], in row-major order of m..., for x
    (M..., K...) and dy (M..., N...); with `transposed` the result is stored (N..., K...). The
    gradient of the bias is `sum_leading` of dy. `narrow` as in `linear`.
    (C1) x and dy have the same dimensions M, and the same float element type; the rank of the
         result says how many are K and N.
    (C2) the result is (K, N), or (N, K) where `transposed`, of that element type.

    ```mlir
    %dweight = tenon.linear_backward_weight %x, %dy
      : tensor<?x768xf32, #tenon.dims<seq, n_embd>>, tensor<?x2304xf32, #tenon.dims<seq, n_qkv>>
      -> tensor<768x2304xf32, #tenon.dims<n_embd, n_qkv>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$dy, UnitAttr:$transposed, UnitAttr:$narrow);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $x `,` $dy (`transposed` $transposed^)? (`narrow` $narrow^)? `:` type($x) `,` type($dy) `->` type($result) attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = "ProductShape getShape();";
}

def Tenon_GeluBackwardOp : Tenon_Op<"gelu_backward",
    [Pure, AllTypesMatch<["x", "dy", "result"]>, Tenon_Elementwise]> {
  let summary = "gradient of gelu's input";
  let description = [{
    erf: dy * (P(x) + x * p(x)), P and p the normal distribution and its density.
    tanh: with u = sqrt(2/pi) * (x + 0.044715 x^3) and t = tanh(u),
    dy * ((1 + t) / 2 + x/2 * (1 - t^2) * sqrt(2/pi) * (1 + 3 * 0.044715 x^2)).
    (C1) the element type is a float.

    ```mlir
    %dx = tenon.gelu_backward tanh %x, %dy : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$dy, Tenon_GeluKindAttr:$form);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$form $x `,` $dy `:` type($x) attr-dict";
  let hasVerifier = 1;
}

#endif
