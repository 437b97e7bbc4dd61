// The entries that train: forward and backward of a stack with dropout, tied parameters, the update.
// RUN: tenon-opt %s -tenon-derive-entries=entries=train_step | FileCheck %s
// RUN: tenon-opt %s -tenon-derive-entries=entries=gradients | FileCheck %s --check-prefix=GRADIENTS
// RUN: tenon-opt %s -tenon-derive-entries=entries=update,update_sgd,init | FileCheck %s --check-prefix=UPDATE

!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>
!qkv = tensor<?x?x12xf32, #tenon.dims<B, T, C3>>
!logits = tensor<?x?x9xf32, #tenon.dims<B, T, V>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!w = tensor<4x12xf32, #tenon.dims<C, C3>>
!c = tensor<4xf32, #tenon.dims<C>>
!f = tensor<f32, #tenon.dims<>>

tenon.model @m {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.dim @V 9 to 9
  tenon.dim @L 3 to 3
  tenon.param @wte : !wte init normal 0.02
  tenon.param @wpe : tensor<8x4xf32, #tenon.dims<P, C>> init normal 0.02
  tenon.dim @P 8 to 8
  tenon.param @"h.{}.ln" : !c init ones 0.0 layers @L
  tenon.param @"h.{}.w" : !w init normal 0.02 layers @L
  tenon.param @unused : !c init zeros 0.0
  tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<B, P, C>> layers @L

  // CHECK-NOT: func.func @graph
  // CHECK-LABEL: func.func @train_step(
  // CHECK-SAME: %[[IDS:[^:]*]]: tensor<?x?xi32, #tenon.dims<B, T>> {tenon.name = "ids"}
  // CHECK-SAME: {tenon.name = "targets"}, %[[STEP:[^:]*]]: tensor<i32, #tenon.dims<>> {tenon.name = "step"}, %[[SEED:[^:]*]]: tensor<i32, #tenon.dims<>> {tenon.name = "seed"}, %[[RATE:[^:]*]]: tensor<f32, #tenon.dims<>> {tenon.name = "lr"}
  // CHECK-SAME: {tenon.name = "beta1"}
  // CHECK-SAME: {tenon.name = "beta2"}
  // CHECK-SAME: {tenon.name = "eps"}
  // CHECK-SAME: {tenon.name = "weight_decay"}
  // CHECK-SAME: {tenon.name = "max_norm"}) -> (tensor<f32, #tenon.dims<>> {tenon.name = "loss"}, tensor<f32, #tenon.dims<>> {tenon.name = "gradient_norm"})
  // CHECK: %[[ONE:.*]] = tenon.constant 1.0
  // CHECK: %[[X0:.*]] = tenon.training_dropout %{{.*}}, 1.000000e-01 seed %[[SEED]] step %[[STEP]] stream 0 : {{.*}} {tenon.fused = 0 : i64}
  // Stored: the layer's input, qkv, what attention made, its log-sum-exp.
  // CHECK: %[[Y:.*]]:5 = tenon.repeat @L (%[[X:.*]] = %[[X0]])
  // CHECK: %[[N:.*]] = tenon.layer_norm %[[X]],
  // CHECK: %[[QKV:.*]] = tenon.linear %[[N]],
  // CHECK: %[[A:.*]], %[[LSE:.*]] = tenon.attention_saving %[[QKV]] heads @H
  // CHECK-NOT: attention %
  // CHECK: %[[S:.*]] = tenon.scale %[[A]] by 5.0
  // CHECK: %[[D:.*]] = tenon.training_dropout %[[S]], {{.*}} stream 1 :
  // CHECK: %[[NEXT:.*]] = tenon.add %[[X]], %[[D]]
  // CHECK: tenon.yield %[[NEXT]], %[[QKV]], %[[A]], %[[LSE]], %[[X]] :
  // CHECK: %[[LOSS:.*]] = tenon.cross_entropy
  // CHECK: %[[DLOGITS:.*]] = tenon.cross_entropy_backward %{{.*}}, %{{.*}}, %[[ONE]] ignore -1
  // CHECK: %[[DWTE:.*]] = tenon.linear_backward_weight %[[Y]]#0, %[[DLOGITS]] transposed
  // CHECK: tenon.accumulate %[[DWTE]] into @wte fresh :
  // CHECK: %[[DY:.*]] = tenon.linear_backward %[[DLOGITS]], %{{.*}} transposed
  // CHECK: %[[DX0:.*]] = tenon.repeat @L reverse (%[[DN:.*]] = %[[DY]]) : {{.*}} slices (%[[SQKV:.*]] = %[[Y]]#1, %[[SA:.*]] = %[[Y]]#2, %[[SLSE:.*]] = %[[Y]]#3, %[[SX:.*]] = %[[Y]]#4)
  // The mask again, then the factor: a gradient goes the way back.
  // CHECK: %[[DD:.*]] = tenon.training_dropout %[[DN]], {{.*}} stream 1 :
  // CHECK: %[[DA:.*]] = tenon.scale %[[DD]] by 5.0
  // CHECK: %[[DQKV:.*]] = tenon.attention_backward %[[SA]], %[[SLSE]], %[[DA]] of %[[SQKV]] heads @H
  // Recomputed: the norm.
  // CHECK: %[[AGAIN:.*]] = tenon.layer_norm %[[SX]],
  // CHECK: %[[DW:.*]] = tenon.linear_backward_weight %[[AGAIN]], %[[DQKV]] :
  // CHECK: tenon.accumulate %[[DW]] into @"h.{}.w" fresh :
  // CHECK: tenon.accumulate %{{.*}} into @"h.{}.ln" fresh :
  // CHECK: %[[DLN:.*]] = tenon.layer_norm_backward %[[SX]],
  // CHECK: %[[SUM:.*]] = tenon.add %[[DN]], %[[DLN]]
  // CHECK: tenon.yield %[[SUM]]
  // CHECK: %[[DSUM:.*]] = tenon.training_dropout %[[DX0]], {{.*}} stream 0 : {{[^{]*$}}
  // CHECK: %[[ROWS:.*]] = tenon.sum_leading %[[DSUM]] : {{.*}} -> tensor<?x4xf32, #tenon.dims<T, C>>
  // CHECK: tenon.embedding_backward %[[ROWS]], %{{.*}} : {{.*}} -> tensor<8x4xf32, #tenon.dims<P, C>>
  // CHECK: tenon.accumulate %{{.*}} into @wpe fresh :
  // The second use of the tied table adds.
  // CHECK: %[[DE:.*]] = tenon.embedding_backward %[[DSUM]], %[[IDS]]
  // CHECK: tenon.accumulate %[[DE]] into @wte : tensor<9x4xf32, #tenon.dims<V, C>>
  // CHECK: %[[NORM:.*]] = tenon.gradient_norm [@wte, @wpe, @"h.{}.ln", @"h.{}.w"] :
  // CHECK: %[[FACTOR:.*]] = tenon.clip_factor %[[NORM]],
  // CHECK: tenon.adamw @wte decays factor %[[FACTOR]] step %[[STEP]] learning_rate %[[RATE]]
  // CHECK: tenon.adamw @wpe decays
  // CHECK: tenon.adamw @"h.{}.ln" factor
  // CHECK: tenon.adamw @"h.{}.w" decays
  // CHECK-NOT: unused
  // CHECK: return %[[LOSS]], %[[NORM]] :

  // GRADIENTS-LABEL: func.func @gradients(
  // GRADIENTS-SAME: {tenon.name = "step"}, %{{.*}} {tenon.name = "seed"}, %[[FIRST:[^:]*]]: tensor<i32, #tenon.dims<>> {tenon.name = "first_sequence"}, %[[MICRO:[^:]*]]: tensor<i32, #tenon.dims<>> {tenon.name = "micro_step"}, %[[SCALE:[^:]*]]: tensor<f32, #tenon.dims<>> {tenon.name = "scale"}) -> (tensor<f32, #tenon.dims<>> {tenon.name = "loss"})
  // GRADIENTS: tenon.training_dropout %{{.*}} first %[[FIRST]] stream 0
  // GRADIENTS: tenon.cross_entropy_backward %{{.*}}, %{{.*}}, %[[SCALE]] ignore -1
  // GRADIENTS: tenon.accumulate %{{.*}} into @wte fresh if_zero %[[MICRO]] :
  // GRADIENTS: tenon.accumulate %{{.*}} into @"h.{}.w" fresh if_zero %[[MICRO]] :
  // GRADIENTS: tenon.accumulate %{{.*}} into @wte : tensor
  // GRADIENTS-NOT: adamw

  // UPDATE-LABEL: func.func @update(
  // UPDATE-SAME: {tenon.name = "step"}
  // UPDATE-SAME: -> (tensor<f32, #tenon.dims<>> {tenon.name = "gradient_norm"})
  // UPDATE: tenon.gradient_norm [@wte, @wpe, @"h.{}.ln", @"h.{}.w"]
  // UPDATE: tenon.adamw @wte decays
  // UPDATE-LABEL: func.func @update_sgd(
  // UPDATE: tenon.sgd @wte decays
  // UPDATE: tenon.sgd @"h.{}.ln" factor
  // UPDATE-LABEL: func.func @init(
  // UPDATE-SAME: %[[SEED:.*]]: tensor<i32, #tenon.dims<>> {tenon.name = "seed"}) {
  // UPDATE: tenon.initialise @wte seed %[[SEED]] stream {{-?[0-9]+}} :
  // UPDATE: tenon.initialise @"h.{}.w" seed %[[SEED]] stream
  // UPDATE: tenon.initialise @unused seed
  func.func @graph(%ids: !ids {tenon.name = "ids"}, %targets: !ids {tenon.name = "targets"}, %idle: !ids {tenon.name = "idle"})
      -> (!logits {tenon.name = "logits"}, !f {tenon.name = "loss"}) {
    %wte = tenon.get_param @wte : !wte
    %e = tenon.embedding %wte, %ids : !wte, !ids -> !x {tenon.fused = 0 : i64}
    %at = tenon.positions %ids : !ids -> tensor<?xi32, #tenon.dims<T>>
    %wpe = tenon.get_param @wpe : tensor<8x4xf32, #tenon.dims<P, C>>
    %p = tenon.embedding %wpe, %at : tensor<8x4xf32, #tenon.dims<P, C>>, tensor<?xi32, #tenon.dims<T>> -> tensor<?x4xf32, #tenon.dims<T, C>>
    %sum = tenon.add %e, %p : !x, tensor<?x4xf32, #tenon.dims<T, C>> {tenon.fused = 0 : i64}
    %x0 = tenon.dropout %sum, 0.1 : !x {tenon.fused = 0 : i64}
    %y = tenon.repeat @L (%x = %x0) : !x {
      %ln = tenon.get_param @"h.{}.ln" : !c
      %n = tenon.layer_norm %x, %ln, 1.0e-5 : !x, !c
      %w = tenon.get_param @"h.{}.w" : !w
      %qkv = tenon.linear %n, %w : !x, !w -> !qkv
      %a = tenon.attention %qkv heads @H cache @kv : !qkv -> !x
      %s = tenon.scale %a by 5.0 : !x
      %d = tenon.dropout %s, 0.2 : !x
      %next = tenon.add %x, %d : !x, !x
      tenon.yield %next : !x
    }
    %logits = tenon.linear %y, %wte transposed : !x, !wte -> !logits
    %loss = tenon.cross_entropy %logits, %targets ignore -1 : !logits, !ids -> !f
    return %logits, %loss : !logits, !f
  }
}
