// The backward of parts of rows: what slices took is one join again, and what a layer captures that
// depends on no parameter brings no gradient through the loop.
// RUN: tenon-opt %s -tenon-derive-entries=entries=gradients | FileCheck %s

!x = tensor<?x4xf32, #tenon.dims<T, C>>
!half = tensor<?x2xf32, #tenon.dims<T, D>>
!w = tensor<4x4xf32, #tenon.dims<C, V>>
!f = tensor<f32, #tenon.dims<>>

tenon.model @m {
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @D 2 to 2
  tenon.dim @V 4 to 4
  tenon.dim @L 3 to 3
  tenon.param @g : tensor<4xf32, #tenon.dims<C>> init ones 0.0
  tenon.param @"h.{}.g" : tensor<4xf32, #tenon.dims<C>> init ones 0.0 layers @L

  // CHECK-LABEL: func.func @gradients(
  // CHECK: %[[CAPTURED:.*]] = tenon.elementwise cos
  // CHECK: tenon.repeat @L reverse (%[[DY:.*]] = %{{[^,)]*}}) : tensor<?x4xf32
  // CHECK: %[[B:.*]] = tenon.slice %[[DY]] from 0
  // CHECK: %[[A:.*]] = tenon.slice %[[DY]] from 2
  // CHECK: %[[DA:.*]] = tenon.elementwise multiply %[[A]], %[[CAPTURED]]
  // CHECK-NOT: tenon.add
  // CHECK: tenon.join %[[DA]], %[[B]] at [0, 2]
  func.func @graph(%x: !x {tenon.name = "x"}, %t: tensor<?xi32, #tenon.dims<T>> {tenon.name = "targets"}) -> (!f {tenon.name = "loss"}) {
    %at = tenon.along : tensor<?xf32, #tenon.dims<T>>
    %i = tenon.along : tensor<2xf32, #tenon.dims<D>>
    %angle = tenon.elementwise multiply %at, %i : tensor<?xf32, #tenon.dims<T>>, tensor<2xf32, #tenon.dims<D>> -> !half
    %cos = tenon.elementwise cos %angle : !half -> !half
    %g = tenon.get_param @g : tensor<4xf32, #tenon.dims<C>>
    %s = tenon.elementwise multiply %x, %g : !x, tensor<4xf32, #tenon.dims<C>> -> !x
    %y = tenon.repeat @L (%v = %s) : !x {
      %own = tenon.get_param @"h.{}.g" : tensor<4xf32, #tenon.dims<C>>
      %m = tenon.elementwise multiply %v, %own : !x, tensor<4xf32, #tenon.dims<C>> -> !x
      %a = tenon.slice %m from 0 : !x -> !half
      %b = tenon.slice %m from 2 : !x -> !half
      %c = tenon.elementwise multiply %a, %cos : !half, !half -> !half
      %j = tenon.join %b, %c at [0, 2] : !half, !half -> !x
      tenon.yield %j : !x
    }
    %loss = tenon.cross_entropy %y, %t ignore -1 : !x, tensor<?xi32, #tenon.dims<T>> -> !f
    return %loss : !f
  }
}
