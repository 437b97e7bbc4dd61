// One case for each constraint of the backward operations.
// RUN: tenon-opt %s -split-input-file -verify-diagnostics

!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!rows = tensor<?x4xf32, #tenon.dims<T, C>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>

tenon.model @embedding_backward_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%dy: !rows, %ids: !ids) {
    // expected-error @+1 {{(C1) dy must be floats with the dimensions of the i32 ids, then C; dy is (T, C = 4) of 'f32', ids are (B, T) of 'i32'}}
    %0 = tenon.embedding_backward %dy, %ids : !rows, !ids -> !wte
    return
  }
}

// -----

!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!w = tensor<4x12xf32, #tenon.dims<C, C3>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @embedding_backward_c2 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  func.func @graph(%dy: !x, %ids: !ids) {
    // expected-error @+1 {{(C2) the result must be (V, C) with the C and the element type of dy; dy is (B, T, C = 4) of 'f32', the result is (C = 4, C3 = 12) of 'f32'}}
    %0 = tenon.embedding_backward %dy, %ids : !x, !ids -> !w
    return
  }
}

// -----

!v = tensor<9xf32, #tenon.dims<V>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @sum_leading_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x) {
    // expected-error @+1 {{(C1) the result must have the last dimensions of the floats x, but not all; x is (B, T, C = 4) of 'f32', the result is (V = 9) of 'f32'}}
    %0 = tenon.sum_leading %x : !x -> !v
    return
  }
}

// -----

!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @sum_leading_c1_nothing_to_sum {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  func.func @graph(%x: !x) {
    // expected-error @+1 {{(C1) the result must have the last dimensions of the floats x, but not all; x is (B, T, C = 4) of 'f32', the result is (B, T, C = 4) of 'f32'}}
    %0 = tenon.sum_leading %x : !x -> !x
    return
  }
}

// -----

!v = tensor<9xf32, #tenon.dims<V>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @layer_norm_backward_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %w: !v) {
    // expected-error @+1 {{(C1) weight must have the last dimension of x; x is (B, T, C = 4) of 'f32', weight is (V = 9) of 'f32'}}
    %0 = tenon.layer_norm_backward %x, %w, %x, 1.0e-5 : !x, !v
    return
  }
}

// -----

!c64 = tensor<4xf64, #tenon.dims<C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @layer_norm_backward_c2 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  func.func @graph(%x: !x, %w: !c64) {
    // expected-error @+1 {{(C2) weight must have the float element type of x; x is (B, T, C = 4) of 'f32', weight is (C = 4) of 'f64'}}
    %0 = tenon.layer_norm_backward %x, %w, %x, 1.0e-5 : !x, !c64
    return
  }
}

// -----

!c = tensor<4xf32, #tenon.dims<C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @layer_norm_backward_c3 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  func.func @graph(%x: !x, %w: !c) {
    // expected-error @+1 {{(C3) epsilon must be above 0, it is 0.000000e+00 : f64; GPT-2 uses 1e-5}}
    %0 = tenon.layer_norm_backward %x, %w, %x, 0.0 : !x, !c
    return
  }
}

// -----

!v = tensor<9xf32, #tenon.dims<V>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @layer_norm_backward_weight_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x) {
    // expected-error @+1 {{(C1) the result must have the last dimension of x; x is (B, T, C = 4) of 'f32', the result is (V = 9) of 'f32'}}
    %0 = tenon.layer_norm_backward_weight %x, %x, 1.0e-5 : !x -> !v
    return
  }
}

// -----

!c64 = tensor<4xf64, #tenon.dims<C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @layer_norm_backward_weight_c2 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  func.func @graph(%x: !x) {
    // expected-error @+1 {{(C2) the result must have the float element type of x; x is (B, T, C = 4) of 'f32', the result is (C = 4) of 'f64'}}
    %0 = tenon.layer_norm_backward_weight %x, %x, 1.0e-5 : !x -> !c64
    return
  }
}

// -----

!c = tensor<4xf32, #tenon.dims<C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @layer_norm_backward_weight_c3 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  func.func @graph(%x: !x) {
    // expected-error @+1 {{(C3) epsilon must be above 0, it is -1.000000e+00 : f64; GPT-2 uses 1e-5}}
    %0 = tenon.layer_norm_backward_weight %x, %x, -1.0 : !x -> !c
    return
  }
}

// -----

!qkv = tensor<?x?x12xf32, #tenon.dims<B, T, C3>>
!w = tensor<4x12xf32, #tenon.dims<C, C3>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @linear_backward_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  func.func @graph(%x: !x, %w: !w) {
    // expected-error @+1 {{(C1) the weight must be (K, N) with N the last of dy; dy is (B, T, C = 4) of 'f32', the weight is (C = 4, C3 = 12) of 'f32', the result is (B, T, C3 = 12) of 'f32'}}
    %0 = tenon.linear_backward %x, %w : !x, !w -> !qkv
    return
  }
}

// -----

!logits = tensor<?x?x9xf32, #tenon.dims<B, T, V>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @linear_backward_c1_transposed {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %w: !wte) {
    // expected-error @+1 {{(C1) the weight must be (N, K) with N the last of dy; dy is (B, T, C = 4) of 'f32', the weight is (V = 9, C = 4) of 'f32', the result is (B, T, V = 9) of 'f32'}}
    %0 = tenon.linear_backward %x, %w transposed : !x, !wte -> !logits
    return
  }
}

// -----

!logits = tensor<?x?x9xf32, #tenon.dims<B, T, V>>
!w64 = tensor<9x4xf64, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @linear_backward_c2 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %w: !w64) {
    // expected-error @+1 {{(C2) dy and weight must have the same float element type; dy is (B, T, C = 4) of 'f32', the weight is (V = 9, C = 4) of 'f64'}}
    %0 = tenon.linear_backward %x, %w : !x, !w64 -> !logits
    return
  }
}

// -----

!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @linear_backward_c3 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %w: !wte) {
    // expected-error @+1 {{(C3) the result must have the dimensions of dy with K in place of N; expected (B, T, V = 9) of 'f32', found (B, T, C = 4) of 'f32'}}
    %0 = tenon.linear_backward %x, %w : !x, !wte -> !x
    return
  }
}

// -----

!rows = tensor<?x4xf32, #tenon.dims<T, C>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @linear_backward_weight_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %dy: !rows) {
    // expected-error @+1 {{(C1) x and dy must be the same floats with the same dimensions but for K and N; x is (B, T, C = 4) of 'f32', dy is (T, C = 4) of 'f32', the result is (V = 9, C = 4) of 'f32'}}
    %0 = tenon.linear_backward_weight %x, %dy : !x, !rows -> !wte
    return
  }
}

// -----

!logits = tensor<?x?x9xf32, #tenon.dims<B, T, V>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @linear_backward_weight_c2 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %dy: !logits) {
    // expected-error @+1 {{(C2) the result must have the shape (K, N); expected (C = 4, V = 9) of 'f32', found (V = 9, C = 4) of 'f32'}}
    %0 = tenon.linear_backward_weight %x, %dy : !x, !logits -> !wte
    return
  }
}

// -----

!ints = tensor<?x?x4xi32, #tenon.dims<B, T, C>>

tenon.model @gelu_backward_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  func.func @graph(%x: !ints) {
    // expected-error @+1 {{(C1) x must be floats; it is (B, T, C = 4) of 'i32'}}
    %0 = tenon.gelu_backward erf %x, %x : !ints
    return
  }
}

// -----

func.func @spread_c1(%x: tensor<?xf32, #tenon.dims<T>>) {
  // expected-error @+1 {{(C1) the result must have all dimensions of the floats x, in the same order, and more; x is (T) of 'f32', the result is (T) of 'f32'}}
  %0 = tenon.spread %x : tensor<?xf32, #tenon.dims<T>> -> tensor<?xf32, #tenon.dims<T>>
  return
}
