// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The learned tensors of a model under their names in a checkpoint.
#pragma once
#include <string>
#include <vector>

#include <tenon/runtime/model.h>

#include "parameters.hpp"

/// The handle of the C interface. It is not moved: its tensors point into it.
struct tenon_tensor_list {
  explicit tenon_tensor_list(const tenon_model& model);
  tenon_tensor_list(const tenon_tensor_list&) = delete;
  tenon_tensor_list& operator=(const tenon_tensor_list&) = delete;

  /// Index of a tensor; the failure names what there is.
  tenon_status find(const char* name, std::size_t& index) const;

  std::string model_name;
  std::vector<tenon::runtime::detail::slot> slots;  // one a tensor
  std::vector<tenon_named_tensor> tensors;

 private:
  std::vector<std::string> names_;
  std::vector<std::vector<std::int64_t>> shapes_;  // one a parameter
};
