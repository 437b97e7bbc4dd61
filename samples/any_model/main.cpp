// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Runs any model that it is linked with: nothing here names one.
//   any_model                        lists the models, their dimensions, entries and tensors
//   any_model embedding forward      runs an entry at its least sizes: random weights, inputs of
//   zeros
#include <cmath>
#include <cstdio>
#include <span>
#include <vector>

#include <tenon/runtime/buffer.hpp>
#include <tenon/runtime/session.hpp>

namespace rt = tenon::runtime;

namespace {

void list(rt::model model) {
  std::printf("%s\n", model.name());
  for (const tenon_dim& dim : model.dims())
    std::printf("  dimension %s: %lld to %lld\n", dim.name, static_cast<long long>(dim.min),
                static_cast<long long>(dim.max));
  for (std::uint32_t i = 0; i < model.n_entries(); ++i) {
    const rt::entry entry = model.entry(i);
    std::printf("  entry %s\n", entry.name());
    for (const tenon_tensor& input : entry.inputs())
      std::printf("    takes %s\n", model.describe(input).c_str());
    for (const tenon_tensor& output : entry.outputs())
      std::printf("    gives %s\n", model.describe(output).c_str());
  }
  const rt::tensor_list tensors = *model.tensors();
  for (const tenon_named_tensor& tensor : tensors)
    std::printf("  tensor %s: %llu bytes\n", tensor.name,
                static_cast<unsigned long long>(rt::bytes_of(tensor)));
}

// Memory for one argument of a call, zeroed, and what the runtime is told of it.
struct argument {
  std::vector<std::int64_t> sizes;
  rt::buffer<std::byte> memory;
  tenon_view view;

  argument(rt::model model, const tenon_tensor& tensor)
      : sizes(least_sizes(model, tensor)),
        memory(*rt::buffer<std::byte>::create(
            rt::bytes_of({tensor.name, tensor.dtype, tensor.rank, sizes.data(), nullptr}))),
        view{memory.data(), 1, tensor.dtype, tensor.rank, sizes.data()} {
    for (const std::int64_t size : sizes) view.count *= static_cast<std::uint64_t>(size);
  }

  static std::vector<std::int64_t> least_sizes(rt::model model, const tenon_tensor& tensor) {
    std::vector<std::int64_t> sizes;
    for (std::uint32_t axis = 0; axis < tensor.rank; ++axis)
      sizes.push_back(model.dims()[tensor.dims[axis]].min);
    return sizes;
  }
};

void print(rt::model model, const tenon_tensor& tensor, const tenon_view& view) {
  std::printf("%s: %llu elements", model.describe(tensor).c_str(),
              static_cast<unsigned long long>(view.count));
  if (view.dtype == TENON_F32) {
    const std::span values(static_cast<const float*>(view.data), view.count);
    double sum = 0;
    for (const float value : values) sum += std::abs(value);
    std::printf(", of magnitude %g in the mean", sum / static_cast<double>(view.count));
  }
  std::printf("\n");
}

rt::status run(const char* model_name, const char* entry_name) {
  const auto model = rt::find_model(model_name);
  if (!model) return model.error();
  const auto entry = model->entry(entry_name);
  if (!entry) return entry.error();
  const auto weights = rt::weights::random(*model, /*seed=*/1);
  if (!weights) return weights.error();
  auto session = rt::create_session(*model, *weights);
  if (!session) return session.error();
  auto call = *session->bind(entry_name);
  std::vector<argument> inputs, outputs;
  for (const tenon_tensor& each : entry->inputs())
    call.input(each.name)->set(inputs.emplace_back(*model, each).view);
  for (const tenon_tensor& each : entry->outputs())
    call.output(each.name)->set(outputs.emplace_back(*model, each).view);
  const rt::status ran = call.run();
  for (std::size_t i = 0; ran && i < outputs.size(); ++i)
    print(*model, entry->outputs()[i], outputs[i].view);
  return ran;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3) {
    const rt::status ran = run(argv[1], argv[2]);
    if (!ran) std::fprintf(stderr, "any_model: %s\n", ran.message());
    return ran ? 0 : 1;
  }
  for (const rt::model& each : rt::linked_models()) list(each);
  return argc == 1 ? 0 : 2;
}
