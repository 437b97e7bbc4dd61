// cross_entropy becomes its per-token part and the mean, with the same ignored index.
// RUN: tenon-opt %s -tenon-split-cross-entropy | FileCheck %s

!t = tensor<?x?xi32, #tenon.dims<batch, seq>>
!l = tensor<?x?x9xf32, #tenon.dims<batch, seq, V>>
tenon.model @m {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @V 9 to 9
  // CHECK-LABEL: func.func @loss
  // CHECK-SAME: (%[[L:.*]]: tensor<?x?x9xf32, {{.*}}>, %[[T:.*]]: tensor<?x?xi32
  // CHECK: %[[E:.*]] = tenon.token_cross_entropy %[[L]], %[[T]] ignore -1 {{.*}} -> tensor<?x?xf32, #tenon.dims<batch, seq>>
  // CHECK: %[[M:.*]] = tenon.masked_mean %[[E]], %[[T]] ignore -1
  // CHECK: return %[[M]]
  func.func @loss(%l: !l, %t: !t) -> tensor<f32, #tenon.dims<>> {
    %loss = tenon.cross_entropy %l, %t ignore -1 : !l, !t -> tensor<f32, #tenon.dims<>>
    return %loss : tensor<f32, #tenon.dims<>>
  }
}
