// One case for each constraint of attention, which refers to dimensions and states of its model.
// RUN: tenon-opt %s -split-input-file -verify-diagnostics

tenon.model @attention_c1 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @H 2 to 2
  func.func @graph(%qkv: tensor<?x?x4xf32, #tenon.dims<B, T, C>>) {
    // expected-error @+1 {{(C1) the last dimension of qkv must be three times that of the result; they are C = 4 and C = 4}}
    %0 = tenon.attention %qkv heads @H : tensor<?x?x4xf32, #tenon.dims<B, T, C>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

tenon.model @attention_c2 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 3 to 3
  func.func @graph(%qkv: tensor<?x?x12xf32, #tenon.dims<B, T, C3>>) {
    // expected-error @+1 {{(C2) the heads must divide C; heads @H = 3, C is C = 4}}
    %0 = tenon.attention %qkv heads @H : tensor<?x?x12xf32, #tenon.dims<B, T, C3>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

tenon.model @attention_c2_heads {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  func.func @graph(%qkv: tensor<?x?x12xf32, #tenon.dims<B, T, C3>>) {
    // expected-error @+1 {{(C2) heads names @B, which is no static dimension of the model; declare it}}
    %0 = tenon.attention %qkv heads @B : tensor<?x?x12xf32, #tenon.dims<B, T, C3>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

tenon.model @attention_c3 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  func.func @graph(%qkv: tensor<?x12xf32, #tenon.dims<T, C3>>) {
    // expected-error @+1 {{(C3) qkv must be (B, T, 3C) and the result (B, T, C) of the same floats; qkv is (T, C3 = 12) of 'f32', the result is (T, C = 4) of 'f32'}}
    %0 = tenon.attention %qkv heads @H : tensor<?x12xf32, #tenon.dims<T, C3>> -> tensor<?x4xf32, #tenon.dims<T, C>>
    return
  }
}

// -----

tenon.model @attention_c4 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.state @kv kv_cache : tensor<?x12x12xf32, #tenon.dims<B, C3, C3>>
  func.func @graph(%qkv: tensor<?x?x12xf32, #tenon.dims<B, T, C3>>) {
    // expected-error @+1 {{(C4) the cache must be (B, context, C) for the result, of the type that is kept, 'f32'; @kv is (B, C3 = 12, C3 = 12) of 'f32', the result is (B, T, C = 4) of 'f32'}}
    %0 = tenon.attention %qkv heads @H cache @kv : tensor<?x?x12xf32, #tenon.dims<B, T, C3>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

tenon.model @attention_c4_kind {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @P 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.state @kv rows : tensor<?x8x4xf32, #tenon.dims<B, P, C>>
  func.func @graph(%qkv: tensor<?x?x12xf32, #tenon.dims<B, T, C3>>) {
    // expected-error @+1 {{(C4) the cache must be a state of kind 'kv_cache'; @kv is one of kind 'rows'}}
    %0 = tenon.attention %qkv heads @H cache @kv : tensor<?x?x12xf32, #tenon.dims<B, T, C3>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

tenon.model @attention_c4_unknown {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  func.func @graph(%qkv: tensor<?x?x12xf32, #tenon.dims<B, T, C3>>) {
    // expected-error @+1 {{(C4) cache names @kv, which is no tenon.state of the model; declare it}}
    %0 = tenon.attention %qkv heads @H cache @kv : tensor<?x?x12xf32, #tenon.dims<B, T, C3>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

tenon.model @attention_c4_layers {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.dim @L 2 to 2
  tenon.state @kv kv_cache : tensor<?x12x4xf32, #tenon.dims<B, C3, C>> layers @L
  func.func @graph(%qkv: tensor<?x?x12xf32, #tenon.dims<B, T, C3>>) {
    // expected-error @+1 {{(C4) cache @kv has layers @L; use it inside a repeat over them}}
    %0 = tenon.attention %qkv heads @H cache @kv : tensor<?x?x12xf32, #tenon.dims<B, T, C3>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

tenon.model @attention_c4_kept {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @P 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<B, P, C>>
  func.func @graph(%qkv: tensor<?x?x12xf32, #tenon.dims<B, T, C3>>) {
    // expected-error @+1 {{(C4) the cache must be (B, context, C) for the result, of the type that is kept, 'bf16'; @kv is (B, P = 8, C = 4) of 'f32', the result is (B, T, C = 4) of 'f32'}}
    %0 = tenon.attention %qkv heads @H keeps bf16 cache @kv : tensor<?x?x12xf32, #tenon.dims<B, T, C3>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

func.func @attention_c5(%qkv: tensor<?x?x12xf32, #tenon.dims<B, T, C3>>) {
  // expected-error @+1 {{(C5) keeps bf16 where the result is f32; it keeps 'f64', the result is (B, T, C = 4) of 'f32'}}
  %0 = tenon.attention %qkv heads @H keeps f64 : tensor<?x?x12xf32, #tenon.dims<B, T, C3>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
  return
}

// -----

tenon.model @attention_c4_apart {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @KV 2 to 2
  tenon.dim @G 3 to 3
  tenon.dim @D 4 to 4
  tenon.dim @P 8 to 8
  tenon.state @kv kv_cache : tensor<?x8x2x3x4xf32, #tenon.dims<B, P, KV, G, D>>
  func.func @graph(%q: tensor<?x?x2x3x4xf32, #tenon.dims<B, T, KV, G, D>>, %k: tensor<?x?x2x4xf32, #tenon.dims<B, T, KV, D>>) {
    // expected-error @+1 {{(C4) the cache must be (B, context, heads..., D) as k, of the type that is kept, 'f32'; @kv is (B, P = 8, KV = 2, G = 3, D = 4) of 'f32', k is (B, T, KV = 2, D = 4) of 'f32'}}
    %0 = tenon.attention %q, %k, %k cache @kv : tensor<?x?x2x3x4xf32, #tenon.dims<B, T, KV, G, D>>, tensor<?x?x2x4xf32, #tenon.dims<B, T, KV, D>>, tensor<?x?x2x4xf32, #tenon.dims<B, T, KV, D>> -> tensor<?x?x2x3x4xf32, #tenon.dims<B, T, KV, G, D>>
    return
  }
}

// -----

!q = tensor<?x?x2x3x4xf32, #tenon.dims<B, T, KV, G, D>>
!k = tensor<?x?x2x4xf32, #tenon.dims<B, T, KV, D>>
func.func @attention_c6_count(%q: !q, %k: !k) {
  // expected-error @+1 {{(C6) takes qkv and 'heads', or q, k and v without; it has 2 inputs and no 'heads'}}
  %0 = tenon.attention %q, %k : !q, !k -> !q
  return
}

// -----

!q = tensor<?x?x2x3x4xf32, #tenon.dims<B, T, KV, G, D>>
!k = tensor<?x?x2x4xf32, #tenon.dims<B, T, KV, D>>
func.func @attention_c6_heads(%q: !q, %k: !k) {
  // expected-error @+1 {{(C6) takes qkv and 'heads', or q, k and v without; it has 3 inputs and 'heads'}}
  %0 = tenon.attention %q, %k, %k heads @KV : !q, !k, !k -> !q
  return
}

// -----

!q = tensor<?x?x?x4xf32, #tenon.dims<B, T, T, D>>
func.func @attention_c6_q(%q: !q) {
  // expected-error @+1 {{(C6) q must be (B, T, heads..., D) of floats, all behind T static; it is (B, T, T, D = 4) of 'f32'}}
  %0 = tenon.attention %q, %q, %q : !q, !q, !q -> !q
  return
}

// -----

!q = tensor<?x?x2x3x4xf32, #tenon.dims<B, T, KV, G, D>>
!k = tensor<?x?x3x4xf32, #tenon.dims<B, T, G, D>>
func.func @attention_c6_k(%q: !q, %k: !k) {
  // expected-error @+1 {{(C6) k must be (B, T, the first heads of q..., D) of the floats of q; q is (B, T, KV = 2, G = 3, D = 4) of 'f32', k is (B, T, G = 3, D = 4) of 'f32'}}
  %0 = tenon.attention %q, %k, %k : !q, !k, !k -> !q
  return
}

// -----

!q = tensor<?x?x2x3x4xf32, #tenon.dims<B, T, KV, G, D>>
!k = tensor<?x?x2x4xf32, #tenon.dims<B, T, KV, D>>
func.func @attention_c6_v(%q: !q, %k: !k) {
  // expected-error @+1 {{(C6) v must have the type of k; k is (B, T, KV = 2, D = 4) of 'f32', v is (B, T, KV = 2, G = 3, D = 4) of 'f32'}}
  %0 = tenon.attention %q, %k, %q : !q, !k, !q -> !q
  return
}

// -----

!q = tensor<?x?x2x3x4xf32, #tenon.dims<B, T, KV, G, D>>
!k = tensor<?x?x2x4xf32, #tenon.dims<B, T, KV, D>>
func.func @attention_c6_result(%q: !q, %k: !k) {
  // expected-error @+1 {{(C6) the result must have the type of q; q is (B, T, KV = 2, G = 3, D = 4) of 'f32', the result is (B, T, KV = 2, D = 4) of 'f32'}}
  %0 = tenon.attention %q, %k, %k : !q, !k, !k -> !k
  return
}

// -----

!q = tensor<?x?x2x4xf32, #tenon.dims<B, T, H, D>>
!s = tensor<?x?x2x8xf32, #tenon.dims<B, T, H, J>>
!b = tensor<?xf32, #tenon.dims<B>>
tenon.model @attention_c7_arguments {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @H 2 to 2
  tenon.dim @D 4 to 4
  tenon.dim @J 8 to 8
  func.func @graph(%q: !q) {
    // expected-error @+1 {{(C7) the first argument of 'score' must have the dimensions of q with those of keys in place of D; q is (B, T, H = 2, D = 4) of 'f32'}}
    %0 = tenon.attention %q, %q, %q : !q, !q, !q -> !q score {
    ^bb0(%s: tensor<?x?x8xf32, #tenon.dims<B, T, J>>):
      tenon.yield %s : tensor<?x?x8xf32, #tenon.dims<B, T, J>>
    }
    return
  }
}

// -----

!q = tensor<?x?x2x4xf32, #tenon.dims<B, T, H, D>>
!s = tensor<?x?x2x8xf32, #tenon.dims<B, T, H, J>>
!b = tensor<?xf32, #tenon.dims<B>>
tenon.model @attention_c7_yield {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @H 2 to 2
  tenon.dim @D 4 to 4
  tenon.dim @J 8 to 8
  func.func @graph(%q: !q, %b: !b) {
    // expected-error @+1 {{(C7) 'score' must yield what has the type of the scores, (B, T, H = 2, J = 8) of 'f32', 1 of it}}
    %0 = tenon.attention %q, %q, %q : !q, !q, !q -> !q captures %b : !b score {
    ^bb0(%s: !s, %c: !b):
      tenon.yield %c : !b
    }
    return
  }
}

// -----

!q = tensor<?x?x2x4xf32, #tenon.dims<B, T, H, D>>
!s = tensor<?x?x2x8xf32, #tenon.dims<B, T, H, J>>
!b = tensor<?xf32, #tenon.dims<B>>
tenon.model @attention_c7_captured {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @H 2 to 2
  tenon.dim @D 4 to 4
  tenon.dim @J 8 to 8
  func.func @graph(%q: !q, %b: !b) {
    // expected-error @+1 {{(C7) the arguments of 'score' must be the scores, then what is captured}}
    %0 = tenon.attention %q, %q, %q : !q, !q, !q -> !q captures %b : !b score {
    ^bb0(%s: !s):
      tenon.yield %s : !s
    }
    return
  }
}

// -----

!q = tensor<?x?x2x4xf32, #tenon.dims<B, T, H, D>>
!s = tensor<?x?x2x8xf32, #tenon.dims<B, T, H, J>>
!b = tensor<?xf32, #tenon.dims<B>>
tenon.model @attention_c7_no_score {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @H 2 to 2
  tenon.dim @D 4 to 4
  tenon.dim @J 8 to 8
  func.func @graph(%q: !q, %b: !b) {
    // expected-error @+1 {{(C7) captures values for a region 'score' that it has not}}
    %0 = tenon.attention %q, %q, %q : !q, !q, !q -> !q captures %b : !b
    return
  }
}

// -----

!q = tensor<?x?x2x4xf32, #tenon.dims<B, T, H, D>>
!s = tensor<?x?x2x8xf32, #tenon.dims<B, T, H, J>>
!b = tensor<?x8xf32, #tenon.dims<B, J>>
tenon.model @attention_c7_of_keys {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @H 2 to 2
  tenon.dim @D 4 to 4
  tenon.dim @J 8 to 8
  func.func @graph(%q: !q, %b: !b) {
    // expected-error @+1 {{(C7) 'score' captures what has the dimension of the keys, 'J', which only scores and 'tenon.along' may have; it is (B, J = 8) of 'f32'}}
    %0 = tenon.attention %q, %q, %q : !q, !q, !q -> !q captures %b : !b score {
    ^bb0(%s: !s, %c: !b):
      %m = tenon.add %s, %c : !s, !b
      tenon.yield %m : !s
    }
    return
  }
}

// -----

!q = tensor<?x?x2x4xf32, #tenon.dims<B, T, H, D>>
!s = tensor<?x?x2x8xf32, #tenon.dims<B, T, H, J>>
!b = tensor<?xf32, #tenon.dims<B>>
tenon.model @attention_c7_operation {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @H 2 to 2
  tenon.dim @D 4 to 4
  tenon.dim @J 8 to 8
  func.func @graph(%q: !q) {
    // expected-error @+1 {{(C7) 'score' holds elementwise operations, constants and numbers along a dimension; it holds 'tenon.reduce'}}
    %0 = tenon.attention %q, %q, %q : !q, !q, !q -> !q score {
    ^bb0(%s: !s):
      %m = tenon.reduce max %s over @J : !s -> tensor<?x?x2xf32, #tenon.dims<B, T, H>>
      tenon.yield %s : !s
    }
    return
  }
}

// -----

!q = tensor<?x?x2x4xf32, #tenon.dims<B, T, H, D>>
!s = tensor<?x?x2x8xf32, #tenon.dims<B, T, H, J>>
!b = tensor<?xf32, #tenon.dims<B>>
tenon.model @attention_c7_dimensions {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @H 2 to 2
  tenon.dim @D 4 to 4
  tenon.dim @J 8 to 8
  func.func @graph(%q: !q) {
    // expected-error @+1 {{(C7) what 'score' computes must have dimensions of the scores, in the same order; these are (B, T, H = 2, J = 8) of 'f32', 'tenon.along' makes (D = 4) of 'f32'}}
    %0 = tenon.attention %q, %q, %q : !q, !q, !q -> !q score {
    ^bb0(%s: !s):
      %m = tenon.along : tensor<4xf32, #tenon.dims<D>>
      tenon.yield %s : !s
    }
    return
  }
}

// -----

!qkv = tensor<?x?x12xf32, #tenon.dims<B, T, C3>>
!y = tensor<?x?x4xf32, #tenon.dims<B, T, C>>
tenon.model @attention_c7_packed {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  func.func @graph(%qkv: !qkv) {
    // expected-error @+1 {{(C7) a region 'score' needs q, k and v apart; they are in one}}
    %0 = tenon.attention %qkv heads @H : !qkv -> !y score {
    ^bb0(%s: !y):
      tenon.yield %s : !y
    }
    return
  }
}

// -----

!q = tensor<?x?x2x4xf32, #tenon.dims<B, T, H, D>>
!s = tensor<?x?x2x8xf32, #tenon.dims<B, T, H, J>>
!b = tensor<?xf32, #tenon.dims<B>>
tenon.model @attention_c8 {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @H 2 to 2
  tenon.dim @D 4 to 4
  tenon.dim @J 8 to 8
  tenon.state @kv kv_cache : tensor<?x8x2x4xf32, #tenon.dims<B, J, H, D>>
  func.func @graph(%q: !q) {
    // expected-error @+1 {{(C8) bidirectional attention has no cache, since later tokens would change what earlier ones saw; it has @kv}}
    %0 = tenon.attention %q, %q, %q cache @kv bidirectional : !q, !q, !q -> !q
    return
  }
}
