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
  let summary = "elements of rows, side by side or at the same distance";
  let description = [{
    result[i..., e] = x[i..., offset + stride e]. The dimensions in front that x and the result have
    in common, but for the last of either, are i; all behind them are one row of x, and one of the
    result. So of (..., N, C) what begins at n C is number n of N, of (..., C, N) what begins at n
    with stride N; and all from 0 on are the row under other dimensions.
    (C1) x are floats, the result has their element type; the dimensions of the rows are known at
         compile time.
    (C2) with stride 1, offset is 0 or more and offset + E at most the length D of a row of x;
         else offset is 0 or more and below stride, and stride E is D. E is the length of a row of
         the result.

    ```mlir
    %b = tenon.slice %x from 32 : tensor<?x64xf32, #tenon.dims<seq, n_dim>>
      -> tensor<?x32xf32, #tenon.dims<seq, n_half>>
    %odd = tenon.slice %x from 1 by 2 : tensor<?x64xf32, #tenon.dims<seq, n_dim>>
      -> tensor<?x32xf32, #tenon.dims<seq, n_half>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, I64Attr:$offset, DefaultValuedAttr<I64Attr, "1">:$stride);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = 
      "$x `from` $offset (`by` $stride^)? `:` type($x) `->` type($result) attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getBegin() { return static_cast<int64_t>(getOffset()); }
    int64_t getStep() { return static_cast<int64_t>(getStride()); }
  }];
}

def Tenon_JoinOp : Tenon_Op<"join", [Pure]> {
  let summary = "parts of rows, side by side or in turns";
  let description = [{
    result[i..., offsets[n] + stride e] = parts[n][i..., e], and 0 where there is no part: the
    gradient of what a slice was taken from has only one. Rows are what they are in `slice`.
    (C1) parts are floats of the element type of the result; all have the same dimensions in front
         of their rows, whose own are known at compile time.
    (C2) there are as many offsets as parts, one or more; with stride 1 parts follow one another
         within the result and do not overlap; else offsets rise and are below stride, and stride
         times the length of a part's row is that of the result's.

    ```mlir
    %y = tenon.join %a, %b at [0, 32] : tensor<?x32xf32, #tenon.dims<seq, n_half>>,
      tensor<?x32xf32, #tenon.dims<seq, n_half>> -> tensor<?x64xf32, #tenon.dims<seq, n_dim>>
    %pairs = tenon.join %a, %b at [0, 1] by 2 : tensor<?x32xf32, #tenon.dims<seq, n_half>>,
      tensor<?x32xf32, #tenon.dims<seq, n_half>> -> tensor<?x32x2xf32, #tenon.dims<seq, n_half, two>>
    ```
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$parts, DenseI64ArrayAttr:$offsets,
      DefaultValuedAttr<I64Attr, "1">:$stride);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = 
      "$parts `at` $offsets (`by` $stride^)? `:` type($parts) `->` type($result) attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getStep() { return static_cast<int64_t>(getStride()); }
  }];
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
