// What a model cannot give is said, with what it has.
// RUN: tenon-opt %s -split-input-file -verify-diagnostics -tenon-derive-entries=entries=step

!x = tensor<?x4xf32, #tenon.dims<batch, C>>
tenon.model @no_cache {
  tenon.dim @batch 1 to 2
  tenon.dim @C 4 to 4
  // expected-error @+1 {{entry 'step' needs an attention with a cache, and the model has none; ask for 'forward' instead}}
  func.func @graph(%x: !x {tenon.name = "x"}) -> (!x {tenon.name = "y"}) {
    %y = tenon.scale %x by 2.0 : !x
    return %y : !x
  }
}
