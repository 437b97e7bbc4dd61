// One case for each constraint of choices and gathered products; `_cN` in a name is constraint (CN).
// RUN: tenon-opt %s -split-input-file -verify-diagnostics

func.func @top_k_c1(%x: tensor<?x?xf32, #tenon.dims<T, D>>) {
  // expected-error @+1 {{(C1) x must be floats (..., D), D known at compile time; it is (T, D) of 'f32'}}
  %0 = tenon.top_k %x : tensor<?x?xf32, #tenon.dims<T, D>> -> tensor<?x2xi32, #tenon.dims<T, A>>
  return
}

// -----

func.func @top_k_c2(%x: tensor<?x4xf32, #tenon.dims<T, D>>) {
  // expected-error @+1 {{(C2) the result must be i32 with the dimensions of x but the last, which must be known at compile time and at most that of x; x is (T, D = 4) of 'f32', the result is (T, A = 5) of 'i32'}}
  %0 = tenon.top_k %x : tensor<?x4xf32, #tenon.dims<T, D>> -> tensor<?x5xi32, #tenon.dims<T, A>>
  return
}

// -----

func.func @top_k_c2_rows(%x: tensor<?x4xf32, #tenon.dims<T, D>>) {
  // expected-error @+1 {{(C2) the result must be i32}}
  %0 = tenon.top_k %x : tensor<?x4xf32, #tenon.dims<T, D>> -> tensor<?x2xi32, #tenon.dims<B, A>>
  return
}

// -----

func.func @take_c1(%x: tensor<?x4xf32, #tenon.dims<T, D>>, %ids: tensor<?x2xf32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C1) x must be floats, ids i32 with the dimensions of x but the last, both of which must be known at compile time; x is (T, D = 4) of 'f32', ids are (T, A = 2) of 'f32'}}
  %0 = tenon.take %x, %ids : tensor<?x4xf32, #tenon.dims<T, D>>, tensor<?x2xf32, #tenon.dims<T, A>> -> tensor<?x2xf32, #tenon.dims<T, A>>
  return
}

// -----

func.func @take_c2(%x: tensor<?x4xf32, #tenon.dims<T, D>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C2) the result must have the dimensions of ids and the element type of x; expected (T, A = 2) of 'f32', found (T, D = 4) of 'f32'}}
  %0 = tenon.take %x, %ids : tensor<?x4xf32, #tenon.dims<T, D>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<?x4xf32, #tenon.dims<T, D>>
  return
}

// -----

func.func @take_backward_c1(%dy: tensor<?x4xf32, #tenon.dims<T, D>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C1) dy must be floats and ids i32 with the same dimensions, the last known at compile time; dy is (T, D = 4) of 'f32', ids are (T, A = 2) of 'i32'}}
  %0 = tenon.take_backward %dy, %ids : tensor<?x4xf32, #tenon.dims<T, D>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<?x4xf32, #tenon.dims<T, D>>
  return
}

// -----

func.func @take_backward_c2(%dy: tensor<?x2xf32, #tenon.dims<T, A>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C2) the result must have the dimensions of dy but the last, which must be known at compile time, and its element type; dy is (T, A = 2) of 'f32', the result is (B, D = 4) of 'f32'}}
  %0 = tenon.take_backward %dy, %ids : tensor<?x2xf32, #tenon.dims<T, A>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<?x4xf32, #tenon.dims<B, D>>
  return
}

// -----

func.func @gathered_linear_c1(%x: tensor<?x5xf32, #tenon.dims<T, K>>, %w: tensor<4x3x5xf32, #tenon.dims<D, N, K>>, %ids: tensor<?x2xf32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C1) ids must be i32 (M..., A), A known at compile time, and the weight (D, N..., K...); ids are (T, A = 2) of 'f32', the weight is (D = 4, N = 3, K = 5) of 'f32'}}
  %0 = tenon.gathered_linear %x, %w, %ids : tensor<?x5xf32, #tenon.dims<T, K>>, tensor<4x3x5xf32, #tenon.dims<D, N, K>>, tensor<?x2xf32, #tenon.dims<T, A>> -> tensor<?x2x3xf32, #tenon.dims<T, A, N>>
  return
}

// -----

func.func @gathered_linear_c2(%x: tensor<?x5xf32, #tenon.dims<B, K>>, %w: tensor<4x3x5xf32, #tenon.dims<D, N, K>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C2) x must have the dimensions of ids, or these but the last, then K of the weight (D, N..., K...); ids are (T, A = 2) of 'i32', the weight is (D = 4, N = 3, K = 5) of 'f32', x is (B, K = 5) of 'f32'}}
  %0 = tenon.gathered_linear %x, %w, %ids : tensor<?x5xf32, #tenon.dims<B, K>>, tensor<4x3x5xf32, #tenon.dims<D, N, K>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<?x2x3xf32, #tenon.dims<T, A, N>>
  return
}

// -----

func.func @gathered_linear_c3(%x: tensor<?x2x5xf32, #tenon.dims<T, A, K>>, %w: tensor<4x3x5xf32, #tenon.dims<D, N, K>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C3) the result must have the dimensions of ids, then N of the weight (D, N..., K...); ids are (T, A = 2) of 'i32', the weight is (D = 4, N = 3, K = 5) of 'f32', the result is (T, A = 2, N = 5) of 'f32'}}
  %0 = tenon.gathered_linear %x, %w, %ids : tensor<?x2x5xf32, #tenon.dims<T, A, K>>, tensor<4x3x5xf32, #tenon.dims<D, N, K>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<?x2x5xf32, #tenon.dims<T, A, N>>
  return
}

// -----

func.func @gathered_linear_c4(%x: tensor<?x5xf32, #tenon.dims<T, K>>, %w: tensor<4x3x5xbf16, #tenon.dims<D, N, K>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C4) x and the weight must have the same float element type, the result too, or f32 for bf16; x is (T, K = 5) of 'f32', the weight is (D = 4, N = 3, K = 5) of 'bf16', the result is (T, A = 2, N = 3) of 'f32'}}
  %0 = tenon.gathered_linear %x, %w, %ids : tensor<?x5xf32, #tenon.dims<T, K>>, tensor<4x3x5xbf16, #tenon.dims<D, N, K>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<?x2x3xf32, #tenon.dims<T, A, N>>
  return
}

// -----

func.func @gathered_linear_backward_c2(%dy: tensor<?x2x5xf32, #tenon.dims<T, A, N>>, %w: tensor<4x3x5xf32, #tenon.dims<D, N, K>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C2) dy must have the dimensions of ids, then N}}
  %0 = tenon.gathered_linear_backward %dy, %w, %ids : tensor<?x2x5xf32, #tenon.dims<T, A, N>>, tensor<4x3x5xf32, #tenon.dims<D, N, K>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<?x2x5xf32, #tenon.dims<T, A, K>>
  return
}

// -----

func.func @gathered_linear_backward_c3(%dy: tensor<?x2x3xf32, #tenon.dims<T, A, N>>, %w: tensor<4x3x5xf32, #tenon.dims<D, N, K>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C3) the result must have all dimensions of ids, then K; ids are (T, A = 2) of 'i32', the result is (T, K = 5) of 'f32'}}
  %0 = tenon.gathered_linear_backward %dy, %w, %ids : tensor<?x2x3xf32, #tenon.dims<T, A, N>>, tensor<4x3x5xf32, #tenon.dims<D, N, K>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<?x5xf32, #tenon.dims<T, K>>
  return
}

// -----

func.func @gathered_linear_backward_c4(%dy: tensor<?x2x3xf32, #tenon.dims<T, A, N>>, %w: tensor<4x3x5xbf16, #tenon.dims<D, N, K>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C4) all must have the same float element type; they are (T, A = 2, N = 3) of 'f32', (D = 4, N = 3, K = 5) of 'bf16' and (T, A = 2, K = 5) of 'f32'}}
  %0 = tenon.gathered_linear_backward %dy, %w, %ids : tensor<?x2x3xf32, #tenon.dims<T, A, N>>, tensor<4x3x5xbf16, #tenon.dims<D, N, K>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<?x2x5xf32, #tenon.dims<T, A, K>>
  return
}

// -----

func.func @gathered_linear_backward_weight_c1(%x: tensor<?x5xf32, #tenon.dims<T, K>>, %dy: tensor<?x2x3xf32, #tenon.dims<T, A, N>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C1) ids must be i32 (M..., A), A known at compile time, and the result (D, N..., K...); ids are (T, A = 2) of 'i32', the result is (D = 4, N = 3) of 'f32'}}
  %0 = tenon.gathered_linear_backward_weight %x, %dy, %ids : tensor<?x5xf32, #tenon.dims<T, K>>, tensor<?x2x3xf32, #tenon.dims<T, A, N>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<4x3xf32, #tenon.dims<D, N>>
  return
}

// -----

func.func @gathered_linear_backward_weight_c2(%x: tensor<?x5xf32, #tenon.dims<B, K>>, %dy: tensor<?x2x3xf32, #tenon.dims<T, A, N>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C2) x must have the dimensions of ids, or these but the last, then K of the result}}
  %0 = tenon.gathered_linear_backward_weight %x, %dy, %ids : tensor<?x5xf32, #tenon.dims<B, K>>, tensor<?x2x3xf32, #tenon.dims<T, A, N>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<4x3x5xf32, #tenon.dims<D, N, K>>
  return
}

// -----

func.func @gathered_linear_backward_weight_c3(%x: tensor<?x5xf32, #tenon.dims<T, K>>, %dy: tensor<?x2x5xf32, #tenon.dims<T, A, N>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C3) dy must have the dimensions of ids, then N of the result}}
  %0 = tenon.gathered_linear_backward_weight %x, %dy, %ids : tensor<?x5xf32, #tenon.dims<T, K>>, tensor<?x2x5xf32, #tenon.dims<T, A, N>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<4x3x5xf32, #tenon.dims<D, N, K>>
  return
}

// -----

func.func @gathered_linear_backward_weight_c4(%x: tensor<?x5xf32, #tenon.dims<T, K>>, %dy: tensor<?x2x3xf32, #tenon.dims<T, A, N>>, %ids: tensor<?x2xi32, #tenon.dims<T, A>>) {
  // expected-error @+1 {{(C4) all must have the same float element type}}
  %0 = tenon.gathered_linear_backward_weight %x, %dy, %ids : tensor<?x5xf32, #tenon.dims<T, K>>, tensor<?x2x3xf32, #tenon.dims<T, A, N>>, tensor<?x2xi32, #tenon.dims<T, A>> -> tensor<4x3x5xbf16, #tenon.dims<D, N, K>>
  return
}
