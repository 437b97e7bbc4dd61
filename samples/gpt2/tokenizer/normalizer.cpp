// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The normalizers of tokenizer.json; see normalizer.hpp.
#include "tokenizer/normalizer.hpp"

#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <new>

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

std::string nfc(std::string_view text) {
  utf8proc_uint8_t* made = nullptr;
  const auto* const bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size =
      utf8proc_map(bytes, static_cast<utf8proc_ssize_t>(text.size()), &made,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) throw std::bad_alloc();  // its only error for well-formed UTF-8
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
  return std::string(reinterpret_cast<const char*>(made), static_cast<std::size_t>(size));
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
