// One case for each constraint of shifts; `_cN` in a name is constraint (CN).
// RUN: tenon-opt %s -split-input-file -verify-diagnostics

func.func @shift_c1(%x: tensor<?x?x4xi32, #tenon.dims<B, T, C>>) {
  // expected-error @+1 {{(C1) x must be floats (B, T, ...), all behind T known at compile time; it is (B, T, C = 4) of 'i32'}}
  %0 = tenon.shift %x by 1 : tensor<?x?x4xi32, #tenon.dims<B, T, C>>
  return
}

// -----

func.func @shift_c1_rank(%x: tensor<?xf32, #tenon.dims<T>>) {
  // expected-error @+1 {{(C1) x must be floats (B, T, ...), all behind T known at compile time; it is (T) of 'f32'}}
  %0 = tenon.shift %x by 1 : tensor<?xf32, #tenon.dims<T>>
  return
}

// -----

func.func @shift_c1_size(%x: tensor<?x?x?xf32, #tenon.dims<B, T, C>>) {
  // expected-error @+1 {{(C1) x must be floats (B, T, ...), all behind T known at compile time; it is (B, T, C) of 'f32'}}
  %0 = tenon.shift %x by 1 : tensor<?x?x?xf32, #tenon.dims<B, T, C>>
  return
}

// -----

func.func @shift_c2(%x: tensor<?x?x4xf32, #tenon.dims<B, T, C>>) {
  // expected-error @+1 {{(C2) shifts by 0; it must not be 0}}
  %0 = tenon.shift %x by 0 : tensor<?x?x4xf32, #tenon.dims<B, T, C>>
  return
}

// -----

tenon.model @shift_c2_cache {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @P 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @L 3 to 3
  tenon.state @rows rows : tensor<?x8x4xf32, #tenon.dims<B, P, C>>
  func.func @graph(%x: tensor<?x?x4xf32, #tenon.dims<B, T, C>>) {
    // expected-error @+1 {{(C2) shifts by -1; it must not be 0, and with a cache not below it}}
    %0 = tenon.shift %x by -1 cache @rows : tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

tenon.model @shift_c3_unknown {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @P 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @L 3 to 3
  func.func @graph(%x: tensor<?x?x4xf32, #tenon.dims<B, T, C>>) {
    // expected-error @+1 {{(C3) cache names @rows, which is no tenon.state of the model; declare it}}
    %0 = tenon.shift %x by 1 cache @rows : tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

tenon.model @shift_c3_kind {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @P 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @L 3 to 3
  tenon.state @rows kv_cache : tensor<?x8x4xf32, #tenon.dims<B, P, C>>
  func.func @graph(%x: tensor<?x?x4xf32, #tenon.dims<B, T, C>>) {
    // expected-error @+1 {{(C3) the cache must be a state of kind 'rows'; @rows is one of kind 'kv_cache'}}
    %0 = tenon.shift %x by 1 cache @rows : tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

tenon.model @shift_c3_shape {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @P 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @L 3 to 3
  tenon.state @rows rows : tensor<?x8x8xf32, #tenon.dims<B, P, P>>
  func.func @graph(%x: tensor<?x?x4xf32, #tenon.dims<B, T, C>>) {
    // expected-error @+1 {{(C3) the cache must be (B, context, ...) as x; @rows is (B, P = 8, P = 8) of 'f32', x is (B, T, C = 4) of 'f32'}}
    %0 = tenon.shift %x by 1 cache @rows : tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

tenon.model @shift_c3_type {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @P 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @L 3 to 3
  tenon.state @rows rows : tensor<?x8x4xbf16, #tenon.dims<B, P, C>>
  func.func @graph(%x: tensor<?x?x4xf32, #tenon.dims<B, T, C>>) {
    // expected-error @+1 {{(C3) the cache must be (B, context, ...) as x; @rows is (B, P = 8, C = 4) of 'bf16', x is (B, T, C = 4) of 'f32'}}
    %0 = tenon.shift %x by 1 cache @rows : tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}

// -----

tenon.model @shift_c3_layers {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @P 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @L 3 to 3
  tenon.state @rows rows : tensor<?x8x4xf32, #tenon.dims<B, P, C>> layers @L
  func.func @graph(%x: tensor<?x?x4xf32, #tenon.dims<B, T, C>>) {
    // expected-error @+1 {{(C3) cache @rows has layers @L; use it inside a repeat over them}}
    %0 = tenon.shift %x by 1 cache @rows : tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}
