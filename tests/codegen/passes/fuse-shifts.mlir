// Rows of earlier tokens of one tensor are one kernel, which reads it once and keeps it once.
// RUN: tenon-opt %s -tenon-fuse | FileCheck %s

!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>

tenon.model @m {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @P 8 to 8
  tenon.dim @C 4 to 4
  tenon.state @rows rows : tensor<?x8x4xf32, #tenon.dims<B, P, C>>

  // CHECK-LABEL: func.func @together
  // CHECK: %[[Y:.*]] = tenon.group rows
  // CHECK: tenon.scale
  // CHECK: %[[S:.*]]:2 = tenon.group shift -> {{.*}} attributes {tenon.ends = "this kernel takes in other rows of the same tensor only"} {
  // CHECK-NEXT: tenon.shift %[[Y]] by 1 cache @rows
  // CHECK-NEXT: tenon.shift %[[Y]] by 2 cache @rows
  // CHECK-NEXT: tenon.yield
  // CHECK: %[[SUM:.*]] = tenon.group rows
  // CHECK: tenon.add %[[S]]#0, %[[S]]#1
  // CHECK: tenon.group shift
  // CHECK-NEXT: tenon.shift %[[SUM]] by -1 :
  // CHECK-NEXT: tenon.yield
  func.func @together(%x: !x) -> !x {
    %y = tenon.scale %x by 2.0 : !x
    %one = tenon.shift %y by 1 cache @rows : !x
    %two = tenon.shift %y by 2 cache @rows : !x
    %sum = tenon.add %one, %two : !x, !x
    %later = tenon.shift %sum by -1 : !x
    return %later : !x
  }
}
