// A stack of layers updates its value in place; models that forbid that are told so.
// RUN: tenon-opt %s -split-input-file -verify-diagnostics -tenon-fuse -tenon-plan-arena

!x = tensor<?x16xf32, #tenon.dims<batch, C>>
!g = tensor<16xf32, #tenon.dims<C>>
tenon.model @input_enters_the_stack {
  tenon.dim @batch 1 to 2
  tenon.dim @C 16 to 16
  tenon.dim @L 3 to 3
  tenon.param @g : !g init ones 0.0
  func.func @forward(%in: !x) -> !x {
    // expected-error @+1 {{the value that enters the stack of layers must be computed by the model and used nowhere else: the layers update it in place}}
    %r = tenon.repeat @L (%x = %in) : !x {
      %g = tenon.get_param @g : !g
      %n = tenon.layer_norm %x, %g, 1.0e-05 : !x, !g
      tenon.yield %n : !x
    }
    return %r : !x
  }
}
