// The entries of one graph: forward and loss without the cache, step of the last token with it.
// RUN: tenon-opt %s -tenon-derive-entries=entries=forward,step,loss | FileCheck %s

!ids = tensor<?x?xi32, #tenon.dims<batch, seq>>
!x = tensor<?x?x4xf32, #tenon.dims<batch, seq, C>>
!qkv = tensor<?x?x12xf32, #tenon.dims<batch, seq, C3>>
!logits = tensor<?x?x9xf32, #tenon.dims<batch, seq, V>>
!loss = tensor<f32, #tenon.dims<>>

tenon.model @gpt {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @context 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.dim @V 9 to 9
  tenon.param @wte : tensor<9x4xf32, #tenon.dims<V, C>> init normal 0.02
  tenon.param @wpe : tensor<8x4xf32, #tenon.dims<context, C>> init normal 0.02
  tenon.param @w : tensor<4x12xf32, #tenon.dims<C, C3>> init normal 0.02
  tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<batch, context, C>>

  // CHECK-NOT: func.func @graph
  // CHECK-LABEL: func.func @forward(
  // CHECK-SAME: %{{.*}}: tensor<?x?xi32, #tenon.dims<batch, seq>> {tenon.name = "ids"})
  // CHECK-SAME: -> (tensor<?x?x9xf32, #tenon.dims<batch, seq, V>> {tenon.name = "logits"})
  // CHECK: tenon.positions %{{[^ ]*}} :
  // CHECK: tenon.attention %{{[^ ]*}} heads @H :
  // CHECK-NOT: cross_entropy
  // CHECK-LABEL: func.func @step(
  // CHECK-SAME: -> (tensor<?x9xf32, #tenon.dims<batch, V>> {tenon.name = "logits"})
  // CHECK: tenon.positions %{{[^ ]*}} cached :
  // CHECK: tenon.attention %{{[^ ]*}} heads @H cache @kv :
  // CHECK: tenon.last_token
  // CHECK-LABEL: func.func @loss(
  // CHECK-SAME: {tenon.name = "ids"}, %{{.*}} {tenon.name = "targets"}) -> (tensor<f32, #tenon.dims<>> {tenon.name = "loss"})
  // CHECK: tenon.cross_entropy
  func.func @graph(%ids: !ids {tenon.name = "ids"}, %targets: !ids {tenon.name = "targets"})
      -> (!logits {tenon.name = "logits"}, !loss {tenon.name = "loss"}) {
    %wte = tenon.get_param @wte : tensor<9x4xf32, #tenon.dims<V, C>>
    %wpe = tenon.get_param @wpe : tensor<8x4xf32, #tenon.dims<context, C>>
    %w = tenon.get_param @w : tensor<4x12xf32, #tenon.dims<C, C3>>
    %e = tenon.embedding %wte, %ids : tensor<9x4xf32, #tenon.dims<V, C>>, !ids -> !x
    %at = tenon.positions %ids : !ids -> tensor<?xi32, #tenon.dims<seq>>
    %p = tenon.embedding %wpe, %at : tensor<8x4xf32, #tenon.dims<context, C>>, tensor<?xi32, #tenon.dims<seq>> -> tensor<?x4xf32, #tenon.dims<seq, C>>
    %x = tenon.add %e, %p : !x, tensor<?x4xf32, #tenon.dims<seq, C>>
    %qkv = tenon.linear %x, %w : !x, tensor<4x12xf32, #tenon.dims<C, C3>> -> !qkv
    %a = tenon.attention %qkv heads @H cache @kv : !qkv -> !x
    %logits = tenon.linear %a, %wte transposed : !x, tensor<9x4xf32, #tenon.dims<V, C>> -> !logits
    %loss = tenon.cross_entropy %logits, %targets ignore -1 : !logits, !ids -> !loss
    return %logits, %loss : !logits, !loss
  }
}

// Numbers along the dimension of the tokens are positions, along others not; an input that only
// says how many there are stays; what has no tokens is returned whole.
tenon.model @numbers {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @context 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.dim @V 9 to 9
  tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<batch, context, C>>

  // CHECK-LABEL: tenon.model @numbers
  // CHECK: func.func @forward(
  // CHECK: tenon.along : tensor<?xf32, #tenon.dims<seq>>
  // CHECK: func.func @step(
  // CHECK-SAME: -> (tensor<?x4xf32, #tenon.dims<batch, C>> {{.*}}, tensor<4x9x2xf32, #tenon.dims<C, V, H>>
  // CHECK: tenon.along cached : tensor<?xf32, #tenon.dims<seq>>
  // CHECK: tenon.along : tensor<?xf32, #tenon.dims<batch>>
  // CHECK: tenon.along : tensor<4xf32, #tenon.dims<C>>
  // CHECK: func.func @loss(
  // CHECK-SAME: %{{[^:]*}}: tensor<?x?x12xf32, {{[^)]*}}tenon.name = "qkv"}, %{{[^)]*}}tenon.name = "logits"}, %{{[^)]*}}tenon.name = "targets"}) -> (tensor<f32
  // CHECK: return
  func.func @graph(%qkv: !qkv {tenon.name = "qkv"}, %t: tensor<4x9x2xf32, #tenon.dims<C, V, H>> {tenon.name = "t"},
                   %logits: tensor<9xf32, #tenon.dims<V>> {tenon.name = "logits"},
                   %target: tensor<i32, #tenon.dims<>> {tenon.name = "targets"},
                   %unused: tensor<?xi32, #tenon.dims<seq>> {tenon.name = "unused"})
      -> (!x {tenon.name = "y"}, tensor<4x9x2xf32, #tenon.dims<C, V, H>> {tenon.name = "u"}, !loss {tenon.name = "loss"}) {
    %at = tenon.along : tensor<?xf32, #tenon.dims<seq>>
    %which = tenon.along : tensor<?xf32, #tenon.dims<batch>>
    %channel = tenon.along : tensor<4xf32, #tenon.dims<C>>
    %a = tenon.attention %qkv heads @H cache @kv : !qkv -> !x
    %b = tenon.elementwise multiply %a, %at : !x, tensor<?xf32, #tenon.dims<seq>> -> !x
    %c = tenon.elementwise multiply %b, %which : !x, tensor<?xf32, #tenon.dims<batch>> -> !x
    %y = tenon.elementwise multiply %c, %channel : !x, tensor<4xf32, #tenon.dims<C>> -> !x
    %u = tenon.scale %t by 2.0 : tensor<4x9x2xf32, #tenon.dims<C, V, H>>
    %one = tenon.cross_entropy %logits, %target ignore -1 : tensor<9xf32, #tenon.dims<V>>, tensor<i32, #tenon.dims<>> -> !loss
    %least = tenon.reduce max %at over @seq : tensor<?xf32, #tenon.dims<seq>> -> !loss
    %loss = tenon.add %one, %least : !loss, !loss
    return %y, %u, %loss : !x, tensor<4x9x2xf32, #tenon.dims<C, V, H>>, !loss
  }
}
