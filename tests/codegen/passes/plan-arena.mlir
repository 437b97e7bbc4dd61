// Places in the arena: what does not live at the same time shares memory; a sum lies where its term
// was; what goes from layer to layer stays in one place, or in two in turns; -1 - n is output n.
// RUN: tenon-opt %s -tenon-fuse -tenon-plan-arena | FileCheck %s

!ids = tensor<?xi32, #tenon.dims<batch>>
!x = tensor<?x16xf32, #tenon.dims<batch, C>>
!wte = tensor<9x16xf32, #tenon.dims<V, C>>
!w = tensor<16x16xf32, #tenon.dims<C, C>>
!g = tensor<16xf32, #tenon.dims<C>>
tenon.model @m {
  tenon.dim @batch 1 to 2
  tenon.dim @C 16 to 16
  tenon.dim @V 9 to 9
  tenon.dim @D 8 to 8
  tenon.param @square : !w init normal 0.02
  tenon.dim @L 3 to 3
  tenon.dim @L2 2 to 2
  tenon.dim @L1 1 to 1
  tenon.param @wte : !wte init normal 0.02
  tenon.param @g : !g init ones 0.0
  tenon.param @"h.{}.w" : !w init normal 0.02 layers @L
  tenon.param @"i.{}.w" : !w init normal 0.02 layers @L2
  tenon.param @"j.{}.w" : !w init normal 0.02 layers @L1

  // Each tensor is 2 x 16 floats = 128 bytes. x and its successor share one place; the norm lies
  // beside it; the last result is the output.
  // CHECK-LABEL: func.func @stack
  // CHECK-SAME: tenon.arena_bytes = 256 : i64
  // CHECK: tenon.group embedding {{.*}}tenon.offsets = array<i64: [[X:[0-9]+]]>
  // CHECK: tenon.group norm {{.*}}tenon.offsets = array<i64: [[N:[0-9]+]]>
  // CHECK: tenon.group linear {{.*}}tenon.offsets = array<i64: [[X]]>
  // CHECK: tenon.group norm {{.*}}tenon.offsets = array<i64: -1>
  func.func @stack(%ids: !ids) -> !x {
    %wte = tenon.get_param @wte : !wte
    %e = tenon.embedding %wte, %ids : !wte, !ids -> !x
    %r = tenon.repeat @L (%x = %e) : !x {
      %g = tenon.get_param @g : !g
      %n = tenon.layer_norm %x, %g, 1.0e-05 : !x, !g
      %w = tenon.get_param @"h.{}.w" : !w
      %y = tenon.linear %n, %w : !x, !w -> !x
      %z = tenon.add %x, %y : !x, !x
      tenon.yield %z : !x
    }
    %g = tenon.get_param @g : !g
    %o = tenon.layer_norm %r, %g, 1.0e-05 : !x, !g
    return %o : !x
  }

  // Two residuals a layer: all sums are one place, both norms another.
  // CHECK-LABEL: func.func @residuals
  // CHECK-SAME: tenon.arena_bytes = 256 : i64, tenon.arena_most_live = array<i64: 256, 2>
  // CHECK: tenon.group embedding {{.*}}tenon.offsets = array<i64: [[X:[0-9]+]]>
  // CHECK: tenon.repeat {{.*}}tenon.offsets = array<i64: [[X]], [[X]]>
  // CHECK: tenon.group norm {{.*}}tenon.offsets = array<i64: [[N:[0-9]+]]>
  // CHECK: tenon.group linear {{.*}}tenon.offsets = array<i64: [[X]]>
  // CHECK: tenon.group norm {{.*}}tenon.offsets = array<i64: [[N]]>
  // CHECK: tenon.group linear {{.*}}tenon.offsets = array<i64: [[X]]>
  func.func @residuals(%ids: !ids) -> !x {
    %wte = tenon.get_param @wte : !wte
    %e = tenon.embedding %wte, %ids : !wte, !ids -> !x
    %r = tenon.repeat @L (%x = %e) : !x {
      %g = tenon.get_param @g : !g
      %w = tenon.get_param @"h.{}.w" : !w
      %n = tenon.layer_norm %x, %g, 1.0e-05 : !x, !g
      %y = tenon.linear %n, %w : !x, !w -> !x
      %z = tenon.add %x, %y : !x, !x
      %m = tenon.layer_norm %z, %g, 1.0e-05 : !x, !g
      %v = tenon.linear %m, %w : !x, !w -> !x
      %u = tenon.add %z, %v : !x, !x
      tenon.yield %u : !x
    }
    %g = tenon.get_param @g : !g
    %o = tenon.layer_norm %r, %g, 1.0e-05 : !x, !g
    return %o : !x
  }

  // Layers whose kernel reads whole rows of x and writes the next x: two places in turns, of which the
  // last layer writes the stack's result. What enters lies where layer 1 writes; in neither where it is an
  // input or needed later.
  // CHECK-LABEL: func.func @in_turns
  // CHECK-SAME: tenon.arena_bytes = 256 : i64
  // CHECK: tenon.group embedding {{.*}}tenon.offsets = array<i64: [[E:[0-9]+]]>
  // CHECK: tenon.repeat @L {{.*}}tenon.live = array<i64: 1, 3>, tenon.offsets = array<i64: [[R:[0-9]+]], [[E]]>
  // CHECK: tenon.repeat @L2 {{.*}}tenon.offsets = array<i64: [[E]], -2>
  // CHECK: tenon.repeat @L1 {{.*}}tenon.offsets = array<i64: -3, -3>
  // CHECK: tenon.group norm {{.*}}tenon.offsets = array<i64: -1>
  func.func @in_turns(%ids: !ids, %in: !x) -> (!x, !x, !x) {
    %wte = tenon.get_param @wte : !wte
    %e = tenon.embedding %wte, %ids : !wte, !ids -> !x
    %r = tenon.repeat @L (%x = %e) : !x {
      %w = tenon.get_param @"h.{}.w" : !w
      %y = tenon.linear %x, %w : !x, !w -> !x
      %z = tenon.add %x, %y : !x, !x
      tenon.yield %z : !x
    }
    %s = tenon.repeat @L2 (%x = %r) : !x {
      %w = tenon.get_param @"i.{}.w" : !w
      %y = tenon.linear %x, %w : !x, !w -> !x
      %z = tenon.add %x, %y : !x, !x
      tenon.yield %z : !x
    }
    %t = tenon.repeat @L1 (%x = %in) : !x {
      %w = tenon.get_param @"j.{}.w" : !w
      %y = tenon.linear %x, %w : !x, !w -> !x
      %z = tenon.add %x, %y : !x, !x
      tenon.yield %z : !x
    }
    %g = tenon.get_param @g : !g
    %o = tenon.layer_norm %r, %g, 1.0e-05 : !x, !g
    return %o, %s, %t : !x, !x, !x
  }

  // A term that is read later keeps its place, and what is made of it gets another; the last sum can
  // take the term's, so that the embedding is written to the output.
  // CHECK-LABEL: func.func @term_is_needed
  // CHECK-SAME: tenon.arena_bytes = 256 : i64
  // CHECK: tenon.group embedding {{.*}}tenon.offsets = array<i64: -1>
  // CHECK: tenon.group rows {{.*}}tenon.offsets = array<i64: [[H:[0-9]+]]>
  // CHECK-NOT: tenon.group norm {{.*}}tenon.offsets = array<i64: [[H]]>
  // CHECK: tenon.group rows {{.*}}tenon.offsets = array<i64: -1>
  func.func @term_is_needed(%ids: !ids) -> !x {
    %wte = tenon.get_param @wte : !wte
    %g = tenon.get_param @g : !g
    %e = tenon.embedding %wte, %ids : !wte, !ids -> !x
    %h = tenon.gelu tanh %e : !x
    %n = tenon.layer_norm %h, %g, 1.0e-05 : !x, !g
    %o = tenon.add %e, %n : !x, !x
    return %o : !x
  }

  // What is made of parts of rows does not lie where they are read: an element is written before
  // another that needs it.
  // CHECK-LABEL: func.func @views
  // CHECK-SAME: tenon.arena_bytes = 256 : i64
  // CHECK: tenon.group linear
  // CHECK: tenon.group rows
  // CHECK: tenon.group linear {{.*}}tenon.offsets = array<i64: -1>
  func.func @views(%in: !x) -> !x {
    %w = tenon.get_param @square : !w
    %y = tenon.linear %in, %w : !x, !w -> !x
    %s = tenon.reduce sum %y over @C : !x -> tensor<?xf32, #tenon.dims<batch>>
    %x = tenon.elementwise multiply %y, %s : !x, tensor<?xf32, #tenon.dims<batch>> -> !x
    %a = tenon.slice %x from 8 : !x -> tensor<?x8xf32, #tenon.dims<batch, D>>
    %b = tenon.slice %x from 0 : !x -> tensor<?x8xf32, #tenon.dims<batch, D>>
    %j = tenon.join %a, %b at [0, 8] : tensor<?x8xf32, #tenon.dims<batch, D>>, tensor<?x8xf32, #tenon.dims<batch, D>> -> !x
    %z = tenon.linear %j, %w : !x, !w -> !x
    return %z : !x
  }
}

// Threads share the spans of keys that an attention finds in its cache: what they make of them lies
// in scratch memory, 2 sequences x 2 heads x 2 spans (64 keys on the narrowest target) x 2 lines of
// 64 bytes. One span is shared by nobody.
tenon.model @caches {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 16
  tenon.dim @one 64 to 64
  tenon.dim @two 65 to 65
  tenon.dim @H 2 to 2
  tenon.dim @C 32 to 32
  tenon.dim @C3 96 to 96
  tenon.dim @G 3 to 3
  tenon.dim @D 16 to 16
  tenon.state @heads kv_cache : tensor<?x65x2x16xf32, #tenon.dims<batch, two, H, D>>
  tenon.state @short kv_cache : tensor<?x64x32xf32, #tenon.dims<batch, one, C>>
  tenon.state @long kv_cache : tensor<?x65x32xf32, #tenon.dims<batch, two, C>>

  // CHECK-LABEL: func.func @shared
  // CHECK-SAME: tenon.arena_bytes = 1024 : i64
  // CHECK: tenon.group attention {{.*}}tenon.scratch = array<i64: 0, 1024, 0>
  func.func @shared(%qkv: tensor<?x?x96xf32, #tenon.dims<batch, seq, C3>>) -> tensor<?x?x32xf32, #tenon.dims<batch, seq, C>> {
    %y = tenon.attention %qkv heads @H cache @long : tensor<?x?x96xf32, #tenon.dims<batch, seq, C3>> -> tensor<?x?x32xf32, #tenon.dims<batch, seq, C>>
    return %y : tensor<?x?x32xf32, #tenon.dims<batch, seq, C>>
  }

  // The same of 2 sequences x 2 key heads x 3 query heads each.
  // CHECK-LABEL: func.func @grouped
  // CHECK: tenon.group attention {{.*}}tenon.scratch = array<i64: 0, 3072, 0>
  func.func @grouped(%q: tensor<?x?x2x3x16xf32, #tenon.dims<batch, seq, H, G, D>>, %k: tensor<?x?x2x16xf32, #tenon.dims<batch, seq, H, D>>) -> tensor<?x?x2x3x16xf32, #tenon.dims<batch, seq, H, G, D>> {
    %y = tenon.attention %q, %k, %k cache @heads : tensor<?x?x2x3x16xf32, #tenon.dims<batch, seq, H, G, D>>, tensor<?x?x2x16xf32, #tenon.dims<batch, seq, H, D>>, tensor<?x?x2x16xf32, #tenon.dims<batch, seq, H, D>> -> tensor<?x?x2x3x16xf32, #tenon.dims<batch, seq, H, G, D>>
    return %y : tensor<?x?x2x3x16xf32, #tenon.dims<batch, seq, H, G, D>>
  }

  // Without a cache keys and values lie there, those of 2 x 2 key heads: 64 positions x 16 channels of each.
  // CHECK-LABEL: func.func @grouped_without_cache
  // CHECK: tenon.group attention {{.*}}tenon.scratch = array<i64: 0, 32768, 0>
  func.func @grouped_without_cache(%q: tensor<?x?x2x3x16xf32, #tenon.dims<batch, seq, H, G, D>>, %k: tensor<?x?x2x16xf32, #tenon.dims<batch, seq, H, D>>) -> tensor<?x?x2x3x16xf32, #tenon.dims<batch, seq, H, G, D>> {
    %y = tenon.attention %q, %k, %k : tensor<?x?x2x3x16xf32, #tenon.dims<batch, seq, H, G, D>>, tensor<?x?x2x16xf32, #tenon.dims<batch, seq, H, D>>, tensor<?x?x2x16xf32, #tenon.dims<batch, seq, H, D>> -> tensor<?x?x2x3x16xf32, #tenon.dims<batch, seq, H, G, D>>
    return %y : tensor<?x?x2x3x16xf32, #tenon.dims<batch, seq, H, G, D>>
  }

  // CHECK-LABEL: func.func @alone
  // CHECK-SAME: tenon.arena_bytes = 0 : i64
  // CHECK-NOT: tenon.scratch
  func.func @alone(%qkv: tensor<?x?x96xf32, #tenon.dims<batch, seq, C3>>) -> tensor<?x?x32xf32, #tenon.dims<batch, seq, C>> {
    %y = tenon.attention %qkv heads @H cache @short : tensor<?x?x96xf32, #tenon.dims<batch, seq, C3>> -> tensor<?x?x32xf32, #tenon.dims<batch, seq, C>>
    return %y : tensor<?x?x32xf32, #tenon.dims<batch, seq, C>>
  }
}
