// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The log as JSON lines, also after a run was torn off, and the curve as well-formed SVG.
#include "training/training_log.hpp"

#include <algorithm>
#include <sstream>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "scratch.hpp"
#include "training/loss_curve.hpp"

using namespace tenon::samples;
using nlohmann::json;

namespace {

std::vector<json> lines_of(const std::filesystem::path& file) {
  std::istringstream text(contents(file));
  std::vector<json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
  return lines;
}

// Whether tags nest and close, attributes are quoted, and no bare < or & is in the text.
bool is_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  bool had_root = false;
  for (std::size_t i = 0; i < xml.size(); ++i) {
    if (xml[i] == '&') {
      const std::string rest = xml.substr(i, 5);
      if (rest != "&amp;" && rest.substr(0, 4) != "&lt;") return false;
    }
    if (xml[i] != '<') continue;
    const std::size_t end = xml.find('>', i);
    if (end == std::string::npos) return false;
    std::string tag = xml.substr(i + 1, end - i - 1);
    if (tag.find('<') != std::string::npos || std::count(tag.begin(), tag.end(), '"') % 2 != 0)
      return false;
    i = end;
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag[0] == '/') {
      if (open.empty() || "/" + open.back() != tag) return false;
      open.pop_back();
    } else if (tag.back() != '/') {
      if (open.empty() && std::exchange(had_root, true)) return false;
      open.push_back(name);
    }
  }
  return had_root && open.empty();
}

}  // namespace

TEST_CASE("each line is an object, and a run that goes on continues its log") {
  const scratch_directory folder;
  const auto file = folder.path() / "log.jsonl";
  {
    training_log log(file, 0, -1);
    log.add(evaluation{0, 4.5, 4.6});
    for (std::int64_t step = 0; step < 4; ++step)
      log.add(step_record{step, 4 - 0.1 * static_cast<double>(step), 1e-3, 0.7, 1e4});
    log.add(evaluation{4, 3.5, 3.75});
  }
  auto lines = lines_of(file);
  REQUIRE(lines.size() == 6);
  CHECK(lines[0] == json{{"step", 0}, {"train_loss", 4.5}, {"val_loss", 4.6}});
  CHECK(lines[2].at("loss") == 3.9);
  CHECK(lines[2].at("learning_rate") == 1e-3);
  CHECK(lines[2].at("gradient_norm") == 0.7);
  CHECK(lines[2].at("tokens_per_second") == 1e4);

  // Killed while it wrote a line; the state is that before step 2.
  folder.write("log.jsonl", contents(file) + "{\"step\": 4, \"lo");
  {
    training_log log(file, 2, 0);
    REQUIRE(log.evaluations().size() == 1);
    CHECK(log.evaluations()[0].val_loss == 4.6);
    log.add(step_record{2, 3.8, 1e-3, 0.7, 1e4});
  }
  lines = lines_of(file);
  REQUIRE(lines.size() == 4);
  CHECK(lines[3].at("step") == 2);
  CHECK(lines[2].at("step") == 1);
  // The state after the evaluation before step 4 keeps it.
  training_log log(file, 4, 4);
  CHECK(log.evaluations().size() == 1);
  CHECK(lines_of(file).size() == 4);
}

TEST_CASE("the curve is a well-formed document with both lines") {
  CHECK(is_well_formed("<a><b c=\"1\"/>x &amp; y</a>"));
  for (const char* wrong :
       {"<a><b></a></b>", "<a>", "<a b=\"></a>", "<a>&</a>", "<a/>x", "<a></a><b></b>"})
    CHECK_FALSE(is_well_formed(wrong));

  std::vector<evaluation> points;
  for (std::int64_t step = 0; step <= 2000; step += 250)
    points.push_back({step, 4.5 / (1 + static_cast<double>(step) / 300),
                      4.6 / (1 + static_cast<double>(step) / 320)});
  const std::string svg = loss_curve(points, "a & <b>");
  CHECK(is_well_formed(svg));
  CHECK(svg.find("a &amp; &lt;b>") != std::string::npos);
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("train 0.5870") != std::string::npos);
  CHECK(svg.find("validation 0.6345") != std::string::npos);
  // Every point lies within the axes: y falls with the loss, x runs from 60 to 690.
  const std::size_t from = svg.find("points=\"") + 8;
  std::istringstream numbers(svg.substr(from, svg.find('"', from) - from));
  double x = 0, y = 0, last_x = 59, last_y = 39;
  char comma = 0;
  int count = 0;
  for (; numbers >> x >> comma >> y; ++count) {
    CHECK((comma == ',' && x > last_x && x <= 690 && y > last_y && y <= 370));
    last_x = x;
    last_y = y;
  }
  CHECK(count == 9);
  // One point, and losses that are all the same.
  CHECK(is_well_formed(loss_curve(std::vector<evaluation>{{0, 4.5, 4.5}}, "t")));
  CHECK(loss_curve(std::vector<evaluation>{{0, 4.5, 4.5}}, "t").find("nan") == std::string::npos);
}
