// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// GPT-2 124M with random weights, end to end: prompts against the rate of multiply-adds from
// registers, decoding against the rate of reading memory over the bytes that a token needs, and one
// instruction set against another.
#include <cstdint>
#include <memory>
#include <string>

#include "gpt2.tenon.h"
#include "gpt2_bf16.tenon.h"
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

// A GPT-2 with weights and cache of one type.
struct in_f32 {
  using session = gpt2::session;
  static constexpr const char* name = "f32";
  static constexpr double element = 4;  // bytes
  static constexpr const char* limit_unit = "GFLOP/s FMA";
  static constexpr double prompt_bar = 0.80;
  static double limit(int threads) { return multiply_add_rate(threads); }
  static const tenon_model& model() { return gpt2::model(); }
};
struct in_bf16 {
  using session = gpt2_bf16::session;
  static constexpr const char* name = "bf16";
  static constexpr double element = 2;
  static constexpr const char* limit_unit = "GFLOP/s dot";
  static constexpr double prompt_bar = 0.70;
  static double limit(int threads) { return bf16_dot_rate(threads); }
  static const tenon_model& model() { return gpt2_bf16::model(); }
};

/// One session, with its ids and logits.
template <class Gpt>
class decoder {
 public:
  decoder(const rt::weights& weights, int threads)
      : session_(checked(Gpt::session::create(weights, with(threads)))) {
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
  typename Gpt::session session_;
  rt::buffer<std::int32_t> ids_ = *rt::buffer<std::int32_t>::create(gpt2::seq::max);
  rt::buffer<float> logits_ = *rt::buffer<float>::create(gpt2::n_vocab::max);
};

template <class Gpt>
const rt::weights& best_weights() {
  static const rt::weights made = checked(rt::weights::random(Gpt::model(), 1));
  return made;
}

template <class Gpt>
auto best_decoder(int threads) {
  return std::make_shared<decoder<Gpt>>(best_weights<Gpt>(), threads);
}

double read_rate(int threads, double element) {
  static const stream memory(static_cast<std::size_t>(weight_bytes(4)));
  return memory.read_rate(threads, static_cast<std::size_t>(weight_bytes(element)));
}

template <class Gpt>
contest prompt_contest(std::shared_ptr<decoder<Gpt>> of, int threads) {
  contest made{.what = text("prompt of %d, %s", int(n_prompt), Gpt::name),
               .threads = threads,
               .figure_unit = "tokens/s",
               .figure_scale = n_prompt / prompt_flops,
               .limit_unit = Gpt::limit_unit};
  made.work = [of] { return prompt_flops / seconds([&] { of->step(n_prompt, 0); }); };
  made.limit = [threads] { return Gpt::limit(threads); };
  return made;
}

template <class Gpt>
contest decode_contest(std::shared_ptr<decoder<Gpt>> of, int threads, std::int64_t from,
                       std::int64_t tokens) {
  double bytes = double(tokens) * weight_bytes(Gpt::element);
  // From an empty cache, the weights alone are counted.
  for (std::int64_t i = 0; i < tokens && from > 0; ++i)
    bytes += cache_bytes(Gpt::element, double(from + i));
  contest made{.what = from > 0 ? text("decode at position %d, %s", int(from), Gpt::name)
                                : text("decode %d from empty, %s", int(tokens), Gpt::name),
               .threads = threads,
               .figure_unit = "tokens/s",
               .figure_scale = double(tokens) / bytes,
               .limit_unit = "GB/s read"};
  made.work = [=] { return bytes / seconds([&] { of->decode(from, tokens); }); };
  made.limit = [threads] { return read_rate(threads, Gpt::element); };
  return made;
}

void run(std::vector<contest>& all, const settings& how, const report& into) {
  alternate(all, how.rounds);
  for (const contest& each : all) into.row(each);
}

template <class Gpt>
void add_prompts(std::vector<contest>& all, const settings& how) {
  for (const int threads : how.threads) {
    all.push_back(prompt_contest(best_decoder<Gpt>(threads), threads));
    all.back().bar = threads == 2 ? Gpt::prompt_bar : 0;
  }
}

template <class Gpt>
void add_decodes(std::vector<contest>& all, const settings& how) {
  for (const int threads : how.threads) {
    all.push_back(decode_contest(best_decoder<Gpt>(threads), threads, 0, n_decoded));
    all.back().bar = 0.92;
  }
}

template <class Gpt>
void add_late(std::vector<contest>& all, const settings& how) {
  for (const int threads : how.threads) {
    const auto of = best_decoder<Gpt>(threads);
    of->step(late, 0);
    all.push_back(decode_contest(of, threads, late, n_late));
    all.back().bar = 0.90;
  }
}

}  // namespace

void prompt_rows(const settings& how, const report& into) {
  std::vector<contest> all;
  add_prompts<in_f32>(all, how);
  const bool dots = bf16_dot_rate(1) > 0;
  if (dots) add_prompts<in_bf16>(all, how);
  run(all, how, into);
  if (!dots) into.skipped("prompt of 512, bf16", "this CPU has no bf16 dot product");
}

void decode_rows(const settings& how, const report& into) {
  std::vector<contest> all;
  add_decodes<in_f32>(all, how);
  add_decodes<in_bf16>(all, how);
  run(all, how, into);
}

void context_rows(const settings& how, const report& into) {
  std::vector<contest> all;
  add_late<in_f32>(all, how);
  add_late<in_bf16>(all, how);
  run(all, how, into);
}

void variant_rows(const settings& how, const report& into) {
  const std::string best = best_weights<in_f32>().variant().name;
  if (!best.starts_with("x86-64-v4"))
    return into.skipped("x86-64-v3 of x86-64-v4", "this CPU runs " + best);
  constexpr std::int64_t tokens = 32;
  const auto weights = checked(rt::weights::random(gpt2::model(), 1, with(0, "x86-64-v3")));
  std::vector<contest> all;
  for (const int threads : how.threads) {
    const auto low = std::make_shared<decoder<in_f32>>(weights, threads);
    const auto high = best_decoder<in_f32>(threads);
    // Of v4's rate, which is twice v3's where the CPU multiplies 512 bits at once (Zen 5); and of
    // v3's own.
    contest own = prompt_contest(low, threads);
    own.what += ", v3";
    own.limit = [threads] { return avx2_multiply_add_rate(threads); };
    own.limit_unit = "GFLOP/s FMA of 256 bits";
    own.bar = threads == 2 ? in_f32::prompt_bar : 0;
    all.push_back(own);
    contest prompt = prompt_contest(low, threads);
    prompt.limit = prompt_contest(high, threads).work;
    contest decode = decode_contest(low, threads, 0, tokens);
    decode.limit = decode_contest(high, threads, 0, tokens).work;
    for (contest* each : {&prompt, &decode}) {
      each->what += ", v3 of v4";
      each->limit_unit = "tokens/s of v4";
      each->limit_scale = each->figure_scale;
      each->bar = 0.90;
      all.push_back(*each);
    }
  }
  run(all, how, into);
}

}  // namespace bench
