// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Which offered tensor belongs to which parameter; see parameters.hpp.
#include <string_view>
#include <unordered_map>

#include "failure.hpp"
#include "parameters.hpp"

namespace tenon::runtime::detail {
namespace {

// What torch.compile, DistributedDataParallel and transformers put before names, in any order.
constexpr std::string_view prefixes[] = {"_orig_mod.", "module.", "transformer."};

// Takes one prefix off; false where there is none.
bool strip_prefix(std::string_view& name) {
  for (const std::string_view prefix : prefixes)
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
      return true;
    }
  return false;
}

// Tensors that checkpoints of this family carry beside their parameters. "{}" stands for a layer's
// number. Where `same_as` is set, the values must be those of that parameter (a head tied to it).
struct ignorable {
  std::string_view name;
  const char* same_as;
};
constexpr ignorable ignorables[] = {{"h.{}.attn.bias", nullptr},         // causal masks
                                    {"h.{}.attn.masked_bias", nullptr},  // the value under them
                                    {"attn.masked_bias", nullptr},
                                    {"lm_head.weight", "wte.weight"}};

bool matches(std::string_view pattern, std::string_view name) {
  const std::size_t hole = pattern.find("{}");
  if (hole == std::string_view::npos) return pattern == name;
  const std::string_view tail = pattern.substr(hole + 2);
  if (name.size() <= hole + tail.size() || !name.starts_with(pattern.substr(0, hole)) ||
      !name.ends_with(tail))
    return false;
  const std::string_view number = name.substr(hole, name.size() - hole - tail.size());
  return number.find_first_not_of("0123456789") == std::string_view::npos;
}

const ignorable* find_ignorable(std::string_view name) {
  for (const ignorable& each : ignorables)
    if (matches(each.name, name)) return &each;
  return nullptr;
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
std::size_t find_slot(const std::unordered_map<std::string, std::size_t>& slots,
                      std::string_view name) {
  do {
    if (const auto found = slots.find(std::string(name)); found != slots.end())
      return found->second;
  } while (strip_prefix(name));
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
    if (tensor.shape == shape && converts(tensor.type, type)) return true;
    (tensor.shape == shape ? foreign : misshaped)
        .add(tensor.name + " is " + tensor.type_text() + " " + shape_text(tensor.shape) +
             " where the model has " + element_name(type) + " " + shape_text(shape));
    return false;
  };
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const offered_tensor& tensor = offered[i];
    const std::size_t index = find_slot(by_name, tensor.name);
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
    while (strip_prefix(name)) {
    }
    const ignorable* known = find_ignorable(name);
    if (known == nullptr) {
      unexpected.add(tensor.name);
    } else if (known->same_as != nullptr) {
      const std::size_t same = find_slot(by_name, known->same_as);
      if (same == none)
        unexpected.add(tensor.name);
      else if (check(tensor, model.params[slots[same].param]))
        twins.push_back({i, same});
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
