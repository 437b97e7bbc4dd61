// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Calls whose arguments are named: given all at once, or bound to an entry once and run often.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <ranges>
#include <type_traits>

#include <tenon/runtime/model.hpp>
#include <tenon/runtime/status.hpp>
#include <tenon/runtime/tensor.hpp>

namespace tenon::runtime::inline TENON_ABI_NAMESPACE {

/// Elements in a row: a buffer, span, vector or array.
template <class R>
concept Elements = std::ranges::contiguous_range<const std::remove_reference_t<R>>;
/// A value that an input of rank 0 takes.
template <class T>
concept Scalar = std::is_same_v<T, float> || std::is_same_v<T, double> ||
                 std::is_same_v<T, std::int32_t> || std::is_same_v<T, bf16>;

namespace views {

/// Sizes of a tensor, or the value of a scalar: what a view points to.
struct argument_room {
  std::array<std::int64_t, TENON_MAX_RANK> sizes{};
  alignas(double) std::array<std::byte, sizeof(double)> value{};
};

// More sizes than any tensor has are counted and not kept: the call refuses their number.
template <class R>
tenon_view view_elements(R& data, std::initializer_list<std::int64_t> sizes, argument_room& room) {
  using element = std::remove_cv_t<std::ranges::range_value_t<R>>;
  std::copy_n(sizes.begin(), std::min(sizes.size(), room.sizes.size()), room.sizes.begin());
  return {const_cast<element*>(std::ranges::data(data)), std::ranges::size(data), dtype_of<element>,
          static_cast<std::uint32_t>(sizes.size()),
          sizes.size() == 0 ? nullptr : room.sizes.data()};
}
// For elements whose type only the program knows, at run time.
inline tenon_view view_view(const tenon_view& view, argument_room& room) noexcept {
  tenon_view kept = view;
  if (view.sizes != nullptr) {
    std::copy_n(view.sizes, std::min<std::size_t>(view.rank, room.sizes.size()),
                room.sizes.begin());
    kept.sizes = room.sizes.data();
  }
  return kept;
}
template <Scalar T>
tenon_view view_value(const T& value, argument_room& room) {
  std::memcpy(room.value.data(), &value, sizeof value);
  return {room.value.data(), 1, dtype_of<T>, 0, nullptr};
}

}  // namespace views

/// {"ids", ids, {1, n}} or {"lr", 1e-3f}: an input of one call. Elements are viewed, not
/// copied. Where sizes are left out, they are those of the other arguments, and of the model.
class named_input {
 public:
  template <Elements R>
  named_input(const char* name, const R& data, std::initializer_list<std::int64_t> sizes = {})
      : name_(name), view_(views::view_elements(data, sizes, room_)) {}
  template <Scalar T>
  named_input(const char* name, T value) : name_(name), view_(views::view_value(value, room_)) {}
  /// Elements whose type is known at run time only.
  named_input(const char* name, const tenon_view& view)
      : name_(name), view_(views::view_view(view, room_)) {}
  named_input(const named_input&) = delete;
  named_input& operator=(const named_input&) = delete;

  [[nodiscard]] tenon_argument raw() const noexcept { return {name_, view_}; }

 private:
  const char* name_;
  views::argument_room room_;
  tenon_view view_;
};

/// {"logits", logits, {1, n_vocab}} or {"loss", loss}: an output of one call; where it is written.
class named_output {
 public:
  template <Elements R>
    requires(!std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<R>>>)
  named_output(const char* name, R&& data, std::initializer_list<std::int64_t> sizes = {})
      : name_(name), view_(views::view_elements(data, sizes, room_)) {}
  template <Scalar T>
  named_output(const char* name, T& variable)
      : name_(name), view_{&variable, 1, dtype_of<T>, 0, nullptr} {}
  named_output(const char* name, const tenon_view& view)
      : name_(name), view_(views::view_view(view, room_)) {}
  named_output(const named_output&) = delete;
  named_output& operator=(const named_output&) = delete;

  [[nodiscard]] tenon_argument raw() const noexcept { return {name_, view_}; }

 private:
  const char* name_;
  views::argument_room room_;
  tenon_view view_;
};

/// tenon_session_call_named.
inline status call_named(tenon_session* session, const char* entry,
                         std::initializer_list<named_input> inputs,
                         std::initializer_list<named_output> outputs,
                         std::int64_t position) noexcept {
  constexpr std::size_t most = 64;
  if (inputs.size() > most || outputs.size() > most)
    return tenon_status{TENON_INVALID_ARGUMENT,
                        "a call by names takes 64 inputs and 64 outputs; use session::bind"};
  std::array<tenon_argument, most> in, out;
  std::ranges::transform(inputs, in.begin(), &named_input::raw);
  std::ranges::transform(outputs, out.begin(), &named_output::raw);
  return tenon_session_call_named(session, entry, in.data(), inputs.size(), out.data(),
                                  outputs.size(), position);
}

/// An input of a bound call. Valid while the call is.
class bound_input {
 public:
  /// Views elements until others are set; sizes as in named_input.
  template <Elements R>
  void set(const R& data, std::initializer_list<std::int64_t> sizes = {}) noexcept {
    *view_ = views::view_elements(data, sizes, *room_);
  }
  /// A temporary would be gone when the call runs.
  template <Elements R>
    requires(!std::ranges::borrowed_range<R>)
  void set(const R&& data, std::initializer_list<std::int64_t> sizes = {}) = delete;
  template <Scalar T>
  void set(T value) noexcept {
    *view_ = views::view_value(value, *room_);
  }
  /// Elements whose type is known at run time only; the sizes are copied.
  void set(const tenon_view& view) noexcept { *view_ = views::view_view(view, *room_); }

 private:
  friend class bound_call;
  bound_input(tenon_view& view, views::argument_room& room) noexcept : view_(&view), room_(&room) {}
  tenon_view* view_;
  views::argument_room* room_;
};

/// An output of a bound call. Valid while the call is.
class bound_output {
 public:
  template <Elements R>
    requires(std::ranges::borrowed_range<R> &&
             !std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<R>>>)
  void set(R&& data, std::initializer_list<std::int64_t> sizes = {}) noexcept {
    *view_ = views::view_elements(data, sizes, *room_);
  }
  template <Scalar T>
  void set(T& variable) noexcept {
    *view_ = {&variable, 1, dtype_of<T>, 0, nullptr};
  }
  void set(const tenon_view& view) noexcept { *view_ = views::view_view(view, *room_); }

 private:
  friend class bound_call;
  bound_output(tenon_view& view, views::argument_room& room) noexcept
      : view_(&view), room_(&room) {}
  tenon_view* view_;
  views::argument_room* room_;
};

/// An entry of a session with its arguments: names are looked up once, then `run` costs what a
/// typed call does and allocates nothing. Move-only; valid while the session is.
///   auto step = *session.bind("step");
///   auto ids = *step.input("ids");
///   auto logits = *step.output("logits");
///   logits.set(row);
///   ids.set(prompt, {1, n});
///   if (status ran = step.run(0); !ran) ...
class bound_call {
 public:
  /// Prefer session::bind.
  static result<bound_call> bind(tenon_session* session, const tenon_model& model,
                                 const char* name) {
    bound_call made(session, model);
    const status found = tenon_find_entry(&model, name, &made.entry_);
    if (!found) return found;
    const std::size_t n = made.what().n_inputs + made.what().n_outputs;
    made.views_.reset(new (std::nothrow) tenon_view[n]());
    made.rooms_.reset(new (std::nothrow) views::argument_room[n]());
    if (!made.views_ || !made.rooms_)
      return status(tenon_status{TENON_OUT_OF_MEMORY, "no memory for a bound call; free some"});
    return made;
  }

  [[nodiscard]] result<bound_input> input(const char* name) const noexcept {
    std::uint32_t index = 0;
    const status found = tenon_find_input(model_, entry_, name, &index);
    if (!found) return found;
    return bound_input(views_[index], rooms_[index]);
  }
  [[nodiscard]] result<bound_output> output(const char* name) const noexcept {
    std::uint32_t index = 0;
    const status found = tenon_find_output(model_, entry_, name, &index);
    if (!found) return found;
    index += what().n_inputs;
    return bound_output(views_[index], rooms_[index]);
  }

  /// Runs the entry on what is set; see tenon_session_call.
  status run(std::int64_t position = 0) noexcept {
    return tenon_session_call(session_, entry_, views_.get(), what().n_inputs,
                              views_.get() + what().n_inputs, what().n_outputs, position);
  }

 private:
  bound_call(tenon_session* session, const tenon_model& model) noexcept
      : session_(session), model_(&model) {}
  [[nodiscard]] const tenon_entry& what() const noexcept { return model_->entries[entry_]; }

  tenon_session* session_;
  const tenon_model* model_;
  std::uint32_t entry_ = 0;
  std::unique_ptr<tenon_view[]> views_;  // inputs, then outputs, in the entry's order
  std::unique_ptr<views::argument_room[]> rooms_;
};

}  // namespace tenon::runtime::inline TENON_ABI_NAMESPACE
