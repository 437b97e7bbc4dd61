// GPT-2 124M with random weights, end to end: prompts against the rate of multiply-adds from
// registers, decoding against the rate of reading memory over the bytes that a token needs, and one
// instruction set against another.
#include <cstdint>
#include <memory>
#include <string>

#include "gpt2.tenon.h"
#include "limits.hpp"
#include "rows.hpp"
#include "runtime_calls.hpp"
#include "timing.hpp"

namespace bench {
namespace {

namespace rt = tenon::runtime;

constexpr std::int64_t n_prompt = 512, n_decoded = 128;
constexpr std::int64_t late = 1000, n_late = gpt2::seq::max - late;
constexpr double layers = gpt2::n_layer::max, width = gpt2::n_embd::max, rows = gpt2::n_vocab::max;
constexpr double block_weights = layers * 12 * width * width;

// Operations of a prompt: linear layers, causal attention, the head of its last token.
constexpr double prompt_flops = 2 * block_weights * n_prompt +
                                2 * layers * width * double(n_prompt) * (n_prompt + 1) +
                                2 * width * rows;

// Bytes that a token reads: each weight of a product once, and the keys and values before it.
constexpr double weight_bytes(double element) { return element * (block_weights + width * rows); }
constexpr double cache_bytes(double element, double position) {
  return element * 2 * layers * width * (position + 1);
}

/// One session, with its ids and logits.
class decoder {
 public:
  decoder(const rt::weights& weights, int threads)
      : session_(checked(gpt2::session::create(weights, with(threads)))) {
    for (std::size_t i = 0; i < ids_.size(); ++i)
      ids_[i] = static_cast<std::int32_t>(i * 2654435761u % gpt2::n_vocab::max);
    step(n_prompt, 0);  // the first touches memory
  }

  void step(std::int64_t tokens, std::int64_t position) {
    check(session_.step({ids_.first(std::size_t(tokens)), 1, tokens}, {logits_, 1}, position));
  }
  void decode(std::int64_t from, std::int64_t tokens) {
    for (std::int64_t i = 0; i < tokens; ++i) step(1, from + i);
  }

 private:
  gpt2::session session_;
  rt::buffer<std::int32_t> ids_ = *rt::buffer<std::int32_t>::create(gpt2::seq::max);
  rt::buffer<float> logits_ = *rt::buffer<float>::create(gpt2::n_vocab::max);
};

const rt::weights& best_weights() {
  static const rt::weights made = checked(rt::weights::random(gpt2::model(), 1));
  return made;
}

const stream& memory() {
  static const stream made(static_cast<std::size_t>(weight_bytes(4)));
  return made;
}

contest prompt_contest(std::shared_ptr<decoder> of, std::string what, int threads) {
  contest made{.what = std::move(what),
               .threads = threads,
               .figure_unit = "tokens/s",
               .figure_scale = n_prompt / prompt_flops,
               .limit_unit = "GFLOP/s FMA"};
  made.work = [of] { return prompt_flops / seconds([&] { of->step(n_prompt, 0); }); };
  made.limit = [threads] { return multiply_add_rate(threads); };
  return made;
}

contest decode_contest(std::shared_ptr<decoder> of, std::string what, int threads,
                       std::int64_t from, std::int64_t tokens, double bytes) {
  contest made{.what = std::move(what),
               .threads = threads,
               .figure_unit = "tokens/s",
               .figure_scale = double(tokens) / bytes,
               .limit_unit = "GB/s read"};
  made.work = [=] { return bytes / seconds([&] { of->decode(from, tokens); }); };
  made.limit = [threads] { return memory().read_rate(threads); };
  return made;
}

void run(std::vector<contest>& all, const settings& how, const report& into) {
  alternate(all, how.rounds);
  for (const contest& each : all) into.row(each);
}

}  // namespace

void prompt_rows(const settings& how, const report& into) {
  std::vector<contest> all;
  for (const int threads : how.threads) {
    const auto of = std::make_shared<decoder>(best_weights(), threads);
    all.push_back(prompt_contest(of, "prompt of 512, f32", threads));
    all.back().bar = threads == 2 ? 0.80 : 0;
  }
  run(all, how, into);
}

void decode_rows(const settings& how, const report& into) {
  std::vector<contest> all;
  for (const int threads : how.threads) {
    const auto of = std::make_shared<decoder>(best_weights(), threads);
    all.push_back(decode_contest(of, "decode 128 from empty, f32", threads, 0, n_decoded,
                                 n_decoded * weight_bytes(4)));
    all.back().bar = 0.92;
  }
  run(all, how, into);
}

void context_rows(const settings& how, const report& into) {
  double bytes = 0;
  for (std::int64_t i = 0; i < n_late; ++i)
    bytes += weight_bytes(4) + cache_bytes(4, double(late + i));
  std::vector<contest> all;
  for (const int threads : how.threads) {
    const auto of = std::make_shared<decoder>(best_weights(), threads);
    of->step(late, 0);
    all.push_back(decode_contest(of, "decode at position 1000, f32", threads, late, n_late, bytes));
    all.back().bar = 0.90;
  }
  run(all, how, into);
}

void variant_rows(const settings& how, const report& into) {
  const std::string best = best_weights().variant().name;
  if (!best.starts_with("x86-64-v4"))
    return into.skipped("x86-64-v3 of x86-64-v4", "this CPU runs " + best);
  const auto weights = checked(rt::weights::random(gpt2::model(), 1, with(0, "x86-64-v3")));
  std::vector<contest> all;
  for (const int threads : how.threads) {
    const auto low = std::make_shared<decoder>(weights, threads);
    const auto high = std::make_shared<decoder>(best_weights(), threads);
    contest prompt = prompt_contest(low, "prompt of 512, f32, v3 of v4", threads);
    prompt.limit = prompt_contest(high, "", threads).work;
    contest decode =
        decode_contest(low, "decode 32, f32, v3 of v4", threads, 0, 32, 32 * weight_bytes(4));
    decode.limit = decode_contest(high, "", threads, 0, 32, 32 * weight_bytes(4)).work;
    for (contest* each : {&prompt, &decode}) {
      each->limit_unit = "tokens/s of v4";
      each->limit_scale = each->figure_scale;
      each->bar = 0.90;
      all.push_back(*each);
    }
  }
  run(all, how, into);
}

}  // namespace bench
