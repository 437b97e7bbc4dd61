// The head, its loss and the head's gradients become one operation, where nobody else needs logits.
// RUN: tenon-opt %s -tenon-fuse-head | FileCheck %s
// RUN: tenon-opt %s -tenon-fuse-head -tenon-fuse-head | FileCheck %s

!ids = tensor<?xi32, #tenon.dims<T>>
!x = tensor<?x4xf32, #tenon.dims<T, C>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!w = tensor<4x9xf32, #tenon.dims<C, V>>
!v = tensor<9xf32, #tenon.dims<V>>
!logits = tensor<?x9xf32, #tenon.dims<T, V>>
!f = tensor<f32, #tenon.dims<>>

tenon.model @m {
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @V 9 to 9

  // CHECK-LABEL: func.func @tied(
  // CHECK-SAME: %[[X:.*]]: tensor<?x4xf32, #tenon.dims<T, C>>, %[[W:.*]]: tensor<9x4xf32, #tenon.dims<V, C>>, %[[TARGETS:.*]]: tensor<?xi32, #tenon.dims<T>>, %[[DLOSS:.*]]: tensor<f32
  // CHECK-NEXT: %[[LOSS:.*]], %[[DX:.*]], %[[DW:.*]] = tenon.head_cross_entropy %[[X]], %[[W]] transposed, %[[TARGETS]], %[[DLOSS]] ignore -1 :
  // CHECK-NEXT: return %[[LOSS]], %[[DX]], %[[DW]] :
  func.func @tied(%x: !x, %w: !wte, %targets: !ids, %dloss: !f) -> (!f, !x, !wte) {
    %logits = tenon.linear %x, %w transposed : !x, !wte -> !logits
    %loss = tenon.cross_entropy %logits, %targets ignore -1 : !logits, !ids -> !f
    %d = tenon.cross_entropy_backward %logits, %targets, %dloss ignore -1 : !logits, !ids, !f
    %dw = tenon.linear_backward_weight %x, %d transposed : !x, !logits -> !wte
    %dx = tenon.linear_backward %d, %w transposed : !logits, !wte -> !x
    return %loss, %dx, %dw : !f, !x, !wte
  }

  // CHECK-LABEL: func.func @bias(
  // CHECK-NEXT: %[[LOSS:.*]], %[[DX:.*]], %[[DW:.*]], %[[DB:.*]] = tenon.head_cross_entropy %{{.*}}, %{{.*}} bias %{{.*}}, %{{.*}}, %{{.*}} ignore -1 :
  // CHECK-NEXT: return %[[LOSS]], %[[DX]], %[[DW]], %[[DB]] :
  func.func @bias(%x: !x, %w: !w, %b: !v, %targets: !ids, %dloss: !f) -> (!f, !x, !w, !v) {
    %logits = tenon.linear %x, %w bias %b : !x, !w bias !v -> !logits
    %loss = tenon.cross_entropy %logits, %targets ignore -1 : !logits, !ids -> !f
    %d = tenon.cross_entropy_backward %logits, %targets, %dloss ignore -1 : !logits, !ids, !f
    %dw = tenon.linear_backward_weight %x, %d : !x, !logits -> !w
    %db = tenon.sum_leading %d : !logits -> !v
    %dx = tenon.linear_backward %d, %w : !logits, !w -> !x
    return %loss, %dx, %dw, %db : !f, !x, !w, !v
  }

  // CHECK-LABEL: func.func @not_tied_with_bias(
  // CHECK-NOT: head_cross_entropy
  // CHECK: return
  func.func @not_tied_with_bias(%x: !x, %w: !wte, %b: !v, %targets: !ids, %dloss: !f) -> (!f, !x, !wte, !v) {
    %logits = tenon.linear %x, %w transposed bias %b : !x, !wte bias !v -> !logits
    %loss = tenon.cross_entropy %logits, %targets ignore -1 : !logits, !ids -> !f
    %d = tenon.cross_entropy_backward %logits, %targets, %dloss ignore -1 : !logits, !ids, !f
    %dw = tenon.linear_backward_weight %x, %d transposed : !x, !logits -> !wte
    %db = tenon.sum_leading %d : !logits -> !v
    %dx = tenon.linear_backward %d, %w transposed : !logits, !wte -> !x
    return %loss, %dx, %dw, %db : !f, !x, !wte, !v
  }

  // CHECK-LABEL: func.func @not_logits_used_elsewhere(
  // CHECK-NOT: head_cross_entropy
  // CHECK: return
  func.func @not_logits_used_elsewhere(%x: !x, %w: !wte, %targets: !ids, %dloss: !f) -> (!f, !logits, !x, !wte) {
    %logits = tenon.linear %x, %w transposed : !x, !wte -> !logits
    %loss = tenon.cross_entropy %logits, %targets ignore -1 : !logits, !ids -> !f
    %d = tenon.cross_entropy_backward %logits, %targets, %dloss ignore -1 : !logits, !ids, !f
    %dw = tenon.linear_backward_weight %x, %d transposed : !x, !logits -> !wte
    %dx = tenon.linear_backward %d, %w transposed : !logits, !wte -> !x
    return %loss, %logits, %dx, %dw : !f, !logits, !x, !wte
  }

  // CHECK-LABEL: func.func @not_other_targets(
  // CHECK-NOT: head_cross_entropy
  // CHECK: return
  func.func @not_other_targets(%x: !x, %w: !wte, %targets: !ids, %others: !ids, %dloss: !f) -> (!f, !x, !wte) {
    %logits = tenon.linear %x, %w transposed : !x, !wte -> !logits
    %loss = tenon.cross_entropy %logits, %others ignore -1 : !logits, !ids -> !f
    %d = tenon.cross_entropy_backward %logits, %targets, %dloss ignore -1 : !logits, !ids, !f
    %dw = tenon.linear_backward_weight %x, %d transposed : !x, !logits -> !wte
    %dx = tenon.linear_backward %d, %w transposed : !logits, !wte -> !x
    return %loss, %dx, %dw : !f, !x, !wte
  }

  // What a part of a sum of losses counts is computed from numbers alone, so it can come first.
  // CHECK-LABEL: func.func @scaled_loss(
  // CHECK-SAME: %[[DLOSS:[a-z0-9]*]]: tensor<f32, #tenon.dims<>>)
  // CHECK: %[[HALF:.*]] = tenon.scale %[[DLOSS]]
  // CHECK-NEXT: %[[ONE:.*]] = tenon.constant 1.0
  // CHECK-NEXT: %[[PRODUCT:.*]] = tenon.elementwise multiply %[[DLOSS]], %[[ONE]]
  // CHECK-NEXT: %[[SUM:.*]] = tenon.add %[[HALF]], %[[PRODUCT]]
  // CHECK-NEXT: tenon.head_cross_entropy %{{.*}}, %{{.*}} transposed, %{{.*}}, %[[SUM]] ignore -1 :
  func.func @scaled_loss(%x: !x, %w: !wte, %targets: !ids, %dloss: !f) -> (!f, !x, !wte) {
    %logits = tenon.linear %x, %w transposed : !x, !wte -> !logits
    %loss = tenon.cross_entropy %logits, %targets ignore -1 : !logits, !ids -> !f
    %half = tenon.scale %dloss by 0.5 : !f
    %one = tenon.constant 1.0 : !f
    %product = tenon.elementwise multiply %dloss, %one : !f, !f -> !f
    %sum = tenon.add %half, %product : !f, !f
    %d = tenon.cross_entropy_backward %logits, %targets, %sum ignore -1 : !logits, !ids, !f
    %dw = tenon.linear_backward_weight %x, %d transposed : !x, !logits -> !wte
    %dx = tenon.linear_backward %d, %w transposed : !logits, !wte -> !x
    return %loss, %dx, %dw : !f, !x, !wte
  }

  // The gradient is made of the loss, as that of a square is.
  // CHECK-LABEL: func.func @not_dloss_later(
  // CHECK-NOT: head_cross_entropy
  // CHECK: return
  func.func @not_dloss_later(%x: !x, %w: !wte, %targets: !ids) -> (!f, !x, !wte) {
    %logits = tenon.linear %x, %w transposed : !x, !wte -> !logits
    %loss = tenon.cross_entropy %logits, %targets ignore -1 : !logits, !ids -> !f
    %two = tenon.constant 2.0 : !f
    %dloss = tenon.elementwise multiply %two, %loss : !f, !f -> !f
    %d = tenon.cross_entropy_backward %logits, %targets, %dloss ignore -1 : !logits, !ids, !f
    %dw = tenon.linear_backward_weight %x, %d transposed : !x, !logits -> !wte
    %dx = tenon.linear_backward %d, %w transposed : !logits, !wte -> !x
    return %loss, %dx, %dw : !f, !x, !wte
  }
}
