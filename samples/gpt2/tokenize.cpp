// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The command `gpt2 tokenize`: text in, ids and pieces out.
#include "tokenize.hpp"

#include <string>

#include <fmt/format.h>

#include "checkpoint/model_tokenizer.hpp"
#include "console/standard_streams.hpp"
#include "tokenizer/bpe.hpp"

namespace tenon::samples {

void run_tokenize(const std::filesystem::path& directory, const prompt_source& from) {
  const bpe tokenizer = load_tokenizer(directory);
  for (const std::string& warning : tokenizer.warnings())
    note(fmt::format("warning: {}\n", warning));
  const std::vector<std::int32_t> ids = tokenizer.prompt(read_prompt(from));
  for (const std::int32_t id : ids) {
    const std::string_view bytes = tokenizer.bytes_of(id);
    standard_output.report(fmt::format("{:>6}  {}\n", id, shown(bytes, bytes.size())));
  }
  note(fmt::format("{} tokens\n", ids.size()));
}

}  // namespace tenon::samples
