// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Training: random numbers, gradients in memory, the optimisers, initial values. Every parameter
// that is trained has, beside its value, a gradient and a first and second moment of the same shape;
// operations reach them by the parameter's name. They keep their values from call to call.
#ifndef TENON_TRAINING_OPS
#define TENON_TRAINING_OPS

include "TenonOps.td"

// An operation that writes to what belongs to a parameter.
class Tenon_ParamUpdateOp<string mnemonic, list<Trait> traits = []>
    : Tenon_Op<mnemonic, [DeclareOpInterfaceMethods<SymbolUserOpInterface>,
                          MemoryEffects<[MemRead, MemWrite]>] # traits>;

def Tenon_ConstantOp : Tenon_Op<"constant", [Pure, Tenon_OfEachKernel]> {
  let summary = "a number that is known to the compiler";
  let description = [{
    (C1) the result is a float of rank 0, the value is no NaN.

    ```mlir
    %one = tenon.constant 1.0 : tensor<f32, #tenon.dims<>>
    ```
  }];
  let arguments = (ins F64Attr:$value);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$value `:` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_TrainingDropoutOp : Tenon_SameTypeOp<"training_dropout", [Tenon_Elementwise]> {
  let summary = "zeroes elements at random; which ones is a function, so nobody stores a mask";
  let description = [{
    result[e] = 0 where word(e) < floor(probability * 2^32), else x[e] / (1 - probability), for
    the element of row-major number i in x and e = first * (elements of x with one leading index) +
    i; first is 0 where it is not given. word(e) is word e mod 4 of Philox4x32-10 with the key
    (seed, 0) and the counter (floor(e / 4), layer + layers * floor(e / 2^34), stream, step), each
    modulo 2^32; layer is the current one of the enclosing repeat, of `layers`, else 0 of 1.
    Its own backward: the gradient goes through the same operation with the same operands.
    `first` is the number of sequences before x's in the step, so that a batch in parts gets the
    masks that it gets as a whole. `stream` tells the dropouts of a model apart.
    Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
    (C1) x are floats of rank 1 or more; 0 < probability < 1.
    (C2) seed, step and first are i32 of rank 0.

    ```mlir
    %d = tenon.training_dropout %x, 0.1 seed %seed step %step stream 0
      : tensor<?x768xf32, #tenon.dims<seq, n_embd>>, tensor<i32, #tenon.dims<>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$x, Tenon_Tensor:$seed, Tenon_Tensor:$step,
                       Optional<Tenon_Tensor>:$first, F64Attr:$probability, I32Attr:$stream);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = [{
    $x `,` $probability `seed` $seed `step` $step (`first` $first^)? `stream` $stream
    `:` type($x) `,` type($seed) `,` type($step) (`first` type($first)^)? attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_AccumulateOp : Tenon_ParamUpdateOp<"accumulate"> {
  let summary = "adds to the gradient of a parameter, or begins it";
  let description = [{
    gradient(name) += value. With `fresh`, gradient(name) = value, what was there before is not
    read; with `fresh if_zero %first`, that is so in a call with first = 0 only. Inside `tenon.repeat` a
    parameter with layers is the one of the current layer.
    (C1) `name` is a `tenon.param` of the model, of the value's type.
    (C2) a parameter with layers is used inside a repeat over the same dimension, one without
         outside of any.
    (C3) `first`, given with `fresh` only, is i32 of rank 0.

    ```mlir
    tenon.accumulate %dwte into @wte.weight fresh
      : tensor<50257x768xf32, #tenon.dims<n_vocab, n_embd>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$value, FlatSymbolRefAttr:$name, UnitAttr:$fresh,
                       Optional<Tenon_Tensor>:$first);
  let assemblyFormat = [{
    $value `into` $name (`fresh` $fresh^)? (`if_zero` $first^)? `:` type($value)
    (`if_zero` type($first)^)? attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_GradientNormOp : Tenon_Op<"gradient_norm",
    [DeclareOpInterfaceMethods<SymbolUserOpInterface>, MemoryEffects<[MemRead]>]> {
  let summary = "the norm of all gradients together";
  let description = [{
    result = sqrt(sum of squares of all elements of the gradients of the parameters `names`, of all
    layers).
    (C1) every name is a `tenon.param` of the model; there is at least one.
    (C2) the result is a float of rank 0.

    ```mlir
    %norm = tenon.gradient_norm [@wte.weight, @"h.{}.ln_1.weight"] : tensor<f32, #tenon.dims<>>
    ```
  }];
  let arguments = (ins TypedArrayAttrBase<FlatSymbolRefAttr, "parameters">:$names);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$names `:` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_ClipFactorOp : Tenon_Op<"clip_factor", [Pure, AllTypesMatch<["norm", "max", "result"]>]> {
  let summary = "what gradients are multiplied by so that their norm stays below a bound";
  let description = [{
    result = min(1, max / (norm + 1e-6)) where max > 0; 1 otherwise, which is no clipping. A norm
    that is NaN gives NaN.
    Source: torch.nn.utils.clip_grad_norm_.
    (C1) all are floats of rank 0.

    ```mlir
    %factor = tenon.clip_factor %norm, %max : tensor<f32, #tenon.dims<>>
    ```
  }];
  let arguments = (ins Tenon_Tensor:$norm, Tenon_Tensor:$max);
  let results = (outs Tenon_Tensor:$result);
  let assemblyFormat = "$norm `,` $max `:` type($result) attr-dict";
  let hasVerifier = 1;
}

def Tenon_AdamwOp : Tenon_ParamUpdateOp<"adamw", [AllTypesMatch<[
    "factor", "learning_rate", "beta1", "beta2", "epsilon", "weight_decay"]>]> {
  let summary = "one step of AdamW for a parameter, all its layers";
  let description = [{
    With g = factor * gradient, t = step + 1, m and v the moments, p the parameter, in place:
      m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g^2,
      p = p - learning_rate * (weight_decay p + m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) +
          epsilon)), the term with weight_decay only with `decays`.
    An epsilon below 2^-126 counts as that, so that an element that never had a gradient stays.
    The gradient is left as it is. It reads each of g, m, v, p once and writes m, v, p once.
    Source: Loshchilov and Hutter 2019, algorithm 2.
    (C1) `name` is a `tenon.param` of the model.
    (C2) step is i32 of rank 0, the other operands are floats of rank 0.

    ```mlir
    tenon.adamw @wte.weight decays factor %factor step %step learning_rate %lr betas %b1, %b2
      epsilon %eps weight_decay %wd : tensor<f32, #tenon.dims<>>, tensor<i32, #tenon.dims<>>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$name, UnitAttr:$decays, Tenon_Tensor:$factor,
                       Tenon_Tensor:$step, Tenon_Tensor:$learning_rate, Tenon_Tensor:$beta1,
                       Tenon_Tensor:$beta2, Tenon_Tensor:$epsilon, Tenon_Tensor:$weight_decay);
  let assemblyFormat = [{
    $name (`decays` $decays^)? `factor` $factor `step` $step `learning_rate` $learning_rate
    `betas` $beta1 `,` $beta2 `epsilon` $epsilon `weight_decay` $weight_decay
    `:` type($factor) `,` type($step) attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_SgdOp : Tenon_ParamUpdateOp<"sgd", [AllTypesMatch<[
    "factor", "learning_rate", "weight_decay"]>]> {
  let summary = "one step of stochastic gradient descent for a parameter, all its layers";
  let description = [{
    p = p - learning_rate * (factor * gradient + weight_decay p), in place, the term with
    weight_decay only with `decays`. Gradient and moments are left as they are.
    (C1) `name` is a `tenon.param` of the model.
    (C2) the operands are floats of rank 0.

    ```mlir
    tenon.sgd @wte.weight decays factor %factor learning_rate %lr weight_decay %wd
      : tensor<f32, #tenon.dims<>>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$name, UnitAttr:$decays, Tenon_Tensor:$factor,
                       Tenon_Tensor:$learning_rate, Tenon_Tensor:$weight_decay);
  let assemblyFormat = [{
    $name (`decays` $decays^)? `factor` $factor `learning_rate` $learning_rate
    `weight_decay` $weight_decay `:` type($factor) attr-dict
  }];
  let hasVerifier = 1;
}

def Tenon_InitialiseOp : Tenon_ParamUpdateOp<"initialise"> {
  let summary = "sets a parameter, all its layers, to its initial value";
  let description = [{
    Writes what the `init` of the parameter says; its gradient and moments become 0. Element i, in
    row-major order, of layer l follows from words w of Philox4x32-10, key (seed, 1), counter (i / 4,
    l + layers * floor(i / 2^34), stream, 0), all modulo 2^32, u(w) = (floor(w / 256) + 0.5) / 2^24:
      uniform: value * (2 u(w[i mod 4]) - 1)
      normal, scaled_normal: value * sqrt(-2 ln u(w[j])) * cos(2 pi u(w[j + 1])) where i is even and
        the same with sin where i is odd, j = 2 * (floor(i / 2) mod 2) (Box and Muller 1958).
    Layers have no part in each other's numbers. `stream` is a hash of the parameter's name, so
    that a parameter's value does not depend on which others a model has.
    (C1) `name` is a `tenon.param` of the model.
    (C2) seed is i32 of rank 0.

    ```mlir
    tenon.initialise @wte.weight seed %seed stream 7 : tensor<i32, #tenon.dims<>>
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$name, Tenon_Tensor:$seed, I32Attr:$stream);
  let assemblyFormat = "$name `seed` $seed `stream` $stream `:` type($seed) attr-dict";
  let hasVerifier = 1;
}

#endif
