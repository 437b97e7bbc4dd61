// What --compute bf16 narrows, and what it leaves.
// RUN: tenon-opt %s -tenon-narrow-types | FileCheck %s

!ids = tensor<?x?xi32, #tenon.dims<batch, seq>>
!x = tensor<?x?x4xf32, #tenon.dims<batch, seq, C>>
!qkv = tensor<?x?x12xf32, #tenon.dims<batch, seq, C3>>
!logits = tensor<?x?x9xf32, #tenon.dims<batch, seq, V>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!g = tensor<4xf32, #tenon.dims<C>>
!up = tensor<4x12xf32, #tenon.dims<C, C3>>
!b = tensor<12xf32, #tenon.dims<C3>>
tenon.model @m {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @P 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @V 9 to 9
  tenon.dim @H 2 to 2
  tenon.dim @L 3 to 3
  // CHECK: tenon.param @wte : tensor<9x4xbf16
  tenon.param @wte : !wte init normal 0.02
  // CHECK: tenon.param @g : tensor<4xf32
  tenon.param @g : !g init ones 0.0
  // CHECK: tenon.param @"h.{}.w" : tensor<4x12xbf16
  tenon.param @"h.{}.w" : !up init normal 0.02 layers @L
  // CHECK: tenon.param @"h.{}.b" : tensor<12xf32
  tenon.param @"h.{}.b" : !b init zeros 0.0 layers @L
  // A matrix that is also added is no weight only.
  // CHECK: tenon.param @both : tensor<4x12xf32
  tenon.param @both : !up init normal 0.02
  // CHECK: tenon.state @kv kv_cache : tensor<?x8x4xbf16
  tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<batch, P, C>> layers @L
  // Rows of earlier tokens are what rows of the call are.
  // CHECK: tenon.state @rows rows : tensor<?x8x4xf32
  tenon.state @rows rows : tensor<?x8x4xf32, #tenon.dims<batch, P, C>>

  // CHECK-LABEL: func.func @graph
  func.func @graph(%ids: !ids, %few: tensor<?x?x4x12xf32, #tenon.dims<batch, seq, C, C3>>)
      -> (!logits, !logits, tensor<?x?x4x12xf32, #tenon.dims<batch, seq, C, C3>>, !qkv) {
    // CHECK: %[[WTE:.*]] = tenon.get_param @wte : tensor<9x4xbf16
    %wte = tenon.get_param @wte : !wte
    // CHECK: %[[E:.*]] = tenon.embedding %[[WTE]], %{{.*}} -> tensor<?x?x4xf32
    %e = tenon.embedding %wte, %ids : !wte, !ids -> !x
    // CHECK: tenon.repeat @L (%[[X:.*]] = %[[E]])
    %y = tenon.repeat @L (%x = %e) : !x {
      %g = tenon.get_param @g : !g
      // CHECK: %[[N:.*]] = tenon.layer_norm %[[X]]
      %n = tenon.layer_norm %x, %g, 1.0e-05 : !x, !g
      %w = tenon.get_param @"h.{}.w" : !up
      %b = tenon.get_param @"h.{}.b" : !b
      // CHECK: %[[NARROW:.*]] = tenon.cast %[[N]] : {{.*}} -> tensor<?x?x4xbf16
      // CHECK-NEXT: tenon.linear %[[NARROW]], %{{.*}} bias %{{.*}} : {{.*}} bias tensor<12xf32, {{.*}} -> tensor<?x?x12xf32
      %qkv = tenon.linear %n, %w bias %b : !x, !up bias !b -> !qkv
      // CHECK-NEXT: tenon.attention %{{.*}} heads @H keeps bf16 cache @kv : {{.*}} -> tensor<?x?x4xf32
      %a = tenon.attention %qkv heads @H cache @kv : !qkv -> !x
      tenon.yield %a : !x
    }
    // One rounding for both products.
    // CHECK: %[[LAST:.*]] = tenon.cast
    // CHECK-NEXT: tenon.linear %[[LAST]], %[[WTE]] transposed
    // CHECK-NOT: tenon.cast
    // CHECK: tenon.linear %[[LAST]], %[[WTE]] transposed
    %first = tenon.linear %y, %wte transposed : !x, !wte -> !logits
    %second = tenon.linear %y, %wte transposed : !x, !wte -> !logits
    %both = tenon.get_param @both : !up
    %sum = tenon.add %few, %both : tensor<?x?x4x12xf32, #tenon.dims<batch, seq, C, C3>>, !up
    // CHECK: tenon.linear %{{.*}}, %{{.*}} : tensor<?x?x4xf32, {{.*}}, tensor<4x12xf32
    %wide = tenon.linear %y, %both : !x, !up -> !qkv
    return %first, %second, %sum, %wide : !logits, !logits, tensor<?x?x4x12xf32, #tenon.dims<batch, seq, C, C3>>, !qkv
  }
}
