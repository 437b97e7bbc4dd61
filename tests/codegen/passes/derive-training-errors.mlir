// What cannot be trained is said, at the line of what stands in the way.
// RUN: tenon-opt %s -split-input-file -verify-diagnostics -tenon-derive-entries=entries=gradients

!x = tensor<?x4xf32, #tenon.dims<T, C>>
tenon.model @no_loss {
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  // expected-error @+1 {{entry 'gradients' trains on one scalar output that depends on a cross_entropy; the model has 0}}
  func.func @graph(%x: !x {tenon.name = "x"}) -> (!x {tenon.name = "y"}) {
    %y = tenon.scale %x by 2.0 : !x
    return %y : !x
  }
}

// -----

!x = tensor<?x4xf32, #tenon.dims<T, C>>
!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?xi32, #tenon.dims<T>>
tenon.model @two_losses {
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  // expected-error @+1 {{entry 'gradients' trains on one scalar output that depends on a cross_entropy; the model has 2}}
  func.func @graph(%x: !x {tenon.name = "x"}, %targets: !ids {tenon.name = "targets"})
      -> (!f {tenon.name = "one"}, !f {tenon.name = "two"}) {
    %one = tenon.cross_entropy %x, %targets ignore -1 : !x, !ids -> !f
    %two = tenon.scale %one by 2.0 : !f
    return %one, %two : !f, !f
  }
}

// -----

!x = tensor<?x4xf32, #tenon.dims<T, C>>
!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?xi32, #tenon.dims<T>>
tenon.model @nothing_to_train {
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  // expected-error @+1 {{entry 'gradients' has nothing to train: the loss depends on no parameter}}
  func.func @graph(%x: !x {tenon.name = "x"}, %targets: !ids {tenon.name = "targets"})
      -> (!f {tenon.name = "loss"}) {
    %loss = tenon.cross_entropy %x, %targets ignore -1 : !x, !ids -> !f
    return %loss : !f
  }
}

// -----

!x = tensor<?x4xf32, #tenon.dims<T, C>>
!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?xi32, #tenon.dims<T>>
tenon.model @taken_name {
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  // expected-error @+1 {{entry 'gradients' has an input 'step' of its own, and the model has one too; rename the model's}}
  func.func @graph(%x: !x {tenon.name = "x"}, %targets: !ids {tenon.name = "step"})
      -> (!f {tenon.name = "loss"}) {
    %loss = tenon.cross_entropy %x, %targets ignore -1 : !x, !ids -> !f
    return %loss : !f
  }
}

// -----

!x = tensor<?x?x4xf32, #tenon.dims<B, T, C>>
!last = tensor<?x4xf32, #tenon.dims<B, C>>
!w = tensor<4x4xf32, #tenon.dims<C, C>>
!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?xi32, #tenon.dims<B>>
tenon.model @no_derivative {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.param @w : !w init zeros 0.0
  func.func @graph(%x: !x {tenon.name = "x"}, %targets: !ids {tenon.name = "targets"})
      -> (!f {tenon.name = "loss"}) {
    %w = tenon.get_param @w : !w
    %y = tenon.linear %x, %w : !x, !w -> !x
    // expected-error @+1 {{'tenon.last_token' has no derivative, and the loss depends on it; a model with it can be run but not trained}}
    %last = tenon.last_token %y : !x -> !last
    %loss = tenon.cross_entropy %last, %targets ignore -1 : !last, !ids -> !f
    return %loss : !f
  }
}

// -----

!x = tensor<?x4xf32, #tenon.dims<T, C>>
!w = tensor<4x4xf32, #tenon.dims<C, C>>
!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?xi32, #tenon.dims<T>>
tenon.model @param_from_outside {
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  tenon.dim @L 3 to 3
  tenon.param @w : !w init zeros 0.0
  func.func @graph(%x: !x {tenon.name = "x"}, %targets: !ids {tenon.name = "targets"})
      -> (!f {tenon.name = "loss"}) {
    %w = tenon.get_param @w : !w
    %y = tenon.linear %x, %w : !x, !w -> !x
    %z = tenon.repeat @L (%a = %y) : !x {
      // expected-error @+1 {{training needs the gradient of @w, which a layer uses but is read outside of the stack; read it in the layer}}
      %b = tenon.linear %a, %w : !x, !w -> !x
      tenon.yield %b : !x
    }
    %loss = tenon.cross_entropy %z, %targets ignore -1 : !x, !ids -> !f
    return %loss : !f
  }
}

// -----

!w = tensor<4x4xbf16, #tenon.dims<C, C>>
!x = tensor<?x4xf32, #tenon.dims<T, C>>
!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?xi32, #tenon.dims<T>>
tenon.model @narrow {
  tenon.dim @T 1 to 8
  tenon.dim @C 4 to 4
  // expected-error @+1 {{entry 'gradients' trains parameters of f32, and 'w' is 'bf16'; declare it f32}}
  tenon.param @w : !w init zeros 0.0
  func.func @graph(%x: !x {tenon.name = "x"}, %targets: !ids {tenon.name = "targets"})
      -> (!f {tenon.name = "loss"}) {
    %loss = tenon.cross_entropy %x, %targets ignore -1 : !x, !ids -> !f
    return %loss : !f
  }
}

// -----

!q = tensor<?x?x4xf32, #tenon.dims<B, T, D>>
!s = tensor<?x?x8xf32, #tenon.dims<B, T, J>>
!f = tensor<f32, #tenon.dims<>>
!ids = tensor<?x?xi32, #tenon.dims<B, T>>
tenon.model @scores_of_a_parameter {
  tenon.dim @B 1 to 2
  tenon.dim @T 1 to 8
  tenon.dim @D 4 to 4
  tenon.dim @J 8 to 8
  tenon.param @w : tensor<4xf32, #tenon.dims<D>> init ones 0.0
  func.func @graph(%q: !q {tenon.name = "q"}, %targets: !ids {tenon.name = "targets"})
      -> (!f {tenon.name = "loss"}) {
    %w = tenon.get_param @w : tensor<4xf32, #tenon.dims<D>>
    %x = tenon.elementwise multiply %q, %w : !q, tensor<4xf32, #tenon.dims<D>> -> !q
    %c = tenon.reduce sum %x over @D : !q -> tensor<?x?xf32, #tenon.dims<B, T>>
    // expected-error @+1 {{training needs the gradient of a value that a score function captures, which depends on a parameter; let it capture what depends on inputs only}}
    %y = tenon.attention %x, %q, %q : !q, !q, !q -> !q captures %c : tensor<?x?xf32, #tenon.dims<B, T>> score {
    ^bb0(%s: !s, %own: tensor<?x?xf32, #tenon.dims<B, T>>):
      %m = tenon.add %s, %own : !s, tensor<?x?xf32, #tenon.dims<B, T>>
      tenon.yield %m : !s
    }
    %loss = tenon.cross_entropy %y, %targets ignore -1 : !q, !ids -> !f
    return %loss : !f
  }
}
