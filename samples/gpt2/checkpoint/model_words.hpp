// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// What one compiled model says of itself: dimensions, parameters, and the words of its METADATA.
#pragma once

#include <string_view>

#include <tenon/runtime/model.hpp>

#include "activations.hpp"

namespace tenon::samples {

/// Each throws model_error, naming the model and the thing, where that is missing or of another
/// form.
class model_words {
 public:
  explicit model_words(const runtime::model& model) : model_(model) {}

  /// The greatest size of a dimension.
  int size(const char* dim) const;
  /// Whether there is a parameter of that name; "{}" stands for the first layer.
  bool has(std::string_view parameter) const;
  const char* word(const char* key) const;
  double number(const char* key) const;
  activation activation_of(const char* key) const;
  /// What the products of `step` read.
  tenon_dtype compute() const;

 private:
  [[noreturn]] void wrong(const char* key, const char* needed) const;

  const runtime::model& model_;
};

}  // namespace tenon::samples
