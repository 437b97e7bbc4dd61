// One case for each constraint of the operations of training, and of repeat with slices and stacks.
// RUN: tenon-opt %s -split-input-file -verify-diagnostics

!c = tensor<4xf32, #tenon.dims<C>>

tenon.model @constant_c1 {
  tenon.dim @C 4 to 4
  func.func @graph() {
    // expected-error @+1 {{(C1) the result must be a float of rank 0; it is (C = 4) of 'f32'}}
    %0 = tenon.constant 1.0 : !c
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>

tenon.model @constant_c1_value {
  func.func @graph() {
    %infinite = tenon.constant 0x7FF0000000000000 : !f
    // expected-error @+1 {{(C1) the value must be a number or infinite, it is 0x7FF8000000000000 : f64}}
    %0 = tenon.constant 0x7FF8000000000000 : !f
    return
  }
}

// -----

!i = tensor<i32, #tenon.dims<>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @training_dropout_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  func.func @graph(%x: !x, %i: !i) {
    // expected-error @+1 {{(C1) drops floats of rank 1 or more with a probability in (0, 1); x is (B, T, C = 4) of 'f32', the probability 1.000000e+00 : f64}}
    %0 = tenon.training_dropout %x, 1.0 seed %i step %i stream 0 : !x, !i, !i
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>
!i = tensor<i32, #tenon.dims<>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @training_dropout_c2 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  func.func @graph(%x: !x, %i: !i, %f: !f) {
    // expected-error @+1 {{(C2) step must be i32 of rank 0; it is () of 'f32'}}
    %0 = tenon.training_dropout %x, 0.5 seed %i step %f stream 0 : !x, !i, !f
    return
  }
}

// -----

!i = tensor<i32, #tenon.dims<>>
!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @training_dropout_c2_first {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  func.func @graph(%x: !x, %i: !i, %ids: !ids) {
    // expected-error @+1 {{(C2) first must be i32 of rank 0; it is (B, T) of 'i32'}}
    %0 = tenon.training_dropout %x, 0.5 seed %i step %i first %ids stream 0 : !x, !i, !i first !ids
    return
  }
}

// -----

!wte = tensor<9x4xf32, #tenon.dims<V, C>>

tenon.model @accumulate_c1 {
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%d: !wte) {
    // expected-error @+1 {{(C1) @p is no tenon.param of the model; declare it}}
    tenon.accumulate %d into @p : !wte
    return
  }
}

// -----

!w = tensor<4x12xf32, #tenon.dims<C, C3>>

tenon.model @accumulate_c1_type {
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @V 9 to 9
  tenon.param @p : tensor<9x4xf32, #tenon.dims<V, C>> init zeros 0.0
  func.func @graph(%d: !w) {
    // expected-error @+1 {{(C1) the value must have the type of parameter @p; it is (C = 4, C3 = 12) of 'f32', the parameter is (V = 9, C = 4) of 'f32'}}
    tenon.accumulate %d into @p : !w
    return
  }
}

// -----

!c = tensor<4xf32, #tenon.dims<C>>

tenon.model @accumulate_c2 {
  tenon.dim @C 4 to 4
  tenon.dim @L 3 to 3
  tenon.param @"l.{}" : tensor<4xf32, #tenon.dims<C>> init zeros 0.0 layers @L
  func.func @graph(%d: !c) {
    // expected-error @+1 {{(C2) parameter @"l.{}" has layers @L; use it inside a repeat over them}}
    tenon.accumulate %d into @"l.{}" : !c
    return
  }
}

// -----

!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @accumulate_c2_no_layers {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  tenon.dim @L 3 to 3
  tenon.param @p : tensor<9x4xf32, #tenon.dims<V, C>> init zeros 0.0
  func.func @graph(%d: !wte, %x: !x) {
    %y = tenon.repeat @L (%a = %x) : !x {
      // expected-error @+1 {{(C2) parameter @p has no layers; accumulate its gradient outside of any repeat}}
      tenon.accumulate %d into @p : !wte
      tenon.yield %a : !x
    }
    return
  }
}

// -----

!i = tensor<i32, #tenon.dims<>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>

tenon.model @accumulate_c3 {
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  tenon.param @p : tensor<9x4xf32, #tenon.dims<V, C>> init zeros 0.0
  func.func @graph(%d: !wte, %i: !i) {
    // expected-error @+1 {{(C3) 'if_zero' says when the gradient begins; write 'fresh' before it}}
    tenon.accumulate %d into @p if_zero %i : !wte if_zero !i
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>

tenon.model @accumulate_c3_first {
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  tenon.param @p : tensor<9x4xf32, #tenon.dims<V, C>> init zeros 0.0
  func.func @graph(%d: !wte, %f: !f) {
    // expected-error @+1 {{(C3) what follows 'if_zero' must be i32 of rank 0; it is () of 'f32'}}
    tenon.accumulate %d into @p fresh if_zero %f : !wte if_zero !f
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>

tenon.model @gradient_norm_c1 {
  func.func @graph() {
    // expected-error @+1 {{(C1) names no parameter; name one or more}}
    %0 = tenon.gradient_norm [] : !f
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>

tenon.model @gradient_norm_c1_unknown {
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  tenon.param @p : tensor<9x4xf32, #tenon.dims<V, C>> init zeros 0.0
  func.func @graph() {
    // expected-error @+1 {{(C1) @q is no tenon.param of the model; declare it}}
    %0 = tenon.gradient_norm [@p, @q] : !f
    return
  }
}

// -----

!c = tensor<4xf32, #tenon.dims<C>>

tenon.model @gradient_norm_c2 {
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  tenon.param @p : tensor<9x4xf32, #tenon.dims<V, C>> init zeros 0.0
  func.func @graph() {
    // expected-error @+1 {{(C2) the result must be a float of rank 0; it is (C = 4) of 'f32'}}
    %0 = tenon.gradient_norm [@p] : !c
    return
  }
}

// -----

!i = tensor<i32, #tenon.dims<>>

tenon.model @clip_factor_c1 {
  func.func @graph(%i: !i) {
    // expected-error @+1 {{(C1) the norm must be a float of rank 0; it is () of 'i32'}}
    %0 = tenon.clip_factor %i, %i : !i
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>
!i = tensor<i32, #tenon.dims<>>

tenon.model @adamw_c1 {
  func.func @graph(%f: !f, %i: !i) {
    // expected-error @+1 {{(C1) @p is no tenon.param of the model; declare it}}
    tenon.adamw @p factor %f step %i learning_rate %f betas %f, %f epsilon %f weight_decay %f : !f, !i
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>

tenon.model @adamw_c2 {
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  tenon.param @p : tensor<9x4xf32, #tenon.dims<V, C>> init zeros 0.0
  func.func @graph(%f: !f) {
    // expected-error @+1 {{(C2) step must be i32 of rank 0; it is () of 'f32'}}
    tenon.adamw @p factor %f step %f learning_rate %f betas %f, %f epsilon %f weight_decay %f : !f, !f
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>

tenon.model @sgd_c1 {
  func.func @graph(%f: !f) {
    // expected-error @+1 {{(C1) @p is no tenon.param of the model; declare it}}
    tenon.sgd @p factor %f learning_rate %f weight_decay %f : !f
    return
  }
}

// -----

!i = tensor<i32, #tenon.dims<>>

tenon.model @sgd_c2 {
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  tenon.param @p : tensor<9x4xf32, #tenon.dims<V, C>> init zeros 0.0
  func.func @graph(%i: !i) {
    // expected-error @+1 {{(C2) factor must be a float of rank 0; it is () of 'i32'}}
    tenon.sgd @p factor %i learning_rate %i weight_decay %i : !i
    return
  }
}

// -----

!i = tensor<i32, #tenon.dims<>>

tenon.model @initialise_c1 {
  func.func @graph(%i: !i) {
    // expected-error @+1 {{(C1) @p is no tenon.param of the model; declare it}}
    tenon.initialise @p seed %i stream 0 : !i
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>

tenon.model @initialise_c2 {
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  tenon.param @p : tensor<9x4xf32, #tenon.dims<V, C>> init zeros 0.0
  func.func @graph(%f: !f) {
    // expected-error @+1 {{(C2) seed must be i32 of rank 0; it is () of 'f32'}}
    tenon.initialise @p seed %f stream 0 : !f
    return
  }
}

// -----

!rows = tensor<?x4xf32, #tenon.dims<T, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @repeat_c3 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @L 3 to 3
  func.func @graph(%x: !x, %xs: !rows) {
    // expected-error @+1 {{(C3) slices must have the dimension @L, then those of the layer's value; the stacks are 'tensor<?x4xf32, #tenon.dims<T, C>>', the values 'tensor<4xf32, #tenon.dims<C>>'}}
    %y = tenon.repeat @L (%a = %x) : !x slices (%s = %xs) : !rows {
      tenon.yield %a : !x
    }
    return
  }
}

// -----

!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>
!xs = tensor<3x?x?x4xf32, #tenon.dims<L, B, T, C>>

tenon.model @repeat_c4 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @L 3 to 3
  func.func @graph(%x: !x, %ids: !ids) {
    // expected-error @+1 {{(C4) stacks must have the dimension @L, then those of the layer's value; the stacks are 'tensor<3x?x?x4xf32, #tenon.dims<L, B, T, C>>', the values 'tensor<?x?xi32, #tenon.dims<B, T>>'}}
    %y, %z = tenon.repeat @L (%a = %x) : !x stacks !xs {
      tenon.yield %a, %ids : !x, !ids
    }
    return
  }
}

// -----

!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @repeat_c4_missing {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @L 3 to 3
  func.func @graph(%x: !x) {
    // expected-error @+1 {{(C4) stacks must have the dimension @L, then those of the layer's value; the stacks are , the values 'tensor<?x?x4xf32, #tenon.dims<B, T, C>>'}}
    %y = tenon.repeat @L (%a = %x) : !x {
      tenon.yield %a, %a : !x, !x
    }
    return
  }
}
