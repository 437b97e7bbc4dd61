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
