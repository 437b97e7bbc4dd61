// A score function in training: the forward keeps it, the backward gets it with its derivative, by
// which gradients go to scores only, and what it captures. Entries without a loss keep it too.
// RUN: tenon-opt %s -tenon-derive-entries=entries=gradients | FileCheck %s
// RUN: tenon-opt %s -tenon-derive-entries=entries=step | FileCheck %s --check-prefix=STEP

!q = tensor<?x?x4xf32, #tenon.dims<B, T, D>>
!s = tensor<?x?x8xf32, #tenon.dims<B, T, J>>
!b = tensor<?xf32, #tenon.dims<B>>
!w = tensor<4xf32, #tenon.dims<D>>
!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?x?xi32, #tenon.dims<B, T>>
tenon.model @m {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @D 4 to 4
  tenon.dim @J 8 to 8
  tenon.param @w : !w init ones 0.0
  tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<B, J, D>>
  func.func @graph(%q: !q {tenon.name = "q"}, %b: !b {tenon.name = "b"},
                   %targets: !ids {tenon.name = "targets"})
      -> (!q {tenon.name = "y"}, !f {tenon.name = "loss"}) {
    %w = tenon.get_param @w : !w
    %x = tenon.elementwise multiply %q, %w : !q, !w -> !q
    // CHECK: tenon.attention_saving {{.*}} captures %[[B:.*]] : tensor<?xf32, #tenon.dims<B>> score {
    // CHECK: tenon.attention_backward {{.*}} captures %[[B]] : tensor<?xf32, #tenon.dims<B>> score {
    // CHECK-NEXT: ^bb0(%[[S:.*]]: tensor<?x?x8xf32, #tenon.dims<B, T, J>>, %[[DS:.*]]: tensor<?x?x8xf32, #tenon.dims<B, T, J>>, %[[OWN:.*]]: tensor<?xf32, #tenon.dims<B>>):
    // CHECK-NEXT: %[[T:.*]] = tenon.along : tensor<?xf32, #tenon.dims<T>>
    // CHECK-NEXT: %[[P:.*]] = tenon.elementwise multiply %[[S]], %[[OWN]]
    // CHECK-NEXT: %[[M:.*]] = tenon.add %[[P]], %[[T]]
    // CHECK-NEXT: %[[D:.*]] = tenon.elementwise multiply %[[DS]], %[[OWN]]
    // CHECK-NEXT: tenon.yield %[[M]], %[[D]]
    // STEP: tenon.attention {{.*}} cache @kv {{.*}} score {
    // STEP-NEXT: ^bb0(%[[S:.*]]: tensor<?x?x8xf32, #tenon.dims<B, T, J>>, %{{.*}}: tensor<?xf32, #tenon.dims<B>>):
    // STEP-NEXT: tenon.along cached
    %y = tenon.attention %x, %q, %q cache @kv : !q, !q, !q -> !q captures %b : !b score {
    ^bb0(%s: !s, %own: !b):
      %t = tenon.along : tensor<?xf32, #tenon.dims<T>>
      %p = tenon.elementwise multiply %s, %own : !s, !b -> !s
      %m = tenon.add %p, %t : !s, tensor<?xf32, #tenon.dims<T>>
      tenon.yield %m : !s
    }
    %loss = tenon.cross_entropy %y, %targets ignore -1 : !q, !ids -> !f
    return %y, %loss : !q, !f
  }
}
