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

// -----

!x = tensor<?x16xf32, #tenon.dims<batch, C>>
tenon.model @outputs_nobody_writes {
  tenon.dim @batch 1 to 2
  tenon.dim @C 16 to 16
  func.func @forward(%in: !x) -> (!x {tenon.name = "sum"}, !x {tenon.name = "same"}) {
    %sum = tenon.add %in, %in : !x, !x
    // expected-error @+1 {{output 'same' is computed by no kernel: it is an input, or positions, as they are; leave it out of outputs(...)}}
    return %sum, %in : !x, !x
  }
}

// -----

!x = tensor<?x16xf32, #tenon.dims<batch, C>>
tenon.model @one_value_twice {
  tenon.dim @batch 1 to 2
  tenon.dim @C 16 to 16
  func.func @forward(%in: !x) -> (!x {tenon.name = "a"}, !x {tenon.name = "b"}) {
    %sum = tenon.add %in, %in : !x, !x
    // expected-error @+1 {{outputs 'a' and 'b' are one value; return it once}}
    return %sum, %sum : !x, !x
  }
}
