// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Parameters in files: of safetensors one, or a directory with one or with an index of shards; or
// one of GGUF.
#pragma once
#include <string>

#include "files/file.hpp"
#include "files/stored_tensor.hpp"
#include "parameters.hpp"

namespace tenon::runtime::detail {

class checkpoint final : public parameter_source {
 public:
  /// Opens and checks everything but the values; they are read slot by slot.
  static tenon_status open(const tenon_model& model, const std::string& path, checkpoint& opened);
  tenon_status read(std::size_t index, std::size_t first, std::size_t count,
                    void* destination) const override;
  [[nodiscard]] bool whole(std::size_t index) const override;

 private:
  struct located {
    std::size_t file;
    stored_tensor tensor;
  };
  tenon_status open_file(const std::string& path);
  tenon_status open_directory(const std::string& path);
  tenon_status open_shards(const std::string& folder, const std::string& index);
  tenon_status check_twin(const located& a, const located& b) const;

  std::vector<file> files_;
  std::vector<located> tensors_;
  // By slot: its tensor, type and shape.
  std::vector<binding> bound_;
  std::vector<element> types_;
  std::vector<std::vector<std::int64_t>> shapes_;
};

}  // namespace tenon::runtime::detail
