// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The normalizers of tokenizer.json; see normalizer.hpp.
#include "tokenizer/normalizer.hpp"

#include "tokenizer/nfc/nfc.hpp"

namespace tenon::samples {

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t found; (found = text.find(from)) != text.npos;) {
    out.append(text.substr(0, found)).append(to);
    text.remove_prefix(found + from.size());
  }
  return out.append(text);
}

std::string normalized(std::string_view text, const std::vector<normalizing_step>& steps) {
  std::string out(text);
  for (const normalizing_step& step : steps) {
    switch (step.what) {
      case normalizing_step::kind::nfc:
        out = nfc(out);
        break;
      case normalizing_step::kind::prepend:
        if (!out.empty()) out.insert(0, step.to);
        break;
      case normalizing_step::kind::replace:
        out = replaced(out, step.from, step.to);
        break;
    }
  }
  return out;
}

std::string with_visible_spaces(std::string_view text, const space_symbol& how, bool at_start) {
  std::string out = replaced(text, " ", how.symbol);
  const bool wanted = how.prepended == space_symbol::where::everywhere ||
                      (how.prepended == space_symbol::where::first && at_start);
  if (wanted && !out.empty() && !out.starts_with(how.symbol)) out.insert(0, how.symbol);
  return out;
}

}  // namespace tenon::samples
