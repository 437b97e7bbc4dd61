// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The greatest elements of rows, and products with those parts of a parameter that such choices
// name: mixtures of experts, with their backward.
#ifndef TENON_CHOICE_OPS
#define TENON_CHOICE_OPS

include "TenonOps.td"

def Tenon_TopKOp : Tenon_Op<"top_k", [Pure]> {
  let summary = "the indices of the greatest elements of each row";
  let description = [{
    result[i..., j] is the c with j elements before it in the order of x[i..., c]: the greatest
    first; of equal ones, 0 and -0 among them, the lower c first; NaN counts as greater than all
    numbers.
    (C1) x are floats (..., D), D known at compile time.
    (C2) the result is i32 with the dimensions of x but K in place of D, K known at compile time and
         at most D.

    ```mlir
    %expert = tenon.top_k %logits : tensor<?x8xf32, #tenon.dims<seq, n_expert>>
      -> tensor<?x2xi32, #tenon.dims<seq, n_active>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$x `:` type($x) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_TakeOp : Tenon_Op<"take", [Pure]> {
  let summary = "elements of each row, by index";
  let description = [{
    result[i..., j] = x[i..., ids[i..., j]]. Ids are those of a `top_k` of rows as long as x's, so
    they are in range.
    (C1) x are floats (..., D), D known at compile time; ids are i32 with the dimensions of x but
         the last, known at compile time.
    (C2) the result has the dimensions of ids and the element type of x.

    ```mlir
    %score = tenon.take %logits, %expert : tensor<?x8xf32, #tenon.dims<seq, n_expert>>,
      tensor<?x2xi32, #tenon.dims<seq, n_active>> -> tensor<?x2xf32, #tenon.dims<seq, n_active>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$ids);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$x `,` $ids `:` type($x) `,` type($ids) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_TakeBackwardOp : Tenon_Op<"take_backward", [Pure]> {
  let summary = "gradient of the rows that elements were taken from";
  let description = [{
    result[i..., c] = sum of dy[i..., j] over the j with ids[i..., j] = c, in order; 0 where there is
    none.
    (C1) dy are floats (..., K) and ids i32, with the same dimensions, the last known at compile
         time.
    (C2) the result has the dimensions of dy but the last, known at compile time, and its element
         type.

    ```mlir
    %dlogits = tenon.take_backward %dscore, %expert
      : tensor<?x2xf32, #tenon.dims<seq, n_active>>, tensor<?x2xi32, #tenon.dims<seq, n_active>>
      -> tensor<?x8xf32, #tenon.dims<seq, n_expert>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$dy, Tenon_Tensor:$ids);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$dy `,` $ids `:` type($dy) `,` type($ids) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_GatheredLinearOp : Tenon_Op<"gathered_linear", [Pure]> {
  let summary = "product with the part of a weight that an index names";
  let description = [{
    result[m..., a, n...] = sum_k... x[m..., a, k...] * weight[ids[m..., a], n..., k...], for ids
    (M..., A), a weight (D, N..., K...) and x (M..., A, K...), or x (M..., K...), which is the same
    for all a. N and K are one dimension or more each. The parts are read where they lie. Products of
    bf16 are exact in f32 and are added up in f32.
    (C1) ids are i32 (M..., A), A known at compile time; the weight has 3 dimensions or more.
    (C2) x has the dimensions of ids, or these but A, then the last of the weight, K; the rank of the
         result says how many.
    (C3) the result has the dimensions of ids, then N.
    (C4) x and the weight have the same float element type; the result has it too, or is f32 where
         it is bf16.

    ```mlir
    %up = tenon.gathered_linear %x, %weight, %expert
      : tensor<?x64xf32, #tenon.dims<seq, n_embd>>,
        tensor<8x256x64xf32, #tenon.dims<n_expert, n_hidden, n_embd>>,
        tensor<?x2xi32, #tenon.dims<seq, n_active>>
      -> tensor<?x2x256xf32, #tenon.dims<seq, n_active, n_hidden>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$weight, Tenon_Tensor:$ids);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $x `,` $weight `,` $ids `:` type($x) `,` type($weight) `,` type($ids) `->` type($result)
    attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = "GatheredShape getShape();";
}

def Tenon_GatheredLinearBackwardOp : Tenon_Op<"gathered_linear_backward", [Pure]> {
  let summary = "gradient of a gathered product's input, for each index";
  let description = [{
    result[m..., a, k...] = sum_n... dy[m..., a, n...] * weight[ids[m..., a], n..., k...].
    Where x lacks A, its gradient is the sum of this over a.
    (C1) ids are i32 (M..., A), A known at compile time; the weight has 3 dimensions or more.
    (C2) dy has the dimensions of ids, then N of the weight (D, N..., K...).
    (C3) the result has the dimensions of ids, then K; its rank says how many.
    (C4) all have the same float element type.

    ```mlir
    %dx = tenon.gathered_linear_backward %dy, %weight, %expert
      : tensor<?x2x256xf32, #tenon.dims<seq, n_active, n_hidden>>,
        tensor<8x256x64xf32, #tenon.dims<n_expert, n_hidden, n_embd>>,
        tensor<?x2xi32, #tenon.dims<seq, n_active>>
      -> tensor<?x2x64xf32, #tenon.dims<seq, n_active, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$dy, Tenon_Tensor:$weight, Tenon_Tensor:$ids);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $dy `,` $weight `,` $ids `:` type($dy) `,` type($weight) `,` type($ids) `->` type($result)
    attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = "GatheredShape getShape();";
}

def Tenon_GatheredLinearBackwardWeightOp : Tenon_Op<"gathered_linear_backward_weight", [Pure]> {
  let summary = "gradient of a gathered weight";
  let description = [{
    result[d, n..., k...] = sum of dy[m..., a, n...] * x[m..., a, k...] over the m..., a with
    ids[m..., a] = d, in row-major order; 0 where there is none. x may lack A, as in
    `gathered_linear`.
    (C1) ids are i32 (M..., A), A known at compile time; the result has 3 dimensions or more.
    (C2) x has the dimensions of ids, or these but A, then the last of the result, K.
    (C3) dy has the dimensions of ids, then N of the result (D, N..., K...); its rank says how many.
    (C4) all have the same float element type.

    ```mlir
    %dweight = tenon.gathered_linear_backward_weight %x, %dy, %expert
      : tensor<?x64xf32, #tenon.dims<seq, n_embd>>,
        tensor<?x2x256xf32, #tenon.dims<seq, n_active, n_hidden>>,
        tensor<?x2xi32, #tenon.dims<seq, n_active>>
      -> tensor<8x256x64xf32, #tenon.dims<n_expert, n_hidden, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$dy, Tenon_Tensor:$ids);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $x `,` $dy `,` $ids `:` type($x) `,` type($dy) `,` type($ids) `->` type($result) attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = "GatheredShape getShape();";
}

#endif
