// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Texts from the command line or a file, embeddings or cosines to standard output.
#include "embed.hpp"

#include <chrono>
#include <fstream>
#include <iostream>
#include <numeric>

#include <fmt/format.h>

#include "console/load_progress.hpp"
#include "console/standard_streams.hpp"
#include "encoder.hpp"
#include "model_error.hpp"
#include "tokenizer/tokenizer_error.hpp"

namespace tenon::samples {
namespace {

constexpr std::size_t most_compared = 1000;  // a matrix of a million numbers

std::vector<std::string> read_lines(std::istream& stream, const std::string& name) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(std::move(line));
  }
  if (stream.bad()) throw model_error(name + " cannot be read; give a text file");
  return lines;
}

std::vector<std::string> read_texts(const embed_options& options) {
  std::vector<std::string> texts = options.sentences;
  if (options.file == "-") {
    texts = read_lines(std::cin, "standard input");
  } else if (!options.file.empty()) {
    const std::string name = fmt::format("'{}'", options.file.string());
    std::ifstream stream(options.file);
    if (!stream) throw model_error(name + " cannot be opened; is it there, and may you read it?");
    texts = read_lines(stream, name);
  }
  if (texts.empty())
    throw model_error("there is no text; give some behind the options, or a file with --file");
  return texts;
}

struct embedded {
  std::vector<std::string> texts;
  std::vector<float> embeddings;
  std::size_t n_embd;

  std::span<const float> of(std::size_t text) const {
    return std::span(embeddings).subspan(text * n_embd, n_embd);
  }
};

embedded embed_texts(const embed_options& options) {
  embedded all{read_texts(options), {}, 0};
  load_progress progress;
  runtime::options how{};
  how.threads = options.threads;
  how.progress = load_progress::told;
  how.progress_context = &progress;
  encoder model = encoder::load(options.model, how);
  progress.finish();
  const auto start = std::chrono::steady_clock::now();
  all.embeddings = model.embed(all.texts);
  all.n_embd = model.n_embd();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  note(fmt::format(
      "{} texts, {} tokens in {:.3f} s: {:.0f} tokens/s\n"
      "model {}, variant {}, threads {}\n",
      all.texts.size(), model.n_tokens(), taken.count(),
      static_cast<double>(model.n_tokens()) / std::max(taken.count(), 1e-9),
      model.weights().model().name, model.weights().variant().name, model.session().threads()));
  return all;
}

}  // namespace

void run_embed(const embed_options& options) {
  const embedded all = embed_texts(options);
  for (std::size_t text = 0; text < all.texts.size(); ++text) {
    std::string line;
    for (const float number : all.of(text))
      fmt::format_to(std::back_inserter(line), "{}{:.9g}", line.empty() ? "" : " ", number);
    standard_output.report(line + "\n");
  }
}

void run_similar(const embed_options& options) {
  const embedded all = embed_texts(options);
  if (all.texts.size() > most_compared)
    throw model_error(
        fmt::format("there are {} texts, of which each would be compared with each; "
                    "give at most {}, or use embed",
                    all.texts.size(), most_compared));
  for (std::size_t row = 0; row < all.texts.size(); ++row) {
    std::string line = fmt::format("{:>4}", row + 1);
    for (std::size_t column = 0; column < all.texts.size(); ++column) {
      const auto x = all.of(row), y = all.of(column);
      fmt::format_to(std::back_inserter(line), " {:7.4f}",
                     std::inner_product(x.begin(), x.end(), y.begin(), 0.0));
    }
    standard_output.report(line + "  " + shown(all.texts[row], 60) + "\n");
  }
}

}  // namespace tenon::samples
