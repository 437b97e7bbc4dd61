// Every operation reads back as it is printed, in its short and in its generic form.
// RUN: tenon-opt %s -verify-roundtrip | FileCheck %s

// CHECK-LABEL: tenon.model @all attributes {tenon.machine = "x86-64"} {
tenon.model @all attributes {tenon.machine = "x86-64"} {
  // CHECK: tenon.dim @batch 1 to 2
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @context 8 to 8
  tenon.dim @"app::C" 4 to 4
  tenon.dim @C3 12 to 12
  tenon.dim @H 2 to 2
  tenon.dim @V 9 to 9
  tenon.dim @L 3 to 3
  // CHECK: tenon.param @wte : tensor<9x4xf32, #tenon.dims<V, "app::C">> init normal 2.000000e-02
  tenon.param @wte : tensor<9x4xf32, #tenon.dims<V, "app::C">> init normal 0.02
  tenon.param @wpe : tensor<8x4xf32, #tenon.dims<context, "app::C">> init uniform 0.5
  // CHECK: tenon.param @"h.{}.w" : tensor<4x12xf32, #tenon.dims<"app::C", C3>> init scaled_normal 2.000000e-02 layers @L
  tenon.param @"h.{}.w" : tensor<4x12xf32, #tenon.dims<"app::C", C3>> init scaled_normal 0.02 layers @L
  tenon.param @"h.{}.b" : tensor<12xf32, #tenon.dims<C3>> init zeros 0.0 layers @L
  tenon.param @"h.{}.ln" : tensor<4xf32, #tenon.dims<"app::C">> init ones 0.0 layers @L
  // CHECK: tenon.param @"e.{}.w" : tensor<4x9x4xf32, #tenon.dims<"app::C", V, "app::C">> init zeros
  tenon.param @"e.{}.w" : tensor<4x9x4xf32, #tenon.dims<"app::C", V, "app::C">> init zeros 0.0
  // CHECK: tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<batch, context, "app::C">> layers @L
  tenon.state @kv kv_cache : tensor<?x8x4xf32, #tenon.dims<batch, context, "app::C">> layers @L
  // CHECK: tenon.stored prefix "transformer."
  tenon.stored prefix "transformer."
  // CHECK: tenon.stored twin "h.{}.copy" of @"h.{}.w"
  tenon.stored twin "h.{}.copy" of @"h.{}.w"
  // CHECK: tenon.stored named "blk.{}.w" of @"h.{}.w"
  tenon.stored named "blk.{}.w" of @"h.{}.w"

  // CHECK: tenon.state @rows rows : tensor<?x8x4xf32, #tenon.dims<batch, context, "app::C">>
  tenon.state @rows rows : tensor<?x8x4xf32, #tenon.dims<batch, context, "app::C">>
  // CHECK: tenon.state @single kv_cache : tensor<?x8x4xf32, #tenon.dims<batch, context, "app::C">>
  tenon.state @single kv_cache : tensor<?x8x4xf32, #tenon.dims<batch, context, "app::C">>

  // CHECK: func.func @graph(%[[IDS:.*]]: tensor<?x?xi32, #tenon.dims<batch, seq>> {tenon.name = "ids"},
  func.func @graph(%ids: tensor<?x?xi32, #tenon.dims<batch, seq>> {tenon.name = "ids"},
                   %targets: tensor<?x?xi32, #tenon.dims<batch, seq>>)
      -> (tensor<?x4xf32, #tenon.dims<batch, "app::C">>, tensor<f32, #tenon.dims<>>) {
    // CHECK: %[[WTE:.*]] = tenon.get_param @wte : tensor<9x4xf32, #tenon.dims<V, "app::C">>
    %wte = tenon.get_param @wte : tensor<9x4xf32, #tenon.dims<V, "app::C">>
    %wpe = tenon.get_param @wpe : tensor<8x4xf32, #tenon.dims<context, "app::C">>
    // CHECK: tenon.group embedding -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> {
    %x = tenon.group embedding -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> {
      // CHECK: tenon.embedding %[[WTE]], %[[IDS]] : tensor<9x4xf32, #tenon.dims<V, "app::C">>, tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      %e = tenon.embedding %wte, %ids : tensor<9x4xf32, #tenon.dims<V, "app::C">>, tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      // CHECK: tenon.positions %[[IDS]] : tensor
      %from0 = tenon.positions %ids : tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<?xi32, #tenon.dims<seq>>
      // CHECK: tenon.positions %[[IDS]] cached : tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<?xi32, #tenon.dims<seq>>
      %at = tenon.positions %ids cached : tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<?xi32, #tenon.dims<seq>>
      %p = tenon.embedding %wpe, %at : tensor<8x4xf32, #tenon.dims<context, "app::C">>, tensor<?xi32, #tenon.dims<seq>> -> tensor<?x4xf32, #tenon.dims<seq, "app::C">>
      // CHECK: %[[SUM:.*]] = tenon.add %{{.*}}, %{{.*}} : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x4xf32, #tenon.dims<seq, "app::C">> {tenon.fused = 0 : i64}
      %sum = tenon.add %e, %p : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x4xf32, #tenon.dims<seq, "app::C">> {tenon.fused = 0 : i64}
      // CHECK: tenon.yield %[[SUM]] : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      tenon.yield %sum : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
    }
    // CHECK: tenon.dropout %{{.*}}, 1.000000e-01 : tensor
    %d = tenon.dropout %x, 0.1 : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
    // CHECK: tenon.repeat @L (%[[A:.*]] = %{{.*}}) : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> {
    %y = tenon.repeat @L (%a = %d) : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> {
      %ln = tenon.get_param @"h.{}.ln" : tensor<4xf32, #tenon.dims<"app::C">>
      // CHECK: tenon.layer_norm %[[A]], %[[LN:.*]], 1.000000e-05 : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<4xf32, #tenon.dims<"app::C">>
      %n = tenon.layer_norm %a, %ln, 1.0e-5 : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<4xf32, #tenon.dims<"app::C">>
      // CHECK: tenon.layer_norm %{{.*}}, %[[LN]] bias %[[LN]], 1.000000e-05 : {{.*}}, tensor<4xf32, #tenon.dims<"app::C">> bias tensor<4xf32, #tenon.dims<"app::C">>
      %m = tenon.layer_norm %n, %ln bias %ln, 1.0e-5 : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<4xf32, #tenon.dims<"app::C">> bias tensor<4xf32, #tenon.dims<"app::C">>
      %w = tenon.get_param @"h.{}.w" : tensor<4x12xf32, #tenon.dims<"app::C", C3>>
      %b = tenon.get_param @"h.{}.b" : tensor<12xf32, #tenon.dims<C3>>
      // CHECK: tenon.linear %{{.*}}, %{{.*}} bias %{{.*}} : {{.*}}, tensor<4x12xf32, #tenon.dims<"app::C", C3>> bias tensor<12xf32, #tenon.dims<C3>> -> tensor<?x?x12xf32, #tenon.dims<batch, seq, C3>>
      %qkv = tenon.linear %m, %w bias %b : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<4x12xf32, #tenon.dims<"app::C", C3>> bias tensor<12xf32, #tenon.dims<C3>> -> tensor<?x?x12xf32, #tenon.dims<batch, seq, C3>>
      // CHECK: %[[NARROW:.*]] = tenon.cast %{{.*}} : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x?x4xbf16, #tenon.dims<batch, seq, "app::C">>
      %narrow = tenon.cast %m : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x?x4xbf16, #tenon.dims<batch, seq, "app::C">>
      // CHECK: tenon.attention %{{.*}} heads @H keeps bf16 : tensor
      %rounded = tenon.attention %qkv heads @H keeps bf16 : tensor<?x?x12xf32, #tenon.dims<batch, seq, C3>> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      // CHECK: tenon.attention %{{.*}} heads @H : tensor
      %free = tenon.attention %qkv heads @H : tensor<?x?x12xf32, #tenon.dims<batch, seq, C3>> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      // CHECK: tenon.attention %{{.*}} heads @H cache @kv : tensor<?x?x12xf32, #tenon.dims<batch, seq, C3>> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      %o = tenon.attention %qkv heads @H cache @kv : tensor<?x?x12xf32, #tenon.dims<batch, seq, C3>> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      // CHECK: tenon.gelu tanh %{{.*}} : tensor
      %g = tenon.gelu tanh %o : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      // CHECK: tenon.gelu erf %{{.*}} : tensor
      %h = tenon.gelu erf %g : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      // CHECK: tenon.reduce max %{{.*}} over @"app::C" : tensor{{.*}} -> tensor<?x?xf32, #tenon.dims<batch, seq>>
      %most = tenon.reduce max %h over @"app::C" : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x?xf32, #tenon.dims<batch, seq>>
      // CHECK: tenon.elementwise subtract %{{.*}}, %{{.*}} : tensor<?x?x4xf32{{.*}}, tensor<?x?xf32
      %less = tenon.elementwise subtract %h, %most : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?xf32, #tenon.dims<batch, seq>> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      // CHECK: tenon.elementwise sigmoid %{{.*}} : tensor
      %s = tenon.elementwise sigmoid %h : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      // CHECK: tenon.elementwise select_less %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : tensor
      %chosen = tenon.elementwise select_less %h, %s, %s, %h : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      // CHECK: tenon.elementwise select_at_most %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : tensor
      %chosen_again = tenon.elementwise select_at_most %most, %s, %s, %h : tensor<?x?xf32, #tenon.dims<batch, seq>>, tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
      // CHECK: tenon.elementwise as_f32 %{{.*}} : tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<?x?xf32, #tenon.dims<batch, seq>>
      %numbers = tenon.elementwise as_f32 %ids : tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<?x?xf32, #tenon.dims<batch, seq>>
      tenon.yield %h : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
    }
    // CHECK: tenon.attention %[[Y:.*]], %[[Y]], %[[Y]] cache @single : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, {{.*}} -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
    %one_head = tenon.attention %y, %y, %y cache @single : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
    // CHECK: tenon.along cached : tensor<?xf32, #tenon.dims<seq>>
    %at = tenon.along cached : tensor<?xf32, #tenon.dims<seq>>
    // CHECK: tenon.along : tensor<4xf32, #tenon.dims<"app::C">>
    %channel = tenon.along : tensor<4xf32, #tenon.dims<"app::C">>
    // CHECK: tenon.elementwise multiply %{{.*}}, %{{.*}} : tensor<?xf32{{.*}}, tensor<4xf32{{.*}} -> tensor<?x4xf32, #tenon.dims<seq, "app::C">>
    %each = tenon.elementwise multiply %at, %channel : tensor<?xf32, #tenon.dims<seq>>, tensor<4xf32, #tenon.dims<"app::C">> -> tensor<?x4xf32, #tenon.dims<seq, "app::C">>
    // CHECK: tenon.slice %{{.*}} from 1 : tensor<?x4xf32{{.*}} -> tensor<?x2xf32, #tenon.dims<seq, H>>
    %part = tenon.slice %each from 1 : tensor<?x4xf32, #tenon.dims<seq, "app::C">> -> tensor<?x2xf32, #tenon.dims<seq, H>>
    // CHECK: tenon.join %{{.*}} at [2] : tensor<?x2xf32{{.*}} -> tensor<?x4x2xf32, #tenon.dims<seq, "app::C", H>>
    %inside = tenon.join %part at [2] : tensor<?x2xf32, #tenon.dims<seq, H>> -> tensor<?x4x2xf32, #tenon.dims<seq, "app::C", H>>
    // CHECK: tenon.slice %{{.*}} from 6 : tensor<?x4x2xf32{{.*}} -> tensor<?x2xf32, #tenon.dims<seq, H>>
    %picked = tenon.slice %inside from 6 : tensor<?x4x2xf32, #tenon.dims<seq, "app::C", H>> -> tensor<?x2xf32, #tenon.dims<seq, H>>
    // CHECK: tenon.slice %{{.*}} from 1 by 2 : tensor<?x4xf32{{.*}} -> tensor<?x2xf32, #tenon.dims<seq, H>>
    %odd = tenon.slice %each from 1 by 2 : tensor<?x4xf32, #tenon.dims<seq, "app::C">> -> tensor<?x2xf32, #tenon.dims<seq, H>>
    // CHECK: tenon.join %{{.*}} at [1] by 4 : tensor<?x2xf32{{.*}} -> tensor<?x2x4xf32, #tenon.dims<seq, H, "app::C">>
    %turn = tenon.join %odd at [1] by 4 : tensor<?x2xf32, #tenon.dims<seq, H>> -> tensor<?x2x4xf32, #tenon.dims<seq, H, "app::C">>
    // CHECK: tenon.slice %{{.*}} from 0 : tensor<?x2x4xf32{{.*}} -> tensor<?x4x2xf32, #tenon.dims<seq, "app::C", H>>
    %renamed = tenon.slice %turn from 0 : tensor<?x2x4xf32, #tenon.dims<seq, H, "app::C">> -> tensor<?x4x2xf32, #tenon.dims<seq, "app::C", H>>
    // CHECK: tenon.join %{{.*}}, %{{.*}} at [0, 2] : tensor<?x2xf32
    %parts = tenon.join %part, %part at [0, 2] : tensor<?x2xf32, #tenon.dims<seq, H>>, tensor<?x2xf32, #tenon.dims<seq, H>> -> tensor<?x4xf32, #tenon.dims<seq, "app::C">>
    // CHECK: tenon.attention %[[Y]], %[[Y]], %[[Y]] bidirectional : tensor
    %both = tenon.attention %y, %y, %y bidirectional : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
    // CHECK: tenon.attention %[[Y]], %[[Y]], %[[Y]] : tensor{{.*}} -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> captures %[[HALF:.*]] : tensor<f32, #tenon.dims<>> score {
    // CHECK-NEXT: ^bb0(%[[S:.*]]: tensor<?x?x8xf32, #tenon.dims<batch, seq, context>>, %[[OWN:.*]]: tensor<f32, #tenon.dims<>>):
    // CHECK-NEXT: %[[MADE:.*]] = tenon.elementwise multiply %[[S]], %[[OWN]]
    // CHECK-NEXT: tenon.yield %[[MADE]]
    %factor = tenon.constant 0.5 : tensor<f32, #tenon.dims<>>
    %scored = tenon.attention %y, %y, %y : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> captures %factor : tensor<f32, #tenon.dims<>> score {
    ^bb0(%s: tensor<?x?x8xf32, #tenon.dims<batch, seq, context>>, %own: tensor<f32, #tenon.dims<>>):
      %made = tenon.elementwise multiply %s, %own : tensor<?x?x8xf32, #tenon.dims<batch, seq, context>>, tensor<f32, #tenon.dims<>> -> tensor<?x?x8xf32, #tenon.dims<batch, seq, context>>
      tenon.yield %made : tensor<?x?x8xf32, #tenon.dims<batch, seq, context>>
    }
    // CHECK: %[[TOP:.*]] = tenon.top_k %[[Y]] : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x?x2xi32, #tenon.dims<batch, seq, H>>
    %top = tenon.top_k %y : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x?x2xi32, #tenon.dims<batch, seq, H>>
    // CHECK: tenon.take %[[Y]], %[[TOP]] : tensor<?x?x4xf32{{.*}}, tensor<?x?x2xi32{{.*}} -> tensor<?x?x2xf32, #tenon.dims<batch, seq, H>>
    %taken = tenon.take %y, %top : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<?x?x2xi32, #tenon.dims<batch, seq, H>> -> tensor<?x?x2xf32, #tenon.dims<batch, seq, H>>
    // CHECK: %[[EXPERTS:.*]] = tenon.get_param @"e.{}.w"
    %experts = tenon.get_param @"e.{}.w" : tensor<4x9x4xf32, #tenon.dims<"app::C", V, "app::C">>
    // CHECK: tenon.gathered_linear %[[Y]], %[[EXPERTS]], %[[TOP]] : tensor<?x?x4xf32{{.*}}, tensor<4x9x4xf32{{.*}}, tensor<?x?x2xi32{{.*}} -> tensor<?x?x2x9xf32, #tenon.dims<batch, seq, H, V>>
    %of_experts = tenon.gathered_linear %y, %experts, %top : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<4x9x4xf32, #tenon.dims<"app::C", V, "app::C">>, tensor<?x?x2xi32, #tenon.dims<batch, seq, H>> -> tensor<?x?x2x9xf32, #tenon.dims<batch, seq, H, V>>
    // CHECK: tenon.scale %{{.*}} by 5.000000e-01 : tensor
    %s = tenon.scale %y by 0.5 : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
    // CHECK: tenon.shift %{{.*}} by 2 cache @rows : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
    %earlier = tenon.shift %s by 2 cache @rows : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
    // CHECK: tenon.shift %{{.*}} by -1 : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
    %later = tenon.shift %s by -1 : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>
    // CHECK: tenon.last_token %{{.*}} : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x4xf32, #tenon.dims<batch, "app::C">>
    %last = tenon.last_token %s : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">> -> tensor<?x4xf32, #tenon.dims<batch, "app::C">>
    // CHECK: tenon.linear %{{.*}}, %[[WTE]] transposed : tensor
    %logits = tenon.linear %s, %wte transposed : tensor<?x?x4xf32, #tenon.dims<batch, seq, "app::C">>, tensor<9x4xf32, #tenon.dims<V, "app::C">> -> tensor<?x?x9xf32, #tenon.dims<batch, seq, V>>
    // CHECK: tenon.cross_entropy %{{.*}}, %{{.*}} ignore -1 : tensor<?x?x9xf32, #tenon.dims<batch, seq, V>>, tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<f32, #tenon.dims<>>
    %loss = tenon.cross_entropy %logits, %targets ignore -1 : tensor<?x?x9xf32, #tenon.dims<batch, seq, V>>, tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<f32, #tenon.dims<>>
    // CHECK: tenon.token_cross_entropy %{{.*}}, %{{.*}} ignore -100 : {{.*}} -> tensor<?x?xf32, #tenon.dims<batch, seq>>
    %losses = tenon.token_cross_entropy %logits, %targets ignore -100 : tensor<?x?x9xf32, #tenon.dims<batch, seq, V>>, tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<?x?xf32, #tenon.dims<batch, seq>>
    // CHECK: tenon.masked_mean %{{.*}}, %{{.*}} ignore -100 : {{.*}} -> tensor<f32, #tenon.dims<>>
    %mean = tenon.masked_mean %losses, %targets ignore -100 : tensor<?x?xf32, #tenon.dims<batch, seq>>, tensor<?x?xi32, #tenon.dims<batch, seq>> -> tensor<f32, #tenon.dims<>>
    return %last, %loss : tensor<?x4xf32, #tenon.dims<batch, "app::C">>, tensor<f32, #tenon.dims<>>
  }
}
