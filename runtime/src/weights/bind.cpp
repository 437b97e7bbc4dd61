// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which offered tensor belongs to which parameter; see parameters.hpp.
#include <optional>
#include <string_view>
#include <unordered_map>

#include "failure.hpp"
#include "parameters.hpp"

namespace tenon::runtime::detail {
namespace {

// What torch.compile and DistributedDataParallel put before names.
constexpr std::string_view wrappers[] = {"_orig_mod.", "module."};

// Takes one prefix off, of a wrapper or of the model, in any order; false where there is none.
bool strip_prefix(const tenon_model& model, std::string_view& name) {
  const auto strip = [&](std::string_view prefix) {
    if (!name.starts_with(prefix)) return false;
    name.remove_prefix(prefix.size());
    return true;
  };
  for (const std::string_view wrapper : wrappers)
    if (strip(wrapper)) return true;
  for (std::uint32_t i = 0; i < model.n_stored; ++i)
    if (model.stored[i].kind == TENON_STORED_PREFIX && strip(model.stored[i].name)) return true;
  return false;
}

// The layer's number in a name, "" where the pattern has none; nothing where it does not match.
std::optional<std::string_view> match(std::string_view pattern, std::string_view name) {
  const std::size_t hole = pattern.find("{}");
  if (hole == std::string_view::npos)
    return pattern == name ? std::optional(std::string_view()) : std::nullopt;
  const std::string_view tail = pattern.substr(hole + 2);
  if (name.size() <= hole + tail.size() || !name.starts_with(pattern.substr(0, hole)) ||
      !name.ends_with(tail))
    return std::nullopt;
  const std::string_view number = name.substr(hole, name.size() - hole - tail.size());
  return number.find_first_not_of("0123456789") == std::string_view::npos ? std::optional(number)
                                                                          : std::nullopt;
}

// What the model says of a name that is no parameter's, and the layer's number in it.
struct known_name {
  const tenon_stored_name* stored;  // null: nothing
  std::string_view layer;
};
known_name find_stored(const tenon_model& model, std::string_view name) {
  for (std::uint32_t i = 0; i < model.n_stored; ++i)
    if (model.stored[i].kind != TENON_STORED_PREFIX)
      if (const auto layer = match(model.stored[i].name, name)) return {&model.stored[i], *layer};
  return {nullptr, {}};
}

// The name of the tensor that a twin is a copy of.
std::string original(const tenon_model& model, const known_name& twin) {
  std::string name = model.params[twin.stored->param].tensor.name;
  if (const layer_place place = find_layer_place(name); place.size > 0)
    name.replace(place.begin, place.size, twin.layer);
  return name;
}

// Whether a tensor has the shape of a parameter, or neighbouring dimensions of it as one:
// checkpoints store the heads of a projection flat, (H * D, C) where the model has (H, D, C). Both
// are row-major.
bool fits(const std::vector<std::int64_t>& stored, const std::vector<std::int64_t>& shape) {
  if (stored.empty()) return shape.empty();
  std::size_t next = 0;
  for (const std::int64_t size : stored) {
    if (next == shape.size()) return false;
    std::int64_t product = shape[next++];
    while (product < size && next < shape.size()) product *= shape[next++];
    if (product != size) return false;
  }
  while (next < shape.size() && shape[next] == 1) ++next;
  return next == shape.size();
}

// A bounded list for a message: "a, b and 3 more".
class listing {
 public:
  void add(const std::string& item) {
    if (++count_ > shown) return;
    text_.append(count_ > 1 ? ", " : "").append(item.substr(0, longest));
    if (item.size() > longest) text_.append("...");
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  // " 2 missing: a, b;" or nothing where the list is empty.
  [[nodiscard]] std::string titled(const char* title) const {
    if (count_ == 0) return "";
    std::string text = " ";
    text.append(std::to_string(count_)).append(" ").append(title).append(": ").append(text_);
    if (count_ > shown) text.append(" and ").append(std::to_string(count_ - shown)).append(" more");
    return text.append(";");
  }

 private:
  static constexpr std::size_t shown = 4, longest = 120;  // tensors, bytes of each
  std::size_t count_ = 0;
  std::string text_;
};

constexpr std::size_t none = ~std::size_t{0};

// The slot of a tensor's name, as given or without prefixes; none where no parameter has it.
std::size_t find_slot(const tenon_model& model,
                      const std::unordered_map<std::string, std::size_t>& slots,
                      std::string_view name) {
  do {
    if (const auto found = slots.find(std::string(name)); found != slots.end())
      return found->second;
  } while (strip_prefix(model, name));
  return none;
}

}  // namespace

tenon_status bind(const tenon_model& model, const std::vector<slot>& slots,
                  const std::vector<offered_tensor>& offered, std::vector<std::size_t>& bound,
                  std::vector<twin>& twins) {
  std::unordered_map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < slots.size(); ++i) by_name.emplace(slot_name(model, slots[i]), i);

  bound.assign(slots.size(), none);
  twins.clear();
  listing missing, misshaped, foreign, unexpected;
  const auto check = [&](const offered_tensor& tensor, const tenon_param& param) {
    const std::vector<std::int64_t> shape = shape_of(model, param);
    const element type = element_of(param.tensor.dtype);
    const bool has_shape = fits(tensor.shape, shape);
    if (has_shape && converts(tensor.type, type)) return true;
    (has_shape ? foreign : misshaped)
        .add(tensor.name + " is " + tensor.type_text() + " " + shape_text(tensor.shape) +
             " where the model has " + element_name(type) + " " + shape_text(shape));
    return false;
  };
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const offered_tensor& tensor = offered[i];
    const std::size_t index = find_slot(model, by_name, tensor.name);
    if (index != none) {
      if (bound[index] != none)
        return failure(TENON_BAD_FILE, "tensors '%s' and '%s' are both parameter '%s'; keep one",
                       offered[bound[index]].name.c_str(), tensor.name.c_str(),
                       slot_name(model, slots[index]).c_str());
      bound[index] = i;
      check(tensor, model.params[slots[index].param]);
      continue;
    }
    std::string_view name = tensor.name;
    while (strip_prefix(model, name)) {
    }
    const known_name known = find_stored(model, name);
    if (known.stored == nullptr) {
      unexpected.add(tensor.name);
    } else if (known.stored->kind == TENON_STORED_TWIN) {
      const auto same = by_name.find(original(model, known));
      if (same == by_name.end())
        unexpected.add(tensor.name);
      else if (check(tensor, model.params[slots[same->second].param]))
        twins.push_back({i, same->second});
    }
  }
  for (std::size_t i = 0; i < slots.size(); ++i)
    if (bound[i] == none) missing.add(slot_name(model, slots[i]));
  const bool others = missing.count() + misshaped.count() + unexpected.count() > 0;
  if (!others && foreign.count() == 0) return success();
  return failure(TENON_INCOMPATIBLE, "the tensors are not those of model '%s':%s%s%s%s %s",
                 model.name, missing.titled("missing").c_str(),
                 misshaped.titled("of another shape").c_str(),
                 foreign.titled("of a type that is not converted").c_str(),
                 unexpected.titled("unexpected").c_str(),
                 others ? "use weights of this very model" : "store them as F64, F32, F16 or BF16");
}

tenon_status does_not_fit(const offered_tensor& tensor, element type) {
  return failure(TENON_INCOMPATIBLE,
                 "tensor '%s' is %s and has a value beyond the greatest %s; such weights cannot be "
                 "used with this model",
                 tensor.name.c_str(), tensor.type_text(), element_name(type));
}

}  // namespace tenon::runtime::detail
