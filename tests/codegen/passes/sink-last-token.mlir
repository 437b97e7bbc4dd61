// The last token is taken before what works on each token by itself, not before the stack or where
// the full value is needed too.
// RUN: tenon-opt %s -tenon-sink-last-token | FileCheck %s

!x = tensor<?x?x4xf32, #tenon.dims<batch, seq, C>>
!p = tensor<?x4xf32, #tenon.dims<seq, C>>
!last = tensor<?x4xf32, #tenon.dims<batch, C>>
!logits = tensor<?x?x9xf32, #tenon.dims<batch, seq, V>>
!out = tensor<?x9xf32, #tenon.dims<batch, V>>
!heads = tensor<?x?x3x4xf32, #tenon.dims<batch, seq, H, C>>
!places = tensor<?x3x4xf32, #tenon.dims<seq, H, C>>
!last_heads = tensor<?x3x4xf32, #tenon.dims<batch, H, C>>
!g = tensor<?x?x2x3xf32, #tenon.dims<batch, seq, G, D>>
!q = tensor<4x2x3xf32, #tenon.dims<C, G, D>>
!o = tensor<4x2x3xf32, #tenon.dims<C, G, D>>
tenon.model @m {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @H 3 to 3
  tenon.dim @V 9 to 9
  tenon.param @wte : tensor<9x4xf32, #tenon.dims<V, C>> init normal 0.02
  tenon.dim @G 2 to 2
  tenon.dim @D 3 to 3
  tenon.param @q : !q init normal 0.02
  tenon.param @o : !o init normal 0.02
  tenon.param @g : tensor<4xf32, #tenon.dims<C>> init ones 0.0

  // CHECK-LABEL: func.func @head
  // CHECK-SAME: (%[[X:.*]]: tensor
  // CHECK: %[[LAST:.*]] = tenon.last_token %[[X]] : {{.*}} -> tensor<?x4xf32, #tenon.dims<batch, C>>
  // CHECK: %[[N:.*]] = tenon.layer_norm %[[LAST]]
  // CHECK: tenon.linear %[[N]], %{{.*}} transposed : {{.*}} -> tensor<?x9xf32, #tenon.dims<batch, V>>
  // CHECK-NOT: last_token
  func.func @head(%x: !x) -> !out {
    %wte = tenon.get_param @wte : tensor<9x4xf32, #tenon.dims<V, C>>
    %g = tenon.get_param @g : tensor<4xf32, #tenon.dims<C>>
    %n = tenon.layer_norm %x, %g, 1.0e-05 : !x, tensor<4xf32, #tenon.dims<C>>
    %l = tenon.linear %n, %wte transposed : !x, tensor<9x4xf32, #tenon.dims<V, C>> -> !logits
    %last = tenon.last_token %l : !logits -> !out
    return %last : !out
  }

  // CHECK-LABEL: func.func @not_moved_when_all_tokens_are_needed
  // CHECK: %[[Y:.*]] = tenon.scale
  // CHECK: %[[LAST:.*]] = tenon.last_token %[[Y]]
  // CHECK: return %[[Y]], %[[LAST]]
  func.func @not_moved_when_all_tokens_are_needed(%x: !x) -> (!x, !last) {
    %y = tenon.scale %x by 2.0 : !x
    %last = tenon.last_token %y : !x -> !last
    return %y, %last : !x, !last
  }

  // CHECK-LABEL: func.func @moves_before_arithmetic
  // CHECK-SAME: %[[X:[^:]*]]: tensor
  // CHECK-DAG: %[[LAST:.*]] = tenon.last_token %[[X]]
  // CHECK-DAG: %[[G:.*]] = tenon.get_param
  // CHECK: %[[Y:.*]] = tenon.elementwise subtract %[[G]], %[[LAST]] : tensor<4xf32{{.*}}, tensor<?x4xf32, {{.*}} -> tensor<?x4xf32
  // CHECK: return %[[Y]]
  func.func @moves_before_arithmetic(%x: !x) -> !last {
    %g = tenon.get_param @g : tensor<4xf32, #tenon.dims<C>>
    %y = tenon.elementwise subtract %g, %x : tensor<4xf32, #tenon.dims<C>>, !x -> !x
    %last = tenon.last_token %y : !x -> !last
    return %last : !last
  }

  // CHECK-LABEL: func.func @not_before_a_product_with_positions
  // CHECK: %[[Y:.*]] = tenon.elementwise multiply
  // CHECK-NEXT: tenon.last_token %[[Y]]
  func.func @not_before_a_product_with_positions(%x: !x, %p: !p) -> !last {
    %y = tenon.elementwise multiply %p, %x : !p, !x -> !x
    %last = tenon.last_token %y : !x -> !last
    return %last : !last
  }

  // CHECK-LABEL: func.func @of_heads
  // CHECK-SAME: (%[[X:.*]]: tensor
  // CHECK: %[[LAST:.*]] = tenon.last_token %[[X]] : {{.*}} -> tensor<?x3x4xf32, #tenon.dims<batch, H, C>>
  // CHECK: tenon.layer_norm %[[LAST]], %{{.*}} : tensor<?x3x4xf32
  func.func @of_heads(%x: !heads) -> !last_heads {
    %g = tenon.get_param @g : tensor<4xf32, #tenon.dims<C>>
    %n = tenon.layer_norm %x, %g, 1.0e-05 : !heads, tensor<4xf32, #tenon.dims<C>>
    %last = tenon.last_token %n : !heads -> !last_heads
    return %last : !last_heads
  }

  // CHECK-LABEL: func.func @not_before_a_sum_with_heads_of_positions
  // CHECK: tenon.add
  // CHECK-NEXT: tenon.last_token
  func.func @not_before_a_sum_with_heads_of_positions(%x: !heads, %p: !places) -> !last_heads {
    %y = tenon.add %x, %p : !heads, !places
    %last = tenon.last_token %y : !heads -> !last_heads
    return %last : !last_heads
  }

  // Through products over heads, whose tokens are (B, T, G, D).
  // CHECK-LABEL: func.func @heads
  // CHECK-SAME: (%[[X:[^:]*]]: tensor
  // CHECK: %[[LAST:.*]] = tenon.last_token %[[X]]
  // CHECK: %[[Q:.*]] = tenon.linear %[[LAST]], %{{.*}} -> tensor<?x2x3xf32, #tenon.dims<batch, G, D>>
  // CHECK-NEXT: %[[A:.*]] = tenon.gelu tanh %[[Q]]
  // CHECK: tenon.linear %[[A]], %{{.*}} transposed : {{.*}} -> tensor<?x4xf32, #tenon.dims<batch, C>>
  // CHECK-NOT: last_token
  func.func @heads(%x: !x) -> !last {
    %q = tenon.get_param @q : !q
    %h = tenon.linear %x, %q : !x, !q -> !g
    %a = tenon.gelu tanh %h : !g
    %o = tenon.get_param @o : !o
    %y = tenon.linear %a, %o transposed : !g, !o -> !x
    %last = tenon.last_token %y : !x -> !last
    return %last : !last
  }

  // CHECK-LABEL: func.func @all_heads
  // CHECK: tenon.last_token %{{.*}} : {{.*}} -> tensor<?x2x3xf32, #tenon.dims<batch, G, D>>
  func.func @all_heads(%h: !g) -> tensor<?x2x3xf32, #tenon.dims<batch, G, D>> {
    %last = tenon.last_token %h : !g -> tensor<?x2x3xf32, #tenon.dims<batch, G, D>>
    return %last : tensor<?x2x3xf32, #tenon.dims<batch, G, D>>
  }

  // A tensor (T, C) has no last token; what follows the sum moves, the sum stays.
  // CHECK-LABEL: func.func @not_before_a_sum_with_positions
  // CHECK: %[[Y:.*]] = tenon.add
  // CHECK-NEXT: %[[LAST:.*]] = tenon.last_token %[[Y]]
  // CHECK-NEXT: %[[Z:.*]] = tenon.scale %[[LAST]]
  // CHECK-NEXT: return %[[Z]]
  func.func @not_before_a_sum_with_positions(%x: !x, %p: !p) -> !last {
    %y = tenon.add %x, %p : !x, !p
    %z = tenon.scale %y by 2.0 : !x
    %last = tenon.last_token %z : !x -> !last
    return %last : !last
  }

  // Nor has a number for each token; what lacks the tokens is repeated over them anyway.
  // CHECK-LABEL: func.func @not_before_a_product_with_numbers
  // CHECK: %[[Y:.*]] = tenon.elementwise multiply
  // CHECK-NEXT: tenon.last_token %[[Y]]
  // CHECK-LABEL: func.func @moves_before_a_sum_with_sequences
  // CHECK-SAME: %[[X:[^:]*]]: tensor{{.*}}, %[[C:[^:]*]]: tensor
  // CHECK: %[[LAST:.*]] = tenon.last_token %[[X]]
  // CHECK: tenon.add %[[LAST]], %[[C]]
  func.func @not_before_a_product_with_numbers(%x: !x, %r: tensor<?x?xf32, #tenon.dims<batch, seq>>) -> !last {
    %y = tenon.elementwise multiply %x, %r : !x, tensor<?x?xf32, #tenon.dims<batch, seq>> -> !x
    %last = tenon.last_token %y : !x -> !last
    return %last : !last
  }
  func.func @moves_before_a_sum_with_sequences(%x: !x, %c: !last) -> !last {
    %y = tenon.add %x, %c : !x, !last
    %last = tenon.last_token %y : !x -> !last
    return %last : !last
  }

  // Parts of a token, and what is made of them.
  // CHECK-LABEL: func.func @moves_before_views
  // CHECK-SAME: %[[X:[^:]*]]: tensor
  // CHECK: %[[LAST:.*]] = tenon.last_token %[[X]]
  // CHECK: %[[A:.*]] = tenon.slice %[[LAST]] from 1 : {{.*}} -> tensor<?x3xf32, #tenon.dims<batch, D>>
  // CHECK: %[[Y:.*]] = tenon.join %[[A]] at [1] : {{.*}} -> tensor<?x4xf32, #tenon.dims<batch, C>>
  // CHECK: return %[[Y]]
  func.func @moves_before_views(%x: !x) -> !last {
    %a = tenon.slice %x from 1 : !x -> tensor<?x?x3xf32, #tenon.dims<batch, seq, D>>
    %y = tenon.join %a at [1] : tensor<?x?x3xf32, #tenon.dims<batch, seq, D>> -> !x
    %last = tenon.last_token %y : !x -> !last
    return %last : !last
  }
}
