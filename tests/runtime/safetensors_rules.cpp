// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The rules of the safetensors header, one broken at a time.
#include <catch2/catch.hpp>
#include <tenon/runtime/printable.hpp>

#include "fixture/scratch.hpp"

namespace {

std::string message_of_bytes(const std::string& bytes) {
  const scratch_folder folder;
  const auto weights =
      tenon::runtime::weights::load(toy::model(), folder.write("f.safetensors", bytes));
  REQUIRE_FALSE(weights);
  const std::string message = weights.message();
  CHECK(weights.error().code() == TENON_BAD_FILE);
  return message;
}

std::string message_of(const std::string& header, std::size_t data_bytes = 0) {
  return message_of_bytes(safetensors::file(header, std::string(data_bytes, '\0')));
}

std::string tensor(const std::string& shape, const std::string& offsets,
                   const std::string& dtype = "F32") {
  return "{\"dtype\":\"" + dtype + "\",\"shape\":[" + shape + "],\"data_offsets\":[" + offsets +
         "]}";
}

}  // namespace

TEST_CASE("the header's length must fit the file") {
  CHECK_THAT(message_of_bytes("1234567"),
             Catch::Contains("has 7 bytes, a safetensors file has at least 8"));
  CHECK_THAT(message_of_bytes(std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10)),
             Catch::Contains("claims a header of 18446744073709551615 bytes"));
  CHECK_THAT(
      message_of_bytes(std::string("\x03\0\0\0\0\0\0\0{}", 10)),
      Catch::Contains("claims a header of 3 bytes; at most 100000000 are allowed and 2 are there"));
  CHECK_THAT(message_of(""), Catch::Contains("not UTF-8 that begins with '{'"));
}

TEST_CASE("the header must be strict JSON") {
  CHECK_THAT(message_of(" {}"), Catch::Contains("not UTF-8 that begins with '{'"));
  CHECK_THAT(message_of("{\"\xC0\x80\":1}"), Catch::Contains("not UTF-8 that begins with '{'"));
  CHECK_THAT(message_of("{\"\xED\xA0\x80\":1}"), Catch::Contains("not UTF-8 that begins with '{'"));
  CHECK_THAT(message_of("{}\n"), Catch::Contains("does not end in '}' and spaces"));
  CHECK_THAT(message_of("{} {}"), Catch::Contains("byte 3: nothing more expected"));
  CHECK_THAT(message_of("{\"a\":" + tensor("1", "0,4") + ",}"),
             Catch::Contains("a string expected"));
  CHECK_THAT(message_of("{\"a\" " + tensor("1", "0,4") + "}"), Catch::Contains("':' expected"));
  CHECK_THAT(message_of("{\"a\\q\":1}"), Catch::Contains("an unknown escape"));
  CHECK_THAT(message_of("{\"a\\u0000\":1}"), Catch::Contains("a NUL character"));
  CHECK_THAT(message_of("{\"a\\uDC00\":1}"), Catch::Contains("half of a surrogate pair"));
  CHECK_THAT(message_of("{\"a\\uD800\":1}"), Catch::Contains("half of a surrogate pair"));
  CHECK_THAT(message_of("{\"a\\u12G4\":1}"), Catch::Contains("four hexadecimal digits"));
  CHECK_THAT(message_of("{\"a\tb\":1}"), Catch::Contains("a control character"));
  CHECK_THAT(message_of("{\"a\":" + tensor("01", "0,4") + "}"), Catch::Contains("leading zero"));
  CHECK_THAT(message_of("{\"a\":" + tensor("1.0", "0,4") + "}"),
             Catch::Contains("a whole number expected"));
  CHECK_THAT(message_of("{\"a\":" + tensor("-1", "0,4") + "}"),
             Catch::Contains("a whole number expected"));
  CHECK_THAT(message_of("{\"a\":" + tensor("1", "0,18446744073709551616") + "}"),
             Catch::Contains("a number of 2^64 or more"));
  CHECK_THAT(message_of("{\"a\":" + tensor("1", "0,99999999999999999999") + "}"),
             Catch::Contains("a number of 2^64 or more"));
}

TEST_CASE("no key may come twice") {
  const std::string one = "\"a\":" + tensor("1", "0,4");
  CHECK_THAT(message_of("{" + one + ",\"\\u0061\":" + tensor("1", "4,8") + "}", 8),
             Catch::Contains("name 'a' twice"));
  CHECK_THAT(message_of("{\"__metadata__\":{\"k\":\"1\",\"k\":\"1\"}}"),
             Catch::Contains("key 'k' twice"));
  CHECK_THAT(message_of("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}"),
             Catch::Contains("a key twice"));
}

TEST_CASE("a tensor has dtype, shape and offsets of known form") {
  CHECK_THAT(message_of("{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}"),
             Catch::Contains("dtype, shape or data_offsets missing"));
  CHECK_THAT(message_of("{\"a\":{\"type\":1}}"),
             Catch::Contains("dtype, shape or data_offsets missing"));
  CHECK_THAT(message_of("{\"a\":" + tensor("1,1,1,1,1,1,1,1,1", "0,4") + "}", 4),
             Catch::Contains("more than 8 dimensions"));
  CHECK_THAT(message_of("{\"a\":" + tensor("1", "0,4,8") + "}"), Catch::Contains("']' expected"));
  CHECK_THAT(message_of("{\"__metadata__\":{\"k\":1}}"), Catch::Contains("a string expected"));
}

TEST_CASE("the tensors tile the data") {
  const auto two = [](const std::string& a, const std::string& b, std::size_t bytes) {
    return message_of("{\"a\":" + tensor("2", a) + ",\"b\":" + tensor("1", b) + "}", bytes);
  };
  CHECK_THAT(two("4,12", "12,16", 16),
             Catch::Contains("'a' begins at byte 4, the one before ends at 0"));
  CHECK_THAT(two("0,8", "12,16", 16),
             Catch::Contains("'b' begins at byte 12, the one before ends at 8"));
  CHECK_THAT(two("0,8", "4,8", 8),
             Catch::Contains("'b' begins at byte 4, the one before ends at 8"));
  CHECK_THAT(two("0,8", "8,12", 13), Catch::Contains("the tensors end at byte 12 of 13"));
  CHECK_THAT(two("0,8", "8,12", 11), Catch::Contains("'b' lies at bytes 8 to 12 of 11"));
  CHECK_THAT(two("8,0", "8,12", 12), Catch::Contains("'a' lies at bytes 8 to 0 of 12") ||
                                         Catch::Contains("begins at byte 8"));
  CHECK_THAT(two("0,4", "4,8", 8),
             Catch::Contains("'a' has 4 bytes, F32 [2] needs another number"));
  CHECK_THAT(message_of("{\"a\":" + tensor("4294967296,4294967296", "0,0") + "}"),
             Catch::Contains("needs another number"));  // 4 * 2^64 bytes would wrap to 0
}

TEST_CASE("well-formed headers of unusual form are read") {
  // Only the model is wrong in these: empty tensors, escapes, white space, offsets out of order.
  const scratch_folder folder;
  const std::string header =
      "{ \"\\ud83d\\ude00\" :\n{\"shape\": [0, 9223372036854775807],"
      "\"dtype\":\"F64\",\"data_offsets\":[4,4]},\t\"z\":" +
      tensor("", "0,4") + "}   ";
  const auto weights = tenon::runtime::weights::load(
      toy::model(), folder.write("f.safetensors", safetensors::file(header, "abcd")));
  CHECK_THAT(weights.message(), Catch::Contains("2 unexpected: z, \xF0\x9F\x98\x80;"));
}

TEST_CASE("nothing of a file reaches a terminal as a control sequence") {
  const auto named = [](const std::string& name) {
    const scratch_folder folder;
    const auto weights = tenon::runtime::weights::load(
        toy::model(),
        folder.write("f.safetensors",
                     safetensors::file("{\"" + name + "\":" + tensor("1", "0,4") + "}", "abcd")));
    REQUIRE_FALSE(weights);
    return std::string(weights.message());
  };
  CHECK_THAT(named("a\\u001b[2Jb"), Catch::Contains("1 unexpected: a\\x1b[2Jb;"));
  CHECK_THAT(named("a\\u009b31mb"), Catch::Contains("unexpected: a\\xc2\\x9b31mb;"));  // C1
  CHECK_THAT(named("a\\nb\\r\x7f"), Catch::Contains("unexpected: a\\x0ab\\x0d\\x7f;"));
  CHECK_THAT(named("a\\u202eb"),
             Catch::Contains("unexpected: a\\xe2\\x80\\xaeb;"));  // right to left
  CHECK_THAT(named("gr\xc3\xb6\xc3\x9f"
                   "e \xe6\xa8\xa1"),
             Catch::Contains("unexpected: gr\xc3\xb6\xc3\x9f"
                             "e \xe6\xa8\xa1;"));
  // What does not fit is cut between characters.
  for (int shift = 0; shift < 8; ++shift) {
    std::string path = "/" + std::string(static_cast<std::size_t>(shift), 'x');
    for (int i = 0; i < 500; ++i) path += "\xe6\xa8\xa1\x1b";
    const auto weights = tenon::runtime::weights::load(toy::model(), path);
    const std::string message = weights.message();
    CHECK(message.size() <= 1019);
    for (std::string_view rest = message; !rest.empty();) {
      const std::size_t bytes = tenon::runtime::printable_bytes(rest);
      REQUIRE(bytes > 0);
      rest.remove_prefix(bytes);
    }
  }
}
