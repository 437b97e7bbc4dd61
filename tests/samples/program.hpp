// Runs the program gpt2 and collects what it wrote.
#pragma once

#include <string>
#include <vector>

struct outcome {
  int code;  // exit code, -1 if a signal ended it
  std::string output, errors;
};

/// `input`: a file for standard input; nothing by default.
outcome run_gpt2(const std::vector<std::string>& arguments, const std::string& input = "/dev/null");
