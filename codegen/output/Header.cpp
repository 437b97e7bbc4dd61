// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The generated header: a part for C and C++, then the model's own types for C++.
#include "Header.h"
#include "Manifest.h"

#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <set>

using namespace mlir;

namespace tenon {

namespace {

StringRef elementName(Type element) {
  if (element.isBF16())
    return "tenon::runtime::bf16";
  if (element.isF64())
    return "double";
  return element.isInteger(32) ? "std::int32_t" : "float";
}

/// "[0, inf)".
std::string textOf(const ScalarRange &range) {
  return fmt::format("{}{}, {}{}", range.leastIsOpen ? '(' : '[', range.least, range.most,
                     range.mostIsOpen ? ')' : ']');
}

/// What a scalar is, and which values it may have.
std::string described(const TrainingScalar &scalar) {
  return scalar.what.str() + (scalar.range ? "; in " + textOf(*scalar.range) : "");
}

/// A default as C++ writes it.
std::string literal(double value, bool isInteger) {
  if (std::isinf(value))
    return value < 0 ? "-std::numeric_limits<float>::infinity()"
                     : "std::numeric_limits<float>::infinity()";
  std::string text = fmt::format("{}", value);
  if (isInteger)
    return text;
  return text + (text.find_first_of(".e") == std::string::npos ? ".0f" : "f");
}

/// The file under construction.
class Writer {
public:
  explicit Writer(const CompiledModel &compiled)
      : compiled(compiled), manifest(Manifest::of(compiled)), name(compiled.name),
        space(namespaceOf(compiled.name)) {}
  std::string write();

private:
  template <class... Arguments>
  void put(fmt::format_string<Arguments...> format, Arguments &&...arguments) {
    fmt::format_to(std::back_inserter(text), format, std::forward<Arguments>(arguments)...);
  }
  std::string shapeOf(const ManifestTensor &tensor) const;
  std::string typeOf(const ManifestTensor &tensor, bool input) const;
  std::string parameterOf(const ManifestTensor &tensor, bool input) const;
  void putMacros(bool before);
  void putC();
  void putDims();
  void putEntry(const ManifestEntry &entry, size_t index);
  void putParameters();
  void putOptions(const ManifestEntry &entry);
  void putMethod(const ManifestEntry &entry);
  void putSession();

  const CompiledModel &compiled;
  Manifest manifest;
  std::string name, space; // in C, and as a namespace of C++
  std::string text;
};

// What an input or output is in a method: scalars that are read go by value.
std::string Writer::parameterOf(const ManifestTensor &tensor, bool input) const {
  if (input && tensor.dims.empty())
    return elementName(tensor.element).str();
  return typeOf(tensor, input);
}

// "(batch, seq, n_embd)"
std::string Writer::shapeOf(const ManifestTensor &tensor) const {
  std::string shape;
  for (unsigned dim : tensor.dims)
    shape += (shape.empty() ? "" : ", ") + manifest.dims[dim].identifier;
  return "(" + shape + ")";
}

// Qualified, because an entry's method may bear a dimension's name.
std::string Writer::typeOf(const ManifestTensor &tensor, bool input) const {
  std::string type = fmt::format("tenon::runtime::tensor<{}{}", input ? "const " : "",
                                 elementName(tensor.element).str());
  for (unsigned dim : tensor.dims)
    type += fmt::format(", ::{}::{}", space, manifest.dims[dim].identifier);
  return type + ">";
}

// An application may have macros of the names that the model's author chose.
void Writer::putMacros(bool before) {
  std::set<std::string> names{space};
  for (const ManifestDim &dim : manifest.dims)
    names.insert(dim.identifier);
  for (const ManifestEntry &entry : manifest.entries)
    for (const auto *tensors : {&entry.inputs, &entry.outputs})
      for (const ManifestTensor &tensor : *tensors)
        names.insert(identifierOf(tensor.name));
  for (const std::string &each : names)
    if (before)
      put("#pragma push_macro(\"{}\")\n#undef {}\n", each, each);
    else
      put("#pragma pop_macro(\"{}\")\n", each);
}

void Writer::putC() {
  put("#include <tenon/runtime/runtime.h>\n\n"
      "#ifdef __cplusplus\nextern \"C\" {{\n#endif\n"
      "/* Linked by a name with the model's fingerprint, so that no other model can take its "
      "place. "
      "*/\n"
      "extern const tenon_model tenon_model_{} __asm__(\"{}\");\n"
      "#ifdef __cplusplus\n}}\n#endif\n\n"
      "/* Numbers of the entries, for tenon_session_run and tenon_session_call. */\n"
      "enum {{",
      name, linkNameOf(compiled));
  for (const auto &[i, entry] : llvm::enumerate(manifest.entries))
    put("{} tenon_{}_{} = {}", i == 0 ? "" : ",", name, entry.identifier, i);
  put(" }};\n\n");
}

void Writer::putDims() {
  put("// Dimensions: index in the model, least and greatest size.\n");
  for (const auto &[i, dim] : llvm::enumerate(manifest.dims))
    put("struct {} : tenon::runtime::dimension<{}, {}, {}> {{}};\n", dim.identifier, i, dim.min,
        dim.max);
  put("\n");
}

void Writer::putEntry(const ManifestEntry &entry, size_t index) {
  const CompiledEntry &made = *entry.compiled;
  put("struct {} {{\n"
      "  static constexpr std::uint32_t index = {};\n"
      "  static constexpr std::uint64_t arena_bytes = {};\n"
      "  static constexpr bool uses_state = {};\n"
      "  static constexpr bool trains = {};  // changes the weights\n"
      "  static constexpr std::int64_t context = {};  // positions stay below; 0: no positions\n"
      "  static constexpr tenon_dtype compute_type = {};\n"
      "}};\n",
      entry.identifier, index, made.arenaBytes, made.usesState, made.trains, made.context,
      dtypeName(entry.compute).str());
}

void Writer::putParameters() {
  size_t rank = 1;
  for (const ManifestParam &param : manifest.params)
    rank = std::max(rank, param.tensor.dims.size());
  put("/// A tensor that a checkpoint must hold; where `layers` is not 0 there is one a layer, "
      "under\n"
      "/// the name with the layer's number in place of {{}}, or with 2 i + 1 in place of "
      "{{2i+1}}.\n"
      "struct parameter {{\n"
      "  std::string_view name;\n"
      "  tenon_dtype dtype;\n"
      "  std::size_t rank;\n"
      "  std::array<std::int64_t, {}> shape;\n"
      "  std::int64_t layers;\n"
      "}};\n"
      "inline constexpr std::array<parameter, {}> parameters{{{{\n",
      rank, manifest.params.size());
  int64_t count = 0;
  for (const ManifestParam &param : manifest.params) {
    std::string shape;
    int64_t elements = std::max<int64_t>(param.layers, 1);
    for (unsigned dim : param.tensor.dims) {
      shape += fmt::format("{}{}", shape.empty() ? "" : ", ", manifest.dims[dim].max);
      elements *= manifest.dims[dim].max;
    }
    count += elements;
    put("    {{{}, {}, {}, {{{}}}, {}}},  // {}\n", quoted(param.tensor.name),
        dtypeName(param.tensor.element).str(), param.tensor.dims.size(), shape, param.layers,
        shapeOf(param.tensor));
  }
  put("}}}};\n"
      "inline constexpr std::uint64_t parameter_count = {};  // elements, all layers\n\n",
      count);
}

// What has a default is a field; what every call must say is an argument.
void Writer::putOptions(const ManifestEntry &entry) {
  if (entry.options.empty())
    return;
  put("/// How {} works, as PyTorch names it, with PyTorch's defaults. A value out of its range, "
      "and "
      "NaN,\n/// is refused before anything runs.\n"
      "struct {} {{\n",
      entry.compiled->name, entry.options);
  for (const ManifestTensor &tensor : entry.inputs)
    if (tensor.isOption())
      put("  {} {} = {};  ///< {}\n", elementName(tensor.element).str(), tensor.name,
          literal(*tensor.scalar->byDefault, tensor.scalar->isInteger), described(*tensor.scalar));
  put("}};\n");
}

void Writer::putMethod(const ManifestEntry &entry) {
  const CompiledEntry &made = *entry.compiled;
  Identifiers names{"call", "position", "how"};
  std::string declared, passed;
  bool hasOptions = false;
  auto add = [&](const ManifestTensor &tensor, bool input) {
    bool isOption = tensor.isOption();
    std::string argument = isOption ? "how." + tensor.name : names.claim(tensor.name);
    std::string type = isOption ? fmt::format("const ::{}::{}&", space, entry.options)
                                : parameterOf(tensor, input);
    if (!isOption || !hasOptions)
      declared += fmt::format("{}{} {}", declared.empty() ? "" : ",\n      ", type,
                              isOption ? "how" : argument);
    hasOptions |= isOption;
    bool byValue = input && tensor.dims.empty();
    passed += ", " + (byValue ? fmt::format("{}({})", typeOf(tensor, input), argument) : argument);
  };
  put("  /// {}:", made.name);
  for (const ManifestTensor &tensor : entry.inputs)
    put(" {} {}", tensor.name, shapeOf(tensor));
  if (!entry.outputs.empty())
    put(" ->");
  for (const ManifestTensor &tensor : entry.outputs)
    put(" {} {}", tensor.name, shapeOf(tensor));
  put(".\n");
  for (const ManifestTensor &tensor : entry.inputs)
    if (tensor.limit > 0)
      put("  /// Values of {} lie in [0, {}){}; others are refused.\n", tensor.name, tensor.limit,
          tensor.hasIgnored ? fmt::format(", or are {} to be ignored", tensor.ignored) : "");
  for (const ManifestTensor &tensor : entry.inputs)
    if (tensor.scalar && !tensor.isOption())
      put("  /// {}: {}.\n", tensor.name, described(*tensor.scalar));
  if (made.trains)
    put("  /// Changes the weights that the session was made from; no other call on them may run "
        "meanwhile.\n");
  if (made.usesState)
    put("  /// `position` is that of the first token: at most cached(), and position plus length "
        "at\n"
        "  /// most {}; what is cached from there on is forgotten.\n",
        made.context);
  for (const ManifestTensor &tensor : entry.inputs)
    add(tensor, true);
  for (const ManifestTensor &tensor : entry.outputs)
    add(tensor, false);
  if (made.usesState)
    declared += fmt::format("{}std::int64_t position", declared.empty() ? "" : ",\n      ");
  put("  tenon::runtime::status {}(\n      {}) noexcept {{\n"
      "    return call(::{}::{}::index, {}{});\n  }}\n",
      entry.identifier, declared, space, entry.identifier, made.usesState ? "position" : "0",
      passed);
}

void Writer::putSession() {
  put("/// A stream of calls on this model. One caller at a time; nothing is allocated after it "
      "was\n"
      "/// made. Every member returns a status that says what was wrong.\n"
      "class session : public tenon::runtime::session {{\n"
      " public:\n"
      "  using tenon::runtime::session::session;\n"
      "  static tenon::runtime::result<session> create(const tenon::runtime::weights& weights,\n"
      "                                                const tenon::runtime::options& how = {{}}) "
      "{{\n"
      "    return tenon::runtime::create_session<session>(model(), weights, how);\n"
      "  }}\n");
  for (const ManifestEntry &entry : manifest.entries) {
    put("\n");
    putMethod(entry);
  }
  put("}};\n\n");
}

std::string Writer::write() {
  std::string guard = fmt::format("TENON_MODEL_{}_H", name);
  std::string fingerprint = compiled.fingerprintText();
  put("/* Model {}: its entries, dimensions and parameters. Written by tenonc {}; do not edit.\n"
      " * First what C programs use too, with the functions of <tenon/runtime/runtime.h>; then "
      "C++. "
      "*/\n"
      "#ifndef {}\n#define {} 0x{}u\n",
      compiled.name, TENON_VERSION, guard, guard, fingerprint);
  putC();
  put("#ifdef __cplusplus\n"
      "#if __cplusplus < 202002L\n"
      "#error \"{}.tenon.h: what is not C here is C++20; compile this file with -std=c++20\"\n"
      "#else\n"
      "#include <array>\n#include <cstddef>\n#include <cstdint>\n#include <limits>\n"
      "#include <string_view>\n\n"
      "#include <tenon/runtime/typed.hpp>\n\n",
      name);
  putMacros(/*before=*/true);
  put("namespace {} {{\n"
      "// Two models of one name may be in a program, in different files: their types differ.\n"
      "inline namespace graph_{} {{\n\n"
      "/// The model, for functions of the runtime that want one.\n"
      "inline const tenon_model& model() noexcept {{ return tenon_model_{}; }}\n\n",
      space, fingerprint, name);
  putDims();
  put("// Entries: number, bytes of working memory (all sizes at their greatest), kind, and what\n"
      "// factors of products are: bf16, perhaps rounded on the way, or f32. All else is f32.\n");
  for (const auto &[i, entry] : llvm::enumerate(manifest.entries))
    putEntry(entry, i);
  put("\n");
  putParameters();
  for (const ManifestEntry &entry : manifest.entries)
    putOptions(entry);
  putSession();
  put("}}  // namespace graph_{}\n}}  // namespace {}\n", fingerprint, space);
  putMacros(/*before=*/false);
  put("#endif\n#endif\n"
      "#elif {} != 0x{}u\n"
      "#error \"two models named '{}' meet in one file; give one of them another name\"\n"
      "#endif\n",
      guard, fingerprint, compiled.name);
  return text;
}

} // namespace

std::string writeHeader(const CompiledModel &model) { return Writer(model).write(); }

} // namespace tenon
