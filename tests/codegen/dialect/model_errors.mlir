// One case for each constraint of the operations that make up a model.
// RUN: tenon-opt %s -split-input-file -verify-diagnostics

tenon.model @model_c1 {
  // expected-error @+1 {{(C1) dimension 'C' of 'tensor<4xf32, #tenon.dims<C>>' is no tenon.dim of the model; declare it}}
  tenon.param @w : tensor<4xf32, #tenon.dims<C>> init ones 0.0
}

// -----

tenon.model @model_c1_static {
  tenon.dim @C 5 to 5
  // expected-error @+1 {{(C1) dimension 'C' has bounds 5 to 5, but 'tensor<4xf32, #tenon.dims<C>>' gives it another size; write 5}}
  tenon.param @w : tensor<4xf32, #tenon.dims<C>> init ones 0.0
}

// -----

tenon.model @model_c1_dynamic {
  tenon.dim @T 1 to 4
  // expected-error @+1 {{(C1) dimension 'T' has bounds 1 to 4, but 'tensor<4xf32, #tenon.dims<T>>' gives it another size; write ?}}
  func.func @graph(%x: tensor<4xf32, #tenon.dims<T>>) { return }
}

// -----

tenon.model @dim_c1 {
  // expected-error @+1 {{(C1) bounds must satisfy 1 <= min <= max; min = 3, max = 2}}
  tenon.dim @T 3 to 2
}

// -----

tenon.model @dim_c1_zero {
  // expected-error @+1 {{(C1) bounds must satisfy 1 <= min <= max; min = 0, max = 2}}
  tenon.dim @T 0 to 2
}

// -----

tenon.model @param_c1 {
  tenon.dim @T 1 to 4
  // expected-error @+1 {{(C1) a parameter is a float tensor with named, static dimensions; its type is 'tensor<?xf32, #tenon.dims<T>>'}}
  tenon.param @w : tensor<?xf32, #tenon.dims<T>> init ones 0.0
}

// -----

tenon.model @param_c1_unnamed {
  // expected-error @+1 {{(C1) a parameter is a float tensor with named, static dimensions; its type is 'tensor<4xf32>'}}
  tenon.param @w : tensor<4xf32> init ones 0.0
}

// -----

tenon.model @param_c2_name {
  tenon.dim @C 4 to 4
  // expected-error @+1 {{(C2) the name 'h.{}.w' holds 1 times {}; it must be once with layers, and once more only for the parts along the first of several dimensions; it has no layers, its shape is (C = 4) of 'f32'}}
  tenon.param @"h.{}.w" : tensor<4xf32, #tenon.dims<C>> init ones 0.0
}

// -----

tenon.model @param_c2_parts {
  tenon.dim @C 4 to 4
  tenon.dim @E 2 to 2
  tenon.param @"e.{}.w" : tensor<2x4xf32, #tenon.dims<E, C>> init ones 0.0
  // expected-error @+1 {{(C2) the name 'e.{}.w.{}' holds 2 times {}}}
  tenon.param @"e.{}.w.{}" : tensor<2x4xf32, #tenon.dims<E, C>> init ones 0.0
}

// -----

tenon.model @stored_c2_parts {
  tenon.dim @C 4 to 4
  tenon.dim @E 2 to 2
  tenon.param @"e.{}.w" : tensor<2x4xf32, #tenon.dims<E, C>> init ones 0.0
  // expected-error @+1 {{(C2) @"e.{}.w" is stored as several tensors, which 'twin.{}' can only be as they are}}
  tenon.stored twin "twin.{}" of @"e.{}.w"
}

// -----

tenon.model @param_c2_layers {
  tenon.dim @C 4 to 4
  tenon.dim @L 1 to 4
  // expected-error @+1 {{(C2) layers dimension @L has bounds 1 to 4; the number of layers must be fixed}}
  tenon.param @"h.{}.w" : tensor<4xf32, #tenon.dims<C>> init ones 0.0 layers @L
}

// -----

tenon.model @param_c3 {
  tenon.dim @C 4 to 4
  // expected-error @+1 {{(C3) the initial value must be finite and not negative, it is -1.000000e+00 : f64}}
  tenon.param @w : tensor<4xf32, #tenon.dims<C>> init normal -1.0
}

// -----

tenon.model @state_c1 {
  tenon.dim @B 1 to 4
  tenon.dim @C 4 to 4
  // expected-error @+1 {{(C1) a state is a float tensor (B, context, ...) with three or more named dimensions, all but the first static; its type is 'tensor<4x4xf32, #tenon.dims<C, C>>'}}
  tenon.state @kv kv_cache : tensor<4x4xf32, #tenon.dims<C, C>>
}

// -----

tenon.model @state_c2 {
  tenon.dim @B 1 to 4
  tenon.dim @C 4 to 4
  // expected-error @+1 {{(C2) layers names @L, which is no tenon.dim of the model; declare it}}
  tenon.state @kv kv_cache : tensor<?x4x4xf32, #tenon.dims<B, C, C>> layers @L
}

// -----

tenon.model @stored_c1 {
  // expected-error @+1 {{(C1) the name 'h.{}.' holds 1 times {}; it may at most 0}}
  tenon.stored prefix "h.{}."
}

// -----

tenon.model @stored_c1_twice {
  // expected-error @+1 {{(C1) the name '{}.{}' holds 2 times {}; it may at most 1}}
  tenon.stored ignored "{}.{}"
}

// -----

tenon.model @stored_c2 {
  // expected-error @+1 {{(C2) a prefix and what is ignored name no parameter, all others do}}
  tenon.stored twin "head"
}

// -----

tenon.model @stored_c2_param {
  // expected-error @+1 {{(C2) @w is no tenon.param of the model; declare it}}
  tenon.stored twin "head" of @w
}

// -----

tenon.model @stored_c2_layers {
  tenon.dim @C 4 to 4
  tenon.param @w : tensor<4xf32, #tenon.dims<C>> init ones 0.0
  // expected-error @+1 {{(C2) the name 'h.{}.head' must hold {} exactly where that of @w does}}
  tenon.stored twin "h.{}.head" of @w
}

// -----

tenon.model @stored_c3_rank {
  tenon.dim @C 4 to 4
  tenon.param @w : tensor<4xf32, #tenon.dims<C>> init ones 0.0
  // expected-error @+1 {{(C3) 'head' needs a parameter of two dimensions or more; @w is (C = 4)}}
  tenon.stored swapped "head" of @w
}

// -----

tenon.model @stored_c3_even {
  tenon.dim @C 4 to 4
  tenon.dim @D 3 to 3
  tenon.param @w : tensor<3x4xf32, #tenon.dims<D, C>> init ones 0.0
  // expected-error @+1 {{(C3) 'head' needs an even number of rows; @w is (D = 3, C = 4)}}
  tenon.stored paired "head" of @w
}

// -----

tenon.model @get_param_c1 {
  func.func @graph() {
    // expected-error @+1 {{(C1) @w is no tenon.param of the model; declare it}}
    %0 = tenon.get_param @w : tensor<f32, #tenon.dims<>>
    return
  }
}

// -----

tenon.model @get_param_c1_type {
  tenon.dim @C 4 to 4
  tenon.param @w : tensor<4xf32, #tenon.dims<C>> init ones 0.0
  func.func @graph() {
    // expected-error @+1 {{(C1) the result must have the type of parameter @w; it is (C = 4) of 'bf16', the parameter is (C = 4) of 'f32'}}
    %0 = tenon.get_param @w : tensor<4xbf16, #tenon.dims<C>>
    return
  }
}

// -----

tenon.model @get_param_c2 {
  tenon.dim @C 4 to 4
  tenon.dim @L 2 to 2
  tenon.param @"h.{}.w" : tensor<4xf32, #tenon.dims<C>> init ones 0.0 layers @L
  func.func @graph() {
    // expected-error @+1 {{(C2) parameter @"h.{}.w" has layers @L; use it inside a repeat over them}}
    %0 = tenon.get_param @"h.{}.w" : tensor<4xf32, #tenon.dims<C>>
    return
  }
}

// -----

tenon.model @repeat_c1 {
  tenon.dim @C 4 to 4
  tenon.dim @T 1 to 2
  func.func @graph(%x: tensor<4xf32, #tenon.dims<C>>) {
    // expected-error @+1 {{(C1) layers dimension @T has bounds 1 to 2; the number of layers must be fixed}}
    %0 = tenon.repeat @T (%a = %x) : tensor<4xf32, #tenon.dims<C>> {
      tenon.yield %a : tensor<4xf32, #tenon.dims<C>>
    }
    return
  }
}

// -----

tenon.model @repeat_c2 {
  tenon.dim @C 4 to 4
  tenon.dim @K 4 to 4
  tenon.dim @L 2 to 2
  func.func @graph(%x: tensor<4xf32, #tenon.dims<C>>, %y: tensor<4xf32, #tenon.dims<K>>) {
    // expected-error @+1 {{(C2) yielded values must have the types of the initial values; they are 'tensor<4xf32, #tenon.dims<K>>', the initial values 'tensor<4xf32, #tenon.dims<C>>'}}
    %0 = tenon.repeat @L (%a = %x) : tensor<4xf32, #tenon.dims<C>> {
      tenon.yield %y : tensor<4xf32, #tenon.dims<K>>
    }
    return
  }
}

// -----

func.func @group_c1(%x: tensor<4xf32, #tenon.dims<C>>) {
  // expected-error @+1 {{(C1) a group holds tenon operations without regions; it holds 'tenon.group'}}
  tenon.group rows {
    tenon.group rows { tenon.yield }
    tenon.yield
  }
  return
}

// -----

func.func @group_c1_foreign() {
  // expected-error @+1 {{(C1) a group holds tenon operations without regions; it holds 'arith.constant'}}
  tenon.group rows {
    %0 = arith.constant 1 : i32
    tenon.yield
  }
  return
}

// -----

func.func @group_c2(%x: tensor<4xf32, #tenon.dims<C>>) {
  // expected-error @+1 {{(C2) the results must have the types of the yielded values; they are 'tensor<4xf32, #tenon.dims<K>>', yielded are 'tensor<4xf32, #tenon.dims<C>>'}}
  %0 = tenon.group rows -> tensor<4xf32, #tenon.dims<K>> {
    tenon.yield %x : tensor<4xf32, #tenon.dims<C>>
  }
  return
}
