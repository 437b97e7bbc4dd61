// The operations that make up a model: dimensions, parameters, states, and the structure of entries.
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
}

def Tenon_DimOp : Tenon_Op<"dim", [Symbol, HasParent<"ModelOp">]> {
  let summary = "a named dimension with its bounds";
  let description = [{
    The size is known at compile time where `min` equals `max`, otherwise it is a run-time value
    within [min, max].
    (C1) 1 <= min <= max.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, I64Attr:$min, I64Attr:$max);
  let assemblyFormat = "$sym_name $min `to` $max attr-dict";
  let hasVerifier = 1;
  let extraClassDeclaration = [{ bool isStatic() { return getMin() == getMax(); } }];
}

def Tenon_ParamOp : Tenon_Op<"param", [Symbol, HasParent<"ModelOp">]> {
  let summary = "a learned tensor under its checkpoint name";
  let description = [{
    (C1) `type` has named, static dimensions of the model.
    (C2) `layers`, where given, is a static dimension of the model, and the name holds `{}` exactly
         then: there is one tensor a layer, `{}` standing for the layer's number.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttr:$type, Tenon_InitKindAttr:$init,
                       F64Attr:$init_value, OptionalAttr<FlatSymbolRefAttr>:$layers);
  let assemblyFormat = [{
    $sym_name `:` $type `init` $init $init_value (`layers` $layers^)? attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    mlir::RankedTensorType getTensorType() {
      return mlir::cast<mlir::RankedTensorType>(getType());
    }
  }];
}

def Tenon_StateOp : Tenon_Op<"state", [Symbol, HasParent<"ModelOp">]> {
  let summary = "memory that an entry carries from call to call";
  let description = [{
    A `kv_cache` of shape (B, context, C) holds the keys and the values of the positions seen so
    far; how they lie in memory is the kernels' affair.
    (C1) `type` has three named dimensions of the model, the last two static.
    (C2) `layers`, where given, is a static dimension of the model.
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

def Tenon_GetParamOp : Tenon_Op<"get_param", [Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the value of a parameter";
  let description = [{
    Inside `tenon.repeat`, a parameter with layers is the one of the current layer.
    (C1) `name` is a `tenon.param` of the model, of the result's type.
    (C2) a parameter with layers is used inside a repeat over the same dimension, others anywhere.
  }];
  let arguments = (ins FlatSymbolRefAttr:$name);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$name `:` type($result) attr-dict";
}

def Tenon_RepeatOp : Tenon_Op<"repeat", [SingleBlockImplicitTerminator<"YieldOp">,
                                         RecursiveMemoryEffects]> {
  let summary = "a stack of identical layers, as a loop";
  let description = [{
    Runs the body once for each layer 0 .. size(layers) - 1; the block arguments are the initial
    values in layer 0 and the yielded values of the layer before afterwards; the results are the
    values yielded by the last layer.
    (C1) `layers` is a static dimension of the model.
    (C2) initial values, block arguments, yielded values and results agree in number and type.
  }];
  let arguments = (ins FlatSymbolRefAttr:$layers, Variadic<AnyRankedTensor>:$inits);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

def Tenon_GroupOp : Tenon_Op<"group", [SingleBlockImplicitTerminator<"YieldOp">,
                                       RecursiveMemoryEffects]> {
  let summary = "operations that one kernel computes together";
  let description = [{
    Values from outside are used directly; the results are what the body yields. Everything inside
    stays in registers or cache unless it is yielded.
    (C1) the body holds tenon operations only, no nested group or repeat.
    (C2) the results have the types of the yielded values.
  }];
  let arguments = (ins Tenon_GroupKindAttr:$kind);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$kind (`->` type($results)^)? attr-dict-with-keyword $body";
  let hasVerifier = 1;
}

def Tenon_YieldOp : Tenon_Op<"yield", [Pure, Terminator, ParentOneOf<["RepeatOp", "GroupOp"]>]> {
  let summary = "hands values to the enclosing repeat or group";
  let arguments = (ins Variadic<AnyRankedTensor>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, mlir::ValueRange{}); }]>];
}

#endif
