// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Weights of the C interface: each source, packed for the chosen variant.
#include "checkpoint.hpp"
#include "failure.hpp"
#include "memory_source.hpp"
#include "model/dispatch.hpp"
#include "options.hpp"
#include "packed.hpp"
#include "parameter_memory.hpp"
#include "random_source.hpp"
#include "threads/float_environment.hpp"

using namespace tenon::runtime::detail;

namespace {

tenon_status check_arguments(const tenon_model* model, tenon_weights** weights) {
  if (weights == nullptr)
    return failure(TENON_INVALID_ARGUMENT, "the pointer for the weights is null; pass one");
  *weights = nullptr;
  return check_model(model);
}

// What the three ways of making weights have in common. `create` makes the source, given what was
// chosen.
template <class Source, class Create>
tenon_status make_weights(const tenon_model* model, const tenon_options* options,
                          tenon_weights** weights, Create create) {
  return guarded([&] {
    TENON_TRY(check_arguments(model, weights));
    tenon_options chosen;
    TENON_TRY(read_options(options, chosen));
    Source source;
    TENON_TRY(create(source, chosen));
    auto made = std::make_unique<tenon_weights>();
    TENON_TRY(pack(*model, chosen, source, made->packed));
    *weights = made.release();
    return success();
  });
}

}  // namespace

tenon_status tenon_weights_load(const tenon_model* model, const char* path,
                                const tenon_options* options, tenon_weights** weights) {
  return make_weights<checkpoint>(
      model, options, weights, [&](checkpoint& source, const tenon_options&) {
        if (path == nullptr)
          return failure(TENON_INVALID_ARGUMENT,
                         "the path is null; pass a .safetensors or .gguf file or a "
                         "directory that holds one");
        return checkpoint::open(*model, path, source);
      });
}

tenon_status tenon_weights_from_tensors(const tenon_model* model, const tenon_named_tensor* tensors,
                                        size_t n_tensors, const tenon_options* options,
                                        tenon_weights** weights) {
  return make_weights<memory_source>(
      model, options, weights, [&](memory_source& source, const tenon_options&) {
        if (tensors == nullptr && n_tensors > 0)
          return failure(TENON_INVALID_ARGUMENT, "the array of %zu tensors is null; pass it",
                         n_tensors);
        return memory_source::create(*model, {tensors, n_tensors}, source);
      });
}

tenon_status tenon_weights_random(const tenon_model* model, uint64_t seed,
                                  const tenon_options* options, tenon_weights** weights) {
  return make_weights<random_source>(
      model, options, weights, [&](random_source& source, const tenon_options& chosen) {
        std::uint32_t variant = 0;
        TENON_TRY(tenon_variant_select(model, chosen.cpu, &variant));
        return random_source::create(*model, seed, &model->variants[variant], source);
      });
}

tenon_status tenon_weights_zero(const tenon_model* model, const tenon_options* options,
                                tenon_weights** weights) {
  return guarded([&] {
    TENON_TRY(check_arguments(model, weights));
    tenon_options chosen;
    TENON_TRY(read_options(options, chosen));
    std::shared_ptr<packed_weights> packed;
    TENON_TRY(create_zero(*model, chosen, packed));
    *weights = new tenon_weights{std::move(packed)};
    return success();
  });
}

tenon_status tenon_weights_read(const tenon_weights* weights, uint32_t what, const char* name,
                                void* data, uint64_t bytes) {
  return guarded([&] {
    parameter_place place{};
    TENON_TRY(find_place(weights, what, name, data, bytes, place));
    return weights->packed->users.read("reading", name, [&] {
      const float_environment own;
      place.copy_out(data);
      return success();
    });
  });
}

tenon_status tenon_weights_write(tenon_weights* weights, uint32_t what, const char* name,
                                 const void* data, uint64_t bytes) {
  return guarded([&] {
    parameter_place place{};
    TENON_TRY(find_place(weights, what, name, data, bytes, place));
    return weights->packed->users.write("writing", name, [&] {
      const float_environment own;
      place.copy_in(data);
      return success();
    });
  });
}

void tenon_weights_free(tenon_weights* weights) { delete weights; }

const tenon_model* tenon_weights_model(const tenon_weights* weights) {
  return weights == nullptr ? nullptr : weights->packed->model;
}

uint32_t tenon_weights_variant(const tenon_weights* weights) {
  return weights == nullptr ? 0 : weights->packed->variant_index;
}

const void* tenon_weights_data(const tenon_weights* weights) {
  return weights == nullptr ? nullptr : weights->packed->memory.data();
}
