// Single kernels of GPT-2 124M, compiled as models of their own: its products, and its attention.
#include <tenon/tenon.hpp>

using namespace tenon;

struct rows : dyn<1, 512> {};
struct batch : dyn<1, 2> {};
struct seq : dyn<1, 1024> {};
struct n_block : dim<1024> {};
struct n_embd : dim<768> {};
struct n_qkv : dim<2304> {};
struct n_hidden : dim<3072> {};
struct n_vocab : dim<50257> {};
struct n_head : dim<12> {};

template <class In, class Out>
struct product {
  nn::linear<In, Out> layer{"layer", gpt2_normal};
  constexpr auto operator()(input<"x", f32, rows, In> x) const {
    return outputs(output<"y">(layer(x)));
  }
};

struct head {
  param<f32, n_vocab, n_embd> wte{"wte", gpt2_normal};
  constexpr auto operator()(input<"x", f32, rows, n_embd> x) const {
    return outputs(output<"y">(tied_head(x, wte)));
  }
};

struct attention {
  kv_cache<f32, batch, n_block, n_embd> cache{"cache"};
  constexpr auto operator()(input<"qkv", f32, batch, seq, n_qkv> qkv) const {
    return outputs(output<"y">(causal_self_attention<n_head>(qkv, cache)));
  }
};

struct c_attn : product<n_embd, n_qkv> {};
struct c_proj : product<n_embd, n_embd> {};
struct c_fc : product<n_embd, n_hidden> {};
struct mlp_c_proj : product<n_hidden, n_embd> {};

TENON_MODEL(bench_c_attn, c_attn{});
TENON_MODEL(bench_c_proj, c_proj{});
TENON_MODEL(bench_c_fc, c_fc{});
TENON_MODEL(bench_mlp_c_proj, mlp_c_proj{});
TENON_MODEL(bench_head, head{});
TENON_MODEL(bench_attention, attention{});
