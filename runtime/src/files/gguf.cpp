// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading a GGUF header; see gguf.hpp. Everything here is untrusted: no count is believed before
// the bytes behind it are there.
#include "gguf.hpp"

#include <algorithm>
#include <bit>
#include <cinttypes>
#include <cstring>
#include <unordered_set>

#include "failure.hpp"
#include "gguf_tensor_types.hpp"
#include "json.hpp"

namespace tenon::runtime::detail {
namespace {

constexpr char magic[] = {'G', 'G', 'U', 'F'};
constexpr std::uint64_t most_header_bytes = 100'000'000;
constexpr std::uint64_t most_name_bytes = 65'535;
constexpr std::uint64_t most_keys = 65'536, most_tensors = 1'048'576;
constexpr std::uint32_t most_dimensions = 4;
constexpr std::uint64_t usual_alignment = 32;
constexpr char again[] = "download or convert the file again";

// The header's bytes, read as far as they are asked for: the format does not say how many there
// are.
class header_reader {
 public:
  header_reader(const file& source, std::string& bytes) : source_(source), bytes_(bytes) {}

  [[nodiscard]] std::size_t at() const { return at_; }

  // A number, little-endian.
  template <class T>
  tenon_status number(T& value, const char* what) {
    static_assert(std::endian::native == std::endian::little);
    TENON_TRY(need(sizeof value, what));
    std::memcpy(&value, bytes_.data() + at_, sizeof value);
    at_ += sizeof value;
    return success();
  }
  // Steps over `count` things of `each` bytes.
  tenon_status skip(std::uint64_t count, std::uint64_t each, const char* what) {
    std::uint64_t bytes = 0;
    if (__builtin_mul_overflow(count, each, &bytes)) bytes = UINT64_MAX;
    TENON_TRY(need(bytes, what));
    at_ += bytes;
    return success();
  }
  // The text lives until more is read.
  tenon_status string(std::string_view& text, const char* what) {
    std::uint64_t length = 0;
    TENON_TRY(number(length, what));
    TENON_TRY(need(length, what));
    text = std::string_view(bytes_).substr(at_, length);
    at_ += length;
    return success();
  }
  // A name: UTF-8 of bounded length, without NUL, since callers get it as a C string.
  tenon_status name(std::string& text, const char* what) {
    const std::size_t begin = at_;
    std::string_view found;
    TENON_TRY(string(found, what));
    if (found.empty() || found.size() > most_name_bytes || !is_utf8(found) ||
        found.find('\0') != std::string_view::npos)
      return failure(TENON_BAD_FILE,
                     "'%s', byte %zu: %s of %zu bytes is not UTF-8 of 1 to %" PRIu64
                     " bytes without NUL; %s",
                     source_.path().c_str(), begin, what, found.size(), most_name_bytes, again);
    text = found;
    return success();
  }

 private:
  tenon_status need(std::uint64_t bytes, const char* what) {
    const std::uint64_t room = std::min(source_.bytes(), most_header_bytes);
    if (bytes > room - at_)
      return failure(TENON_BAD_FILE,
                     "'%s', byte %zu: %s has %" PRIu64 " bytes, %" PRIu64
                     " are left of the file's %" PRIu64 " (a header has at most %" PRIu64 "); %s",
                     source_.path().c_str(), at_, what, bytes, room - at_, source_.bytes(),
                     most_header_bytes, again);
    constexpr std::uint64_t chunk = std::uint64_t{1} << 16;
    const std::uint64_t end = at_ + bytes, old = bytes_.size();
    if (end <= old) return success();
    // Twice as much each time, so that a long header is not read in small pieces.
    bytes_.resize(std::min(room, std::max({end, 2 * old, chunk})));
    return source_.read(old, bytes_.data() + old, bytes_.size() - old);
  }

  const file& source_;
  std::string& bytes_;
  std::size_t at_ = 0;
};

class parser {
 public:
  parser(const file& source, std::vector<stored_tensor>& tensors, gguf_header& header)
      : path_(source.path().c_str()),
        source_(source),
        in_(source, header.bytes),
        tensors_(tensors),
        header_(header) {}

  tenon_status run() {
    std::uint64_t n_tensors = 0, n_entries = 0;
    TENON_TRY(read_start(n_tensors, n_entries));
    std::unordered_set<std::string> names;
    for (std::uint64_t i = 0; i < n_entries; ++i) {
      gguf_entry entry{};
      TENON_TRY(in_.name(entry.key, "a key"));
      if (!names.insert(entry.key).second)
        return failure(TENON_BAD_FILE, "'%s': key '%s' twice; %s", path_, entry.key.c_str(), again);
      TENON_TRY(read_value(entry));
      TENON_TRY(obey(entry));
      header_.entries.push_back(std::move(entry));
    }
    names.clear();
    for (std::uint64_t i = 0; i < n_tensors; ++i) {
      TENON_TRY(read_tensor());
      if (!names.insert(tensors_.back().what.name).second)
        return failure(TENON_BAD_FILE, "'%s': tensor '%s' twice; %s", path_,
                       tensors_.back().what.name.c_str(), again);
    }
    return check_layout();
  }

 private:
  tenon_status read_start(std::uint64_t& n_tensors, std::uint64_t& n_entries) {
    std::uint32_t letters = 0, version = 0;
    TENON_TRY(in_.number(letters, "the magic"));
    if (std::memcmp(&letters, magic, sizeof magic) != 0)
      return failure(TENON_BAD_FILE, "'%s' does not begin with GGUF; is it a GGUF file?", path_);
    TENON_TRY(in_.number(version, "the version"));
    if (version != 0 && (version & 0xFFFFu) == 0)
      return failure(TENON_BAD_FILE,
                     "'%s' is a big-endian GGUF file; this reads little-endian ones; convert the "
                     "model again, without --bigendian",
                     path_);
    if (version != 2 && version != 3)
      return failure(TENON_BAD_FILE,
                     "'%s' has version %u of GGUF; this reads 2 and 3; convert the model again "
                     "with a newer converter",
                     path_, version);
    TENON_TRY(in_.number(n_tensors, "the number of tensors"));
    TENON_TRY(in_.number(n_entries, "the number of keys"));
    if (n_tensors <= most_tensors && n_entries <= most_keys) return success();
    return failure(TENON_BAD_FILE,
                   "'%s' claims %" PRIu64 " tensors and %" PRIu64 " keys; at most %" PRIu64
                   " and %" PRIu64 " are allowed; %s",
                   path_, n_tensors, n_entries, most_tensors, most_keys, again);
  }

  tenon_status read_type(const std::string& key, gguf_type& type) {
    std::uint32_t number = 0;
    TENON_TRY(in_.number(number, "a type"));
    if (number > static_cast<std::uint32_t>(gguf_type::f64))
      return failure(TENON_BAD_FILE, "'%s': key '%s' has a value of type %u; types go up to %u; %s",
                     path_, key.c_str(), number, static_cast<std::uint32_t>(gguf_type::f64), again);
    type = static_cast<gguf_type>(number);
    return success();
  }

  tenon_status read_value(gguf_entry& entry) {
    gguf_value& value = entry.value;
    TENON_TRY(read_type(entry.key, value.type));
    value.is_array = value.type == gguf_type::array;
    if (value.is_array) {
      TENON_TRY(read_type(entry.key, value.type));
      if (value.type == gguf_type::array)
        return failure(TENON_BAD_FILE,
                       "'%s': key '%s' is an array of arrays, which this does not read; convert "
                       "the model without it",
                       path_, entry.key.c_str());
      TENON_TRY(in_.number(value.count, "the length of an array"));
    }
    value.begin = in_.at();
    if (value.type != gguf_type::string) {
      TENON_TRY(in_.skip(value.count, gguf_bytes(value.type), entry.key.c_str()));
      const std::string_view bytes =
          std::string_view(header_.bytes).substr(value.begin, value.count);
      if (value.type == gguf_type::boolean &&
          !std::ranges::all_of(bytes, [](char byte) { return byte == 0 || byte == 1; }))
        return failure(TENON_BAD_FILE, "'%s': key '%s' has a bool that is neither 0 nor 1; %s",
                       path_, entry.key.c_str(), again);
      return success();
    }
    for (std::uint64_t i = 0; i < value.count; ++i) {
      // A header is less than 2^32 bytes.
      if (value.is_array) value.starts.push_back(static_cast<std::uint32_t>(in_.at()));
      std::string_view text;
      TENON_TRY(in_.string(text, entry.key.c_str()));
    }
    return success();
  }

  // What keys say of the file itself.
  tenon_status obey(const gguf_entry& entry) {
    const gguf_value& value = entry.value;
    const std::uint64_t number =
        value.is_array || value.type == gguf_type::string ? 0 : natural(value);
    if (entry.key == "general.alignment") {
      if (value.is_array || value.type != gguf_type::u32 || !std::has_single_bit(number))
        return failure(TENON_BAD_FILE,
                       "'%s': general.alignment is %" PRIu64
                       ", it has to be a power of two, as a u32; %s",
                       path_, number, again);
      alignment_ = number;
    }
    if (entry.key == "split.count" && number > 1)
      return failure(TENON_BAD_FILE,
                     "'%s' is one of %" PRIu64
                     " parts of a model; join them (llama-gguf-split --merge) and pass the whole",
                     path_, number);
    return success();
  }

  // A value of a few bytes as a number without sign.
  [[nodiscard]] std::uint64_t natural(const gguf_value& value) const {
    std::uint64_t number = 0;
    std::memcpy(&number, header_.bytes.data() + value.begin, gguf_bytes(value.type));
    return number;
  }

  tenon_status read_tensor() {
    stored_tensor& tensor = tensors_.emplace_back();
    offered_tensor& what = tensor.what;
    TENON_TRY(in_.name(what.name, "the name of a tensor"));
    const char* const name = what.name.c_str();
    std::uint32_t rank = 0, number = 0;
    TENON_TRY(in_.number(rank, "the rank of a tensor"));
    if (rank > most_dimensions)
      return failure(TENON_BAD_FILE,
                     "'%s': tensor '%s' has %u dimensions; at most %u are allowed; %s", path_, name,
                     rank, most_dimensions, again);
    for (std::uint32_t i = 0; i < rank; ++i) {
      std::int64_t size = 0;
      TENON_TRY(in_.number(size, "a size of a tensor"));
      if (size < 0)
        return failure(TENON_BAD_FILE, "'%s': tensor '%s' has a size of 2^63 or more; %s", path_,
                       name, again);
      what.shape.insert(what.shape.begin(), size);  // the innermost comes first in the file
    }
    TENON_TRY(in_.number(number, "the type of a tensor"));
    const gguf_tensor_type* const type = find_gguf_tensor_type(number);
    if (type == nullptr)
      return failure(
          TENON_BAD_FILE,
          "'%s': tensor '%s' has type %u, which is not known here; store it as F32, F16, "
          "BF16, Q8_0, Q4_0 or Q4_K",
          path_, name, number);
    what.blocks = find_block_format(type->name);
    what.type = what.blocks != nullptr ? element::f32 : element_from_name(type->name);
    if (what.type == element::other) what.type_name = type->name;
    TENON_TRY(in_.number(tensor.begin, "the offset of a tensor"));
    return measure(tensor, *type);
  }

  // From the first byte, and what the shape needs, to the last.
  tenon_status measure(stored_tensor& tensor, const gguf_tensor_type& type) const {
    const offered_tensor& what = tensor.what;
    const std::int64_t row = what.shape.empty() ? 1 : what.shape.back();
    if (row % type.elements != 0)
      return failure(TENON_BAD_FILE,
                     "'%s': tensor '%s' is %s with rows of %" PRId64 ", no multiple of %u; %s",
                     path_, what.name.c_str(), type.name, row, type.elements, again);
    std::uint64_t bytes = type.bytes;
    bool fits = true;
    const bool none = std::ranges::find(what.shape, 0) != what.shape.end();
    for (std::size_t axis = 0; axis < what.shape.size(); ++axis) {
      const bool last = axis + 1 == what.shape.size();
      const auto size = static_cast<std::uint64_t>(what.shape[axis]);
      fits = fits && !__builtin_mul_overflow(bytes, last ? size / type.elements : size, &bytes);
    }
    if (none) bytes = 0;  // a size of 0 makes nothing of the others, however large
    if ((!fits && !none) || __builtin_add_overflow(tensor.begin, bytes, &tensor.end))
      return failure(TENON_BAD_FILE,
                     "'%s': tensor '%s', %s %s at byte %" PRIu64 ", ends beyond 2^64 bytes; %s",
                     path_, what.name.c_str(), type.name, shape_text(what.shape).c_str(),
                     tensor.begin, again);
    return success();
  }

  // The next multiple of the alignment; false where it is beyond 2^64.
  [[nodiscard]] bool align(std::uint64_t& at) const {
    return !__builtin_add_overflow(at, (alignment_ - at % alignment_) % alignment_, &at);
  }

  // Sorted by offset, the tensors must tile the data, each at the next multiple of the alignment.
  // Behind the last one may be padding to the next, and nothing else.
  tenon_status check_layout() {
    std::uint64_t data_begin = in_.at();
    if (!align(data_begin) || data_begin > source_.bytes()) {
      if (tensors_.empty()) return success();
      return failure(TENON_BAD_FILE,
                     "'%s' ends at byte %" PRIu64
                     ", before its data, which begin at a multiple of %" PRIu64 " behind %zu; %s",
                     path_, source_.bytes(), alignment_, in_.at(), again);
    }
    const std::uint64_t data_bytes = source_.bytes() - data_begin;
    std::ranges::sort(tensors_, [](const stored_tensor& a, const stored_tensor& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    std::uint64_t covered = 0;
    for (stored_tensor& tensor : tensors_) {
      const char* const name = tensor.what.name.c_str();
      if (tensor.end > data_bytes)
        return failure(TENON_BAD_FILE,
                       "'%s': tensor '%s' lies at bytes %" PRIu64 " to %" PRIu64 " of %" PRIu64
                       " of the data; %s",
                       path_, name, tensor.begin, tensor.end, data_bytes, again);
      if (!align(covered) || tensor.begin != covered)
        return failure(TENON_BAD_FILE,
                       "'%s': tensor '%s' begins at byte %" PRIu64 " of the data, %" PRIu64
                       " follows from the one before and an alignment of %" PRIu64 "; %s",
                       path_, name, tensor.begin, covered, alignment_, again);
      covered = tensor.end;
      tensor.begin += data_begin;
      tensor.end += data_begin;
    }
    const std::uint64_t end = covered;
    if (align(covered) && data_bytes > covered)
      return failure(TENON_BAD_FILE,
                     "'%s': the tensors end at byte %" PRIu64 " of %" PRIu64 " of the data; %s",
                     path_, end, data_bytes, again);
    return success();
  }

  const char* path_;
  const file& source_;
  header_reader in_;
  std::vector<stored_tensor>& tensors_;
  gguf_header& header_;
  std::uint64_t alignment_ = usual_alignment;
};

}  // namespace

tenon_status has_gguf_magic(const file& source, bool& has) {
  char letters[sizeof magic] = {};
  if (source.bytes() >= sizeof letters) TENON_TRY(source.read(0, letters, sizeof letters));
  has = std::memcmp(letters, magic, sizeof magic) == 0;
  return success();
}

tenon_status read_gguf(const file& source, std::vector<stored_tensor>& tensors,
                       gguf_header& header) {
  tensors.clear();
  header = {};
  return parser(source, tensors, header).run();
}

std::size_t gguf_bytes(gguf_type type) {
  switch (type) {
    case gguf_type::u8:
    case gguf_type::i8:
    case gguf_type::boolean:
      return 1;
    case gguf_type::u16:
    case gguf_type::i16:
      return 2;
    case gguf_type::u64:
    case gguf_type::i64:
    case gguf_type::f64:
      return 8;
    default:
      return 4;
  }
}

std::string_view gguf_text(const gguf_header& header, std::size_t begin) {
  std::uint64_t length = 0;
  std::memcpy(&length, header.bytes.data() + begin, sizeof length);
  return std::string_view(header.bytes).substr(begin + sizeof length, length);
}

}  // namespace tenon::runtime::detail
