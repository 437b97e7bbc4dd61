// One case for each constraint of attention and the loss in training.
// RUN: tenon-opt %s -split-input-file -verify-diagnostics

!lse = tensor<?x2x?xf64, #tenon.dims<B, H, T>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @attention_saving_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @H 2 to 2
  func.func @graph(%x: !x) {
    // expected-error @+1 {{(C1) the last dimension of qkv must be three times that of the result; they are C = 4 and C = 4}}
    %0, %1 = tenon.attention_saving %x heads @H : !x -> !x, !lse
    return
  }
}

// -----

!lse = tensor<?x2x?xf64, #tenon.dims<B, H, T>>
!qkv = tensor<?x?x12xf32, #tenon.dims<B, T, C3>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @attention_saving_c2 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  func.func @graph(%qkv: !qkv) {
    // expected-error @+1 {{(C2) heads names @T, which is no static dimension of the model; declare it}}
    %0, %1 = tenon.attention_saving %qkv heads @T : !qkv -> !x, !lse
    return
  }
}

// -----

!lse = tensor<?x2x?xf64, #tenon.dims<B, H, T>>
!qkv = tensor<?x?x12xf32, #tenon.dims<B, T, C3>>
!rows = tensor<?x4xf32, #tenon.dims<T, C>>

tenon.model @attention_saving_c3 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  func.func @graph(%qkv: !qkv) {
    // expected-error @+1 {{(C3) qkv must be (B, T, 3C) and the result (B, T, C) of the same floats; qkv is (B, T, C3 = 12) of 'f32', the result is (T, C = 4) of 'f32'}}
    %0, %1 = tenon.attention_saving %qkv heads @H : !qkv -> !rows, !lse
    return
  }
}

// -----

!badlse = tensor<?x?x2xf64, #tenon.dims<B, T, H>>
!qkv = tensor<?x?x12xf32, #tenon.dims<B, T, C3>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @attention_saving_c4 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  func.func @graph(%qkv: !qkv) {
    // expected-error @+1 {{(C4) lse must be (B, heads, T) of f64; expected (B, H = 2, T) of 'f64', found (B, T, H = 2) of 'f64'}}
    %0, %1 = tenon.attention_saving %qkv heads @H : !qkv -> !x, !badlse
    return
  }
}

// -----

!lse = tensor<?x2x?xf64, #tenon.dims<B, H, T>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @attention_backward_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @H 2 to 2
  func.func @graph(%x: !x, %lse: !lse) {
    // expected-error @+1 {{(C1) the last dimension of qkv must be three times that of y; they are C = 4 and C = 4}}
    %0 = tenon.attention_backward %x, %lse, %x of %x heads @H : !x, !lse of !x -> !x
    return
  }
}

// -----

!lse = tensor<?x2x?xf64, #tenon.dims<B, H, T>>
!qkv = tensor<?x?x12xf32, #tenon.dims<B, T, C3>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @attention_backward_c2 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.dim @L 3 to 3
  func.func @graph(%x: !x, %qkv: !qkv, %lse: !lse) {
    // expected-error @+1 {{(C2) the heads must divide C; heads @L = 3, C is C = 4}}
    %0 = tenon.attention_backward %x, %lse, %x of %qkv heads @L : !x, !lse of !qkv -> !qkv
    return
  }
}

// -----

!lse = tensor<?x2x?xf64, #tenon.dims<B, H, T>>
!qkv = tensor<?x?x12xf32, #tenon.dims<B, T, C3>>
!rows = tensor<?x4xf32, #tenon.dims<T, C>>

tenon.model @attention_backward_c3 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  func.func @graph(%x: !rows, %qkv: !qkv, %lse: !lse) {
    // expected-error @+1 {{(C3) qkv must be (B, T, 3C) and y (B, T, C) of the same floats; qkv is (B, T, C3 = 12) of 'f32', y is (T, C = 4) of 'f32'}}
    %0 = tenon.attention_backward %x, %lse, %x of %qkv heads @H : !rows, !lse of !qkv -> !qkv
    return
  }
}

// -----

!badlse = tensor<?x?x2xf64, #tenon.dims<B, T, H>>
!qkv = tensor<?x?x12xf32, #tenon.dims<B, T, C3>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @attention_backward_c4 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  func.func @graph(%x: !x, %qkv: !qkv, %lse: !badlse) {
    // expected-error @+1 {{(C4) lse must be (B, heads, T) of f64; expected (B, H = 2, T) of 'f64', found (B, T, H = 2) of 'f64'}}
    %0 = tenon.attention_backward %x, %lse, %x of %qkv heads @H : !x, !badlse of !qkv -> !qkv
    return
  }
}

// -----

!lse = tensor<?x2x?xf64, #tenon.dims<B, H, T>>
!qkv = tensor<?x?x12xf32, #tenon.dims<B, T, C3>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

func.func @attention_backward_c5(%x: !x, %qkv: !qkv, %lse: !lse) {
  // expected-error @+1 {{(C5) the gradients must have the types of the inputs; these are 'tensor<?x?x12xf32, #tenon.dims<B, T, C3>>', the gradients 'tensor<?x?x4xf32, #tenon.dims<B, T, C>>'}}
  %0 = tenon.attention_backward %x, %lse, %x of %qkv heads @H : !x, !lse of !qkv -> !x
  return
}

// -----

!lse = tensor<?x2x3x?xf64, #tenon.dims<B, KV, G, T>>
!badlse = tensor<?x2x?xf64, #tenon.dims<B, KV, T>>
!q = tensor<?x?x2x3x4xf32, #tenon.dims<B, T, KV, G, D>>
!kv = tensor<?x?x2x4xf32, #tenon.dims<B, T, KV, D>>

tenon.model @attention_saving_c4_apart {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @KV 2 to 2
  tenon.dim @G 3 to 3
  tenon.dim @D 4 to 4
  func.func @graph(%q: !q, %k: !kv) {
    // expected-error @+1 {{(C4) lse must be (B, heads, T) of f64; expected (B, KV = 2, G = 3, T) of 'f64', found (B, KV = 2, T) of 'f64'}}
    %0, %1 = tenon.attention_saving %q, %k, %k : !q, !kv, !kv -> !q, !badlse
    return
  }
}

// -----

!lse = tensor<?x2x3x?xf64, #tenon.dims<B, KV, G, T>>
!q = tensor<?x?x2x3x4xf32, #tenon.dims<B, T, KV, G, D>>
!kv = tensor<?x?x2x4xf32, #tenon.dims<B, T, KV, D>>

func.func @attention_saving_c6(%q: !q, %k: !kv) {
  // expected-error @+1 {{(C6) the result must have the type of q; q is (B, T, KV = 2, G = 3, D = 4) of 'f32', the result is (B, T, KV = 2, D = 4) of 'f32'}}
  %0, %1 = tenon.attention_saving %q, %k, %k : !q, !kv, !kv -> !kv, !lse
  return
}

// -----

!lse = tensor<?x2x3x?xf64, #tenon.dims<B, KV, G, T>>
!q = tensor<?x?x2x3x4xf32, #tenon.dims<B, T, KV, G, D>>
!kv = tensor<?x?x2x4xf32, #tenon.dims<B, T, KV, D>>

func.func @attention_backward_c6(%q: !q, %k: !kv, %lse: !lse) {
  // expected-error @+1 {{(C6) y must have the type of q; q is (B, T, KV = 2, G = 3, D = 4) of 'f32', y is (B, T, KV = 2, D = 4) of 'f32'}}
  %0:3 = tenon.attention_backward %k, %lse, %k of %q, %k, %k : !kv, !lse of !q, !kv, !kv -> !q, !kv, !kv
  return
}

// -----

!at = tensor<?xi32, #tenon.dims<T>>
!f = tensor<f32, #tenon.dims<>>
!logits = tensor<?x?x9xf32, #tenon.dims<B, T, V>>

tenon.model @cross_entropy_backward_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @V 9 to 9
  func.func @graph(%logits: !logits, %at: !at, %f: !f) {
    // expected-error @+1 {{(C1) targets must be i32 with the dimensions of the float logits without the last; logits are (B, T, V = 9) of 'f32', targets are (T) of 'i32'}}
    %0 = tenon.cross_entropy_backward %logits, %at, %f ignore -1 : !logits, !at, !f
    return
  }
}

// -----

!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!logits = tensor<?x?x9xf32, #tenon.dims<B, T, V>>
!v = tensor<9xf32, #tenon.dims<V>>

tenon.model @cross_entropy_backward_c2 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @V 9 to 9
  func.func @graph(%logits: !logits, %ids: !ids, %v: !v) {
    // expected-error @+1 {{(C2) dloss must be a float of rank 0; it is (V = 9) of 'f32'}}
    %0 = tenon.cross_entropy_backward %logits, %ids, %v ignore -1 : !logits, !ids, !v
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!w = tensor<4x12xf32, #tenon.dims<C, C3>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @head_cross_entropy_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  func.func @graph(%x: !x, %w: !w, %ids: !ids, %f: !f) {
    // expected-error @+1 {{(C1) the weight must be (V, C) with C the last dimension of x; x is (B, T, C = 4) of 'f32', the weight is (C = 4, C3 = 12) of 'f32'}}
    %0, %1, %2 = tenon.head_cross_entropy %x, %w transposed, %ids, %f ignore -1 : !x, !w, !ids, !f -> !f
    return
  }
}

// -----

!at = tensor<?xi32, #tenon.dims<T>>
!f = tensor<f32, #tenon.dims<>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @head_cross_entropy_c2 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %w: !wte, %at: !at, %f: !f) {
    // expected-error @+1 {{(C2) targets must be i32 with the dimensions of the float x without the last; x is (B, T, C = 4) of 'f32', targets are (T) of 'i32'}}
    %0, %1, %2 = tenon.head_cross_entropy %x, %w transposed, %at, %f ignore -1 : !x, !wte, !at, !f -> !f
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>
!i = tensor<i32, #tenon.dims<>>
!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @head_cross_entropy_c2_dloss {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %w: !wte, %ids: !ids, %i: !i) {
    // expected-error @+1 {{(C2) dloss must be a float of rank 0; it is () of 'i32'}}
    %0, %1, %2 = tenon.head_cross_entropy %x, %w transposed, %ids, %i ignore -1 : !x, !wte, !ids, !i -> !f
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!w64 = tensor<9x4xf64, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @head_cross_entropy_c3 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %w: !w64, %ids: !ids, %f: !f) {
    // expected-error @+1 {{(C3) all but targets and dloss must have the element type of x; x is (B, T, C = 4) of 'f32', another is (V = 9, C = 4) of 'f64'}}
    %0, %1, %2 = tenon.head_cross_entropy %x, %w transposed, %ids, %f ignore -1 : !x, !w64, !ids, !f -> !f
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!v = tensor<9xf32, #tenon.dims<V>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @head_cross_entropy_c4 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %w: !wte, %b: !v, %ids: !ids, %f: !f) {
    // expected-error @+1 {{(C4) bias and dbias must both be given or both be left out; only bias is there}}
    %0, %1, %2 = tenon.head_cross_entropy %x, %w transposed bias %b, %ids, %f ignore -1 : !x, !wte bias !v, !ids, !f -> !f
    return
  }
}

// -----

!c = tensor<4xf32, #tenon.dims<C>>
!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!v = tensor<9xf32, #tenon.dims<V>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @head_cross_entropy_c4_dimension {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %w: !wte, %b: !c, %ids: !ids, %f: !f) {
    // expected-error @+1 {{(C4) bias and dbias must have the dimension V of the weight, V = 9; one is (C = 4) of 'f32'}}
    %0, %1, %2, %3 = tenon.head_cross_entropy %x, %w transposed bias %b, %ids, %f ignore -1 : !x, !wte bias !c, !ids, !f -> !f dbias !v
    return
  }
}

// -----

!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!v = tensor<9xf32, #tenon.dims<V>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @head_cross_entropy_c4_transposed {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %w: !wte, %b: !v, %ids: !ids, %f: !f) {
    // expected-error @+1 {{(C4) a head with a bias takes its weight as (C, V), and not 'transposed'; keep linear, cross_entropy and their backward apart}}
    %0, %1, %2, %3 = tenon.head_cross_entropy %x, %w transposed bias %b, %ids, %f ignore -1 : !x, !wte bias !v, !ids, !f -> !f dbias !v
    return
  }
}

// -----

!d = tensor<f64, #tenon.dims<>>
!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @head_cross_entropy_c5 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  func.func @graph(%x: !x, %w: !wte, %ids: !ids, %f: !f) {
    // expected-error @+1 {{(C5) the result must have rank 0 and type f32, or f64 for x of f64; expected () of 'f32', found () of 'f64'}}
    %0, %1, %2 = tenon.head_cross_entropy %x, %w transposed, %ids, %f ignore -1 : !x, !wte, !ids, !f -> !d
    return
  }
}
