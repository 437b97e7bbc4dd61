// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The curve as SVG; see loss_curve.hpp.
#include "training/loss_curve.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

namespace tenon::samples {
namespace {

constexpr double left = 60, right = 690, top = 40, bottom = 370;

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (static_cast<unsigned char>(c) >= 0x20)
      out += c;
  }
  return out;
}

// 1, 2 or 5 times a power of ten: about `parts` of it make `range`.
double round_step(double range, int parts) {
  const double raw = range / parts, power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= raw) return factor * power;
  return 10 * power;
}

struct axis {
  double low, high, step, from, to;  // values; units on the page
  double operator()(double value) const {
    return from + (value - low) / (high - low) * (to - from);
  }
};

axis fitting(double low, double high, int parts, double from, double to) {
  if (!(high > low)) high = low + 1;
  const double step = round_step(high - low, parts);
  return {std::floor(low / step) * step, std::ceil(high / step) * step, step, from, to};
}

}  // namespace

std::string loss_curve(std::span<const evaluation> points, const std::string& title) {
  double low = points[0].val_loss, high = low;
  for (const evaluation& each : points) {
    low = std::min({low, each.train_loss, each.val_loss});
    high = std::max({high, each.train_loss, each.val_loss});
  }
  const axis x = fitting(0, static_cast<double>(points.back().step), 8, left, right);
  const axis y = fitting(low, high, 6, bottom, top);

  std::string svg;
  const auto put = [&]<class... Ts>(fmt::format_string<Ts...> text, Ts&&... values) {
    fmt::format_to(std::back_inserter(svg), text, std::forward<Ts>(values)...);
  };
  put("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 720 420\" width=\"720\" "
      "height=\"420\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"720\" height=\"420\" fill=\"white\"/>\n"
      "<text x=\"{}\" y=\"24\" font-size=\"15\">{}</text>\n",
      left, escaped(title));
  for (double value = y.low; value <= y.high + y.step / 2; value += y.step)
    put("<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#ddd\"/>"
        "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:.4g}</text>\n",
        left, right, y(value), y(value), left - 8, y(value) + 4, value);
  for (double value = x.low; value <= x.high + x.step / 2; value += x.step)
    put("<text x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{:.7g}</text>\n", x(value), bottom + 20,
        value);
  put("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">step</text>\n", (left + right) / 2,
      bottom + 40);
  const auto line = [&](const char* name, const char* colour, double name_y, auto loss) {
    put("<polyline fill=\"none\" stroke=\"{}\" stroke-width=\"2\" points=\"", colour);
    for (const evaluation& each : points)
      put("{:.1f},{:.1f} ", x(static_cast<double>(each.step)), y(loss(each)));
    put("\"/>\n<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"{}\">{} {:.4f}</text>\n", right,
        name_y, colour, name, loss(points.back()));
  };
  line("train", "#2b6cb0", top + 14, [](const evaluation& each) { return each.train_loss; });
  line("validation", "#c05621", top + 32, [](const evaluation& each) { return each.val_loss; });
  svg += "</svg>\n";
  return svg;
}

}  // namespace tenon::samples
