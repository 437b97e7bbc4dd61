// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The descriptor: C that compilers accept without a warning, and that holds what the model says.
#include "small_model.h"

#include "Descriptor.h"
#include "tenon/runtime/abi.h"

#include <catch2/catch.hpp>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>

using small_model::compiles;

// The descriptor as the runtime sees it: built as a shared library and loaded.
static const tenon_model &loaded() {
  static const tenon_model *model = [] {
    small_model::Holder holder;
    REQUIRE(compiles("cc -std=c11 -pedantic -fPIC", "tiny.tenon.c",
                     tenon::writeDescriptor(holder.compiled)));
    REQUIRE(compiles(
        "cc -std=c11 -fPIC", "kernels.c",
        "void pack_wte_v4(void) {} void pack_wte_v2(void) {} void run_step_v4(void) {}\n"
        "void unpack_wte_v4(void) {} void unpack_wte_v2(void) {}\n"
        "void run_train_v4(void) {} void run_train_v2(void) {}\n"
        "void run_update_v4(void) {} void run_update_v2(void) {}\n"
        "void run_step_v2(void) {} void run_loss_v4(void) {} void run_loss_v2(void) {}\n"));
    const std::string base = small_model::folder() + "/";
    REQUIRE(small_model::runs("cc -shared -o " + base + "tiny.so " + base + "tiny.tenon.c.o " +
                              base + "kernels.c.o"));
    void *library = dlopen((base + "tiny.so").c_str(), RTLD_NOW);
    REQUIRE(library);
    CHECK(dlsym(library, "tenon_model_tiny") == nullptr); // of which of two such models?
    CHECK(dlsym(library, "run_step_v4") == nullptr);
    return static_cast<const tenon_model *>(dlsym(library, "tenon_model_tiny_0123456789abcdef"));
  }();
  REQUIRE(model);
  return *model;
}

TEST_CASE("the descriptor is C11 that clang accepts too") {
  small_model::Holder holder;
  CHECK(compiles("clang-22 -std=c11 -pedantic", "tiny.clang.c",
                 tenon::writeDescriptor(holder.compiled)));
}

TEST_CASE("the descriptor's tables have the model's dimensions and parameters") {
  const tenon_model &model = loaded();
  CHECK(model.abi_version == TENON_ABI_VERSION);
  CHECK(model.fingerprint == 0x0123456789abcdef);
  REQUIRE(model.n_dims == 5);
  CHECK(std::string_view(model.dims[3].name) == "gpt::n_embd");
  CHECK(model.dims[0].max == 4);
  REQUIRE(model.n_params == 2);
  const tenon_param &wte = model.params[0], &norm = model.params[1];
  CHECK(std::string_view(wte.tensor.name) == "wte.weight");
  CHECK(wte.tensor.rank == 2);
  CHECK(wte.tensor.dims[0] == 2);
  CHECK(wte.tensor.dims[1] == 3);
  CHECK(wte.init == TENON_INIT_NORMAL);
  CHECK(wte.init_value == 0.02);
  CHECK(norm.layers == 3);
  CHECK(norm.init == TENON_INIT_ONES);
}

TEST_CASE("inputs that index something carry their limits") {
  const tenon_model &model = loaded();
  REQUIRE(model.n_entries == 4);
  const tenon_tensor &ids = model.entries[0].inputs[0], &targets = model.entries[1].inputs[1];
  CHECK(ids.dtype == TENON_I32);
  CHECK(ids.limit == 11);
  CHECK(ids.has_ignored == 0);
  CHECK(targets.limit == 11);
  CHECK(targets.has_ignored == 1);
  CHECK(targets.ignored == -1);
  CHECK(model.entries[1].inputs[0].limit == 0);
}

TEST_CASE("entries and variants are in order, packed parameters where the compiler put them") {
  const tenon_model &model = loaded();
  const tenon_entry &step = model.entries[0], &loss = model.entries[1];
  CHECK(step.uses_state == 1);
  CHECK(step.context == 8);
  CHECK(step.sequence_dim == 1);
  CHECK(loss.arena_bytes == 320);
  CHECK(loss.outputs[0].rank == 0);
  REQUIRE(model.n_variants == 2);
  const tenon_variant &v4 = model.variants[0], &v2 = model.variants[1];
  CHECK(v4.cpu == TENON_CPU_X86_64_V4);
  CHECK(v2.cpu == TENON_CPU_X86_64_V2);
  CHECK(v4.params[0].pack != nullptr);
  CHECK(v4.params[0].unpack != nullptr);
  CHECK(v4.params[0].unpack != v4.params[0].pack);
  CHECK(v4.params[1].pack == nullptr);
  CHECK(v4.params[1].unpack == nullptr);
  CHECK(v4.params[1].stride == 64);
  CHECK(v4.runs[0] != v2.runs[0]);
  CHECK(v4.runs[0] != v4.runs[1]);
  CHECK(v4.thread_bytes == 4096);
  CHECK(v4.stack_bytes[0] == 1000);
  CHECK(v2.stack_bytes[3] == 4000);
}

TEST_CASE("an entry that trains says so; its scalars have no dimensions") {
  const tenon_model &model = loaded();
  CHECK(model.entries[0].trains == 0);
  CHECK(model.entries[1].trains == 0);
  const tenon_entry &train = model.entries[2];
  CHECK(train.trains == 1);
  CHECK(train.uses_state == 0);
  REQUIRE(train.n_inputs == 2);
  CHECK(train.inputs[0].dtype == TENON_I32);
  CHECK(train.inputs[1].dtype == TENON_F32);
  for (const tenon_tensor &scalar : {train.inputs[0], train.inputs[1], train.outputs[0]}) {
    CHECK(scalar.rank == 0);
    CHECK(scalar.dims == nullptr);
    CHECK(scalar.limit == 0);
    CHECK(scalar.range == nullptr);
  }
}

TEST_CASE("scalars of training have their ranges") {
  const tenon_entry &update = loaded().entries[3];
  const double infinity = std::numeric_limits<double>::infinity();
  const auto is = [&](const tenon_range *range, double least, double most, bool mostIsOpen) {
    return range && range->least == least && range->most == most && !range->least_is_open &&
           range->most_is_open == mostIsOpen;
  };
  CHECK(is(update.inputs[0].range, 0, 2147483647, false));
  CHECK(is(update.inputs[1].range, 0, infinity, true));
  CHECK(is(update.inputs[2].range, 0, infinity, false));
}

TEST_CASE("kernels carry their name, line and cost; sizes that are known are in the factor") {
  const tenon_entry &step = loaded().entries[0], &loss = loaded().entries[1];
  REQUIRE(step.n_kernels == 1);
  const tenon_kernel &gather = step.kernels[0];
  CHECK(std::string_view(gather.name) == "embedding wte");
  CHECK(std::string_view(gather.lines) == "tiny.model.cpp:21");
  CHECK(gather.repeats == 1);
  CHECK(gather.n_flops == 0);
  // 4 batch seq + 8 batch seq gpt::n_embd, of which the last is 6.
  REQUIRE(gather.n_bytes == 2);
  CHECK(gather.bytes[0].factor == 4);
  CHECK(gather.bytes[1].factor == 48);
  CHECK(gather.bytes[1].by_position == 0);
  REQUIRE(gather.bytes[1].n_dims == 2);
  CHECK(gather.bytes[1].dims[1] == 1);
  REQUIRE(loss.n_kernels == 2);
  CHECK(std::string_view(loss.kernels[1].name) == "masked_mean");
  REQUIRE(loss.kernels[0].n_flops == 1);
  CHECK(loss.kernels[0].flops[0].factor == 44);
}

TEST_CASE("what was asked to be said of the model is there, letter by letter and in order") {
  const tenon_model &model = loaded();
  REQUIRE(model.n_metadata == 3);
  CHECK(std::string_view(model.metadata[0].key) == "activation");
  CHECK(std::string_view(model.metadata[0].value) == "gelu_new");
  CHECK(std::string_view(model.metadata[1].value) == "\"a?\", back\\slash\n");
  CHECK(std::string_view(model.metadata[2].value).empty());
}

TEST_CASE("names in checkpoints mean what the model says") {
  const tenon_model &model = loaded();
  REQUIRE(model.n_stored == 3);
  CHECK(std::string_view(model.stored[0].name) == "transformer.");
  CHECK(model.stored[0].kind == TENON_STORED_PREFIX);
  CHECK(std::string_view(model.stored[1].name) == "h.{}.\"mask");
  CHECK(model.stored[1].kind == TENON_STORED_IGNORED);
  CHECK(model.stored[2].kind == TENON_STORED_TWIN);
  CHECK(std::string_view(model.params[model.stored[2].param].tensor.name) == "wte.weight");
}

TEST_CASE("the model is on the list of whatever it is linked into") {
  loaded();
  CHECK(small_model::runs("readelf -SW " + small_model::folder() +
                          "/tiny.tenon.c.o | grep -q ' tenon_models '"));
  CHECK(small_model::runs("nm " + small_model::folder() +
                          "/tiny.tenon.c.o | grep -q ' V tenon_linked_tiny$'"));
}

TEST_CASE("GPU code arrives byte for byte") {
  const tenon_entry &step = loaded().entries[0];
  REQUIRE(step.n_gpu_kernels == 2);
  const tenon_gpu_kernel &spirv = step.gpu_kernels[0], &ptx = step.gpu_kernels[1];
  REQUIRE(spirv.code_bytes == 8);
  CHECK(static_cast<const uint32_t *>(spirv.code)[0] == 0x07230203);
  CHECK(std::string_view(static_cast<const char *>(ptx.code)) == ".version 8.0\n// \"what?!\"\n");
  CHECK(ptx.code_bytes == std::string_view(".version 8.0\n// \"what?!\"\n").size() + 1);
  CHECK(ptx.architecture == 90);
  REQUIRE(ptx.n_buffers == 4);
  CHECK(ptx.buffers[3].source == TENON_GPU_SCALARS);
}

TEST_CASE("a descriptor for another ABI version does not compile, and says what to do") {
  small_model::Holder holder;
  std::string text = tenon::writeDescriptor(holder.compiled);
  const std::string check = "#if TENON_ABI_VERSION != " + std::to_string(TENON_ABI_VERSION);
  REQUIRE(text.find(check) != std::string::npos);
  text.replace(text.find(check), check.size(), "#if TENON_ABI_VERSION != 99");
  CHECK_FALSE(compiles("cc -std=c11", "other_abi.c", text));
  CHECK_THAT(small_model::errors(), Catch::Matchers::Contains("run the tenonc that belongs"));
}

// A folder to include from, whose abi.h has the one line where ours has the other, and vice versa.
static std::string includesWithSwapped(const std::string &first, const std::string &second) {
  std::ifstream file(RUNTIME_INCLUDE "/tenon/runtime/abi.h");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  const size_t one = text.find(first), other = text.find(second);
  REQUIRE((one != std::string::npos && other != std::string::npos && one < other));
  text.replace(other, second.size(), first).replace(one, first.size(), second);
  const std::string folder = small_model::folder() + "/swapped";
  std::filesystem::create_directories(folder + "/tenon/runtime");
  small_model::write("swapped/tenon/runtime/abi.h", text);
  return "cc -std=c11 -I " + folder;
}

TEST_CASE("fields that changed places in abi.h are found") {
  small_model::Holder holder;
  const std::string text = tenon::writeDescriptor(holder.compiled);
  // The descriptor names what it sets, so such a field has its value all the same.
  CHECK(compiles(includesWithSwapped("  uint32_t uses_state; ", "  uint32_t trains;     "),
                 "moved.c", text));
  // Kernels were compiled with the old place.
  CHECK_FALSE(
      compiles(includesWithSwapped("  void* arena;  ", "  void* state;  "), "moved.c", text));
  CHECK_THAT(small_model::errors(), Catch::Matchers::Contains("kernels find tenon_call.arena"));
}
