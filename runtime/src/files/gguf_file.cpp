// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// gguf.h: GGUF files for applications.
#include <tenon/runtime/gguf.h>

#include <cinttypes>
#include <cstring>
#include <memory>
#include <utility>

#include "failure.hpp"
#include "gguf.hpp"
#include "tensor_values.hpp"

using namespace tenon::runtime::detail;

struct tenon_gguf_file {
  file source;
  std::vector<stored_tensor> tensors;  // in the order of their bytes
  gguf_header header;
};

namespace {

template <class T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class T>
tenon_gguf_value whole_number(const char* from) {
  const T number = load<T>(from);
  tenon_gguf_value value{};
  value.real = static_cast<double>(number);
  value.kind = std::in_range<std::int64_t>(number) ? TENON_GGUF_INTEGER : TENON_GGUF_REAL;
  if (value.kind == TENON_GGUF_INTEGER) value.integer = static_cast<std::int64_t>(number);
  return value;
}

tenon_gguf_value real_number(double number) {
  tenon_gguf_value value{};
  value.kind = TENON_GGUF_REAL;
  value.real = number;
  return value;
}

// A value of a known type that begins at a place of the header.
tenon_gguf_value value_at(const gguf_header& header, gguf_type type, std::size_t begin) {
  const char* const from = header.bytes.data() + begin;
  switch (type) {
    case gguf_type::u8:
      return whole_number<std::uint8_t>(from);
    case gguf_type::i8:
      return whole_number<std::int8_t>(from);
    case gguf_type::u16:
      return whole_number<std::uint16_t>(from);
    case gguf_type::i16:
      return whole_number<std::int16_t>(from);
    case gguf_type::u32:
      return whole_number<std::uint32_t>(from);
    case gguf_type::i32:
      return whole_number<std::int32_t>(from);
    case gguf_type::u64:
      return whole_number<std::uint64_t>(from);
    case gguf_type::i64:
      return whole_number<std::int64_t>(from);
    case gguf_type::f32:
      return real_number(load<float>(from));
    case gguf_type::f64:
      return real_number(load<double>(from));
    case gguf_type::boolean: {
      tenon_gguf_value value{};
      value.kind = TENON_GGUF_BOOL;
      value.integer = *from;
      return value;
    }
    default: {
      const std::string_view text = gguf_text(header, begin);
      tenon_gguf_value value{};
      value.kind = TENON_GGUF_TEXT;
      value.text = text.data();
      value.bytes = text.size();
      return value;
    }
  }
}

std::uint32_t dtype_of(const offered_tensor& tensor) {
  if (tensor.blocks == nullptr)
    for (const std::uint32_t dtype : {TENON_F32, TENON_BF16, TENON_I32, TENON_F64})
      if (element_of(dtype) == tensor.type) return dtype;
  return UINT32_MAX;
}

}  // namespace

tenon_status tenon_gguf_open(const char* path, tenon_gguf_file** opened) {
  return guarded([&] {
    if (path == nullptr || opened == nullptr)
      return failure(TENON_INVALID_ARGUMENT, "the path or the pointer is null; pass both");
    *opened = nullptr;
    auto made = std::make_unique<tenon_gguf_file>();
    TENON_TRY(file::open(path, made->source));
    TENON_TRY(read_gguf(made->source, made->tensors, made->header));
    *opened = made.release();
    return success();
  });
}

void tenon_gguf_close(tenon_gguf_file* file) { delete file; }

size_t tenon_gguf_keys(const tenon_gguf_file* file) {
  return file == nullptr ? 0 : file->header.entries.size();
}

const char* tenon_gguf_key(const tenon_gguf_file* file, size_t index) {
  return index < tenon_gguf_keys(file) ? file->header.entries[index].key.c_str() : nullptr;
}

tenon_gguf_value tenon_gguf_find(const tenon_gguf_file* file, const char* key) {
  if (file == nullptr || key == nullptr) return {};
  for (const gguf_entry& each : file->header.entries) {
    if (each.key != key) continue;
    if (!each.value.is_array) return value_at(file->header, each.value.type, each.value.begin);
    tenon_gguf_value array{};
    array.kind = TENON_GGUF_ARRAY;
    array.count = each.value.count;
    array.items = &each.value;
    return array;
  }
  return {};
}

tenon_gguf_value tenon_gguf_item(const tenon_gguf_file* file, const tenon_gguf_value* array,
                                 uint64_t index) {
  if (file == nullptr || array == nullptr || array->kind != TENON_GGUF_ARRAY ||
      array->items == nullptr || index >= array->count)
    return {};
  const gguf_value& items = *static_cast<const gguf_value*>(array->items);
  const std::size_t begin = items.type == gguf_type::string
                                ? items.starts[index]
                                : items.begin + index * gguf_bytes(items.type);
  return value_at(file->header, items.type, begin);
}

size_t tenon_gguf_count(const tenon_gguf_file* file) {
  return file == nullptr ? 0 : file->tensors.size();
}

tenon_named_tensor tenon_gguf_tensor(const tenon_gguf_file* file, size_t index) {
  if (index >= tenon_gguf_count(file)) return {};
  const offered_tensor& tensor = file->tensors[index].what;
  return {tensor.name.c_str(), dtype_of(tensor), static_cast<std::uint32_t>(tensor.shape.size()),
          tensor.shape.data(), nullptr};
}

const char* tenon_gguf_type(const tenon_gguf_file* file, size_t index) {
  return index < tenon_gguf_count(file) ? file->tensors[index].what.type_text() : nullptr;
}

tenon_status tenon_gguf_read(const tenon_gguf_file* file, size_t index, uint64_t first,
                             float* values, uint64_t count) {
  return guarded([&] {
    if (index >= tenon_gguf_count(file) || values == nullptr)
      return failure(TENON_INVALID_ARGUMENT,
                     "there is no file, no tensor %zu in it, or no memory to read to; pass them",
                     index);
    const stored_tensor& tensor = file->tensors[index];
    const char* const name = tensor.what.name.c_str();
    std::uint64_t elements = 1;
    for (const std::int64_t size : tensor.what.shape) elements *= static_cast<std::uint64_t>(size);
    if (!converts(tensor.what.type, element::f32))
      return failure(TENON_INCOMPATIBLE, "tensor '%s' is %s, which is not converted to F32", name,
                     tensor.what.type_text());
    if (first > elements || count > elements - first)
      return failure(TENON_INVALID_ARGUMENT,
                     "tensor '%s' has %" PRIu64 " elements, %" PRIu64 " from %" PRIu64
                     " on are asked for; ask for what it has",
                     name, elements, count, first);
    return read_values(file->source, tensor, element::f32, first, count, values);
  });
}
