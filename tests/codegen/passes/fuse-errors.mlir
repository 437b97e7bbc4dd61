// A fused(...) that one kernel cannot keep fails, with both lines and the reason.
// RUN: tenon-opt %s -verify-diagnostics -tenon-fuse

!x = tensor<?x4xf32, #tenon.dims<batch, C>>
!w = tensor<4x4xf32, #tenon.dims<C, C>>
!g = tensor<4xf32, #tenon.dims<C>>
tenon.model @m {
  tenon.dim @batch 1 to 2
  tenon.dim @C 4 to 4
  tenon.param @w : !w init normal 0.02
  tenon.param @g : !g init ones 0.0
  func.func @forward(%x: !x) -> !x {
    %w = tenon.get_param @w : !w
    %g = tenon.get_param @g : !g
    // expected-note @+1 {{the kernel begins here}}
    %y = tenon.linear %x, %w : !x, !w -> !x {tenon.fused = 1 : i64}
    // expected-error @+1 {{fused(...) cannot be kept in one kernel: 'tenon.layer_norm' does not join the linear kernel of 'tenon.linear': 'tenon.layer_norm' needs whole rows, and this kernel makes them in pieces; move it out of fused(...)}}
    %z = tenon.layer_norm %y, %g, 1.0e-05 : !x, !g {tenon.fused = 1 : i64}
    return %z : !x
  }
}
