// What a model cannot give is said, with what it has.
// RUN: tenon-opt %s -split-input-file -verify-diagnostics -tenon-derive-entries=entries=step

!x = tensor<?x4xf32, #tenon.dims<batch, C>>
tenon.model @no_cache {
  tenon.dim @batch 1 to 2
  tenon.dim @C 4 to 4
  // expected-error @+1 {{model 'no_cache' has no entry 'step': no output depends on anything with a cache; ask for what it has: forward}}
  func.func @graph(%x: !x {tenon.name = "x"}) -> (!x {tenon.name = "y"}) {
    %y = tenon.scale %x by 2.0 : !x
    return %y : !x
  }
}

// -----

!x = tensor<?x?x4xf32, #tenon.dims<batch, seq, C>>
tenon.model @context_too_long {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @context 16777217 to 16777217
  tenon.dim @C 4 to 4
  tenon.state @kv kv_cache : tensor<?x16777217x4xf32, #tenon.dims<batch, context, C>>
  func.func @graph(%x: !x {tenon.name = "x"}) -> (!x {tenon.name = "y"}) {
    %a = tenon.attention %x, %x, %x cache @kv : !x, !x, !x -> !x
    // expected-error @+1 {{positions of 'seq' go up to the 16777217 of the cache, and f32 counts exactly up to 16777216 only; let the cache be shorter}}
    %at = tenon.along : tensor<?xf32, #tenon.dims<seq>>
    %y = tenon.elementwise multiply %a, %at : !x, tensor<?xf32, #tenon.dims<seq>> -> !x
    return %y : !x
  }
}

// -----

!x = tensor<?x4xf32, #tenon.dims<batch, C>>
!ids = tensor<?xi32, #tenon.dims<batch>>
!loss = tensor<f32, #tenon.dims<>>
tenon.model @only_losses {
  tenon.dim @batch 1 to 2
  tenon.dim @C 4 to 4
  // expected-error @+1 {{model 'only_losses' has no entry 'step': all of its outputs depend on a cross_entropy; ask for what it has: loss}}
  func.func @graph(%x: !x {tenon.name = "x"}, %t: !ids {tenon.name = "t"})
      -> (!loss {tenon.name = "loss"}) {
    %loss = tenon.cross_entropy %x, %t ignore -1 : !x, !ids -> !loss
    return %loss : !loss
  }
}

// -----

!qkv = tensor<?x?x12xf32, #tenon.dims<batch, seq, C3>>
!ids = tensor<?x?xi32, #tenon.dims<batch, seq>>
!x = tensor<?x?x4xf32, #tenon.dims<batch, seq, C>>
!loss = tensor<f32, #tenon.dims<>>
tenon.model @loss_with_cache {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @context 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<batch, context, C>>
  // expected-error @+1 {{model 'loss_with_cache' has no entry 'step': all of its outputs depend on a cross_entropy; ask for what it has: loss}}
  func.func @graph(%qkv: !qkv {tenon.name = "qkv"}, %t: !ids {tenon.name = "t"})
      -> (!loss {tenon.name = "loss"}) {
    %a = tenon.attention %qkv heads @H cache @kv : !qkv -> !x
    %loss = tenon.cross_entropy %a, %t ignore -1 : !x, !ids -> !loss
    return %loss : !loss
  }
}

// -----

// Attention that no output needs is not there.
!qkv = tensor<?x?x12xf32, #tenon.dims<batch, seq, C3>>
!x = tensor<?x?x4xf32, #tenon.dims<batch, seq, C>>
tenon.model @dead_attention {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @context 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.dim @L 2 to 2
  tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<batch, context, C>>
  // expected-error @+1 {{model 'dead_attention' has no entry 'step': no output depends on anything with a cache; ask for what it has: forward}}
  func.func @graph(%qkv: !qkv {tenon.name = "qkv"}, %x: !x {tenon.name = "x"}) -> (!x {tenon.name = "y"}) {
    %a = tenon.attention %qkv heads @H cache @kv : !qkv -> !x
    %r = tenon.repeat @L (%z = %a) : !x {
      tenon.yield %z : !x
    }
    %y = tenon.scale %x by 2.0 : !x
    return %y : !x
  }
}

// -----

!x = tensor<?x?x4xf32, #tenon.dims<batch, seq, C>>
tenon.model @both_directions {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @context 8 to 8
  tenon.dim @C 4 to 4
  tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<batch, context, C>>
  // expected-error @+1 {{model 'both_directions' has no entry 'step': its attention in both directions needs all tokens of a sequence at once; ask for what it has: forward}}
  func.func @graph(%x: !x {tenon.name = "x"}) -> (!x {tenon.name = "y"}) {
    %a = tenon.attention %x, %x, %x bidirectional : !x, !x, !x -> !x
    %y = tenon.attention %a, %a, %a cache @kv : !x, !x, !x -> !x
    return %y : !x
  }
}

// -----

!x = tensor<?x?x4xf32, #tenon.dims<batch, seq, C>>
!sum = tensor<?x4xf32, #tenon.dims<batch, C>>
tenon.model @sum_of_tokens {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @context 8 to 8
  tenon.dim @C 4 to 4
  tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<batch, context, C>>
  // expected-error @+1 {{model 'sum_of_tokens' has no entry 'step': its sum or maximum over 'seq' needs all tokens of a sequence at once; ask for what it has: forward}}
  func.func @graph(%x: !x {tenon.name = "x"}) -> (!sum {tenon.name = "y"}) {
    %a = tenon.attention %x, %x, %x cache @kv : !x, !x, !x -> !x
    %most = tenon.reduce max %a over @C : !x -> tensor<?x?xf32, #tenon.dims<batch, seq>>
    %y = tenon.reduce sum %a over @seq : !x -> !sum
    return %y : !sum
  }
}
