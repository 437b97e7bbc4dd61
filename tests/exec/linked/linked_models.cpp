// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Lists the models of a program; see linked_models.hpp.
#include "linked_models.hpp"

#include <set>

#include <tenon/runtime/model.hpp>

std::string linked_models_and_metadata() {
  std::set<std::string> all;
  for (const tenon::runtime::model& model : tenon::runtime::linked_models()) {
    std::string line = model.name();
    for (const tenon_metadata& each : model.metadata())
      line.append(", ").append(each.key).append(" is ").append(each.value);
    all.insert(line + "\n");
  }
  std::string text;
  for (const std::string& line : all) text += line;
  return text;
}
