// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Two shared libraries in one process, each with another version of Tenon inside.
#include <string>

#include <dlfcn.h>
#include <catch2/catch.hpp>

namespace {

std::string run(void* library, const char* name) {
  REQUIRE(library != nullptr);
  const auto plugin = reinterpret_cast<void (*)(char*, std::size_t)>(dlsym(library, name));
  REQUIRE(plugin != nullptr);
  char text[1200];
  plugin(text, sizeof text);
  return text;
}

}  // namespace

TEST_CASE("two shared libraries with different versions of Tenon keep to their own") {
  // For all to see, as a program is linked with them: what both offer, the first one gives to both.
  void* const now = dlopen(TENON_PLUGIN_NOW, RTLD_NOW | RTLD_GLOBAL);
  void* const next = dlopen(TENON_PLUGIN_NEXT, RTLD_NOW | RTLD_GLOBAL);
  CHECK(run(now, "plugin_now") == "version " TENON_TEST_VERSION ": ran");
  CHECK(run(next, "plugin_next") == "version 1000: ran");
  CHECK(dlsym(now, "tenon_session_create") == nullptr);
  CHECK(dlsym(next, "tenon_session_create") == nullptr);
}
