// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Devices and their weights in the C interface.
#include <vector>

#include <tenon/runtime/device.h>

#include "device.hpp"
#include "failure.hpp"
#include "model/dispatch.hpp"
#include "threads/float_environment.hpp"
#include "weights/checkpoint.hpp"
#include "weights/memory_source.hpp"
#include "weights/random_source.hpp"

using namespace tenon::runtime::detail;

namespace {

tenon_status upload_all(const std::shared_ptr<device>& owner, const tenon_model& model,
                        const parameter_source& source,
                        std::shared_ptr<const device_parameters>& parameters) {
  auto fresh = std::make_shared<device_parameters>();
  fresh->owner = owner;
  fresh->model = &model;
  for (std::uint32_t i = 0; i < model.n_params; ++i) {
    const tenon_param& param = model.params[i];
    const std::size_t layers = param.layers > 0 ? param.layers : 1;
    TENON_TRY(owner->allocate(layers * parts_of(model, param) * slot_bytes(model, param),
                              param.tensor.name, fresh->buffers.emplace_back()));
  }
  const std::vector<slot> slots = slots_of(model);
  std::vector<std::byte> staging;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const tenon_param& param = model.params[slots[i].param];
    const std::size_t bytes = slot_bytes(model, param);
    if (staging.size() < bytes) staging.resize(bytes);
    TENON_TRY(source.read(i, 0, element_count(model, param), staging.data()));
    const std::size_t number = slots[i].layer * parts_of(model, param) + slots[i].part;
    TENON_TRY(
        owner->upload(*fresh->buffers[slots[i].param], number * bytes, staging.data(), bytes));
  }
  parameters = std::move(fresh);
  return success();
}

template <class Source, class Create>
tenon_status make_weights(const tenon_device* where, const tenon_model* model,
                          tenon_device_weights** weights, Create create) {
  return guarded([&] {
    const float_environment own;
    if (weights == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the pointer for the weights is null; pass one");
    *weights = nullptr;
    if (where == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the device is null; open one first");
    TENON_TRY(check_model(model));
    Source source;
    TENON_TRY(create(source));
    auto made = std::make_unique<tenon_device_weights>();
    TENON_TRY(upload_all(where->opened, *model, source, made->parameters));
    *weights = made.release();
    return success();
  });
}

}  // namespace

tenon_status tenon_device_open(uint32_t kind, int32_t index, tenon_device** device) {
  return guarded([&] {
    if (device == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the pointer for the device is null; pass one");
    *device = nullptr;
    auto made = std::make_unique<tenon_device>();
    if (kind == TENON_VULKAN)
      TENON_TRY(open_vulkan(index, made->opened));
    else if (kind == TENON_CUDA)
      TENON_TRY(open_cuda(index, made->opened));
    else
      return failure(TENON_INVALID_ARGUMENT,
                     "there is no device kind %u; use TENON_VULKAN or "
                     "TENON_CUDA",
                     kind);
    *device = made.release();
    return success();
  });
}

void tenon_device_close(tenon_device* device) { delete device; }

const char* tenon_device_name(const tenon_device* device) {
  return device == nullptr ? "none" : device->opened->name().c_str();
}

tenon_status tenon_device_weights_load(const tenon_device* device, const tenon_model* model,
                                       const char* path, tenon_device_weights** weights) {
  return make_weights<checkpoint>(device, model, weights, [&](checkpoint& source) {
    if (path == nullptr)
      return failure(TENON_INVALID_ARGUMENT,
                     "the path is null; pass a .safetensors or .gguf file or a "
                     "directory that holds one");
    return checkpoint::open(*model, path, source);
  });
}

tenon_status tenon_device_weights_from_tensors(const tenon_device* device, const tenon_model* model,
                                               const tenon_named_tensor* tensors, size_t n_tensors,
                                               tenon_device_weights** weights) {
  return make_weights<memory_source>(device, model, weights, [&](memory_source& source) {
    if (tensors == nullptr && n_tensors > 0)
      return failure(TENON_INVALID_ARGUMENT, "the array of %zu tensors is null; pass it",
                     n_tensors);
    return memory_source::create(*model, {tensors, n_tensors}, source);
  });
}

tenon_status tenon_device_weights_random(const tenon_device* device, const tenon_model* model,
                                         uint64_t seed, tenon_device_weights** weights) {
  return make_weights<random_source>(device, model, weights, [&](random_source& source) {
    // The numbers that this machine's CPU draws, where the model runs on it.
    std::uint32_t index = 0;
    const bool runs = !failed(tenon_variant_select(model, nullptr, &index));
    return random_source::create(*model, seed, runs ? &model->variants[index] : nullptr, source);
  });
}

void tenon_device_weights_free(tenon_device_weights* weights) { delete weights; }
