// What no plan can be made for.
// RUN: tenon-opt %s -split-input-file -verify-diagnostics -tenon-fuse -tenon-plan-arena

!x = tensor<?x16xf32, #tenon.dims<batch, C>>
tenon.model @layer_without_a_kernel {
  tenon.dim @batch 1 to 2
  tenon.dim @C 16 to 16
  tenon.dim @L 3 to 3
  func.func @forward(%in: !x) -> !x {
    // expected-error @+1 {{value 1 of 1 that a layer of the stack over 'L' returns is computed by no kernel of that layer; let the layer compute it, or leave out the stack}}
    %r = tenon.repeat @L (%x = %in) : !x {
      tenon.yield %x : !x
    }
    return %r : !x
  }
}

// -----

!x = tensor<?x16xf32, #tenon.dims<batch, C>>
tenon.model @layer_yields_twice {
  tenon.dim @batch 1 to 2
  tenon.dim @C 16 to 16
  tenon.dim @L 3 to 3
  func.func @forward(%in: !x) -> (!x, !x) {
    // expected-error @+1 {{value 2 of 2 that a layer of the stack over 'L' returns is another of them too; return it once}}
    %r:2 = tenon.repeat @L (%x = %in, %y = %in) : !x, !x {
      %s = tenon.add %x, %y : !x, !x
      tenon.yield %s, %s : !x, !x
    }
    return %r#0, %r#1 : !x, !x
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

// -----

!x = tensor<?x?x16xf32, #tenon.dims<batch, seq, C>>
tenon.model @one_tensor_beyond_all_memory {
  tenon.dim @batch 1 to 4294967295
  tenon.dim @seq 1 to 4294967295
  tenon.dim @C 16 to 16
  func.func @forward(%in: !x) -> !x {
    // expected-error @+1 {{a tensor 'tensor<?x?x16xf32, #tenon.dims<batch, seq, C>>' takes more than the 140737488355328 bytes that a process can address, with its dimensions at their greatest; lower those}}
    %sum = tenon.add %in, %in : !x, !x
    return %sum : !x
  }
}

// -----

// 2^46 and 2^47 bytes.
!x = tensor<?x16xf32, #tenon.dims<batch, C>>
!y = tensor<?x32xf32, #tenon.dims<batch, D>>
tenon.model @tensors_beyond_all_memory {
  tenon.dim @batch 1 to 1099511627776
  tenon.dim @C 16 to 16
  tenon.dim @D 32 to 32
  tenon.param @w : tensor<16x32xf32, #tenon.dims<C, D>> init zeros 0.0
  // expected-error @+1 {{entry 'forward' works on 2 tensors of 211106232532992 bytes together, a process can address 140737488355328; lower the greatest sizes of its dimensions}}
  func.func @forward(%in: !x) -> !y {
    %sum = tenon.add %in, %in : !x, !x
    %w = tenon.get_param @w : tensor<16x32xf32, #tenon.dims<C, D>>
    %y = tenon.linear %sum, %w : !x, tensor<16x32xf32, #tenon.dims<C, D>> -> !y
    return %y : !y
  }
}
