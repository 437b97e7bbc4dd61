// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Elements in the parameter's order; see arrangement.hpp.
#include "arrangement.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "failure.hpp"

namespace tenon::runtime::detail {
namespace {

std::size_t product(const std::vector<std::int64_t>& shape, std::size_t from) {
  std::size_t count = 1;
  for (std::size_t axis = from; axis < shape.size(); ++axis)
    count *= static_cast<std::size_t>(shape[axis]);
  return count;
}

// Elements of the parameter that are asked for, and where they go.
struct asked {
  element type;
  std::size_t first, count;
  std::byte* to;

  [[nodiscard]] std::size_t end() const { return first + count; }
  [[nodiscard]] std::byte* at(std::size_t element) const {
    return to + (element - first) * element_bytes(type);
  }
};

// Reads what is asked for of rows, of which `row_of` says which row of the tensor each is.
template <class RowOf>
tenon_status read_rows(const asked& what, std::size_t columns, const element_reader& tensor,
                       RowOf row_of) {
  for (std::size_t at = what.first; at < what.end();) {
    const std::size_t row = at / columns, column = at % columns;
    const std::size_t n = std::min(columns - column, what.end() - at);
    TENON_TRY(tensor(what.type, row_of(row) * columns + column, n, what.at(at)));
    at += n;
  }
  return success();
}

// Writes a window of a few rows of the (columns, rows) tensor into the (rows, columns) parameter.
template <class T>
void scatter(const asked& what, std::size_t columns, std::size_t first_column,
             std::size_t n_columns, std::size_t first_row, std::size_t n_rows,
             const std::byte* window) {
  for (std::size_t row = 0; row < n_rows; ++row)
    for (std::size_t column = 0; column < n_columns; ++column) {
      const std::size_t at = (first_row + row) * columns + first_column + column;
      if (at < what.first || at >= what.end()) continue;
      std::memcpy(what.at(at), window + (column * n_rows + row) * sizeof(T), sizeof(T));
    }
}

tenon_status transpose(const asked& what, std::size_t rows, std::size_t columns,
                       const element_reader& tensor) {
  constexpr std::size_t most_columns = 32, window_elements = std::size_t{1} << 18;
  const std::size_t first_row = what.first / columns;
  const std::size_t n_rows = (what.end() - 1) / columns + 1 - first_row;
  const std::size_t bytes = element_bytes(what.type);
  const std::size_t step =
      std::clamp<std::size_t>(window_elements / n_rows, 1, std::min(most_columns, columns));
  std::vector<std::byte> window(step * n_rows * bytes);
  for (std::size_t column = 0; column < columns; column += step) {
    const std::size_t n = std::min(step, columns - column);
    if (n_rows == rows)
      TENON_TRY(tensor(what.type, column * rows, n * rows, window.data()));
    else
      for (std::size_t i = 0; i < n; ++i)
        TENON_TRY(tensor(what.type, (column + i) * rows + first_row, n_rows,
                         window.data() + i * n_rows * bytes));
    const auto write = bytes == 2   ? scatter<std::uint16_t>
                       : bytes == 4 ? scatter<std::uint32_t>
                                    : scatter<std::uint64_t>;
    write(what, columns, column, n, first_row, n_rows, window.data());
  }
  return success();
}

tenon_status read_swapped(const asked& what, const std::vector<std::int64_t>& shape,
                          const element_reader& tensor) {
  const std::size_t a = static_cast<std::size_t>(shape[0]), b = static_cast<std::size_t>(shape[1]);
  const std::size_t inside = product(shape, 2);
  if (inside == 1) return transpose(what, a, b, tensor);
  return read_rows(what, inside, tensor, [&](std::size_t row) { return row % b * a + row / b; });
}

tenon_status read_paired(const asked& what, const std::vector<std::int64_t>& shape,
                         const element_reader& tensor) {
  const auto columns = static_cast<std::size_t>(shape.back());
  const auto rows = static_cast<std::size_t>(shape[shape.size() - 2]), half = rows / 2;
  return read_rows(what, columns, tensor, [&](std::size_t row) {
    const std::size_t inside = row % rows;
    return row - inside + (inside < half ? 2 * inside : 2 * (inside - half) + 1);
  });
}

// One is taken away before what is narrower is rounded.
tenon_status read_raised(const asked& what, const element_reader& tensor) {
  constexpr std::size_t most = 256;  // threads have little stack
  double values[most];
  for (std::size_t done = 0; done < what.count; done += most) {
    const std::size_t n = std::min(most, what.count - done);
    auto* const raw = reinterpret_cast<std::byte*>(values);
    TENON_TRY(tensor(element::f64, what.first + done, n, raw));
    for (std::size_t i = 0; i < n; ++i) values[i] -= 1;
    if (convert(element::f64, raw, what.type, what.at(what.first + done), n) < n)
      return failure(TENON_INCOMPATIBLE,
                     "a gain has a value beyond the greatest %s; such weights cannot be used with "
                     "this model",
                     element_name(what.type));
  }
  return success();
}

}  // namespace

std::vector<std::int64_t> arranged_shape(arrangement lies, std::vector<std::int64_t> shape) {
  if (lies == arrangement::swapped) std::swap(shape[0], shape[1]);
  return shape;
}

tenon_status read_arranged(arrangement lies, const std::vector<std::int64_t>& shape, element type,
                           std::size_t first, std::size_t count, const element_reader& tensor,
                           std::byte* to) {
  if (count == 0) return success();
  const asked what{type, first, count, to};
  switch (lies) {
    case arrangement::swapped:
      return read_swapped(what, shape, tensor);
    case arrangement::paired:
      return read_paired(what, shape, tensor);
    case arrangement::raised:
      return read_raised(what, tensor);
    default:
      return tensor(type, first, count, to);
  }
}

}  // namespace tenon::runtime::detail
