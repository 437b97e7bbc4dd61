// Dropout disappears; everything else stays.
// RUN: tenon-opt %s -tenon-drop-dropout | FileCheck %s

!x = tensor<?x4xf32, #tenon.dims<batch, C>>
tenon.model @m {
  tenon.dim @batch 1 to 2
  tenon.dim @C 4 to 4
  // CHECK-LABEL: func.func @forward
  // CHECK-SAME: (%[[X:.*]]: tensor
  // CHECK-NOT: dropout
  // CHECK: %[[Y:.*]] = tenon.scale %[[X]] by 2.000000e+00
  // CHECK: return %[[Y]]
  func.func @forward(%x: !x) -> !x {
    %d = tenon.dropout %x, 0.1 : !x
    %y = tenon.scale %d by 2.0 : !x
    %z = tenon.dropout %y, 0.5 : !x
    return %z : !x
  }

  // Outputs that would be an input, and the same as another output, are copies.
  // CHECK-LABEL: func.func @outputs
  // CHECK-SAME: (%[[X:.*]]: tensor
  // CHECK: %[[A:.*]] = tenon.scale %[[X]] by 1.000000e+00
  // CHECK: %[[Y:.*]] = tenon.scale %[[X]] by 2.000000e+00
  // CHECK: %[[B:.*]] = tenon.scale %[[Y]] by 1.000000e+00
  // CHECK: return %[[A]], %[[Y]], %[[B]]
  func.func @outputs(%x: !x) -> (!x, !x, !x) {
    %a = tenon.dropout %x, 0.1 : !x
    %y = tenon.scale %x by 2.0 : !x
    %b = tenon.dropout %y, 0.1 : !x
    return %a, %y, %b : !x, !x, !x
  }
}
