// One case for each constraint of the operations of the field; `_cN` in a name is constraint (CN).
// RUN: tenon-opt %s -split-input-file -verify-diagnostics

func.func @unnamed_dimensions(%x: tensor<4xf32>) {
  // expected-error @+1 {{tensor with named dimensions (write #tenon.dims<...> behind its element type), but got 'tensor<4xf32>'}}
  %0 = tenon.gelu tanh %x : tensor<4xf32>
  return
}

// -----

// expected-error @+1 {{tensor of rank 2 has 1 dimension names; give one name a dimension}}
func.func @names_and_rank(%x: tensor<4x4xf32, #tenon.dims<C>>)

// -----

func.func @embedding_c1(%table: tensor<4xf32, #tenon.dims<C>>, %ids: tensor<?xi32, #tenon.dims<T>>) {
  // expected-error @+1 {{(C1) the table must be (V, C) of floats; it is (C = 4) of 'f32'}}
  %0 = tenon.embedding %table, %ids : tensor<4xf32, #tenon.dims<C>>, tensor<?xi32, #tenon.dims<T>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @embedding_c2(%table: tensor<9x4xf32, #tenon.dims<V, C>>, %ids: tensor<?xi64, #tenon.dims<T>>) {
  // expected-error @+1 {{(C2) ids must be i32; they are (T) of 'i64'}}
  %0 = tenon.embedding %table, %ids : tensor<9x4xf32, #tenon.dims<V, C>>, tensor<?xi64, #tenon.dims<T>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @embedding_c3(%table: tensor<9x4xf32, #tenon.dims<V, C>>, %ids: tensor<?xi32, #tenon.dims<T>>) {
  // expected-error @+1 {{(C3) the result must have the dimensions of ids, then C, of the table's element type (f32 for bf16); expected (T, C = 4) of 'f32', found (T, K = 4) of 'f32'}}
  %0 = tenon.embedding %table, %ids : tensor<9x4xf32, #tenon.dims<V, C>>, tensor<?xi32, #tenon.dims<T>> -> tensor<?x4xf32, #tenon.dims<T, K>>
  return
}

// -----

tenon.model @embedding_c4 {
  tenon.dim @T 1 to 16
  tenon.dim @context 8 to 8
  tenon.dim @C 4 to 4
  tenon.param @wpe : tensor<8x4xf32, #tenon.dims<context, C>> init zeros 0.0
  func.func @graph(%ids: tensor<?xi32, #tenon.dims<T>>) {
    %at = tenon.positions %ids : tensor<?xi32, #tenon.dims<T>> -> tensor<?xi32, #tenon.dims<T>>
    %wpe = tenon.get_param @wpe : tensor<8x4xf32, #tenon.dims<context, C>>
    // expected-error @+1 {{(C4) positions of 'T' count up to 16, the table has context = 8 rows; bound 'T' by 8}}
    %0 = tenon.embedding %wpe, %at : tensor<8x4xf32, #tenon.dims<context, C>>, tensor<?xi32, #tenon.dims<T>> -> tensor<?x4xf32, #tenon.dims<T, C>>
    return
  }
}

// -----

func.func @positions_c1(%ids: tensor<?x?xi32, #tenon.dims<B, T>>) {
  // expected-error @+1 {{(C1) the result must be i32 with the last dimension of ids; ids are (B, T) of 'i32', the result is (B) of 'i32'}}
  %0 = tenon.positions %ids : tensor<?x?xi32, #tenon.dims<B, T>> -> tensor<?xi32, #tenon.dims<B>>
  return
}

// -----

func.func @add_c1(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %y: tensor<?x4xf32, #tenon.dims<B, C>>) {
  // expected-error @+1 {{(C1) x must have all dimensions of y, in the same order; x is (T, C = 4) of 'f32', y is (B, C = 4) of 'f32'; give the bigger one first}}
  %0 = tenon.add %x, %y : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<?x4xf32, #tenon.dims<B, C>>
  return
}

// -----

func.func @add_c1_rank(%x: tensor<4xf32, #tenon.dims<C>>, %y: tensor<?x4xf32, #tenon.dims<T, C>>) {
  // expected-error @+1 {{(C1) x must have all dimensions of y, in the same order; x is (C = 4) of 'f32', y is (T, C = 4) of 'f32'}}
  %0 = tenon.add %x, %y : tensor<4xf32, #tenon.dims<C>>, tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @add_c2(%x: tensor<4xf32, #tenon.dims<C>>, %y: tensor<4xbf16, #tenon.dims<C>>) {
  // expected-error @+1 {{(C2) x and y must have the same float element type; x is (C = 4) of 'f32', y is (C = 4) of 'bf16'}}
  %0 = tenon.add %x, %y : tensor<4xf32, #tenon.dims<C>>, tensor<4xbf16, #tenon.dims<C>>
  return
}

// -----

func.func @scale_c1(%x: tensor<4xf32, #tenon.dims<C>>) {
  // expected-error @+1 {{(C1) scales floats by a finite factor; x is (C = 4) of 'f32', the factor 0x7FF0000000000000 : f64}}
  %0 = tenon.scale %x by 0x7FF0000000000000 : tensor<4xf32, #tenon.dims<C>>
  return
}

// -----

func.func @dropout_c1(%x: tensor<4xf32, #tenon.dims<C>>) {
  // expected-error @+1 {{(C1) drops floats with a probability in [0, 1); x is (C = 4) of 'f32', the probability 1.000000e+00 : f64}}
  %0 = tenon.dropout %x, 1.0 : tensor<4xf32, #tenon.dims<C>>
  return
}

// -----

func.func @layer_norm_c1(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %w: tensor<4xf32, #tenon.dims<C>>, %b: tensor<4xf32, #tenon.dims<K>>) {
  // expected-error @+1 {{(C1) bias must have the last dimension of x; x is (T, C = 4) of 'f32', bias is (K = 4) of 'f32'}}
  %0 = tenon.layer_norm %x, %w bias %b, 1.0e-5 : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<4xf32, #tenon.dims<C>> bias tensor<4xf32, #tenon.dims<K>>
  return
}

// -----

func.func @layer_norm_c2(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %w: tensor<4xbf16, #tenon.dims<C>>) {
  // expected-error @+1 {{(C2) weight must have the float element type of x; x is (T, C = 4) of 'f32', weight is (C = 4) of 'bf16'}}
  %0 = tenon.layer_norm %x, %w, 1.0e-5 : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<4xbf16, #tenon.dims<C>>
  return
}

// -----

func.func @layer_norm_c3(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %w: tensor<4xf32, #tenon.dims<C>>) {
  // expected-error @+1 {{(C3) epsilon must be above 0, it is 0.000000e+00 : f64; GPT-2 uses 1e-5}}
  %0 = tenon.layer_norm %x, %w, 0.0 : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<4xf32, #tenon.dims<C>>
  return
}

// -----

func.func @linear_c1(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %w: tensor<9x4xf32, #tenon.dims<V, C>>) {
  // expected-error @+1 {{(C1) the weight must be (K, N) with K the last of x; x is (T, C = 4) of 'f32', the weight is (V = 9, C = 4) of 'f32', the result is (T, V = 9) of 'f32'; did you mean it 'transposed'?}}
  %0 = tenon.linear %x, %w : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<9x4xf32, #tenon.dims<V, C>> -> tensor<?x9xf32, #tenon.dims<T, V>>
  return
}

// -----

func.func @linear_c1_transposed(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %w: tensor<4x9xf32, #tenon.dims<C, V>>) {
  // expected-error @+1 {{the weight must be (N, K) with K the last of x; x is (T, C = 4) of 'f32', the weight is (C = 4, V = 9) of 'f32', the result is (T, V = 9) of 'f32'; did you mean it without 'transposed'?}}
  %0 = tenon.linear %x, %w transposed : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<4x9xf32, #tenon.dims<C, V>> -> tensor<?x9xf32, #tenon.dims<T, V>>
  return
}

// -----

// Of two dimensions of K the order counts.
func.func @linear_c1_order(%x: tensor<?x2x3xf32, #tenon.dims<T, H, D>>, %w: tensor<3x2x9xf32, #tenon.dims<D, H, V>>) {
  // expected-error @+1 {{(C1) the weight must be (K, N) with K the last of x; x is (T, H = 2, D = 3) of 'f32', the weight is (D = 3, H = 2, V = 9) of 'f32', the result is (T, V = 9) of 'f32'}}
  %0 = tenon.linear %x, %w : tensor<?x2x3xf32, #tenon.dims<T, H, D>>, tensor<3x2x9xf32, #tenon.dims<D, H, V>> -> tensor<?x9xf32, #tenon.dims<T, V>>
  return
}

// -----

// No product has such ranks.
func.func @linear_c1_ranks(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %w: tensor<4x9xf32, #tenon.dims<C, V>>) {
  // expected-error @+1 {{(C1) the weight must be (K, N) with K the last of x; x is (T, C = 4) of 'f32', the weight is (C = 4, V = 9) of 'f32', the result is (V = 9) of 'f32'}}
  %0 = tenon.linear %x, %w : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<4x9xf32, #tenon.dims<C, V>> -> tensor<9xf32, #tenon.dims<V>>
  return
}

// -----

func.func @linear_c2_heads(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %w: tensor<2x3x4xf32, #tenon.dims<H, D, C>>, %b: tensor<3xf32, #tenon.dims<D>>) {
  // expected-error @+1 {{(C2) bias must have the dimensions N of the weight, (H = 2, D = 3, C = 4) of 'f32'; it is (D = 3) of 'f32'}}
  %0 = tenon.linear %x, %w transposed bias %b : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<2x3x4xf32, #tenon.dims<H, D, C>> bias tensor<3xf32, #tenon.dims<D>> -> tensor<?x2x3xf32, #tenon.dims<T, H, D>>
  return
}

// -----

func.func @linear_c2(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %w: tensor<4x9xf32, #tenon.dims<C, V>>, %b: tensor<4xf32, #tenon.dims<C>>) {
  // expected-error @+1 {{(C2) bias must have the dimensions N of the weight, (C = 4, V = 9) of 'f32'; it is (C = 4) of 'f32'}}
  %0 = tenon.linear %x, %w bias %b : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<4x9xf32, #tenon.dims<C, V>> bias tensor<4xf32, #tenon.dims<C>> -> tensor<?x9xf32, #tenon.dims<T, V>>
  return
}

// -----

func.func @linear_c3(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %w: tensor<4x9xf32, #tenon.dims<C, V>>) {
  // expected-error @+1 {{(C3) the result must have the dimensions of x with N in place of K; expected (T, V = 9) of 'f32', found (B, V = 9) of 'f32'}}
  %0 = tenon.linear %x, %w : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<4x9xf32, #tenon.dims<C, V>> -> tensor<?x9xf32, #tenon.dims<B, V>>
  return
}

// -----

func.func @linear_c4(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %w: tensor<4x9xbf16, #tenon.dims<C, V>>) {
  // expected-error @+1 {{(C4) x and the weight must have the same float element type; x is (T, C = 4) of 'f32', the weight is (C = 4, V = 9) of 'bf16'}}
  %0 = tenon.linear %x, %w : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<4x9xbf16, #tenon.dims<C, V>> -> tensor<?x9xf32, #tenon.dims<T, V>>
  return
}

// -----

func.func @linear_c4_result(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %w: tensor<4x9xf32, #tenon.dims<C, V>>) {
  // expected-error @+1 {{(C4) the result must have the element type of x, or f32 for bf16; x is (T, C = 4) of 'f32', the result is (T, V = 9) of 'bf16'}}
  %0 = tenon.linear %x, %w : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<4x9xf32, #tenon.dims<C, V>> -> tensor<?x9xbf16, #tenon.dims<T, V>>
  return
}

// -----

func.func @linear_c4_bias(%x: tensor<?x4xbf16, #tenon.dims<T, C>>, %w: tensor<4x9xbf16, #tenon.dims<C, V>>, %b: tensor<9xbf16, #tenon.dims<V>>) {
  // expected-error @+1 {{(C4) bias must have the element type of the result, 'f32'; it is (V = 9) of 'bf16'}}
  %0 = tenon.linear %x, %w bias %b : tensor<?x4xbf16, #tenon.dims<T, C>>, tensor<4x9xbf16, #tenon.dims<C, V>> bias tensor<9xbf16, #tenon.dims<V>> -> tensor<?x9xf32, #tenon.dims<T, V>>
  return
}

// -----

func.func @cast_c1(%x: tensor<?x4xf32, #tenon.dims<T, C>>) {
  // expected-error @+1 {{(C1) x and the result must be floats with the same dimensions; x is (T, C = 4) of 'f32', the result is (T, V = 4) of 'bf16'}}
  %0 = tenon.cast %x : tensor<?x4xf32, #tenon.dims<T, C>> -> tensor<?x4xbf16, #tenon.dims<T, V>>
  return
}

// -----

func.func @cast_c1_integers(%x: tensor<?xi32, #tenon.dims<T>>) {
  // expected-error @+1 {{(C1) x and the result must be floats with the same dimensions; x is (T) of 'i32', the result is (T) of 'f32'}}
  %0 = tenon.cast %x : tensor<?xi32, #tenon.dims<T>> -> tensor<?xf32, #tenon.dims<T>>
  return
}

// -----

func.func @gelu_c1(%x: tensor<4xi32, #tenon.dims<C>>) {
  // expected-error @+1 {{(C1) x must be floats; it is (C = 4) of 'i32'}}
  %0 = tenon.gelu erf %x : tensor<4xi32, #tenon.dims<C>>
  return
}

// -----

func.func @elementwise_c1(%x: tensor<4xf32, #tenon.dims<C>>) {
  // expected-error @+1 {{(C1) multiply takes 2 operands; it has 1}}
  %0 = tenon.elementwise multiply %x : tensor<4xf32, #tenon.dims<C>> -> tensor<4xf32, #tenon.dims<C>>
  return
}

// -----

func.func @elementwise_c2(%x: tensor<4xf32, #tenon.dims<C>>, %y: tensor<4xbf16, #tenon.dims<C>>) {
  // expected-error @+1 {{(C2) operands must have the float element type of the result; it is (C = 4) of 'f32', an operand is (C = 4) of 'bf16'}}
  %0 = tenon.elementwise divide %x, %y : tensor<4xf32, #tenon.dims<C>>, tensor<4xbf16, #tenon.dims<C>> -> tensor<4xf32, #tenon.dims<C>>
  return
}

// -----

func.func @elementwise_c2_integers(%x: tensor<4xf32, #tenon.dims<C>>) {
  // expected-error @+1 {{(C2) as_f32 makes f32 of i32; the result is (C = 4) of 'f32', the operand is (C = 4) of 'f32'}}
  %0 = tenon.elementwise as_f32 %x : tensor<4xf32, #tenon.dims<C>> -> tensor<4xf32, #tenon.dims<C>>
  return
}

// -----

func.func @elementwise_c2_positions(%ids: tensor<?xi32, #tenon.dims<T>>) {
  %at = tenon.positions %ids : tensor<?xi32, #tenon.dims<T>> -> tensor<?xi32, #tenon.dims<T>>
  // expected-error @+1 {{(C2) the operand is made by tenon.positions; use tenon.along}}
  %0 = tenon.elementwise as_f32 %at : tensor<?xi32, #tenon.dims<T>> -> tensor<?xf32, #tenon.dims<T>>
  return
}

// -----

func.func @elementwise_c3(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %y: tensor<?xf32, #tenon.dims<B>>) {
  // expected-error @+1 {{(C3) the result must have all dimensions of its operands, in the same order; it is (T, C = 4) of 'f32', an operand is (B) of 'f32'}}
  %0 = tenon.elementwise maximum %y, %x : tensor<?xf32, #tenon.dims<B>>, tensor<?x4xf32, #tenon.dims<T, C>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @elementwise_c3_result(%x: tensor<4xf32, #tenon.dims<C>>) {
  // expected-error @+1 {{(C3) each dimension of the result must be one of an operand; 'T' of (T, C = 4) of 'f32' is of none}}
  %0 = tenon.elementwise exp %x : tensor<4xf32, #tenon.dims<C>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @elementwise_c3_order(%x: tensor<?x4xf32, #tenon.dims<T, C>>, %y: tensor<4x?xf32, #tenon.dims<C, T>>) {
  // expected-error @+1 {{(C3) the result must have all dimensions of its operands, in the same order; it is (T, C = 4) of 'f32', an operand is (C = 4, T) of 'f32'}}
  %0 = tenon.elementwise maximum %x, %y : tensor<?x4xf32, #tenon.dims<T, C>>, tensor<4x?xf32, #tenon.dims<C, T>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @reduce_c1(%x: tensor<?x4xf32, #tenon.dims<T, C>>) {
  // expected-error @+1 {{(C1) x must have the dimension @K; it is (T, C = 4) of 'f32'}}
  %0 = tenon.reduce sum %x over @K : tensor<?x4xf32, #tenon.dims<T, C>> -> tensor<?xf32, #tenon.dims<T>>
  return
}

// -----

func.func @reduce_c2(%x: tensor<?x4xf32, #tenon.dims<T, C>>) {
  // expected-error @+1 {{(C2) the result must have the dimensions of x without that one; expected (C = 4) of 'f32', found (T) of 'f32'}}
  %0 = tenon.reduce max %x over @T : tensor<?x4xf32, #tenon.dims<T, C>> -> tensor<?xf32, #tenon.dims<T>>
  return
}

// -----

func.func @reduce_c2_floats(%x: tensor<4xi32, #tenon.dims<C>>) {
  // expected-error @+1 {{(C2) x must be floats; it is (C = 4) of 'i32'}}
  %0 = tenon.reduce sum %x over @C : tensor<4xi32, #tenon.dims<C>> -> tensor<i32, #tenon.dims<>>
  return
}

// -----

func.func @last_token_c1(%x: tensor<?x4xf32, #tenon.dims<T, C>>) {
  // expected-error @+1 {{(C1) x must be (B, T, ...) with something behind T; it is (T, C = 4) of 'f32'}}
  %0 = tenon.last_token %x : tensor<?x4xf32, #tenon.dims<T, C>> -> tensor<4xf32, #tenon.dims<C>>
  return
}

// -----

func.func @along_c1() {
  // expected-error @+1 {{(C1) the result must be f32 of rank 1; it is (T) of 'i32'}}
  %0 = tenon.along : tensor<?xi32, #tenon.dims<T>>
  return
}

// -----

tenon.model @along_c2 {
  tenon.dim @D 16777217 to 16777217
  func.func @graph() {
    // expected-error @+1 {{(C2) f32 counts exactly up to 16777216; 'D' has up to 16777217 elements}}
    %0 = tenon.along : tensor<16777217xf32, #tenon.dims<D>>
    return
  }
}

// -----

func.func @slice_c1(%x: tensor<?x4xf32, #tenon.dims<T, C>>) {
  // expected-error @+1 {{(C1) the result must be the floats x, with other dimensions in place of the last ones, known at compile time; x is (T, C = 4) of 'f32', the result is (B, E = 2) of 'f32'}}
  %0 = tenon.slice %x from 1 : tensor<?x4xf32, #tenon.dims<T, C>> -> tensor<?x2xf32, #tenon.dims<B, E>>
  return
}

// -----

func.func @slice_c1_dynamic(%x: tensor<4x?xf32, #tenon.dims<C, T>>) {
  // expected-error @+1 {{(C1) the result must be the floats x, with other dimensions in place of the last ones, known at compile time; x is (C = 4, T) of 'f32', the result is (C = 4, E = 2) of 'f32'}}
  %0 = tenon.slice %x from 1 : tensor<4x?xf32, #tenon.dims<C, T>> -> tensor<4x2xf32, #tenon.dims<C, E>>
  return
}

// -----

func.func @slice_c2(%x: tensor<?x4xf32, #tenon.dims<T, C>>) {
  // expected-error @+1 {{(C2) takes E = 2 elements from 3 on; x has C = 4}}
  %0 = tenon.slice %x from 3 : tensor<?x4xf32, #tenon.dims<T, C>> -> tensor<?x2xf32, #tenon.dims<T, E>>
  return
}

// -----

func.func @slice_c2_negative(%x: tensor<?x4xf32, #tenon.dims<T, C>>) {
  // expected-error @+1 {{(C2) takes E = 2 elements from -1 on; x has C = 4}}
  %0 = tenon.slice %x from -1 : tensor<?x4xf32, #tenon.dims<T, C>> -> tensor<?x2xf32, #tenon.dims<T, E>>
  return
}

// -----

func.func @slice_c2_of_several(%x: tensor<?x3x4xf32, #tenon.dims<T, N, C>>) {
  // expected-error @+1 {{(C2) takes C = 4 elements from 9 on; x has N = 3 x C = 4}}
  %0 = tenon.slice %x from 9 : tensor<?x3x4xf32, #tenon.dims<T, N, C>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @slice_c2_renamed(%x: tensor<?x3x4xf32, #tenon.dims<T, N, C>>) {
  // expected-error @+1 {{(C2) takes C = 4 x E = 4 elements from 0 on; x has N = 3 x C = 4}}
  %0 = tenon.slice %x from 0 : tensor<?x3x4xf32, #tenon.dims<T, N, C>> -> tensor<?x4x4xf32, #tenon.dims<T, C, E>>
  return
}

// -----

func.func @slice_c2_turn(%x: tensor<?x4xf32, #tenon.dims<T, C>>) {
  // expected-error @+1 {{(C2) takes E = 2 elements from 2 on, by 2; x has C = 4}}
  %0 = tenon.slice %x from 2 by 2 : tensor<?x4xf32, #tenon.dims<T, C>> -> tensor<?x2xf32, #tenon.dims<T, E>>
  return
}

// -----

func.func @slice_c2_some_turns(%x: tensor<?x5xf32, #tenon.dims<T, C>>) {
  // expected-error @+1 {{(C2) takes E = 2 elements from 0 on, by 2; x has C = 5}}
  %0 = tenon.slice %x from 0 by 2 : tensor<?x5xf32, #tenon.dims<T, C>> -> tensor<?x2xf32, #tenon.dims<T, E>>
  return
}

// -----

func.func @slice_c2_no_stride(%x: tensor<?x4xf32, #tenon.dims<T, C>>) {
  // expected-error @+1 {{(C2) takes E = 2 elements from 0 on, by 0; x has C = 4}}
  %0 = tenon.slice %x from 0 by 0 : tensor<?x4xf32, #tenon.dims<T, C>> -> tensor<?x2xf32, #tenon.dims<T, E>>
  return
}

// -----

func.func @join_c1(%x: tensor<?x2xf32, #tenon.dims<T, E>>, %y: tensor<?x2xf32, #tenon.dims<B, E>>) {
  // expected-error @+1 {{(C1) parts must be the floats of the result, with other dimensions in place of the last ones, known at compile time; the result is (T, C = 4) of 'f32', a part is (B, E = 2) of 'f32'}}
  %0 = tenon.join %x, %y at [0, 2] : tensor<?x2xf32, #tenon.dims<T, E>>, tensor<?x2xf32, #tenon.dims<B, E>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @join_c2(%x: tensor<?x2xf32, #tenon.dims<T, E>>) {
  // expected-error @+1 {{(C2) needs one part or more, and as many offsets; it has 2 parts and 1 offsets}}
  %0 = tenon.join %x, %x at [0] : tensor<?x2xf32, #tenon.dims<T, E>>, tensor<?x2xf32, #tenon.dims<T, E>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @join_c2_overlap(%x: tensor<?x2xf32, #tenon.dims<T, E>>) {
  // expected-error @+1 {{(C2) a part of E = 2 elements at 1 overlaps the one before it, which ends at 2, or the end of the result, C = 4}}
  %0 = tenon.join %x, %x at [0, 1] : tensor<?x2xf32, #tenon.dims<T, E>>, tensor<?x2xf32, #tenon.dims<T, E>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @join_c1_rows(%x: tensor<?x4xf32, #tenon.dims<T, E>>, %y: tensor<?x2x2xf32, #tenon.dims<T, C, E>>) {
  // expected-error @+1 {{(C1) parts must be the floats of the result, with other dimensions in place of the last ones, known at compile time; the result is (T, C = 2, D = 4) of 'f32', a part is (T, C = 2, E = 2) of 'f32'}}
  %0 = tenon.join %x, %y at [0, 4] : tensor<?x4xf32, #tenon.dims<T, E>>, tensor<?x2x2xf32, #tenon.dims<T, C, E>> -> tensor<?x2x4xf32, #tenon.dims<T, C, D>>
  return
}

// -----

func.func @join_c2_turn(%x: tensor<?x2xf32, #tenon.dims<T, E>>) {
  // expected-error @+1 {{(C2) a part of E = 2 elements at 2, by 2, is no turn of the result, C = 4, behind those before it}}
  %0 = tenon.join %x, %x at [0, 2] by 2 : tensor<?x2xf32, #tenon.dims<T, E>>, tensor<?x2xf32, #tenon.dims<T, E>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @join_c2_same_turn(%x: tensor<?x2xf32, #tenon.dims<T, E>>) {
  // expected-error @+1 {{(C2) a part of E = 2 elements at 1, by 2, is no turn of the result, C = 4, behind those before it}}
  %0 = tenon.join %x, %x at [1, 1] by 2 : tensor<?x2xf32, #tenon.dims<T, E>>, tensor<?x2xf32, #tenon.dims<T, E>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @join_c2_end(%x: tensor<?x2xf32, #tenon.dims<T, E>>) {
  // expected-error @+1 {{(C2) a part of E = 2 elements at 3 overlaps the one before it, which ends at 2, or the end of the result, C = 4}}
  %0 = tenon.join %x, %x at [0, 3] : tensor<?x2xf32, #tenon.dims<T, E>>, tensor<?x2xf32, #tenon.dims<T, E>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @last_token_c1_result(%x: tensor<?x?x4xf32, #tenon.dims<B, T, C>>) {
  // expected-error @+1 {{(C1) the result must have the dimensions of x but the second; expected (B, C = 4) of 'f32', found (T, C = 4) of 'f32'}}
  %0 = tenon.last_token %x : tensor<?x?x4xf32, #tenon.dims<B, T, C>> -> tensor<?x4xf32, #tenon.dims<T, C>>
  return
}

// -----

func.func @cross_entropy_c1(%x: tensor<?x9xf32, #tenon.dims<T, V>>, %t: tensor<?xi32, #tenon.dims<B>>) {
  // expected-error @+1 {{(C1) targets must be i32 with the dimensions of the float logits without the last; logits are (T, V = 9) of 'f32', targets are (B) of 'i32'}}
  %0 = tenon.cross_entropy %x, %t ignore -1 : tensor<?x9xf32, #tenon.dims<T, V>>, tensor<?xi32, #tenon.dims<B>> -> tensor<f32, #tenon.dims<>>
  return
}

// -----

func.func @cross_entropy_c2(%x: tensor<?x9xbf16, #tenon.dims<T, V>>, %t: tensor<?xi32, #tenon.dims<T>>) {
  // expected-error @+1 {{(C2) the result must have rank 0 and type f32, or f64 for logits of f64; expected () of 'f32', found () of 'bf16'}}
  %0 = tenon.cross_entropy %x, %t ignore -1 : tensor<?x9xbf16, #tenon.dims<T, V>>, tensor<?xi32, #tenon.dims<T>> -> tensor<bf16, #tenon.dims<>>
  return
}

// -----

func.func @token_cross_entropy_c1(%x: tensor<?x9xf32, #tenon.dims<T, V>>, %t: tensor<?xi64, #tenon.dims<T>>) {
  // expected-error @+1 {{(C1) targets must be i32 with the dimensions of the float logits without the last; logits are (T, V = 9) of 'f32', targets are (T) of 'i64'}}
  %0 = tenon.token_cross_entropy %x, %t ignore -1 : tensor<?x9xf32, #tenon.dims<T, V>>, tensor<?xi64, #tenon.dims<T>> -> tensor<?xf32, #tenon.dims<T>>
  return
}

// -----

func.func @token_cross_entropy_c2(%x: tensor<?x9xf32, #tenon.dims<T, V>>, %t: tensor<?xi32, #tenon.dims<T>>) {
  // expected-error @+1 {{(C2) the result must have the dimensions of targets and the element type of logits; expected (T) of 'f32', found () of 'f32'}}
  %0 = tenon.token_cross_entropy %x, %t ignore -1 : tensor<?x9xf32, #tenon.dims<T, V>>, tensor<?xi32, #tenon.dims<T>> -> tensor<f32, #tenon.dims<>>
  return
}

// -----

func.func @masked_mean_c1(%x: tensor<?xf32, #tenon.dims<T>>, %t: tensor<?xi32, #tenon.dims<B>>) {
  // expected-error @+1 {{(C1) targets must be i32 with the dimensions of the floats x; x is (T) of 'f32', targets are (B) of 'i32'}}
  %0 = tenon.masked_mean %x, %t ignore -1 : tensor<?xf32, #tenon.dims<T>>, tensor<?xi32, #tenon.dims<B>> -> tensor<f32, #tenon.dims<>>
  return
}

// -----

func.func @masked_mean_c2(%x: tensor<?xf32, #tenon.dims<T>>, %t: tensor<?xi32, #tenon.dims<T>>) {
  // expected-error @+1 {{(C2) the result must have rank 0 and the element type of x; expected () of 'f32', found (T) of 'f32'}}
  %0 = tenon.masked_mean %x, %t ignore -1 : tensor<?xf32, #tenon.dims<T>>, tensor<?xi32, #tenon.dims<T>> -> tensor<?xf32, #tenon.dims<T>>
  return
}
