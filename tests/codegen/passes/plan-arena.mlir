// Places in the arena: what does not live at the same time shares memory, what a repeat carries stays
// in one buffer, outputs of the entry have no place.
// RUN: tenon-opt %s -tenon-fuse -tenon-plan-arena | FileCheck %s

!ids = tensor<?xi32, #tenon.dims<batch>>
!x = tensor<?x16xf32, #tenon.dims<batch, C>>
!wte = tensor<9x16xf32, #tenon.dims<V, C>>
!w = tensor<16x16xf32, #tenon.dims<C, C>>
!g = tensor<16xf32, #tenon.dims<C>>
tenon.model @m {
  tenon.dim @batch 1 to 2
  tenon.dim @C 16 to 16
  tenon.dim @V 9 to 9
  tenon.dim @L 3 to 3
  tenon.param @wte : !wte init normal 0.02
  tenon.param @g : !g init ones 0.0
  tenon.param @"h.{}.w" : !w init normal 0.02 layers @L

  // Each tensor is 2 x 16 floats = 128 bytes. x and its successor share one place; the norm lies
  // beside it; the last result is the output.
  // CHECK-LABEL: func.func @stack
  // CHECK-SAME: tenon.arena_bytes = 256 : i64
  // CHECK: tenon.group embedding {{.*}}tenon.offsets = array<i64: [[X:[0-9]+]]>
  // CHECK: tenon.group norm {{.*}}tenon.offsets = array<i64: [[N:[0-9]+]]>
  // CHECK: tenon.group linear {{.*}}tenon.offsets = array<i64: [[X]]>
  // CHECK: tenon.group norm {{.*}}tenon.offsets = array<i64: -1>
  func.func @stack(%ids: !ids) -> !x {
    %wte = tenon.get_param @wte : !wte
    %e = tenon.embedding %wte, %ids : !wte, !ids -> !x
    %r = tenon.repeat @L (%x = %e) : !x {
      %g = tenon.get_param @g : !g
      %n = tenon.layer_norm %x, %g, 1.0e-05 : !x, !g
      %w = tenon.get_param @"h.{}.w" : !w
      %y = tenon.linear %n, %w : !x, !w -> !x
      %z = tenon.add %x, %y : !x, !x
      tenon.yield %z : !x
    }
    %g = tenon.get_param @g : !g
    %o = tenon.layer_norm %r, %g, 1.0e-05 : !x, !g
    return %o : !x
  }
}
