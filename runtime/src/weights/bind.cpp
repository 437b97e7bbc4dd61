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

// The parameter's own name; of one in parts it still has the place of their number.
std::string original(const tenon_model& model, const known_name& other) {
  const tenon_param& param = model.params[other.stored->param];
  std::string name = param.tensor.name;
  if (param.layers > 0)
    if (const number_place place = find_number_place(name); place.size > 0)
      name.replace(place.begin, place.size, other.layer);
  return name;
}

arrangement arrangement_of(const tenon_stored_name& stored) {
  switch (stored.kind) {
    case TENON_STORED_SWAPPED:
      return arrangement::swapped;
    case TENON_STORED_PAIRED:
      return arrangement::paired;
    case TENON_STORED_RAISED:
      return arrangement::raised;
    default:
      return arrangement::as_it_is;
  }
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

// Finds the slots of offered tensors, and notes what does not fit.
class binder {
 public:
  binder(const tenon_model& model, const std::vector<slot>& slots,
         const std::vector<offered_tensor>& offered, std::vector<binding>& bound,
         std::vector<twin>& twins)
      : model_(model), slots_(slots), offered_(offered), bound_(bound), twins_(twins) {
    for (std::size_t i = 0; i < slots.size(); ++i) by_name_.emplace(slot_name(model, slots[i]), i);
    bound_.assign(slots.size(), {none});
    twins_.clear();
  }

  tenon_status place(std::size_t tensor) {
    const std::string& name = offered_[tensor].name;
    if (const std::size_t index = find_slot(name); index != none) {
      const tenon_param& param = model_.params[slots_[index].param];
      check(tensor, param, shape_of(model_, param));
      return take(index, {tensor});
    }
    std::string_view bare = name;
    while (strip_prefix(model_, bare)) {
    }
    const known_name known = find_stored(model_, bare);
    if (known.stored == nullptr)
      unexpected_.add(name);
    else if (known.stored->kind == TENON_STORED_TWIN)
      place_twin(tensor, known);
    else if (known.stored->kind != TENON_STORED_IGNORED)
      return place_renamed(tensor, known);
    return success();
  }

  tenon_status outcome() {
    for (std::size_t i = 0; i < slots_.size(); ++i)
      if (bound_[i].tensor == none) missing_.add(slot_name(model_, slots_[i]));
    const bool others = missing_.count() + misshaped_.count() + unexpected_.count() > 0;
    if (!others && foreign_.count() == 0) return success();
    return failure(TENON_INCOMPATIBLE, "the tensors are not those of model '%s':%s%s%s%s %s",
                   model_.name, missing_.titled("missing").c_str(),
                   misshaped_.titled("of another shape").c_str(),
                   foreign_.titled("of a type that is not converted").c_str(),
                   unexpected_.titled("unexpected").c_str(),
                   others ? "use weights of this very model"
                          : "store them as F64, F32, F16 or BF16, or in GGUF as Q4_0, Q4_1, Q5_0, "
                            "Q5_1, Q8_0, Q4_K, Q5_K or Q6_K");
  }

 private:
  // The slot of a tensor's name, as given or without prefixes; none where no parameter has it.
  [[nodiscard]] std::size_t find_slot(std::string_view name) const {
    do {
      if (const auto found = by_name_.find(std::string(name)); found != by_name_.end())
        return found->second;
    } while (strip_prefix(model_, name));
    return none;
  }

  bool check(std::size_t index, const tenon_param& param, const std::vector<std::int64_t>& shape) {
    const offered_tensor& tensor = offered_[index];
    const element type = element_of(param.tensor.dtype);
    const bool has_shape = fits(tensor.shape, shape);
    if (has_shape && converts(tensor.type, type)) return true;
    (has_shape ? foreign_ : misshaped_)
        .add(tensor.name + " is " + tensor.type_text() + " " + shape_text(tensor.shape) +
             " where the model has " + element_name(type) + " " + shape_text(shape));
    return false;
  }

  tenon_status take(std::size_t index, const binding& from) {
    if (bound_[index].tensor != none)
      return failure(TENON_BAD_FILE, "tensors '%s' and '%s' are both parameter '%s'; keep one",
                     offered_[bound_[index].tensor].name.c_str(),
                     offered_[from.tensor].name.c_str(), slot_name(model_, slots_[index]).c_str());
    bound_[index] = from;
    return success();
  }

  void place_twin(std::size_t tensor, const known_name& known) {
    const tenon_param& param = model_.params[known.stored->param];
    const auto same = by_name_.find(original(model_, known));
    if (same == by_name_.end())
      unexpected_.add(offered_[tensor].name);
    else if (check(tensor, param, shape_of(model_, param)))
      twins_.push_back({tensor, same->second});
  }

  // A parameter under another name; of one in parts, all of them in one tensor.
  tenon_status place_renamed(std::size_t tensor, const known_name& known) {
    const tenon_param& param = model_.params[known.stored->param];
    const arrangement lies = arrangement_of(*known.stored);
    const std::string own = original(model_, known);
    const number_place place = find_number_place(own);
    const std::uint32_t parts = parts_of(model_, param);
    for (std::uint32_t part = 0; part < parts; ++part) {
      std::string name = own;
      if (place.size > 0) name.replace(place.begin, place.size, std::to_string(part));
      const auto found = by_name_.find(name);
      if (found == by_name_.end()) {  // there is no such layer
        unexpected_.add(offered_[tensor].name);
        return success();
      }
      TENON_TRY(take(found->second, {tensor, lies, part * element_count(model_, param)}));
    }
    std::vector<std::int64_t> shape = arranged_shape(lies, shape_of(model_, param));
    if (place.size > 0) shape.insert(shape.begin(), parts);
    check(tensor, param, shape);
    return success();
  }

  const tenon_model& model_;
  const std::vector<slot>& slots_;
  const std::vector<offered_tensor>& offered_;
  std::vector<binding>& bound_;
  std::vector<twin>& twins_;
  std::unordered_map<std::string, std::size_t> by_name_;
  listing missing_, misshaped_, foreign_, unexpected_;
};

}  // namespace

tenon_status bind_slots(const tenon_model& model, const std::vector<slot>& slots,
                        const std::vector<offered_tensor>& offered, std::vector<binding>& bound,
                        std::vector<twin>& twins) {
  binder found(model, slots, offered, bound, twins);
  for (std::size_t i = 0; i < offered.size(); ++i) TENON_TRY(found.place(i));
  return found.outcome();
}

}  // namespace tenon::runtime::detail
