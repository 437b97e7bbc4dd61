// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Saving of weights as a safetensors file with the names of checkpoints.
#include "failure.hpp"
#include "files/safetensors_writer.hpp"
#include "packed.hpp"

using namespace tenon::runtime::detail;

tenon_status tenon_weights_save(const tenon_weights* weights, const char* path) {
  return guarded([&] {
    if (weights == nullptr || path == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the weights or the path are null; pass both");
    const tenon_model& model = *weights->packed->model;
    const std::vector<slot> slots = slots_of(model);
    safetensors_contents contents;
    for (const slot& each : slots) {
      const tenon_param& param = model.params[each.param];
      contents.tensors.push_back(
          {slot_name(model, each), element_of(param.tensor.dtype), shape_of(model, param)});
    }
    contents.metadata.emplace_back("format", "pt");  // transformers asks for it
    contents.fill = [&](std::size_t index, void* data, std::size_t bytes) {
      return tenon_weights_read(weights, TENON_VALUE, contents.tensors[index].name.c_str(), data,
                                bytes);
    };
    // One scope around all tensors: a file is never part of one step and part of the next.
    return weights->packed->users.read("saving", path,
                                       [&] { return write_safetensors(path, contents); });
  });
}
