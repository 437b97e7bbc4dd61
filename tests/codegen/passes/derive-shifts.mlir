// Rows of earlier tokens: `step` has them by a cache, other entries count from their own tokens, and
// a gradient goes the other way. A layer's backward makes them again rather than keep them.
// RUN: tenon-opt %s -tenon-derive-entries=entries=forward,step,gradients | FileCheck %s

!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>
!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!g = tensor<4xf32, #tenon.dims<C>>
!f = tensor<f32, #tenon.dims<>>

tenon.model @m {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @P 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @L 3 to 3
  tenon.param @w : tensor<4x4xf32, #tenon.dims<C, C>> init ones 0.0
  tenon.param @"h.{}.g" : !g init ones 0.0 layers @L
  tenon.state @"h.{}.rows" rows : tensor<?x8x4xf32, #tenon.dims<B, P, C>> layers @L

  // CHECK-LABEL: func.func @forward(
  // CHECK: tenon.shift %{{[^ ]*}} by 1 :
  // CHECK: tenon.shift %{{[^ ]*}} by 3 :
  // CHECK-LABEL: func.func @step(
  // CHECK-SAME: -> (tensor<?x4xf32, #tenon.dims<B, C>> {tenon.name = "y"})
  // CHECK: tenon.shift %{{[^ ]*}} by 1 cache @"h.{}.rows" :
  // CHECK: tenon.shift %{{[^ ]*}} by 3 cache @"h.{}.rows" :
  // CHECK: tenon.last_token
  // CHECK-LABEL: func.func @gradients(
  // CHECK: tenon.repeat @L
  // CHECK: tenon.shift %{{[^ ]*}} by 1 :
  // CHECK: tenon.shift %[[X:[^ ]*]] by 3 :
  // CHECK: tenon.repeat @L reverse (%[[DY:.*]] = %{{[^,)]*}}) : tensor<?x?x4xf32{{.*}} slices
  // CHECK: %[[THIRD:.*]] = tenon.shift %{{[^ ]*}} by 3 : {{.*}} {tenon.recomputed}
  // CHECK: tenon.elementwise multiply %[[DY]], %[[THIRD]]
  // CHECK: %[[D3:.*]] = tenon.elementwise multiply %[[DY]]
  // CHECK: %[[AFTER:.*]] = tenon.shift %[[D3]] by -3 :
  // CHECK: tenon.shift %[[DY]] by -1 :
  func.func @graph(%x: !x {tenon.name = "x"}, %targets: !ids {tenon.name = "targets"})
      -> (!x {tenon.name = "y"}, !f {tenon.name = "loss"}) {
    %w = tenon.get_param @w : tensor<4x4xf32, #tenon.dims<C, C>>
    %in = tenon.linear %x, %w : !x, tensor<4x4xf32, #tenon.dims<C, C>> -> !x
    %y = tenon.repeat @L (%v = %in) : !x {
      %one = tenon.shift %v by 1 cache @"h.{}.rows" : !x
      %three = tenon.shift %v by 3 cache @"h.{}.rows" : !x
      %g = tenon.get_param @"h.{}.g" : !g
      %scaled = tenon.elementwise multiply %three, %g : !x, !g -> !x
      %sum = tenon.elementwise add %one, %scaled : !x, !x -> !x
      tenon.yield %sum : !x
    }
    %loss = tenon.cross_entropy %y, %targets ignore -1 : !x, !ids -> !f
    return %y, %loss : !x, !f
  }
}
