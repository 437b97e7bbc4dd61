// An unknown entry is named together with those that exist.
// RUN: not tenon-opt %s -tenon-derive-entries=entries=train 2>&1 | FileCheck %s
// CHECK: unknown entry 'train'; model 'm' can have the entries forward, and for training train_step, gradients, update, update_sgd, init{{$}}

!x = tensor<?x4xf32, #tenon.dims<batch, C>>
tenon.model @m {
  tenon.dim @batch 1 to 2
  tenon.dim @C 4 to 4
  func.func @graph(%x: !x {tenon.name = "x"}) -> (!x {tenon.name = "y"}) {
    %y = tenon.scale %x by 2.0 : !x
    return %y : !x
  }
}
