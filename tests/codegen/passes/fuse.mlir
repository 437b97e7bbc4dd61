// Which operations share a kernel, and why a kernel ends where it does.
// RUN: tenon-opt %s -tenon-fuse | FileCheck %s

!ids = tensor<?x?xi32, #tenon.dims<batch, seq>>
!x = tensor<?x?x4xf32, #tenon.dims<batch, seq, C>>
!p = tensor<?x4xf32, #tenon.dims<seq, C>>
!h = tensor<?x?x12xf32, #tenon.dims<batch, seq, F>>
!wte = tensor<9x4xf32, #tenon.dims<V, C>>
!wpe = tensor<8x4xf32, #tenon.dims<context, C>>
!g = tensor<4xf32, #tenon.dims<C>>
!up = tensor<4x12xf32, #tenon.dims<C, F>>
!down = tensor<12x4xf32, #tenon.dims<F, C>>
!square = tensor<4x4xf32, #tenon.dims<C, C>>
!b = tensor<12xf32, #tenon.dims<F>>
!number = tensor<?x?xf32, #tenon.dims<batch, seq>>
!half = tensor<?x?x2xf32, #tenon.dims<batch, seq, D>>
!pairs = tensor<?x?x4x2xf32, #tenon.dims<batch, seq, C, D>>
!angles = tensor<?x2xf32, #tenon.dims<seq, D>>
tenon.model @m {
  tenon.dim @batch 1 to 2
  tenon.dim @seq 1 to 8
  tenon.dim @context 8 to 8
  tenon.dim @C 4 to 4
  tenon.dim @F 12 to 12
  tenon.dim @V 9 to 9
  tenon.dim @D 2 to 2
  tenon.dim @two 2 to 2
  tenon.dim @L 3 to 3
  tenon.param @wte : !wte init normal 0.02
  tenon.param @wpe : !wpe init normal 0.02
  tenon.param @g : !g init ones 0.0
  tenon.param @"h.{}.up" : !up init normal 0.02 layers @L
  tenon.param @"h.{}.b" : !b init zeros 0.0 layers @L
  tenon.param @"h.{}.down" : !down init normal 0.02 layers @L

  tenon.param @one_up : !up init normal 0.02
  tenon.param @one_down : !down init normal 0.02
  tenon.param @one_b : !b init zeros 0.0
  tenon.param @square : !square init normal 0.02
  tenon.param @narrow_up : tensor<4x12xbf16, #tenon.dims<C, F>> init normal 0.02
  tenon.param @narrow_down : tensor<12x4xbf16, #tenon.dims<F, C>> init normal 0.02

  // CHECK-LABEL: func.func @embedding_with_norm
  // CHECK: %[[G:.*]]:2 = tenon.group embedding -> {{.*}} attributes {tenon.ends = "the layer norm is the last that an embedding kernel does"} {
  // CHECK: tenon.embedding
  // CHECK: tenon.embedding
  // CHECK: %[[X:.*]] = tenon.add
  // CHECK: %[[Y:.*]] = tenon.layer_norm %[[X]]
  // CHECK: tenon.yield %[[X]], %[[Y]]
  // CHECK: return %[[G]]#0, %[[G]]#1
  func.func @embedding_with_norm(%ids: !ids) -> (!x, !x) {
    %wte = tenon.get_param @wte : !wte
    %wpe = tenon.get_param @wpe : !wpe
    %g = tenon.get_param @g : !g
    %e = tenon.embedding %wte, %ids : !wte, !ids -> !x {tenon.fused = 1 : i64}
    %at = tenon.positions %ids : !ids -> tensor<?xi32, #tenon.dims<seq>>
    %p = tenon.embedding %wpe, %at : !wpe, tensor<?xi32, #tenon.dims<seq>> -> !p {tenon.fused = 1 : i64}
    %x = tenon.add %e, %p : !x, !p {tenon.fused = 1 : i64}
    %y = tenon.layer_norm %x, %g, 1.0e-05 : !x, !g
    return %x, %y : !x, !x
  }

  // The row is read before the norm stands in the source, so the norm is computed earlier.
  // CHECK-LABEL: func.func @norm_comes_forward
  // CHECK: %[[G:.*]]:2 = tenon.group embedding
  // CHECK: tenon.layer_norm
  // CHECK: tenon.group rows
  // CHECK: tenon.gelu tanh %[[G]]#0
  func.func @norm_comes_forward(%ids: !ids) -> (!x, !x) {
    %wte = tenon.get_param @wte : !wte
    %x = tenon.embedding %wte, %ids : !wte, !ids -> !x
    %h = tenon.gelu tanh %x : !x
    %g = tenon.get_param @g : !g
    %y = tenon.layer_norm %x, %g, 1.0e-05 : !x, !g
    return %h, %y : !x, !x
  }

  // x sigmoid(x) of one product times another: both uses of the first come together.
  // CHECK-LABEL: func.func @gated
  // CHECK: %[[UP:.*]] = tenon.group linear -> tensor<?x?x4xf32{{.*}} {tenon.ends = "'tenon.multiply', which uses its result, is in the linear kernel of 'tenon.linear'"}
  // CHECK: tenon.group linear
  // CHECK: = tenon.linear
  // CHECK-NEXT: tenon.elementwise sigmoid
  // CHECK-NEXT: tenon.elementwise multiply
  // CHECK-NEXT: tenon.elementwise multiply %{{.*}}, %[[UP]]
  // CHECK-NEXT: tenon.yield %{{[^,]*}} :
  func.func @gated(%x: !x) -> !x {
    %w = tenon.get_param @square : !square
    %gate = tenon.linear %x, %w : !x, !square -> !x
    %up = tenon.linear %x, %w : !x, !square -> !x
    %s = tenon.elementwise sigmoid %gate : !x -> !x
    %silu = tenon.elementwise multiply %gate, %s : !x, !x -> !x
    %y = tenon.elementwise multiply %silu, %up : !x, !x -> !x
    return %y : !x
  }

  // One of its uses leaves: it is stored, and the rest is a kernel of its own.
  // CHECK-LABEL: func.func @used_elsewhere_too
  // CHECK: tenon.group linear -> tensor<?x?x4xf32{{.*}} {tenon.ends = "its result has more than one use"}
  // CHECK: tenon.group rows
  func.func @used_elsewhere_too(%x: !x) -> (!x, !x) {
    %w = tenon.get_param @square : !square
    %gate = tenon.linear %x, %w : !x, !square -> !x
    %s = tenon.elementwise sigmoid %gate : !x -> !x
    %silu = tenon.elementwise multiply %gate, %s : !x, !x -> !x
    return %silu, %gate : !x, !x
  }

  // What only the end needs and what is known as early comes along; what a later product ends with
  // stays with that product.
  // CHECK-LABEL: func.func @with_what_is_known
  // CHECK: tenon.group linear
  // CHECK: = tenon.linear
  // CHECK-NEXT: tenon.elementwise tanh
  // CHECK: tenon.group linear
  // CHECK: = tenon.linear
  // CHECK-NEXT: tenon.elementwise exp
  // CHECK-NEXT: tenon.elementwise subtract
  // CHECK-NEXT: tenon.elementwise multiply
  func.func @with_what_is_known(%x: !x) -> !x {
    %w = tenon.get_param @square : !square
    %a = tenon.linear %x, %w : !x, !square -> !x
    %known = tenon.elementwise exp %x : !x -> !x
    %b = tenon.linear %x, %w : !x, !square -> !x
    %other = tenon.elementwise tanh %b : !x -> !x
    %c = tenon.elementwise subtract %a, %known : !x, !x -> !x
    %y = tenon.elementwise multiply %c, %other : !x, !x -> !x
    return %y : !x
  }

  // A gather by position that no embedding takes is a kernel of its own: here the norm comes between.
  // CHECK-LABEL: func.func @positions_alone
  // CHECK: tenon.group embedding
  // CHECK: tenon.layer_norm
  // CHECK: %[[P:.*]] = tenon.group embedding -> tensor<?x4xf32{{.*}} {tenon.ends = "'tenon.add', which uses its result, is in the rows kernel of 'tenon.add'"}
  // CHECK: tenon.positions
  // CHECK: tenon.group rows
  // CHECK: tenon.add %{{.*}}, %[[P]]
  func.func @positions_alone(%ids: !ids) -> !x {
    %wte = tenon.get_param @wte : !wte
    %wpe = tenon.get_param @wpe : !wpe
    %g = tenon.get_param @g : !g
    %e = tenon.embedding %wte, %ids : !wte, !ids -> !x
    %n = tenon.layer_norm %e, %g, 1.0e-05 : !x, !g
    %at = tenon.positions %ids : !ids -> tensor<?xi32, #tenon.dims<seq>>
    %p = tenon.embedding %wpe, %at : !wpe, tensor<?xi32, #tenon.dims<seq>> -> !p
    %x = tenon.add %n, %p : !x, !p
    return %x : !x
  }

  // The sum is computed by the kernel of the first product, and the second one's reason says so.
  // CHECK-LABEL: func.func @sum_of_products
  // CHECK: tenon.group linear -> {{.*}} {tenon.ends = "'tenon.add', which uses its result, is in the linear kernel of 'tenon.linear'"}
  // CHECK: tenon.group linear
  // CHECK: tenon.add
  func.func @sum_of_products(%x: !h) -> !x {
    %w = tenon.get_param @down : !down
    %y = tenon.linear %x, %w : !h, !down -> !x
    %z = tenon.linear %x, %w : !h, !down -> !x
    %s = tenon.add %y, %z : !x, !x
    return %s : !x
  }

  // What needs the loss comes behind the kernel, which ends with the gradient that it adds.
  // CHECK-LABEL: func.func @loss_used_before_its_gradient
  // CHECK: %[[LOSS:.*]] = tenon.group head_loss
  // CHECK: tenon.accumulate
  // CHECK: tenon.group rows
  // CHECK: tenon.scale %[[LOSS]]
  func.func @loss_used_before_its_gradient(%x: !x, %t: !ids, %d: tensor<f32, #tenon.dims<>>) -> tensor<f32, #tenon.dims<>> {
    %wte = tenon.get_param @wte : !wte
    %loss, %dx, %dw = tenon.head_cross_entropy %x, %wte transposed, %t, %d ignore -1 : !x, !wte, !ids, tensor<f32, #tenon.dims<>> -> tensor<f32, #tenon.dims<>>
    %half = tenon.scale %loss by 0.5 : tensor<f32, #tenon.dims<>>
    tenon.accumulate %dw into @wte fresh : !wte
    return %half : tensor<f32, #tenon.dims<>>
  }

  // The gradient of a bias joins that of its weight only where the kernel lays the right factor out.
  // CHECK-LABEL: func.func @bias_beside_transposed
  // CHECK: tenon.group weight_gradient attributes {tenon.ends = "this kernel takes nothing in"}
  // CHECK-NOT: tenon.sum_leading
  // CHECK: tenon.group sum_leading
  // CHECK-LABEL: func.func @bias_beside_plain
  // CHECK: tenon.group weight_gradient
  // CHECK: tenon.sum_leading
  // CHECK-NOT: tenon.group
  // CHECK: return
  func.func @bias_beside_transposed(%x: !x, %dy: !h) {
    %dw = tenon.linear_backward_weight %x, %dy transposed : !x, !h -> !down
    tenon.accumulate %dw into @one_down fresh : !down
    %db = tenon.sum_leading %dy : !h -> !b
    tenon.accumulate %db into @one_b fresh : !b
    return
  }
  func.func @bias_beside_plain(%x: !x, %dy: !h) {
    %dw = tenon.linear_backward_weight %x, %dy : !x, !h -> !up
    tenon.accumulate %dw into @one_up fresh : !up
    %db = tenon.sum_leading %dy : !h -> !b
    tenon.accumulate %db into @one_b fresh : !b
    return
  }

  // CHECK-LABEL: func.func @mlp
  // CHECK: tenon.repeat @L
  // CHECK: tenon.group norm
  // CHECK: %[[H:.*]] = tenon.group linear -> tensor<?x?x12xf32
  // CHECK: = tenon.linear
  // CHECK-NEXT: tenon.gelu tanh
  // CHECK-NEXT: tenon.yield
  // CHECK: %[[OUT:.*]] = tenon.group linear -> tensor<?x?x4xf32
  // CHECK: %[[L:.*]] = tenon.linear %[[H]]
  // CHECK-NEXT: tenon.add %{{.*}}, %[[L]]
  // CHECK: tenon.yield %[[OUT]]
  func.func @mlp(%ids: !ids) -> !x {
    %wte = tenon.get_param @wte : !wte
    %e = tenon.embedding %wte, %ids : !wte, !ids -> !x
    %r = tenon.repeat @L (%x = %e) : !x {
      %g = tenon.get_param @g : !g
      %n = tenon.layer_norm %x, %g, 1.0e-05 : !x, !g
      %up = tenon.get_param @"h.{}.up" : !up
      %b = tenon.get_param @"h.{}.b" : !b
      %h = tenon.linear %n, %up bias %b : !x, !up bias !b -> !h
      %a = tenon.gelu tanh %h : !h
      %down = tenon.get_param @"h.{}.down" : !down
      %y = tenon.linear %a, %down : !h, !down -> !x
      %z = tenon.add %x, %y : !x, !x
      tenon.yield %z : !x
    }
    return %r : !x
  }

  // A linear makes its result in tiles, a norm needs whole rows.
  // CHECK-LABEL: func.func @norm_does_not_join_linear
  // CHECK: tenon.group linear -> {{.*}} attributes {tenon.ends = "'tenon.layer_norm' needs whole rows, and this kernel makes them in pieces"}
  // CHECK: tenon.group norm
  func.func @norm_does_not_join_linear(%x: !h) -> !x {
    %w = tenon.get_param @down : !down
    %g = tenon.get_param @g : !g
    %y = tenon.linear %x, %w : !h, !down -> !x
    %z = tenon.layer_norm %y, %g, 1.0e-05 : !x, !g
    return %z : !x
  }
  tenon.param @down : !down init normal 0.02

  // What products read in bf16 is rounded where it is made.
  // CHECK-LABEL: func.func @casts
  // CHECK: tenon.group norm -> tensor<?x?x4xbf16
  // CHECK: tenon.layer_norm
  // CHECK-NEXT: tenon.cast
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.group linear -> tensor<?x?x12xbf16, {{.*}} attributes {tenon.ends = "it stores its rows in bf16"}
  // CHECK: tenon.linear
  // CHECK-NEXT: tenon.gelu tanh
  // CHECK-NEXT: tenon.cast
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.group linear -> tensor<?x?x4xf32
  // CHECK-NOT: tenon.cast
  func.func @casts(%x: !x) -> !x {
    %g = tenon.get_param @g : !g
    %up = tenon.get_param @narrow_up : tensor<4x12xbf16, #tenon.dims<C, F>>
    %down = tenon.get_param @narrow_down : tensor<12x4xbf16, #tenon.dims<F, C>>
    %n = tenon.layer_norm %x, %g, 1.0e-05 : !x, !g
    %a = tenon.cast %n : !x -> tensor<?x?x4xbf16, #tenon.dims<batch, seq, C>>
    %h = tenon.linear %a, %up : tensor<?x?x4xbf16, #tenon.dims<batch, seq, C>>, tensor<4x12xbf16, #tenon.dims<C, F>> -> !h
    %e = tenon.gelu tanh %h : !h
    %b = tenon.cast %e : !h -> tensor<?x?x12xbf16, #tenon.dims<batch, seq, F>>
    %y = tenon.linear %b, %down : tensor<?x?x12xbf16, #tenon.dims<batch, seq, F>>, tensor<12x4xbf16, #tenon.dims<F, C>> -> !x
    return %y : !x
  }

  // A norm in arithmetic is one kernel, with the sum before it; what others need of it is stored.
  // CHECK-LABEL: func.func @norm_in_arithmetic
  // CHECK: %[[R:.*]]:3 = tenon.group rows -> tensor<?x?x4xf32{{.*}}, tensor<?x?xf32{{.*}}, tensor<?x?x4xf32
  // CHECK: tenon.scale
  // CHECK: tenon.reduce sum
  // CHECK: tenon.elementwise rsqrt
  // CHECK-COUNT-2: tenon.elementwise multiply
  // CHECK-NEXT: tenon.yield
  // CHECK-NOT: tenon.group
  // CHECK: return %[[R]]#0, %[[R]]#1, %[[R]]#2
  func.func @norm_in_arithmetic(%in: !x) -> (!x, !number, !x) {
    %g = tenon.get_param @g : !g
    %x = tenon.scale %in by 2.0 : !x
    %m = tenon.elementwise multiply %x, %x : !x, !x -> !x
    %s = tenon.reduce sum %m over @C : !x -> !number
    %r = tenon.elementwise rsqrt %s : !number -> !number
    %n = tenon.elementwise multiply %x, %r : !x, !number -> !x
    %y = tenon.elementwise multiply %n, %g : !x, !g -> !x
    return %x, %s, %y : !x, !number, !x
  }

  // What a later product ends with is left to it, and what needs that is a kernel behind it: the
  // first kernel does not wait for the product, which itself waits for it.
  // CHECK-LABEL: func.func @rows_around_a_product
  // CHECK: %[[N:.*]]:2 = tenon.group rows
  // CHECK: tenon.elementwise rsqrt
  // CHECK-NEXT: tenon.elementwise multiply
  // CHECK-NEXT: tenon.yield
  // CHECK: %[[L:.*]] = tenon.group linear
  // CHECK: tenon.linear %[[N]]#1
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.group rows
  // CHECK: tenon.elementwise multiply %[[L]]
  // CHECK-NEXT: tenon.reduce max
  // CHECK-NEXT: tenon.elementwise multiply %{{.*}}, %[[N]]#0
  // CHECK: tenon.elementwise multiply %[[L]]
  func.func @rows_around_a_product(%x: !x, %s: !number) -> !x {
    %w = tenon.get_param @square : !square
    %g = tenon.get_param @g : !g
    %r = tenon.elementwise rsqrt %s : !number -> !number
    %n = tenon.elementwise multiply %x, %r : !x, !number -> !x
    %y = tenon.linear %n, %w : !x, !square -> !x
    %m = tenon.elementwise multiply %y, %g : !x, !g -> !x
    %most = tenon.reduce max %m over @C : !x -> !number
    %t = tenon.elementwise multiply %most, %r : !number, !number -> !number
    %z = tenon.elementwise multiply %y, %t : !x, !number -> !x
    return %z : !x
  }

  // What only another kernel would compute with is not stored for it.
  // CHECK-LABEL: func.func @left_to_the_later_kernel
  // CHECK: tenon.group rows -> tensor<?x?x4xf32
  // CHECK: tenon.elementwise tanh
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.group linear
  // CHECK: tenon.linear
  // CHECK-NEXT: tenon.elementwise multiply
  // CHECK-NEXT: tenon.elementwise multiply
  // CHECK-NEXT: tenon.yield
  func.func @left_to_the_later_kernel(%x: !x) -> !x {
    %w = tenon.get_param @square : !square
    %y = tenon.elementwise tanh %x : !x -> !x
    %z = tenon.linear %y, %w : !x, !square -> !x
    %square = tenon.elementwise multiply %y, %y : !x, !x -> !x
    %d = tenon.elementwise multiply %z, %square : !x, !x -> !x
    return %d : !x
  }

  // Numbers along a dimension are made where they are used, and stored where they are needed as
  // they are.
  // CHECK-LABEL: func.func @numbers_along
  // CHECK: tenon.group rows -> tensor<4xf32{{.*}} attributes {tenon.ends = "what computes with it makes it anew"}
  // CHECK-NEXT: tenon.along
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.group linear
  // CHECK: tenon.along cached
  // CHECK: tenon.linear
  // CHECK-NEXT: tenon.elementwise multiply
  // CHECK-NEXT: tenon.yield
  // CHECK: %[[Y:.*]] = tenon.group rows -> tensor<?x?x4xf32
  // CHECK-NEXT: tenon.along
  // CHECK-NEXT: tenon.elementwise multiply
  // CHECK-NEXT: tenon.yield
  // CHECK-NOT: tenon.along
  // CHECK: return
  func.func @numbers_along(%x: !x) -> (!x, !g, !x) {
    %w = tenon.get_param @square : !square
    %at = tenon.along cached : tensor<?xf32, #tenon.dims<seq>>
    %channel = tenon.along : !g
    %y = tenon.linear %x, %w : !x, !square -> !x
    %m = tenon.elementwise multiply %y, %at : !x, tensor<?xf32, #tenon.dims<seq>> -> !x
    %z = tenon.elementwise multiply %x, %channel : !x, !g -> !x
    return %m, %channel, %z : !x, !g, !x
  }

  // A norm and a rotation of pairs half a row apart are one kernel, and the rounding with them.
  // CHECK-LABEL: func.func @norm_and_rotation
  // CHECK: %[[R:.*]] = tenon.group rows -> tensor<?x?x4xbf16
  // CHECK: tenon.reduce sum
  // CHECK: tenon.slice %{{.*}} from 0
  // CHECK: tenon.slice %{{.*}} from 2
  // CHECK: tenon.join
  // CHECK-NEXT: tenon.cast
  // CHECK-NEXT: tenon.yield
  // CHECK-NOT: tenon.group
  // CHECK: return %[[R]]
  func.func @norm_and_rotation(%x: !x, %cos: !angles, %sin: !angles) -> tensor<?x?x4xbf16, #tenon.dims<batch, seq, C>> {
    %g = tenon.get_param @g : !g
    %m = tenon.elementwise multiply %x, %x : !x, !x -> !x
    %s = tenon.reduce sum %m over @C : !x -> !number
    %r = tenon.elementwise rsqrt %s : !number -> !number
    %n = tenon.elementwise multiply %x, %r : !x, !number -> !x
    %y = tenon.elementwise multiply %n, %g : !x, !g -> !x
    %a = tenon.slice %y from 0 : !x -> !half
    %b = tenon.slice %y from 2 : !x -> !half
    %ac = tenon.elementwise multiply %a, %cos : !half, !angles -> !half
    %bs = tenon.elementwise multiply %b, %sin : !half, !angles -> !half
    %first = tenon.elementwise subtract %ac, %bs : !half, !half -> !half
    %bc = tenon.elementwise multiply %b, %cos : !half, !angles -> !half
    %as = tenon.elementwise multiply %a, %sin : !half, !angles -> !half
    %second = tenon.add %bc, %as : !half, !half
    %z = tenon.join %first, %second at [0, 2] : !half, !half -> !x
    %c = tenon.cast %z : !x -> tensor<?x?x4xbf16, #tenon.dims<batch, seq, C>>
    return %c : tensor<?x?x4xbf16, #tenon.dims<batch, seq, C>>
  }

  // Parts of what a product made are a kernel behind it; what a product reads is one before it.
  // CHECK-LABEL: func.func @parts_between_products
  // CHECK: %[[L:.*]] = tenon.group linear -> tensor<?x?x4xf32{{.*}} {tenon.ends = "'tenon.slice' needs whole rows, and this kernel makes them in pieces"}
  // CHECK: %[[R:.*]] = tenon.group rows -> tensor<?x?x4xf32
  // CHECK: tenon.slice %[[L]] from 2
  // CHECK: tenon.join
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.group linear
  // CHECK: tenon.linear %[[R]]
  func.func @parts_between_products(%x: !x) -> !x {
    %w = tenon.get_param @square : !square
    %y = tenon.linear %x, %w : !x, !square -> !x
    %a = tenon.slice %y from 2 : !x -> !half
    %b = tenon.join %a, %a at [0, 2] : !half, !half -> !x
    %z = tenon.linear %b, %w : !x, !square -> !x
    return %z : !x
  }

  // Several dimensions of what another kernel made may be a row of one, not of what it makes itself.
  // CHECK-LABEL: func.func @picked
  // CHECK: tenon.group rows -> tensor<?x?x4x2xf32
  // CHECK-NEXT: tenon.elementwise tanh
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.group rows -> tensor<?x?x2xf32
  // CHECK-NEXT: tenon.slice {{.*}} from 2
  // CHECK-NEXT: tenon.slice {{.*}} from 4
  // CHECK-NEXT: tenon.elementwise multiply
  // CHECK-NEXT: tenon.yield
  func.func @picked(%x: !pairs) -> !half {
    %y = tenon.elementwise tanh %x : !pairs -> !pairs
    %a = tenon.slice %y from 2 : !pairs -> !half
    %b = tenon.slice %y from 4 : !pairs -> !half
    %c = tenon.elementwise multiply %a, %b : !half, !half -> !half
    return %c : !half
  }

  // Neighbours that turn against each other: other dimensions for a row are a row of that kernel.
  // CHECK-LABEL: func.func @neighbours
  // CHECK: tenon.group rows -> tensor<?x?x4xf32
  // CHECK-NEXT: tenon.slice {{.*}} from 0 :
  // CHECK-NEXT: tenon.slice {{.*}} from 0 by 2
  // CHECK-NEXT: tenon.slice {{.*}} from 1 by 2
  // CHECK-NEXT: tenon.elementwise multiply
  // CHECK-NEXT: tenon.elementwise multiply
  // CHECK-NEXT: tenon.join {{.*}} at [0, 1] by 2
  // CHECK-NEXT: tenon.slice {{.*}} from 0 :
  // CHECK-NEXT: tenon.yield
  // CHECK-NOT: tenon.group
  // CHECK: return
  func.func @neighbours(%x: !x, %cos: !angles, %sin: !angles) -> !x {
    %p = tenon.slice %x from 0 : !x -> tensor<?x?x2x2xf32, #tenon.dims<batch, seq, D, two>>
    %a = tenon.slice %p from 0 by 2 : tensor<?x?x2x2xf32, #tenon.dims<batch, seq, D, two>> -> !half
    %b = tenon.slice %p from 1 by 2 : tensor<?x?x2x2xf32, #tenon.dims<batch, seq, D, two>> -> !half
    %first = tenon.elementwise multiply %a, %sin : !half, !angles -> !half
    %second = tenon.elementwise multiply %b, %cos : !half, !angles -> !half
    %z = tenon.join %first, %second at [0, 1] by 2 : !half, !half -> tensor<?x?x2x2xf32, #tenon.dims<batch, seq, D, two>>
    %y = tenon.slice %z from 0 : tensor<?x?x2x2xf32, #tenon.dims<batch, seq, D, two>> -> !x
    return %y : !x
  }

  // Where two dimensions have one name, a view is alone: the name would not say which is meant.
  // CHECK-LABEL: func.func @view_of_a_square
  // CHECK: tenon.group rows -> {{.*}} {tenon.ends = "its rows have two dimensions of one name"}
  // CHECK: tenon.slice
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.group rows
  func.func @view_of_a_square(%x: tensor<2x4x4xf32, #tenon.dims<D, C, C>>) -> tensor<2x4x2xf32, #tenon.dims<D, C, D>> {
    %a = tenon.slice %x from 2 : tensor<2x4x4xf32, #tenon.dims<D, C, C>> -> tensor<2x4x2xf32, #tenon.dims<D, C, D>>
    %b = tenon.elementwise tanh %a : tensor<2x4x2xf32, #tenon.dims<D, C, D>> -> tensor<2x4x2xf32, #tenon.dims<D, C, D>>
    return %b : tensor<2x4x2xf32, #tenon.dims<D, C, D>>
  }

  // A sum over another dimension than the last is a kernel of its own.
  // CHECK-LABEL: func.func @sum_of_what_lies_apart
  // CHECK: tenon.group rows -> {{.*}} {tenon.ends = "what it adds up does not lie side by side"}
  // CHECK: tenon.reduce sum %{{.*}} over @seq
  // CHECK-NEXT: tenon.yield
  // CHECK: tenon.group rows
  func.func @sum_of_what_lies_apart(%x: !x) -> !x {
    %s = tenon.reduce sum %x over @seq : !x -> tensor<?x4xf32, #tenon.dims<batch, C>>
    %y = tenon.elementwise subtract %x, %s : !x, tensor<?x4xf32, #tenon.dims<batch, C>> -> !x
    return %y : !x
  }
}
