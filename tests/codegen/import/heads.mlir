// Queries, keys and values apart arrive as one attention, which keeps what the cache holds.
// RUN: %cxx %dsl -c %S/Inputs/heads.model.cpp -o %t.o
// RUN: tenon-opt --import-object %t.o | FileCheck %s

// CHECK: tenon.state @cache kv_cache : tensor<?x8x2x4xbf16, #tenon.dims<batch, n_block, n_kv, n_dim>>
// CHECK: func.func @graph(%[[Q:.*]]: tensor<?x?x2x3x4xf32, {{.*}} {tenon.name = "q"}, %[[K:.*]]: tensor<?x?x2x4xf32, {{.*}} {tenon.name = "k"}, %[[V:.*]]: tensor<?x?x2x4xf32, {{.*}} {tenon.name = "v"})
// CHECK: tenon.attention %[[Q]], %[[K]], %[[V]] keeps bf16 cache @cache : {{.*}} -> tensor<?x?x2x3x4xf32, #tenon.dims<batch, seq, n_kv, n_group, n_dim>>
