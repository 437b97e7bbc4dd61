// The operations of training read back as they are printed, in their short and generic form.
// RUN: tenon-opt %s -verify-roundtrip | FileCheck %s

!ids = tensor<?x?xi32, #tenon.dims<B, T>>
!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>
!xs = tensor<3x?x?x4xf32, #tenon.dims<L, B, T, C>>
!qkv = tensor<?x?x12xf32, #tenon.dims<B, T, C3>>
!logits = tensor<?x?x9xf32, #tenon.dims<B, T, V>>
!lse = tensor<?x2x?xf64, #tenon.dims<B, H, T>>
!q = tensor<?x?x2x3x5xf32, #tenon.dims<B, T, H, G, D>>
!k = tensor<?x?x2x5xf32, #tenon.dims<B, T, H, D>>
!grouped_lse = tensor<?x2x3x?xf64, #tenon.dims<B, H, G, T>>
!s = tensor<?x?x2x3x?xf32, #tenon.dims<B, T, H, G, J>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!w = tensor<4x12xf32, #tenon.dims<C, C3>>
!head = tensor<4x9xf32, #tenon.dims<C, V>>
!c = tensor<4xf32, #tenon.dims<C>>
!v = tensor<9xf32, #tenon.dims<V>>
!ids2 = tensor<?x?x2xi32, #tenon.dims<B, T, H>>
!x2 = tensor<?x?x2x4xf32, #tenon.dims<B, T, H, C>>
!y2 = tensor<?x?x2x9xf32, #tenon.dims<B, T, H, V>>
!score = tensor<?x?x2xf32, #tenon.dims<B, T, H>>
!experts = tensor<3x9x4xf32, #tenon.dims<G, V, C>>
!f = tensor<f32, #tenon.dims<>>
!i = tensor<i32, #tenon.dims<>>

tenon.model @training {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @J 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.dim @G 3 to 3
  tenon.dim @D 5 to 5
  tenon.dim @V 9 to 9
  tenon.dim @L 3 to 3
  tenon.param @wte : !wte init normal 0.02
  tenon.param @"h.{}.ln" : !c init ones 0.0 layers @L

  // CHECK-LABEL: func.func @choices(
  // CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?x?x4xf32, {{[^%]*}}%[[DY:[a-z0-9]+]]: {{[^%]*}}%[[DS:[a-z0-9]+]]: {{[^%]*}}%[[IDS:[a-z0-9]+]]: {{[^%]*}}%[[W:[a-z0-9]+]]:
  func.func @choices(%x: !x, %dy: !y2, %dscore: !score, %ids: !ids2, %w: !experts) {
    // CHECK: tenon.take_backward %[[DS]], %[[IDS]] : tensor<?x?x2xf32{{.*}}, tensor<?x?x2xi32{{.*}} -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    %dlogits = tenon.take_backward %dscore, %ids : !score, !ids2 -> !x
    // CHECK: tenon.gathered_linear_backward %[[DY]], %[[W]], %[[IDS]] : {{.*}} -> tensor<?x?x2x4xf32, #tenon.dims<B, T, H, C>>
    %dx = tenon.gathered_linear_backward %dy, %w, %ids : !y2, !experts, !ids2 -> !x2
    // CHECK: tenon.gathered_linear_backward_weight %[[X]], %[[DY]], %[[IDS]] : {{.*}} -> tensor<3x9x4xf32, #tenon.dims<G, V, C>>
    %dw = tenon.gathered_linear_backward_weight %x, %dy, %ids : !x, !y2, !ids2 -> !experts
    return
  }

  // CHECK-LABEL: func.func @train_step(
  func.func @train_step(%ids: !ids, %targets: !ids, %x0: !x, %f: !f, %i: !i) -> (!f, !f) {
    // CHECK: %[[WTE:.*]] = tenon.get_param @wte
    %wte = tenon.get_param @wte : !wte
    // CHECK: %[[Y:.*]]:2 = tenon.repeat @L (%[[A:.*]] = %{{.*}}) : tensor<?x?x4xf32, #tenon.dims<B, T, C>> stacks tensor<3x?x?x4xf32, #tenon.dims<L, B, T, C>> {
    %y, %saved = tenon.repeat @L (%a = %x0) : !x stacks !xs {
      // CHECK: tenon.training_dropout %[[A]], 1.000000e-01 seed %[[I:.*]] step %[[I]] first %[[I]] stream 2 : tensor<?x?x4xf32, #tenon.dims<B, T, C>>, tensor<i32, #tenon.dims<>>, tensor<i32, #tenon.dims<>> first tensor<i32, #tenon.dims<>>
      %d = tenon.training_dropout %a, 0.1 seed %i step %i first %i stream 2 : !x, !i, !i first !i
      tenon.yield %d, %a : !x, !x
    }
    // CHECK: tenon.training_dropout %[[Y]]#0, 1.000000e-01 seed %[[I]] step %[[I]] stream 0 : tensor<?x?x4xf32, #tenon.dims<B, T, C>>, tensor<i32, #tenon.dims<>>, tensor<i32, #tenon.dims<>>
    %yd = tenon.training_dropout %y, 0.1 seed %i step %i stream 0 : !x, !i, !i
    // CHECK: %[[ONE:.*]] = tenon.constant 1.000000e+00 : tensor<f32, #tenon.dims<>>
    %one = tenon.constant 1.0 : !f
    // CHECK: %{{.*}}, %{{.*}}, %[[DWTE:.*]] = tenon.head_cross_entropy %{{.*}}, %[[WTE]] transposed, %{{.*}}, %[[ONE]] ignore -1 : {{.*}} -> tensor<f32, #tenon.dims<>>
    %loss, %dy, %dwte = tenon.head_cross_entropy %yd, %wte transposed, %targets, %one ignore -1 : !x, !wte, !ids, !f -> !f
    // CHECK: tenon.accumulate %[[DWTE]] into @wte fresh if_zero %[[I]] : tensor<9x4xf32, #tenon.dims<V, C>> if_zero tensor<i32, #tenon.dims<>>
    tenon.accumulate %dwte into @wte fresh if_zero %i : !wte if_zero !i
    // CHECK: %[[DX:.*]] = tenon.repeat @L reverse (%[[D:.*]] = %{{.*}}) : tensor<?x?x4xf32, #tenon.dims<B, T, C>> slices (%[[X:.*]] = %[[Y]]#1) : tensor<3x?x?x4xf32, #tenon.dims<L, B, T, C>> {
    %dx = tenon.repeat @L reverse (%d = %dy) : !x slices (%x = %saved) : !xs {
      %ln = tenon.get_param @"h.{}.ln" : !c
      // CHECK: tenon.layer_norm_backward_weight %[[X]], %[[D]], 1.000000e-05 : tensor<?x?x4xf32, #tenon.dims<B, T, C>> -> tensor<4xf32, #tenon.dims<C>>
      %dln = tenon.layer_norm_backward_weight %x, %d, 1.0e-5 : !x -> !c
      // CHECK: tenon.accumulate %{{.*}} into @"h.{}.ln" fresh : tensor<4xf32, #tenon.dims<C>>
      tenon.accumulate %dln into @"h.{}.ln" fresh : !c
      // CHECK: tenon.layer_norm_backward %[[X]], %{{.*}}, %[[D]], 1.000000e-05 : tensor<?x?x4xf32, #tenon.dims<B, T, C>>, tensor<4xf32, #tenon.dims<C>>
      %next = tenon.layer_norm_backward %x, %ln, %d, 1.0e-5 : !x, !c
      tenon.yield %next : !x
    }
    // CHECK: tenon.embedding_backward %[[DX]], %{{.*}} : tensor<?x?x4xf32, #tenon.dims<B, T, C>>, tensor<?x?xi32, #tenon.dims<B, T>> -> tensor<9x4xf32, #tenon.dims<V, C>>
    %de = tenon.embedding_backward %dx, %ids : !x, !ids -> !wte
    // CHECK: tenon.accumulate %{{.*}} into @wte : tensor<9x4xf32, #tenon.dims<V, C>>
    tenon.accumulate %de into @wte : !wte
    // CHECK: %[[NORM:.*]] = tenon.gradient_norm [@wte, @"h.{}.ln"] : tensor<f32, #tenon.dims<>>
    %norm = tenon.gradient_norm [@wte, @"h.{}.ln"] : !f
    // CHECK: %[[FACTOR:.*]] = tenon.clip_factor %[[NORM]], %{{.*}} : tensor<f32, #tenon.dims<>>
    %factor = tenon.clip_factor %norm, %f : !f
    // CHECK: tenon.adamw @wte decays factor %[[FACTOR]] step %[[I]] learning_rate %{{.*}} betas %{{.*}}, %{{.*}} epsilon %{{.*}} weight_decay %{{.*}} : tensor<f32, #tenon.dims<>>, tensor<i32, #tenon.dims<>>
    tenon.adamw @wte decays factor %factor step %i learning_rate %f betas %f, %f epsilon %f weight_decay %f : !f, !i
    // CHECK: tenon.sgd @"h.{}.ln" factor %[[FACTOR]] learning_rate %{{.*}} weight_decay %{{.*}} : tensor<f32, #tenon.dims<>>
    tenon.sgd @"h.{}.ln" factor %factor learning_rate %f weight_decay %f : !f
    // CHECK: tenon.initialise @wte seed %[[I]] stream 7 : tensor<i32, #tenon.dims<>>
    tenon.initialise @wte seed %i stream 7 : !i
    return %loss, %norm : !f, !f
  }

  // CHECK-LABEL: func.func @grouped_heads(
  func.func @grouped_heads(%q: !q, %k: !k, %v: !k) -> (!q, !k, !k) {
    // CHECK: %[[A:.*]], %[[LSE:.*]] = tenon.attention_saving %[[Q:.*]], %[[K:.*]], %[[V:.*]] : tensor<?x?x2x3x5xf32, #tenon.dims<B, T, H, G, D>>, {{.*}} -> tensor<?x?x2x3x5xf32, #tenon.dims<B, T, H, G, D>>, tensor<?x2x3x?xf64, #tenon.dims<B, H, G, T>>
    %a, %lse = tenon.attention_saving %q, %k, %v : !q, !k, !k -> !q, !grouped_lse
    // CHECK: tenon.attention_backward %[[A]], %[[LSE]], %[[A]] of %[[Q]], %[[K]], %[[V]] : {{.*}} -> tensor<?x?x2x3x5xf32, #tenon.dims<B, T, H, G, D>>, tensor<?x?x2x5xf32, #tenon.dims<B, T, H, D>>, tensor<?x?x2x5xf32, #tenon.dims<B, T, H, D>>
    %d:3 = tenon.attention_backward %a, %lse, %a of %q, %k, %v : !q, !grouped_lse of !q, !k, !k -> !q, !k, !k
    return %d#0, %d#1, %d#2 : !q, !k, !k
  }

  // CHECK-LABEL: func.func @scored(
  func.func @scored(%q: !q, %k: !k, %v: !k, %c: tensor<?xf32, #tenon.dims<B>>) -> (!q, !k, !k) {
    // CHECK: %[[A:.*]], %[[LSE:.*]] = tenon.attention_saving {{.*}} bidirectional : {{.*}} captures %[[C:.*]] : tensor<?xf32, #tenon.dims<B>> score {
    // CHECK-NEXT: ^bb0(%{{.*}}: tensor<?x?x2x3x?xf32, #tenon.dims<B, T, H, G, J>>, %{{.*}}: tensor<?xf32, #tenon.dims<B>>):
    %a, %lse = tenon.attention_saving %q, %k, %v bidirectional : !q, !k, !k -> !q, !grouped_lse captures %c : tensor<?xf32, #tenon.dims<B>> score {
    ^bb0(%s: !s, %own: tensor<?xf32, #tenon.dims<B>>):
      %made = tenon.add %s, %own : !s, tensor<?xf32, #tenon.dims<B>>
      tenon.yield %made : !s
    }
    // CHECK: tenon.attention_backward %[[A]], %[[LSE]], %[[A]] of {{.*}} bidirectional : {{.*}} captures %[[C]] : tensor<?xf32, #tenon.dims<B>> score {
    // CHECK-NEXT: ^bb0(%[[S:.*]]: tensor<?x?x2x3x?xf32, #tenon.dims<B, T, H, G, J>>, %[[DY:.*]]: tensor<?x?x2x3x?xf32, {{.*}}>, %{{.*}}: tensor<?xf32, #tenon.dims<B>>):
    %d:3 = tenon.attention_backward %a, %lse, %a of %q, %k, %v bidirectional : !q, !grouped_lse of !q, !k, !k -> !q, !k, !k captures %c : tensor<?xf32, #tenon.dims<B>> score {
    ^bb0(%s: !s, %ds: !s, %own: tensor<?xf32, #tenon.dims<B>>):
      %made = tenon.add %s, %own : !s, tensor<?xf32, #tenon.dims<B>>
      tenon.yield %made, %ds : !s, !s
    }
    return %d#0, %d#1, %d#2 : !q, !k, !k
  }

  // CHECK-LABEL: func.func @parts(
  func.func @parts(%x: !x, %qkv: !qkv, %w: !w, %wte: !wte, %targets: !ids, %f: !f, %head: !head, %bias: !v) {
    // CHECK: %[[A:.*]], %[[LSE:.*]] = tenon.attention_saving %{{.*}} heads @H : tensor<?x?x12xf32, #tenon.dims<B, T, C3>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>, tensor<?x2x?xf64, #tenon.dims<B, H, T>>
    %a, %lse = tenon.attention_saving %qkv heads @H : !qkv -> !x, !lse
    // CHECK: tenon.attention_backward %[[A]], %[[LSE]], %{{.*}} of %{{.*}} heads @H : tensor<?x?x4xf32, #tenon.dims<B, T, C>>, tensor<?x2x?xf64, #tenon.dims<B, H, T>> of tensor<?x?x12xf32, #tenon.dims<B, T, C3>> -> tensor<?x?x12xf32, #tenon.dims<B, T, C3>>
    %dqkv = tenon.attention_backward %a, %lse, %x of %qkv heads @H : !x, !lse of !qkv -> !qkv
    // CHECK: tenon.linear_backward %{{.*}}, %{{.*}} : tensor<?x?x12xf32, #tenon.dims<B, T, C3>>, tensor<4x12xf32, #tenon.dims<C, C3>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    %dx = tenon.linear_backward %dqkv, %w : !qkv, !w -> !x
    // CHECK: tenon.linear_backward_weight %{{.*}}, %{{.*}} : {{.*}} -> tensor<4x12xf32, #tenon.dims<C, C3>>
    %dw = tenon.linear_backward_weight %x, %dqkv : !x, !qkv -> !w
    // CHECK: tenon.gelu_backward tanh %{{.*}}, %{{.*}} : tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    %g = tenon.gelu_backward tanh %x, %dx : !x
    // CHECK: tenon.gelu_backward erf
    %h = tenon.gelu_backward erf %x, %g : !x
    // CHECK: tenon.sum_leading %{{.*}} : tensor<?x?x4xf32, #tenon.dims<B, T, C>> -> tensor<4xf32, #tenon.dims<C>>
    %s = tenon.sum_leading %h : !x -> !c
    // CHECK: tenon.spread %{{.*}} : tensor<4xf32, #tenon.dims<C>> -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    %spread = tenon.spread %s : !c -> !x
    %logits = tenon.linear %x, %wte transposed : !x, !wte -> !logits
    // CHECK: tenon.cross_entropy_backward %{{.*}}, %{{.*}}, %{{.*}} ignore -1 : tensor<?x?x9xf32, #tenon.dims<B, T, V>>, tensor<?x?xi32, #tenon.dims<B, T>>, tensor<f32, #tenon.dims<>>
    %dlogits = tenon.cross_entropy_backward %logits, %targets, %f ignore -1 : !logits, !ids, !f
    // CHECK: tenon.linear_backward %{{.*}}, %{{.*}} transposed : {{.*}} -> tensor<?x?x4xf32, #tenon.dims<B, T, C>>
    %dl = tenon.linear_backward %dlogits, %wte transposed : !logits, !wte -> !x
    // CHECK: tenon.linear_backward_weight %{{.*}}, %{{.*}} transposed : {{.*}} -> tensor<9x4xf32, #tenon.dims<V, C>>
    %dwte = tenon.linear_backward_weight %x, %dlogits transposed : !x, !logits -> !wte
    // CHECK: %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} = tenon.head_cross_entropy %{{.*}}, %{{.*}} bias %{{.*}}, %{{.*}}, %{{.*}} ignore -1 : {{.*}} bias tensor<9xf32, #tenon.dims<V>>, {{.*}} -> tensor<f32, #tenon.dims<>> dbias tensor<9xf32, #tenon.dims<V>>
    %loss, %dy, %dhead, %dbias = tenon.head_cross_entropy %x, %head bias %bias, %targets, %f ignore -1 : !x, !head bias !v, !ids, !f -> !f dbias !v
    return
  }
}
