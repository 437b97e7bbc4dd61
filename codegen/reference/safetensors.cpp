// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Reading and writing of tensors; see safetensors.h.
#include "safetensors.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>

namespace tenon::reference {

static llvm::Error fail(const std::string &path, const llvm::Twine &what) {
  return llvm::createStringError(llvm::Twine(path) + ": " + what);
}

template <class T>
static void widen(llvm::StringRef bytes, std::vector<double> &values) {
  for (size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
}

static llvm::Expected<Tensor> readTensor(const std::string &path, llvm::StringRef name,
                                         const llvm::json::Object &entry, llvm::StringRef data) {
  auto dtype = entry.getString("dtype");
  const llvm::json::Array *shape = entry.getArray("shape"), *range = entry.getArray("data_offsets");
  if (!dtype || !shape || !range || range->size() != 2)
    return fail(path, "tensor '" + name + "' lacks dtype, shape or data_offsets");
  llvm::SmallVector<int64_t> sizes;
  for (const llvm::json::Value &size : *shape)
    sizes.push_back(size.getAsInteger().value_or(0));
  Tensor tensor = Tensor::zeros(sizes);
  int64_t width = *dtype == "F64" ? 8 : 4;
  uint64_t begin = (*range)[0].getAsUINT64().value_or(0),
           end = (*range)[1].getAsUINT64().value_or(0);
  if (begin > end || end > data.size() ||
      end - begin != tensor.values.size() * static_cast<uint64_t>(width))
    return fail(path, "tensor '" + name + "' has " + llvm::Twine(tensor.values.size()) +
                          " values in " + llvm::Twine(end - begin) + " bytes of " + *dtype);
  llvm::StringRef bytes = data.slice(begin, end);
  if (*dtype == "F32")
    widen<float>(bytes, tensor.values);
  else if (*dtype == "F64")
    widen<double>(bytes, tensor.values);
  else if (*dtype == "I32")
    widen<int32_t>(bytes, tensor.values);
  else
    return fail(path, "tensor '" + name + "' is " + *dtype + "; known are F32, F64, I32");
  return tensor;
}

llvm::Expected<llvm::StringMap<Tensor>> readTensors(const std::string &path) {
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!file)
    return fail(path, file.getError().message());
  llvm::StringRef bytes = (*file)->getBuffer();
  uint64_t length = bytes.size() < 8 ? ~uint64_t{0} : llvm::support::endian::read64le(bytes.data());
  if (bytes.size() < 8 || length > bytes.size() - 8)
    return fail(path, "is not a safetensors file: its header does not fit into " +
                          llvm::Twine(bytes.size()) + " bytes");
  llvm::Expected<llvm::json::Value> header = llvm::json::parse(bytes.substr(8, length));
  if (!header)
    return header.takeError();
  const llvm::json::Object *entries = header->getAsObject();
  if (!entries)
    return fail(path, "its header is not a JSON object");
  llvm::StringMap<Tensor> tensors;
  for (const auto &[name, value] : *entries) {
    const llvm::json::Object *entry = value.getAsObject();
    if (!entry || llvm::StringRef(name) == "__metadata__")
      continue;
    llvm::Expected<Tensor> tensor = readTensor(path, name, *entry, bytes.substr(8 + length));
    if (!tensor)
      return tensor.takeError();
    tensors[name] = std::move(*tensor);
  }
  return tensors;
}

void writeTensors(llvm::raw_ostream &file, llvm::ArrayRef<std::pair<std::string, Tensor>> tensors,
                  llvm::json::Object metadata) {
  llvm::json::Object header;
  if (!metadata.empty())
    header["__metadata__"] = std::move(metadata);
  int64_t offset = 0;
  for (const auto &[name, tensor] : tensors) {
    int64_t end = offset + static_cast<int64_t>(tensor.values.size() * sizeof(double));
    header[name] = llvm::json::Object{{"dtype", "F64"},
                                      {"shape", llvm::json::Array(tensor.shape)},
                                      {"data_offsets", llvm::json::Array{offset, end}}};
    offset = end;
  }
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(std::move(header));
  char length[8];
  llvm::support::endian::write64le(length, text.size());
  file.write(length, sizeof(length)) << text;
  for (const auto &[name, tensor] : tensors)
    file.write(reinterpret_cast<const char *>(tensor.values.data()),
               tensor.values.size() * sizeof(double));
}

} // namespace tenon::reference
