// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Where elements stand: their numbers along a dimension, parts of rows, parts side by side, rows of
// other tokens.
#ifndef TENON_VIEW_OPS
#define TENON_VIEW_OPS

include "TenonOps.td"

def Tenon_AlongOp : Tenon_Op<"along",
    [Pure, Tenon_OfEachKernel, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the number of each element along a dimension";
  let description = [{
    result[i] = offset + i; the offset is the call's position where `cached` is given, else 0.
    (C1) the result is f32 of rank 1.
    (C2) its dimension has at most 2^24 elements, to which f32 counts exactly.

    ```mlir
    %at = tenon.along cached : tensor<?xf32, #tenon.dims<seq>>
    %channel = tenon.along : tensor<32xf32, #tenon.dims<n_half>>
    ```
  }];
  let arguments = (ins UnitAttr:$cached);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "(`cached` $cached^)? `:` type($result) attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The greatest number of elements that f32 counts exactly.
    static constexpr int64_t mostElements = int64_t{1} << 24;
  }];
}

def Tenon_SliceOp : Tenon_Op<"slice", [Pure]> {
  let summary = "elements side by side, of rows";
  let description = [{
    result[i..., e] = x[i..., offset + e], where the last dimensions of x, as many more than the
    result has, are one row: one of (..., N, C) from i C on is number i of N.
    (C1) x are floats; the result has one dimension in place of the row's, with its element type;
         these are known at compile time.
    (C2) offset is 0 or more; offset + E is at most the length of a row of x.

    ```mlir
    %b = tenon.slice %x from 32 : tensor<?x64xf32, #tenon.dims<seq, n_dim>>
      -> tensor<?x32xf32, #tenon.dims<seq, n_half>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, I64Attr:$offset);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$x `from` $offset `:` type($x) `->` type($result) attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getBegin() { return static_cast<int64_t>(getOffset()); }
  }];
}

def Tenon_JoinOp : Tenon_Op<"join", [Pure]> {
  let summary = "parts side by side, of rows";
  let description = [{
    result[i..., offsets[n] + e] = parts[n][i..., e], and 0 where there is no part: the gradient of
    what a slice was taken from has only one. As in `slice`, a row of the result may be several
    dimensions.
    (C1) parts are floats of the element type of the result, all of one rank, with one dimension in
         place of its row's; these are known at compile time.
    (C2) there are as many offsets as parts, one or more; parts follow one another within the result
         and do not overlap.

    ```mlir
    %y = tenon.join %a, %b at [0, 32] : tensor<?x32xf32, #tenon.dims<seq, n_half>>,
      tensor<?x32xf32, #tenon.dims<seq, n_half>> -> tensor<?x64xf32, #tenon.dims<seq, n_dim>>
    ```
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$parts, DenseI64ArrayAttr:$offsets);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$parts `at` $offsets `:` type($parts) `->` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_ShiftOp : Tenon_Op<"shift",
    [AllTypesMatch<["x", "result"]>, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
     DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the rows of tokens that stand so many positions before, or behind";
  let description = [{
    result[b, t, i...] = x[b, t - by, i...], and 0 where there is no such token: the gradient of a
    shift by k is one by -k.
    With `cache`, positions count from the call's on: rows of positions before it come from the
    cache, and those of x are added to it. Shifts of one tensor may have one cache.
    (C1) x are floats (B, T, ...), all dimensions behind T known at compile time.
    (C2) by is not 0, and with a cache above it.
    (C3) cache, where given, is a rows state of the model, (B, context) and what x has behind T,
         with its element type; one with layers is used inside a repeat over them.

    ```mlir
    %before = tenon.shift %x by 1 cache @tokens
      : tensor<?x?x768xf32, #tenon.dims<batch, seq, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, I64Attr:$by, OptionalAttr<FlatSymbolRefAttr>:$cache);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$x `by` $by (`cache` $cache^)? `:` type($x) attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getDistance() { return static_cast<int64_t>(getBy()); }
  }];
}

#endif
