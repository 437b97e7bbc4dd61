// Without a list, a model gets the entries that it can give, and no other.
// RUN: tenon-opt %s -tenon-derive-entries | FileCheck %s

!x = tensor<?x4xf32, #tenon.dims<batch, C>>
!ids = tensor<?xi32, #tenon.dims<batch>>
!loss = tensor<f32, #tenon.dims<>>

// CHECK-LABEL: tenon.model @only_losses
// CHECK-NOT: func.func @{{forward|step}}
// CHECK: func.func @loss
// CHECK-NOT: func.func
tenon.model @only_losses {
  tenon.dim @batch 1 to 2
  tenon.dim @C 4 to 4
  func.func @graph(%x: !x {tenon.name = "x"}, %t: !ids {tenon.name = "t"})
      -> (!loss {tenon.name = "loss"}) {
    %loss = tenon.cross_entropy %x, %t ignore -1 : !x, !ids -> !loss
    return %loss : !loss
  }
}

// CHECK-LABEL: tenon.model @only_embeddings
// CHECK: func.func @forward
// CHECK-NOT: func.func
tenon.model @only_embeddings {
  tenon.dim @batch 1 to 2
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9
  tenon.param @wte : tensor<9x4xf32, #tenon.dims<V, C>> init normal 0.02
  func.func @graph(%ids: !ids {tenon.name = "ids"}) -> (!x {tenon.name = "x"}) {
    %wte = tenon.get_param @wte : tensor<9x4xf32, #tenon.dims<V, C>>
    %x = tenon.embedding %wte, %ids : tensor<9x4xf32, #tenon.dims<V, C>>, !ids -> !x
    return %x : !x
  }
}
