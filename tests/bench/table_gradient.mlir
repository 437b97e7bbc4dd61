// The gradient of GPT-2's token table alone, for embedding_bench.
!dy = tensor<?x?x768xf32, #tenon.dims<batch, seq, n_embd>>
!ids = tensor<?x?xi32, #tenon.dims<batch, seq>>
!table = tensor<50257x768xf32, #tenon.dims<n_vocab, n_embd>>
tenon.model @table_gradient {
  tenon.dim @batch 1 to 64
  tenon.dim @seq 1 to 1024
  tenon.dim @n_embd 768 to 768
  tenon.dim @n_vocab 50257 to 50257
  tenon.param @wte.weight : !table init normal 0.02
  func.func @backward(%dy: !dy {tenon.name = "dy"}, %ids: !ids {tenon.name = "ids"}) {
    %d = tenon.embedding_backward %dy, %ids : !dy, !ids -> !table
    tenon.accumulate %d into @wte.weight fresh : !table
    return
  }
}
