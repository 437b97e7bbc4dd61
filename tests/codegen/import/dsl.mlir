// What the DSL writes arrives in the dialect, every operation at its line of the model.
// RUN: %cxx %dsl -c %S/Inputs/tiny.model.cpp -o %t.o
// RUN: tenon-opt --import-object %t.o --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s

// CHECK: tenon.model @tiny attributes {tenon.fused_lines = [loc("{{.*}}tiny.model.cpp":32:0)], tenon.machine =
// CHECK-DAG: tenon.dim @batch 1 to 4
// CHECK-DAG: tenon.dim @n_embd 4 to 4
// CHECK-DAG: tenon.param @wte : tensor<9x4xf32, #tenon.dims<n_vocab, n_embd>> init normal 2.000000e-02 loc("{{.*}}tiny.model.cpp":33:0)
// CHECK-DAG: tenon.param @"h.{}.ln.weight" : tensor<4xf32, #tenon.dims<n_embd>> init ones 0.000000e+00 layers @n_layer
// CHECK-DAG: tenon.param @"h.{}.qkv.bias" : tensor<12xf32, #tenon.dims<n_qkv>> init zeros 0.000000e+00 layers @n_layer
// CHECK-DAG: tenon.state @"h.{}.cache" kv_cache : tensor<?x8x4xf32, #tenon.dims<batch, n_block, n_embd>> layers @n_layer
// CHECK: func.func @graph(%[[IDS:.*]]: tensor<?x?xi32, #tenon.dims<batch, seq>> {tenon.name = "ids"}
// CHECK: tenon.embedding %{{.*}}, %[[IDS]] : {{.*}} {tenon.fused = 0 : i64} loc("{{.*}}tiny.model.cpp":33:0)
// CHECK: tenon.positions %[[IDS]] :
// CHECK: tenon.add {{.*}} {tenon.fused = 0 : i64}
// CHECK: tenon.dropout %{{.*}}, 2.500000e-01 : {{.*}} {tenon.fused = 0 : i64}
// CHECK: tenon.repeat @n_layer
// CHECK: tenon.layer_norm {{.*}} bias {{.*}}, 1.000000e-05 :
// CHECK: tenon.linear {{.*}} bias
// CHECK: tenon.attention %{{.*}} heads @n_head cache @"h.{}.cache" :
// CHECK: tenon.gelu erf %{{.*}} loc("{{.*}}tiny.model.cpp":22:0)
// CHECK: tenon.add
// CHECK: tenon.yield
// CHECK: tenon.linear %{{.*}} transposed :
// CHECK: tenon.cross_entropy %{{.*}}, %{{.*}} ignore -1 : {{.*}} loc("{{.*}}tiny.model.cpp":37:0)
