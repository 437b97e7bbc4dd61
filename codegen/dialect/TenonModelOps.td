// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The operations that make up a model: dimensions, parameters, states; the structure of entries,
// repeat and group.
#ifndef TENON_MODEL_OPS
#define TENON_MODEL_OPS

include "TenonDialect.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Tenon_ModelOp : Tenon_Op<"model", [Symbol, SymbolTable, IsolatedFromAbove, NoRegionArguments,
                                       SingleBlock, NoTerminator]> {
  let summary = "a model: its dimensions, parameters, states and functions";
  let description = [{
    Holds `tenon.dim`, `tenon.param`, `tenon.state` and `func.func` operations. Imported models have
    one function `graph`; `tenon-derive-entries` makes the entries from it. Function arguments and
    results carry their names as `tenon.name`.
    (C1) every dimension of a tensor type inside is a `tenon.dim` of the model, with its size, or
         `?` where min < max.

    ```mlir
    tenon.model @gpt2 {
      tenon.dim @n_embd 768 to 768
      tenon.param @"ln_f.weight" : tensor<768xf32, #tenon.dims<n_embd>> init ones 0.0
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

def Tenon_DimOp : Tenon_Op<"dim", [Symbol, HasParent<"ModelOp">]> {
  let summary = "a named dimension with its bounds";
  let description = [{
    The size is known at compile time where `min` equals `max`, otherwise it is a run-time value
    within [min, max].
    (C1) 1 <= min <= max.

    ```mlir
    tenon.dim @n_embd 768 to 768
    tenon.dim @seq 1 to 1024
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$min, I64Attr:$max);
  let assemblyFormat = "$sym_name $min `to` $max attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{ bool isStatic() { return getMin() == getMax(); } }];
}

def Tenon_ParamOp : Tenon_Op<"param", [Symbol, HasParent<"ModelOp">,
                                       DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a learned tensor under its checkpoint name";
  let description = [{
    (C1) `type` is a float tensor with named, static dimensions.
    (C2) `layers`, where given, is a static dimension of the model, and the name holds `{}`: there is
         one tensor a layer, the first `{}` standing for the layer's number, which is not negative.
         `{2i+1}` in its place stands for 2 i + 1 where the layers' own number is i: of layers that
         take turns (tenon/graph/format.hpp). The name may hold one `{}` more, or one without
         layers: checkpoints then store the parts along the first dimension as tensors of their
         own, of a parameter with two dimensions or more.
    (C3) the initial value is finite and not negative: a standard deviation or a bound.

    ```mlir
    tenon.param @"h.{}.ln_1.weight" : tensor<768xf32, #tenon.dims<n_embd>> init ones 0.0
      layers @n_layer
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, Tenon_InitKindAttr:$init,
                       F64Attr:$init_value, OptionalAttr<FlatSymbolRefAttr>:$layers);
  let assemblyFormat = [{
    $sym_name `:` $type `init` $init $init_value (`layers` $layers^)? attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Whether checkpoints store each part along the first dimension as a tensor.
    bool isStoredInParts();
    mlir::RankedTensorType getTensorType() {
      return mlir::cast<mlir::RankedTensorType>(getType());
    }
  }];
}

def Tenon_StateOp : Tenon_Op<"state", [Symbol, HasParent<"ModelOp">,
                                       DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "memory that an entry carries from call to call";
  let description = [{
    A `kv_cache` of shape (B, context, C), or (B, context, heads..., D), holds the keys and the
    values of the positions seen so far; how they lie in memory is the kernels' affair. `rows` of
    shape (B, context, ...) are those of one tensor at these positions.
    (C1) `type` is a float tensor with three or more named dimensions, all but the first static.
    (C2) `layers`, where given, is a static dimension of the model.

    ```mlir
    tenon.state @cache kv_cache : tensor<?x1024x768xf32, #tenon.dims<batch, n_block, n_embd>>
      layers @n_layer
    tenon.state @tokens rows : tensor<?x1024x768xf32, #tenon.dims<batch, n_block, n_embd>>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Tenon_StateKindAttr:$kind, TypeAttr:$type,
                       OptionalAttr<FlatSymbolRefAttr>:$layers);
  let assemblyFormat = "$sym_name $kind `:` $type (`layers` $layers^)? attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    mlir::RankedTensorType getTensorType() {
      return mlir::cast<mlir::RankedTensorType>(getType());
    }
  }];
}

def Tenon_StoredOp : Tenon_Op<"stored", [HasParent<"ModelOp">,
                                         DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "what a name in a checkpoint means, other than a parameter's";
  let description = [{
    `prefix`: letters that may stand before all names. `ignored`: a tensor that the model does not
    need. `twin`: a second copy of a parameter, whose values must be equal. The others are names that
    a parameter has elsewhere: `named`, as it is, of one that is stored as several tensors all in one;
    `swapped`, with its first two dimensions in the other order; `paired`, with rows 2i and 2i + 1
    of each head where the parameter has rows i and i + D/2; `raised`, with 1 added. Kernels know
    nothing of it; the runtime reads it when it loads.
    (C1) a prefix holds no `{}`, another name at most one, for the number of a layer.
    (C2) `of` is given for all but prefix and ignored; it is a `tenon.param` of the model, which has
         layers exactly where the name holds `{}`. Only `named` may be one that is stored as several
         tensors.
    (C3) of `swapped` and `paired` it has two dimensions or more, and of `paired` the last but one is
         even.

    ```mlir
    tenon.stored ignored "h.{}.attn.bias"
    tenon.stored twin "lm_head.weight" of @wte.weight
    tenon.stored named "token_embd.weight" of @wte.weight
    ```
  }];
  let arguments = (ins Tenon_StoredKindAttr:$kind, StrAttr:$name,
                       OptionalAttr<FlatSymbolRefAttr>:$of);
  let assemblyFormat = "$kind $name (`of` $of^)? attr-dict";
  let hasVerifier = 1;
}

def Tenon_GetParamOp : Tenon_Op<"get_param",
    [Pure, Tenon_OfEachKernel, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the value of a parameter";
  let description = [{
    Inside `tenon.repeat`, a parameter with layers is the one of the current layer.
    (C1) `name` is a `tenon.param` of the model, of the result's type.
    (C2) a parameter with layers is used inside a repeat over the same dimension, others anywhere.

    ```mlir
    %wte = tenon.get_param @wte.weight : tensor<50257x768xf32, #tenon.dims<n_vocab, n_embd>>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$name);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$name `:` type($result) attr-dict";
}

def Tenon_RepeatOp : Tenon_Op<"repeat", [SingleBlockImplicitTerminator<"YieldOp">,
                                         RecursiveMemoryEffects, AttrSizedOperandSegments,
                                         DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "a stack of identical layers, as a loop";
  let description = [{
    Runs the body once for each layer 0 .. size(layers) - 1, with `reverse` from the last to the
    first. The first block arguments are carried: the initial values at first, what the body
    yielded before afterwards; as many results are what it yielded at last.
    Training hands values of a layer from the forward loop to the backward loop: the body may yield
    more values, which come out stacked along a first dimension `layers`; and each stack handed in
    as `slices` is seen by the body as its slice of the current layer, in a further argument.
    (C1) `layers` is a static dimension of the model.
    (C2) initial values, the first block arguments, yielded values and results agree in number and
         type.
    (C3) each further block argument is a slice: its stack has the dimension `layers`, then its own.
    (C4) each further result is a stack of a further yielded value.

    ```mlir
    %y, %g = tenon.repeat @n_layer (%x = %embedded) : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
        stacks tensor<12x?x768xf32, #tenon.dims<n_layer, seq, n_embd>> {
      %next = tenon.gelu tanh %x : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
      tenon.yield %next, %x : tensor<?x768xf32, #tenon.dims<seq, n_embd>>,
                              tensor<?x768xf32, #tenon.dims<seq, n_embd>>
    }
    %dx = tenon.repeat @n_layer reverse (%d = %dy) : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
        slices (%x = %g) : tensor<12x?x768xf32, #tenon.dims<n_layer, seq, n_embd>> {
      %dnext = tenon.gelu_backward tanh %x, %d : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
      tenon.yield %dnext : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$layers, Variadic<Tenon_Tensor>:$inits,
                       Variadic<Tenon_Tensor>:$slices, UnitAttr:$reverse);
  let results = (outs Variadic<Tenon_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
  let builders = [OpBuilder<(ins "mlir::TypeRange":$results, "mlir::FlatSymbolRefAttr":$layers,
                                 "mlir::ValueRange":$inits), [{
    build($_builder, $_state, results, layers, inits, mlir::ValueRange{}, mlir::UnitAttr());
  }]>];
  let extraClassDeclaration = [{
    /// The results that are carried, and the stacks.
    mlir::ResultRange getCarried() { return getResults().take_front(getInits().size()); }
    mlir::ResultRange getStacks() { return getResults().drop_front(getInits().size()); }
    /// The type of a stack of a layer's value.
    static mlir::RankedTensorType stackOf(mlir::FlatSymbolRefAttr layers, int64_t count,
                                          mlir::RankedTensorType slice);
  }];
}

def Tenon_GroupOp : Tenon_Op<"group", [SingleBlockImplicitTerminator<"YieldOp">,
                                       RecursiveMemoryEffects]> {
  let summary = "operations that one kernel computes together";
  let description = [{
    Values from outside are used directly; the results are what the body yields. Everything inside
    stays in registers or cache unless it is yielded.
    (C1) the body holds tenon operations only, no nested group or repeat; of regions only those of
         attention's scores.
    (C2) the results have the types of the yielded values.

    ```mlir
    %y = tenon.group rows -> tensor<?x768xf32, #tenon.dims<seq, n_embd>> {
      %half = tenon.scale %x by 0.5 : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
      tenon.yield %half : tensor<?x768xf32, #tenon.dims<seq, n_embd>>
    }
    ```
  }];
  let arguments = (ins Tenon_GroupKindAttr:$kind);
  let results = (outs Variadic<Tenon_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$kind (`->` type($results)^)? attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

def Tenon_YieldOp : Tenon_Op<"yield", [Pure, Terminator, ParentOneOf<[
    "RepeatOp", "GroupOp", "AttentionOp", "AttentionSavingOp", "AttentionBackwardOp"]>]> {
  let summary = "hands values to the enclosing repeat, group or attention";
  let description = [{
    Ends their body; the types are theirs to check (repeat C2, group C2, attention C7).
  }];
  let arguments = (ins Variadic<Tenon_Tensor>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, mlir::ValueRange{}); }]>];
}

#endif
