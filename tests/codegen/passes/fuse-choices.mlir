// Experts: what is chosen and its scores are one kernel, a product takes in what follows its rows.
// RUN: tenon-opt %s -tenon-fuse | FileCheck %s

!x = tensor<?x4xf32, #tenon.dims<seq, C>>
!scores = tensor<?x3xf32, #tenon.dims<seq, E>>
!ids = tensor<?x2xi32, #tenon.dims<seq, A>>
!score = tensor<?x2xf32, #tenon.dims<seq, A>>
!h = tensor<?x2x5xf32, #tenon.dims<seq, A, F>>
!y = tensor<?x2x4xf32, #tenon.dims<seq, A, C>>
!up = tensor<3x5x4xf32, #tenon.dims<E, F, C>>
!down = tensor<3x4x5xf32, #tenon.dims<E, C, F>>
tenon.model @m {
  tenon.dim @seq 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @F 5 to 5
  tenon.dim @E 3 to 3
  tenon.dim @A 2 to 2
  tenon.param @gate : !up init normal 0.02
  tenon.param @up : !up init normal 0.02
  tenon.param @down : !down init normal 0.02

  // CHECK-LABEL: func.func @experts
  // CHECK: %[[CHOICE:.*]]:2 = tenon.group choice -> {{.*}} attributes {tenon.ends = "a choice takes nothing in but the elements that it names"} {
  // CHECK: %[[IDS:.*]] = tenon.top_k
  // CHECK: %[[SCORE:.*]] = tenon.take %{{.*}}, %[[IDS]]
  // CHECK: tenon.yield %[[IDS]], %[[SCORE]]
  // CHECK: %[[SILU:.*]] = tenon.group gathered_linear
  // CHECK: %[[G:.*]] = tenon.gathered_linear %{{.*}}, %{{.*}}, %[[CHOICE]]#0
  // CHECK: tenon.elementwise sigmoid %[[G]]
  // CHECK: tenon.elementwise multiply
  // CHECK: %[[H:.*]] = tenon.group gathered_linear
  // CHECK: %[[U:.*]] = tenon.gathered_linear %{{.*}}, %{{.*}}, %[[CHOICE]]#0
  // CHECK: tenon.elementwise multiply %[[SILU]], %[[U]]
  // CHECK: %[[Y:.*]] = tenon.group gathered_linear
  // CHECK: tenon.gathered_linear %[[H]]
  // CHECK: tenon.elementwise multiply %{{.*}}, %[[CHOICE]]#1
  // CHECK: tenon.group rows
  // CHECK: tenon.reduce sum %[[Y]] over @A
  func.func @experts(%x: !x, %scores: !scores) -> !x {
    %ids = tenon.top_k %scores : !scores -> !ids
    %score = tenon.take %scores, %ids : !scores, !ids -> !score
    %up = tenon.get_param @up : !up
    %u = tenon.gathered_linear %x, %up, %ids : !x, !up, !ids -> !h
    %gate = tenon.get_param @gate : !up
    %g = tenon.gathered_linear %x, %gate, %ids : !x, !up, !ids -> !h
    %s = tenon.elementwise sigmoid %g : !h -> !h
    %silu = tenon.elementwise multiply %g, %s : !h, !h -> !h
    %h = tenon.elementwise multiply %silu, %u : !h, !h -> !h
    %down = tenon.get_param @down : !down
    %each = tenon.gathered_linear %h, %down, %ids : !h, !down, !ids -> !y
    %weighed = tenon.elementwise multiply %each, %score : !y, !score -> !y
    %y = tenon.reduce sum %weighed over @A : !y -> !x
    return %y : !x
  }

  // Elements of other rows than those that were chosen in are a kernel of their own; so is a gradient.
  // CHECK-LABEL: func.func @apart
  // CHECK: tenon.group choice
  // CHECK-NEXT: tenon.top_k
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.group choice
  // CHECK-NEXT: tenon.take
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.group choice
  // CHECK-NEXT: tenon.take_backward
  // CHECK-NEXT: tenon.yield
  func.func @apart(%scores: !scores, %others: !scores) -> !scores {
    %ids = tenon.top_k %scores : !scores -> !ids
    %score = tenon.take %others, %ids : !scores, !ids -> !score
    %back = tenon.take_backward %score, %ids : !score, !ids -> !scores
    return %back : !scores
  }

  // The gradient of a part is added to the parameter's memory by the kernel that makes it.
  // CHECK-LABEL: func.func @gradients
  // CHECK: tenon.group gathered_weight_gradient
  // CHECK: tenon.gathered_linear_backward_weight
  // CHECK-NEXT: tenon.accumulate %{{.*}} into @up fresh
  // CHECK: tenon.group gathered_linear_backward
  // CHECK: tenon.gathered_linear_backward %
  // CHECK: tenon.group rows
  // CHECK: tenon.reduce sum %{{.*}} over @A
  func.func @gradients(%x: !x, %dy: !h, %ids: !ids) -> !x {
    %dw = tenon.gathered_linear_backward_weight %x, %dy, %ids : !x, !h, !ids -> !up
    tenon.accumulate %dw into @up fresh : !up
    %up = tenon.get_param @up : !up
    %each = tenon.gathered_linear_backward %dy, %up, %ids : !h, !up, !ids -> !y
    %dx = tenon.reduce sum %each over @A : !y -> !x
    return %dx : !x
  }
}
