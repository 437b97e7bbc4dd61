// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Names of dimensions: the unqualified name of the type, wherever the type stands.
#include <catch2/catch.hpp>
#include <string>
#include <tenon/tenon.hpp>

struct plain : tenon::dim<1> {};
namespace outer::inner {
struct nested_in_namespaces : tenon::dim<1> {};
}  // namespace outer::inner
namespace {
struct in_anonymous_namespace : tenon::dim<1> {};
enum class flavour { sweet };
struct settings {
  int size;
  double rate;
  bool flag;
  flavour kind;
};
template <settings S, class T>
struct model {
  struct member_of_a_template : tenon::dim<S.size> {};
};
template <int N>
struct family : tenon::dim<N> {};
template <class D>
std::string name_of() {
  const tenon::text name = tenon::detail::type_name<D>();
  return {name.data, name.size};
}
}  // namespace

TEST_CASE("a dimension is named as its type, without what it stands in") {
  struct in_a_function : tenon::dim<1> {};
  using in_template = model<settings{3, 0.5, true, flavour::sweet}, int[2]>::member_of_a_template;
  CHECK(name_of<plain>() == "plain");
  CHECK(name_of<outer::inner::nested_in_namespaces>() == "nested_in_namespaces");
  CHECK(name_of<in_anonymous_namespace>() == "in_anonymous_namespace");
  CHECK(name_of<in_template>() == "member_of_a_template");
  CHECK(name_of<in_a_function>() == "in_a_function");
}

TEST_CASE("an instance of a template has no name of its own") {
  CHECK(name_of<tenon::dim<768>>().empty());
  CHECK(name_of<family<2>>().empty());
}
