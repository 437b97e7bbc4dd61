// A product and its loss: the least that can be trained.
#include <tenon/tenon.hpp>

using namespace tenon;

struct batch : dyn<1, 4> {};
struct seq : dyn<1, 8> {};
struct n_embd : dim<8> {};
struct n_vocab : dim<17> {};

struct training {
  nn::linear<n_embd, n_vocab> head{"head", normal(0.02)};
  constexpr auto operator()(input<"x", f32, batch, seq, n_embd> x,
                            input<"targets", i32, batch, seq> targets) const {
    return outputs(output<"loss">(cross_entropy(head(x), targets)));
  }
};

TENON_MODEL(training, training{});
