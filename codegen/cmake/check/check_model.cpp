// The check program of tenon_add_model(... CHECK): runs every entry of one model on every variant
// that this CPU offers, with random parameters and inputs, and compares with `tenonc reference`,
// which interprets the same graph in double precision.
//   check_model <tenonc> <model object> <work folder>
// Exit status: 0 all agree, 1 a difference or an error, 77 no variant can run here.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <span>

#include <tenon/runtime/typed.hpp>

#include "tensors.hpp"

extern "C" const tenon_model TENON_CHECK_MODEL;

namespace {

namespace rt = tenon::runtime;
const tenon_model& model = TENON_CHECK_MODEL;

// Largest difference that is accepted, relative to the largest value of the output. Where
// activations are rounded to bf16, what lies next to the middle of two of its values may go the
// other way than in double precision: a difference of its last place, 2^-8, which layers pass on.
double tolerance_of(const tenon_model& of) {
  const std::span params(of.params, of.n_params);
  const bool bf16 = std::ranges::any_of(
      params, [](const tenon_param& param) { return param.tensor.dtype == TENON_BF16; });
  return bf16 ? 0x1p-6 : 1e-5;
}
// Products of parameters and tokens that the interpreter is asked for at most (a few seconds).
constexpr double most_work = 2e9;

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what); }
void require(const rt::status& outcome) {
  if (!outcome) fail(outcome.message());
}

rt::options options_for(int threads, const char* variant) {
  rt::options how{};
  how.threads = threads;
  how.cpu = variant;
  return how;
}

std::string quoted(const std::string& text) {  // for the shell
  std::string result = "'";
  for (char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::size_t count_of(const std::vector<std::int64_t>& shape) {
  std::size_t count = 1;
  for (std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  return count;
}

std::vector<check::tensor> random_parameters(check::random_source& random) {
  std::vector<check::tensor> tensors;
  for (const tenon_param& param : std::span(model.params, model.n_params)) {
    if (param.tensor.dtype != TENON_F32 && param.tensor.dtype != TENON_BF16)
      fail(std::string(param.tensor.name) + " is neither f32 nor bf16; the check knows those only");
    for (std::uint32_t layer = 0; layer < std::max(param.layers, 1u); ++layer) {
      check::tensor x{param.tensor.name, TENON_F32, {}, {}};
      if (const auto at = x.name.find("{}"); param.layers > 0 && at != std::string::npos)
        x.name.replace(at, 2, std::to_string(layer));
      for (std::uint32_t i = 0; i < param.tensor.rank; ++i)
        x.shape.push_back(model.dims[param.tensor.dims[i]].max);
      x.words.resize(count_of(x.shape));
      // Matrices keep the size of what they multiply; vectors are around their initial value.
      const float bound =
          x.shape.size() < 2
              ? 0.3f
              : std::sqrt(3.0f / static_cast<float>(*std::ranges::min_element(x.shape)));
      const float middle = param.init == TENON_INIT_ONES ? 1.0f : 0.0f;
      for (std::size_t i = 0; i < x.words.size(); ++i) x.set(i, middle + random.uniform(bound));
      tensors.push_back(std::move(x));
    }
  }
  return tensors;
}

// The sizes of the model's dimensions in one call of an entry: about `rows` x `length` tokens.
std::vector<std::int64_t> sizes_for(const tenon_entry& entry, std::int64_t rows,
                                    std::int64_t length) {
  std::vector<std::int64_t> sizes;
  std::uint32_t n_dynamic = 0;
  for (std::uint32_t i = 0; i < model.n_dims; ++i) {
    const tenon_dim& dim = model.dims[i];
    const bool dynamic = dim.min != dim.max;
    const bool sequence = entry.context > 0 ? i == entry.sequence_dim : n_dynamic == 1;
    sizes.push_back(dynamic ? std::clamp(sequence ? length : rows, dim.min, dim.max) : dim.max);
    n_dynamic += dynamic;
  }
  return sizes;
}

check::tensor shaped(const tenon_tensor& type, const std::vector<std::int64_t>& sizes) {
  check::tensor x{type.name, static_cast<tenon_dtype>(type.dtype), {}, {}};
  if (type.dtype != TENON_F32 && type.dtype != TENON_I32)
    fail(x.name + " is neither f32 nor i32; the check knows those only");
  for (std::uint32_t i = 0; i < type.rank; ++i) x.shape.push_back(sizes[type.dims[i]]);
  x.words.resize(count_of(x.shape));
  return x;
}

check::tensor random_input(const tenon_tensor& type, const std::vector<std::int64_t>& sizes,
                           check::random_source& random) {
  check::tensor x = shaped(type, sizes);
  for (std::size_t i = 0; i < x.words.size(); ++i) {
    if (type.dtype == TENON_F32)
      x.set(i, random.uniform(1.0f));
    else if (type.has_ignored && i % 4 == 3)  // never the first, so that something is left
      x.set(i, type.ignored);
    else
      x.set(i, static_cast<std::int32_t>(random.below(type.limit > 0 ? type.limit : 1000)));
  }
  return x;
}

// The part [begin, end) along a dimension of the model; a copy where the tensor lacks it.
check::tensor part(const check::tensor& x, const tenon_tensor& type, std::uint32_t dim,
                   std::int64_t begin, std::int64_t end) {
  const auto axes = std::span(type.dims, type.rank);
  const auto found = std::ranges::find(axes, dim);
  if (found == axes.end()) return x;
  const auto axis = static_cast<std::size_t>(found - axes.begin());
  std::size_t outer = 1, inner = 1;
  for (std::size_t i = 0; i < axis; ++i) outer *= static_cast<std::size_t>(x.shape[i]);
  for (std::size_t i = axis + 1; i < x.shape.size(); ++i)
    inner *= static_cast<std::size_t>(x.shape[i]);
  check::tensor y{x.name, x.dtype, x.shape, {}};
  y.shape[axis] = end - begin;
  for (std::size_t o = 0; o < outer; ++o) {
    const auto row = x.words.begin() + static_cast<std::ptrdiff_t>(
                                           o * static_cast<std::size_t>(x.shape[axis]) * inner);
    y.words.insert(y.words.end(), row + begin * static_cast<std::ptrdiff_t>(inner),
                   row + end * static_cast<std::ptrdiff_t>(inner));
  }
  return y;
}

// One call; the outputs one after the other.
std::vector<float> run(rt::session& session, std::uint32_t index, std::vector<std::int64_t> sizes,
                       const std::vector<check::tensor>& inputs, std::int64_t position) {
  const tenon_entry& entry = model.entries[index];
  std::vector<rt::buffer<std::uint32_t>> memory;
  std::vector<const void*> in;
  std::vector<void*> out;
  auto allocate = [&](std::size_t count) {
    auto made = rt::buffer<std::uint32_t>::create(count);
    if (!made) fail(made.message());
    memory.push_back(*std::move(made));
    return memory.back().data();
  };
  for (const check::tensor& x : inputs) {
    std::uint32_t* words = allocate(x.words.size());
    std::ranges::copy(x.words, words);
    in.push_back(words);
  }
  std::vector<std::size_t> counts;
  for (const tenon_tensor& type : std::span(entry.outputs, entry.n_outputs)) {
    counts.push_back(shaped(type, sizes).words.size());
    out.push_back(allocate(counts.back()));
  }
  require(session.run(index, in.data(), out.data(), sizes.data(), position));
  std::vector<float> values;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto* begin = static_cast<const float*>(out[i]);
    values.insert(values.end(), begin, begin + counts[i]);
  }
  return values;
}

// Every output against its own scale: a small one beside a large one must be right too. One that is
// zero by its nature (a loss over one class) must be exactly that.
void compare(const std::string& what, const tenon_entry& entry,
             const std::vector<std::int64_t>& sizes, const std::vector<float>& got,
             const std::vector<double>& want) {
  const double tolerance = tolerance_of(model);
  if (std::ranges::all_of(want, [](double x) { return x == 0; }))
    fail(what + ": the reference is zero everywhere, which tests nothing");
  std::size_t at = 0;
  for (const tenon_tensor& type : std::span(entry.outputs, entry.n_outputs)) {
    double largest = 0, error = 0;
    for (const std::size_t end = at + shaped(type, sizes).words.size(); at < end; ++at) {
      largest = std::max(largest, std::abs(want[at]));
      const double difference = std::abs(static_cast<double>(got[at]) - want[at]);
      if (!(difference <= error)) error = difference;  // a NaN stays
    }
    const std::string output = what + ", " + type.name;
    char text[128];
    std::snprintf(text, sizeof text, ": largest error %.2g of %.3g (allowed %.2g)", error, largest,
                  tolerance * largest);
    std::printf("%s%s\n", output.c_str(), text);
    if (!(error <= tolerance * largest)) fail(output + text);
  }
}

struct test_case {
  std::uint32_t entry;
  std::string what;
  std::vector<std::int64_t> sizes;
  std::vector<check::tensor> inputs;
  std::vector<double> want;
};

void run_case(const test_case& test, const rt::weights& weights, const char* variant) {
  const tenon_entry& entry = model.entries[test.entry];
  std::vector<float> first;
  for (int threads : {1, 2, 3}) {
    auto session = rt::create_session(model, weights, options_for(threads, variant));
    if (!session) fail(session.message());
    const std::string what =
        test.what + " on " + variant + ", " + std::to_string(threads) + " threads";
    const auto got = run(*session, test.entry, test.sizes, test.inputs, 0);
    if (first.empty()) {
      compare(what, entry, test.sizes, got, test.want);
      first = got;
    } else if (!std::ranges::equal(got, first)) {
      fail(what + ": other bits than with 1 thread");
    }
    const std::int64_t length = entry.uses_state ? test.sizes[entry.sequence_dim] : 1;
    if (length < 2) continue;
    // The same tokens in two calls, the second continuing from the cache.
    require(session->reset());
    std::vector<float> last;
    const std::int64_t middle = length - 1 - length / 3;
    for (auto [begin, end] : {std::pair<std::int64_t, std::int64_t>{0, middle}, {middle, length}}) {
      std::vector<check::tensor> inputs;
      for (std::size_t i = 0; i < test.inputs.size(); ++i)
        inputs.push_back(part(test.inputs[i], entry.inputs[i], entry.sequence_dim, begin, end));
      auto sizes = test.sizes;
      sizes[entry.sequence_dim] = end - begin;
      last = run(*session, test.entry, sizes, inputs, begin);
    }
    if (!std::ranges::equal(last, first))
      fail(what + ": other bits when split after " + std::to_string(middle) + " tokens");
  }
}

struct files {
  std::string tenonc, object, folder, parameters;
};

// What the reference says to the inputs of a case.
std::vector<double> reference(const files& where, const test_case& test) {
  const tenon_entry& entry = model.entries[test.entry];
  const std::string in = where.folder + "/inputs.safetensors";
  const std::string out = where.folder + "/outputs.safetensors";
  check::write_file(in, test.inputs);
  const std::string command = quoted(where.tenonc) + " reference " + quoted(where.object) +
                              " --model " + quoted(model.name) + " --entry " + quoted(entry.name) +
                              " --params " + quoted(where.parameters) + " --inputs " + quoted(in) +
                              " --output " + quoted(out) +
                              (*TENON_CHECK_COMPUTE ? " --compute " TENON_CHECK_COMPUTE : "");
  if (std::system(command.c_str()) != 0) fail("this failed: " + command);
  std::size_t count = 0;
  for (const tenon_tensor& type : std::span(entry.outputs, entry.n_outputs))
    count += shaped(type, test.sizes).words.size();
  return check::read_outputs(out, count);
}

// Every entry with one token, a few tokens, and odd sizes, as far as the dimensions' bounds allow.
std::vector<test_case> make_cases(const files& where, double n_parameters,
                                  check::random_source& random) {
  std::vector<test_case> tests;
  for (std::uint32_t index = 0; index < model.n_entries; ++index) {
    const tenon_entry& entry = model.entries[index];
    for (auto [rows, length] :
         {std::pair<std::int64_t, std::int64_t>{1, 1}, {1, 5}, {2, 7}, {3, 33}}) {
      if (static_cast<double>(rows * length) * n_parameters > most_work && rows * length > 5)
        continue;
      test_case test{index, entry.name, sizes_for(entry, rows, length), {}, {}};
      if (!tests.empty() && tests.back().entry == index && tests.back().sizes == test.sizes)
        continue;
      for (std::uint32_t i = 0; i < model.n_dims; ++i)
        if (model.dims[i].min != model.dims[i].max)
          test.what += " " + std::string(model.dims[i].name) + "=" + std::to_string(test.sizes[i]);
      for (const tenon_tensor& type : std::span(entry.inputs, entry.n_inputs))
        test.inputs.push_back(random_input(type, test.sizes, random));
      test.want = reference(where, test);
      tests.push_back(std::move(test));
    }
  }
  return tests;
}

int check_all(files where) {
  std::filesystem::create_directories(where.folder);
  where.parameters = where.folder + "/parameters.safetensors";
  check::random_source random(20260101);
  double n_parameters = 1;
  {
    const auto parameters = random_parameters(random);
    for (const check::tensor& x : parameters) n_parameters += static_cast<double>(x.words.size());
    check::write_file(where.parameters, parameters);
  }
  const auto tests = make_cases(where, n_parameters, random);

  int n_variants = 0;
  for (const tenon_variant& variant : std::span(model.variants, model.n_variants)) {
    std::uint32_t chosen = 0;
    if (const rt::status fits = tenon_variant_select(&model, variant.name, &chosen); !fits) {
      std::printf("SKIPPED: variant %s: %s\n", variant.name, fits.message());
      continue;
    }
    ++n_variants;
    auto weights = rt::weights::load(model, where.parameters, options_for(0, variant.name));
    if (!weights) fail(weights.message());
    for (const test_case& test : tests) run_case(test, *weights, variant.name);
  }
  std::filesystem::remove_all(where.folder);
  std::printf("%s: %zu cases on %d variants agree with the reference\n", model.name, tests.size(),
              n_variants);
  return n_variants == 0 ? 77 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s <tenonc> <model object> <work folder>\n", argv[0]);
    return 1;
  }
  try {
    return check_all({argv[1], argv[2], argv[3], ""});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "check failed: %s\n", error.what());
    return 1;
  }
}
