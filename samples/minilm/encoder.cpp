// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Batches of texts of unequal lengths; see encoder.hpp.
#include "encoder.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <tenon/runtime/buffer.hpp>

#include "encoder_config.hpp"
#include "model_error.hpp"

namespace tenon::samples {
namespace {

// Texts side by side have at least this share of the tokens of the longest one: what is padded is
// computed for nothing.
constexpr std::size_t least_share_of_4 = 3;

std::size_t most_of(const tenon_model& model, const char* dim) {
  return static_cast<std::size_t>(checked(runtime::model(model).dim(dim)).max);
}

}  // namespace

encoder encoder::load(const std::filesystem::path& directory, const runtime::options& how) {
  const wanted_encoder wanted = read_encoder_config(directory);
  const runtime::model model = choose_encoder(directory, wanted.sizes, runtime::linked_models());
  wordpiece tokenizer = wordpiece::load(directory);
  if (tokenizer.size() > wanted.sizes.n_vocab)
    throw model_error(
        fmt::format("the tokenizer has {} tokens, the model {}; use the tokenizer of this model",
                    tokenizer.size(), wanted.sizes.n_vocab));
  auto weights = checked(runtime::weights::load(model, directory.string(), how));
  auto session = checked(runtime::create_session(model, weights, how));
  return {std::move(tokenizer), std::move(weights), std::move(session),
          static_cast<std::size_t>(wanted.most_tokens)};
}

encoder::encoder(wordpiece tokenizer, runtime::weights weights, runtime::session session,
                 std::size_t most_tokens)
    : tokenizer_(std::move(tokenizer)),
      weights_(std::move(weights)),
      session_(std::move(session)),
      most_tokens_(most_tokens),
      n_embd_(most_of(weights_.model(), "n_embd")),
      most_texts_(most_of(weights_.model(), "batch")) {}

std::vector<float> encoder::embed(std::span<const std::string> texts) {
  std::vector<token_ids> ids;
  for (const std::string& text : texts) ids.push_back(tokenizer_.sentence(text, most_tokens_));
  // By length, so that little is padded; the longest first, which asks for most memory.
  std::vector<std::size_t> order(texts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return ids[a].size() != ids[b].size() ? ids[a].size() > ids[b].size() : a < b;
  });

  std::vector<float> embeddings(texts.size() * n_embd_);
  for (std::span<const std::size_t> rest = order; !rest.empty();) {
    const auto is_short = [&](std::size_t text) {
      return 4 * ids[text].size() < least_share_of_4 * ids[rest.front()].size();
    };
    const auto shorter = std::ranges::find_if(rest, is_short) - rest.begin();
    const std::size_t count = std::min(static_cast<std::size_t>(shorter), most_texts_);
    embed_batch(ids, rest.first(count), embeddings);
    rest = rest.subspan(count);
  }
  return embeddings;
}

void encoder::embed_batch(std::span<const token_ids> texts, std::span<const std::size_t> which,
                          std::span<float> embeddings) {
  const std::size_t count = which.size(), longest = texts[which.front()].size();
  auto ids = checked(runtime::buffer<std::int32_t>::create(count * longest));
  auto types = checked(runtime::buffer<std::int32_t>::create(count * longest));
  auto lengths = checked(runtime::buffer<std::int32_t>::create(count));
  auto made = checked(runtime::buffer<float>::create(count * n_embd_));
  std::fill(ids.begin(), ids.end(), tokenizer_.padding());
  std::fill(types.begin(), types.end(), 0);  // all tokens are of a first text
  for (std::size_t i = 0; i < count; ++i) {
    const token_ids& text = texts[which[i]];
    std::ranges::copy(text, ids.begin() + static_cast<std::ptrdiff_t>(i * longest));
    lengths[i] = static_cast<std::int32_t>(text.size());
    n_tokens_ += text.size();
  }
  const auto rows = static_cast<std::int64_t>(count), columns = static_cast<std::int64_t>(longest);
  check(session_.call("forward",
                      {{"ids", ids, {rows, columns}},
                       {"types", types, {rows, columns}},
                       {"lengths", lengths, {rows}}},
                      {{"embedding", made}}));
  for (std::size_t i = 0; i < count; ++i)
    std::copy_n(made.begin() + static_cast<std::ptrdiff_t>(i * n_embd_), n_embd_,
                embeddings.begin() + static_cast<std::ptrdiff_t>(which[i] * n_embd_));
}

}  // namespace tenon::samples
