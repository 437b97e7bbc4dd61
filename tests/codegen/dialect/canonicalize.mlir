// RUN: tenon-opt %s -canonicalize -cse | FileCheck %s

// CHECK-LABEL: func.func @identities
// CHECK-SAME: (%[[X:.*]]: tensor
func.func @identities(%x: tensor<4xf32, #tenon.dims<C>>) -> tensor<4xf32, #tenon.dims<C>> {
  // CHECK-NEXT: return %[[X]]
  %0 = tenon.scale %x by 1.0 : tensor<4xf32, #tenon.dims<C>>
  %1 = tenon.dropout %0, 0.0 : tensor<4xf32, #tenon.dims<C>>
  %2 = tenon.cast %1 : tensor<4xf32, #tenon.dims<C>> -> tensor<4xf32, #tenon.dims<C>>
  return %2 : tensor<4xf32, #tenon.dims<C>>
}

// CHECK-LABEL: func.func @no_identities
func.func @no_identities(%x: tensor<4xf32, #tenon.dims<C>>) -> tensor<4xf32, #tenon.dims<C>> {
  // CHECK-NEXT: tenon.scale
  // CHECK-NEXT: tenon.dropout
  // CHECK-NEXT: tenon.cast
  // CHECK-NEXT: tenon.cast
  %0 = tenon.scale %x by 2.0 : tensor<4xf32, #tenon.dims<C>>
  %1 = tenon.dropout %0, 0.5 : tensor<4xf32, #tenon.dims<C>>
  %2 = tenon.cast %1 : tensor<4xf32, #tenon.dims<C>> -> tensor<4xbf16, #tenon.dims<C>>
  %3 = tenon.cast %2 : tensor<4xbf16, #tenon.dims<C>> -> tensor<4xf32, #tenon.dims<C>>
  return %3 : tensor<4xf32, #tenon.dims<C>>
}

// An attention that extends a cache is kept though nothing uses its result; one without goes.
// CHECK-LABEL: tenon.model @effects
tenon.model @effects {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @P 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<B, P, C>>
  // CHECK: func.func @graph
  func.func @graph(%qkv: tensor<?x?x12xf32, #tenon.dims<B, T, C3>>) {
    // CHECK-NEXT: tenon.attention {{.*}} cache @kv
    // CHECK-NEXT: return
    %0 = tenon.attention %qkv heads @H cache @kv : tensor<?x?x12xf32, #tenon.dims<B, T, C3>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    %1 = tenon.attention %qkv heads @H : tensor<?x?x12xf32, #tenon.dims<B, T, C3>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    return
  }
}
