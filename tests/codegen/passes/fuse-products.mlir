// What a kernel of a product takes in where K or N are several dimensions, which it sees as one.
// RUN: tenon-opt %s -tenon-fuse | FileCheck %s

!x = tensor<?x?x4xf32, #tenon.dims<batch, seq, C>>
!h = tensor<?x?x2x3xf32, #tenon.dims<batch, seq, H, D>>
!q = tensor<2x3x4xf32, #tenon.dims<H, D, C>>
!k = tensor<4x2x3xf32, #tenon.dims<C, H, D>>
!bias = tensor<2x3xf32, #tenon.dims<H, D>>
!gain = tensor<3xf32, #tenon.dims<D>>
!times = tensor<?x2x3xf32, #tenon.dims<seq, H, D>>
tenon.model @m {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @H 2 to 2
  tenon.dim @D 3 to 3
  tenon.param @q : !q init normal 0.02
  tenon.param @k : !k init normal 0.02
  tenon.param @bias : !bias init zeros 0.0
  tenon.param @gain : !gain init ones 0.0

  // CHECK-LABEL: func.func @all_columns
  // CHECK: tenon.group linear
  // CHECK: tenon.linear
  // CHECK: tenon.gelu
  // CHECK: tenon.add
  // CHECK: tenon.elementwise multiply
  // CHECK-NOT: tenon.group
  // CHECK: return
  func.func @all_columns(%x: !x, %t: !times) -> !h {
    %q = tenon.get_param @q : !q
    %b = tenon.get_param @bias : !bias
    %y = tenon.linear %x, %q transposed : !x, !q -> !h
    %g = tenon.gelu tanh %y : !h
    %s = tenon.add %g, %b : !h, !bias
    %r = tenon.elementwise multiply %s, %t : !h, !times -> !h
    return %r : !h
  }

  // CHECK-LABEL: func.func @some_columns
  // CHECK: tenon.group linear {{.*}} "an operand of 'tenon.multiply' has some of the dimensions only that are columns of this kernel"
  // CHECK: tenon.linear
  // CHECK: tenon.group
  // CHECK: tenon.elementwise multiply
  func.func @some_columns(%x: !x) -> !h {
    %q = tenon.get_param @q : !q
    %gain = tenon.get_param @gain : !gain
    %y = tenon.linear %x, %q transposed : !x, !q -> !h
    %r = tenon.elementwise multiply %y, %gain : !h, !gain -> !h
    return %r : !h
  }

  // The gradient of a bias of two dimensions joins that of its weight; a sum over more does not.
  // CHECK-LABEL: func.func @bias_of_heads
  // CHECK: tenon.group weight_gradient
  // CHECK: tenon.sum_leading
  // CHECK-NOT: tenon.group
  // CHECK: return
  // CHECK-LABEL: func.func @gain_of_heads
  // CHECK: tenon.group weight_gradient
  // CHECK-NOT: tenon.sum_leading
  // CHECK: tenon.group sum_leading
  func.func @bias_of_heads(%x: !x, %dy: !h) {
    %dw = tenon.linear_backward_weight %x, %dy : !x, !h -> !k
    tenon.accumulate %dw into @k fresh : !k
    %db = tenon.sum_leading %dy : !h -> !bias
    tenon.accumulate %db into @bias fresh : !bias
    return
  }
  func.func @gain_of_heads(%x: !x, %dy: !h) {
    %dw = tenon.linear_backward_weight %x, %dy : !x, !h -> !k
    tenon.accumulate %dw into @k fresh : !k
    %db = tenon.sum_leading %dy : !h -> !gain
    tenon.accumulate %db into @gain fresh : !gain
    return
  }
}
