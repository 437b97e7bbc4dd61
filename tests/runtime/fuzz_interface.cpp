// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Every function of the C interface with arguments drawn at random, the same ones in each run: each
// does what was asked, or says in one line why not and leaves everything as it was.
#include <cstring>

#include <tenon/runtime/device.h>
#include <tenon/runtime/files.h>
#include <tenon/runtime/model.h>
#include <tenon/runtime/profile.h>

#include "fixture/any_arguments.hpp"
#include "fixture/learner.tenon.h"
#include "fixture/scratch.hpp"

namespace rt = tenon::runtime;

namespace {

struct outcomes {
  int done = 0, refused = 0;
  void count(bool is_done) { is_done ? ++done : ++refused; }
  // A run in which everything is refused, or nothing, tests little.
  void check() const {
    INFO(done << " done, " << refused << " refused");
    CHECK(done > (done + refused) / 10);
    CHECK(refused > (done + refused) / 10);
  }
};

// Everything that a model that trains has, bit for bit.
std::vector<std::uint32_t> bits_of(const rt::weights& weights) {
  std::vector<std::uint32_t> all;
  for (const auto what : {TENON_VALUE, TENON_GRADIENT, TENON_MOMENT_1, TENON_MOMENT_2})
    for (const auto& [name, n] : {std::pair{"w.weight", 6u}, {"h.0.bias", 3u}, {"h.1.bias", 3u}}) {
      const std::size_t at = all.size();
      all.resize(at + n);
      REQUIRE(tenon_weights_read(weights.handle(), what, name, &all[at], n * 4).code == TENON_OK);
    }
  return all;
}

// Calls in one of three forms; what a refused one may have changed is told by `state`.
template <class State>
void fuzz_calls(const tenon_model& model, tenon_session* session, std::uint64_t seed, State state) {
  any_arguments any(seed);
  outcomes all;
  for (int i = 0; i < 6000; ++i) {
    const std::int64_t cached = tenon_session_cached(session);
    const any_arguments::call call = any.draw(model, cached);
    const auto state_before = state();
    const auto memory_before = any.memory();
    tenon_status status{};
    switch (i % 3) {
      case 0:
        status = tenon_session_run(session, call.entry, call.raw_inputs(), call.raw_outputs(),
                                   call.raw_dims(), call.position);
        break;
      case 1:
        status = tenon_session_call(
            session, call.entry, call.views_in(),
            static_cast<std::size_t>(any.number(static_cast<std::int64_t>(call.inputs.size()))),
            call.views_out(),
            static_cast<std::size_t>(any.number(static_cast<std::int64_t>(call.outputs.size()))),
            call.position);
        break;
      default: {
        const tenon_entry& entry = model.entries[call.entry < model.n_entries ? call.entry : 0];
        std::vector<tenon_argument> in, out;
        for (std::size_t k = 0; k < call.input_views.size(); ++k)
          in.push_back({any.name(entry.inputs[k].name), call.input_views[k]});
        for (std::size_t k = 0; k < call.output_views.size(); ++k)
          out.push_back({any.name(entry.outputs[k].name), call.output_views[k]});
        const std::size_t n_in = any.happens() ? any.below(in.size() + 1) : in.size();
        status = tenon_session_call_named(
            session, any.name(entry.name), any.happens() ? nullptr : in.data(), n_in,
            any.happens() ? nullptr : out.data(), out.size(), call.position);
      }
    }
    const bool done = is_told(status);
    all.count(done);
    if (done) continue;
    const bool is_unchanged = state() == state_before && any.memory() == memory_before &&
                              tenon_session_cached(session) == cached;
    if (!is_unchanged) FAIL("this was refused and changed something: " << status.message);
  }
  all.check();
}

rt::options with_two_threads() {
  rt::options how{};
  how.threads = 2;
  return how;
}

}  // namespace

TEST_CASE("any arguments of calls are run or refused, and a refusal changes nothing") {
  auto session = *toy::session::create(toy_weights::make(), with_two_threads());
  // What is cached shows in what the next token makes of it.
  fuzz_calls(toy::model(), session.handle(), 1, [&] {
    const std::int64_t cached = session.cached();
    return std::pair{cached, 0};
  });
  auto ids = *rt::buffer<std::int32_t>::create(3);
  auto logits = *rt::buffer<float>::create(11);
  ids[0] = 4, ids[1] = 9, ids[2] = 2;
  REQUIRE(session.step({ids, 1, 3}, {logits, 1}, 0));
  any_arguments any(5);
  for (int i = 0; i < 300; ++i) {  // all of them refused: a position that leaves a gap
    const auto call = any.draw(toy::model(), 0);
    REQUIRE_FALSE(is_told(tenon_session_run(session.handle(), 1, call.raw_inputs(),
                                            call.raw_outputs(), call.raw_dims(), 9)));
  }
  ids[0] = 7;
  REQUIRE(session.step({ids.first(1), 1, 1}, {logits, 1}, 3));
  const auto expected = toy_weights::logits(toy_weights::tensors(), {4, 9, 2, 7});
  for (std::size_t v = 0; v < 11; ++v) CHECK(logits[v] == expected[v]);
}

TEST_CASE("any arguments of calls that train are run or refused, and a refusal changes nothing") {
  const rt::weights weights = *rt::weights::random(learner::model(), 3);
  auto session = *learner::session::create(weights, with_two_threads());
  fuzz_calls(learner::model(), session.handle(), 2, [&] { return bits_of(weights); });
}

TEST_CASE("any arguments of weights, sessions and look-ups are taken or refused") {
  any_arguments any(3);
  outcomes all;
  const scratch_folder folder;
  const auto tensors = toy_weights::tensors();
  const std::string paths[] = {folder.path(),
                               "",
                               "/dev/null",
                               "/nowhere/at/all",
                               folder.write("empty.safetensors", ""),
                               folder.write("text.safetensors", std::string(4000, 'x'))};
  rt::weights weights = *rt::weights::random(learner::model(), 3);
  for (int i = 0; i < 3000; ++i) {
    tenon_options options{};
    options.size = static_cast<std::uint64_t>(any.number(sizeof options));
    options.threads = static_cast<std::int32_t>(any.number(static_cast<std::int64_t>(1)));
    if (options.threads > 64) options.threads = 1025;  // no thousand threads just for this
    options.cpu = any.happens(4) ? any.name("plain") : nullptr;
    const tenon_options* const how = any.happens() ? nullptr : &options;
    const tenon_model* const model = any.happens() ? nullptr : &toy::model();
    tenon_weights* made = nullptr;
    tenon_weights** const to = any.happens() ? nullptr : &made;
    std::uint32_t index = 0;
    std::uint32_t* const index_to = any.happens() ? nullptr : &index;
    switch (i % 8) {
      case 0: {
        auto views = toy_weights::views(tensors);
        for (tenon_named_tensor& view : views) {
          view.name = any.name(view.name);
          view.dtype = static_cast<std::uint32_t>(any.number(view.dtype));
          if (any.happens()) view.rank = any.one_of({0u, 1u, 9u, UINT32_MAX});
          if (any.happens()) view.shape = nullptr;
          if (any.happens()) view.data = nullptr;
        }
        all.count(is_told(tenon_weights_from_tensors(
            model, any.happens() ? nullptr : views.data(),
            any.happens() ? any.below(views.size()) : views.size(), how, to)));
        break;
      }
      case 1:
        all.count(is_told(tenon_weights_random(model, any.below(SIZE_MAX), how, to)));
        break;
      case 2:
        all.count(is_told(tenon_weights_zero(model, how, to)));
        break;
      case 3:
        all.count(is_told(tenon_weights_load(
            model, any.happens(7) ? nullptr : paths[any.below(std::size(paths))].c_str(), how,
            to)));
        break;
      case 4: {
        const std::vector<std::uint32_t> before = bits_of(weights);
        std::vector<float> data(6, 1.5f);
        const auto what =
            static_cast<std::uint32_t>(any.number(static_cast<std::int64_t>(any.below(4))));
        const auto bytes = static_cast<std::uint64_t>(any.number(24));
        const char* const name = any.name("w.weight");
        void* const at = any.happens() ? nullptr : data.data();
        const tenon_weights* const from = any.happens() ? nullptr : weights.handle();
        all.count(is_told(tenon_weights_read(from, what, name, at, bytes)));
        if (bits_of(weights) != before) FAIL("reading changed the weights");
        const tenon_status wrote =
            tenon_weights_write(const_cast<tenon_weights*>(from), what, name, at, bytes);
        all.count(is_told(wrote));
        if (wrote.code != TENON_OK && bits_of(weights) != before)
          FAIL("this was refused and changed the weights: " << wrote.message);
        break;
      }
      case 5: {
        tenon_session* session = nullptr;
        const bool none = any.happens();
        all.count(is_told(tenon_session_create(any.happens() ? model : &learner::model(),
                                               any.happens() ? nullptr : weights.handle(), how,
                                               none ? nullptr : &session)));
        const auto calls = static_cast<std::uint64_t>(any.number(3));
        if (calls < 1000 || calls > (1u << 24)) is_told(tenon_session_record(session, calls));
        const tenon_recorded_call* recorded = nullptr;
        const tenon_slice* slices = nullptr;
        tenon_session_recorded_calls(session, any.happens() ? nullptr : &recorded);
        tenon_session_recorded_slices(session, static_cast<std::int32_t>(any.number(0)),
                                      any.happens() ? nullptr : &slices);
        is_told(tenon_session_reset(session));
        if (session == nullptr && (tenon_session_cached(session) | tenon_session_threads(session)))
          FAIL("no session has something cached, or threads");
        tenon_session_free(session);
        break;
      }
      case 6:
        all.count(is_told(tenon_variant_select(model, any.name("plain"), index_to)));
        all.count(is_told(tenon_find_entry(model, any.name("step"), index_to)));
        all.count(is_told(tenon_find_dim(model, any.name("seq"), index_to)));
        tenon_model_metadata(model, any.name("purpose"));
        {
          const tenon_model* named = nullptr;
          all.count(is_told(tenon_find_model(any.name("toy"), any.happens() ? nullptr : &named)));
          tenon_linked_model(static_cast<std::size_t>(any.number(1)));
        }
        break;
      default: {
        const auto entry = static_cast<std::uint32_t>(any.number(1));
        all.count(is_told(tenon_find_input(model, entry, any.name("ids"), index_to)));
        all.count(is_told(tenon_find_output(model, entry, any.name("logits"), index_to)));
        tenon_tensor_list* list = nullptr;
        is_told(tenon_tensor_list_create(model, any.happens() ? nullptr : &list));
        std::size_t found = 0;
        all.count(is_told(tenon_tensor_list_find(list, any.name("wte.weight"),
                                                 any.happens() ? nullptr : &found)));
        const tenon_named_tensor* first = nullptr;
        tenon_tensor_list_all(list, any.happens() ? nullptr : &first);
        tenon_tensor_list_free(list);
      }
    }
    tenon_weights_free(made);
  }
  all.check();
}

TEST_CASE("any arguments of files are taken or refused") {
  any_arguments any(4);
  outcomes all;
  const scratch_folder folder;
  const std::string path = folder.path() + "/file";
  const std::int64_t shape[] = {2, 3};
  const float data[64] = {};
  for (int i = 0; i < 400; ++i) {
    // More than there is at `data` is either impossible or a lie that nobody can find out.
    const auto size = [&] {
      return any.one_of<std::int64_t>({0, 1, 8, -1, INT64_MIN, INT64_MAX, std::int64_t{1} << 62});
    };
    std::int64_t sizes[] = {size(), size()};
    const auto asked = [&](const void* at) { return any.happens() ? nullptr : at; };
    tenon_named_tensor tensors[] = {
        {any.name("one"), static_cast<std::uint32_t>(any.number(TENON_F32)), 2, shape, asked(data)},
        {any.name("two"), TENON_I32, any.happens() ? UINT32_MAX : 2u, any.happens() ? sizes : shape,
         data}};
    const tenon_metadata metadata[] = {{any.name("key"), any.name("value")}};
    tenon_safetensors contents{};
    contents.tensors = any.happens() ? nullptr : tensors;
    contents.n_tensors = any.below(3);
    contents.metadata = any.happens() ? nullptr : metadata;
    contents.n_metadata = any.below(2);
    contents.checksum_key = any.happens(4) ? any.name("sum") : nullptr;
    const char* const to = any.name(path.c_str());
    if (to != nullptr && to != path && *to != '\0') continue;  // no odd names in this folder
    all.count(is_told(tenon_safetensors_write(to, any.happens() ? nullptr : &contents)));
    all.count(is_told(
        tenon_file_write(to, any.happens() ? nullptr : data, any.happens(3) ? 0 : sizeof data)));
    if (any.happens(2)) is_told(tenon_safetensors_write(path.c_str(), &contents));
    tenon_safetensors_file* file = nullptr;
    all.count(is_told(tenon_safetensors_open(to, any.happens() ? nullptr : &file)));
    const auto index = static_cast<std::size_t>(any.number(0));
    float read[6];
    all.count(is_told(tenon_safetensors_read(file, index, any.happens() ? nullptr : read,
                                             any.happens() ? SIZE_MAX : sizeof read)));
    const tenon_named_tensor told = tenon_safetensors_tensor(file, index);
    if (index >= tenon_safetensors_count(file) && told.name != nullptr)
      FAIL("there is a tensor beyond the last");
    tenon_safetensors_dtype(file, index);
    tenon_safetensors_metadata(file, any.name("key"));
    all.count(is_told(tenon_safetensors_verify(file, any.name("sum"))));
    tenon_safetensors_close(file);
  }
  all.check();
}

TEST_CASE("null handles and odd kinds of devices are refused") {
  any_arguments any(6);
  for (int i = 0; i < 200; ++i) {
    const auto call = any.draw(toy::model(), 0);
    std::uint64_t times[4];
    tenon_device_session* session = nullptr;
    tenon_device_weights* weights = nullptr;
    tenon_device* device = nullptr;
    const auto kind = static_cast<std::uint32_t>(any.one_of<std::int64_t>({0, 3, 4, UINT32_MAX}));
    CHECK_FALSE(is_told(tenon_device_open(kind, static_cast<std::int32_t>(any.number(0)),
                                          any.happens() ? nullptr : &device)));
    CHECK_FALSE(is_told(tenon_device_weights_random(
        nullptr, any.happens() ? nullptr : &toy::model(), 1, any.happens() ? nullptr : &weights)));
    CHECK_FALSE(is_told(tenon_device_weights_load(nullptr, &toy::model(), any.name("/nowhere"),
                                                  any.happens() ? nullptr : &weights)));
    CHECK_FALSE(
        is_told(tenon_device_weights_from_tensors(nullptr, &toy::model(), nullptr, 7, &weights)));
    CHECK_FALSE(is_told(tenon_device_session_create(nullptr, any.happens() ? nullptr : &session)));
    CHECK_FALSE(is_told(tenon_device_session_run(nullptr, call.entry, call.raw_inputs(),
                                                 call.raw_outputs(), call.raw_dims(), 0)));
    CHECK_FALSE(is_told(tenon_device_session_call(nullptr, call.entry, call.views_in(), 1,
                                                  call.views_out(), 1, call.position)));
    CHECK_FALSE(is_told(tenon_device_session_time(
        nullptr, call.entry, call.raw_inputs(), call.raw_outputs(), call.raw_dims(), 0,
        any.happens() ? 0 : 4, any.happens() ? nullptr : times)));
  }
}
