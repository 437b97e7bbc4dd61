// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Object file -> section -> graphs: everything about a graph that stands before its checksum.
#include "reader.h"

#include "decode.h"

#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace llvm;

namespace tenon {
namespace {

Error error(const Twine &message) { return createStringError(inconvertibleErrorCode(), message); }

std::string machineName(const object::ObjectFile &object) {
  if (object.getArch() == Triple::x86_64)
    return "x86-64"; // the name of its ABI's documents and of our targets
  return Triple::getArchTypeName(object.getArch()).str();
}

// Checks what stands before the checksum, and the checksum; returns the graph's size in bytes.
Expected<uint32_t> checkedSize(StringRef bytes) {
  namespace header = graph::header;
  uint32_t version = wordAt(bytes, header::version);
  if (bytes.size() < header::words * 4)
    return error("the graph is truncated: " + Twine(bytes.size()) +
                 " bytes are left of a header of " + Twine(header::words * 4) +
                 "; compile the model again");
  if (version > graph::version)
    return error("the model was written by a newer DSL: its format is version " + Twine(version) +
                 ", this tenonc reads " + Twine(graph::version) +
                 "; compile it with the headers that came with this tenonc, or use a newer tenonc");
  if (version < graph::version)
    return error("the model was written by an older DSL: its format is version " + Twine(version) +
                 ", this tenonc reads " + Twine(graph::version) +
                 "; compile it again with the headers that came with this tenonc");
  uint32_t size = wordAt(bytes, header::total_bytes);
  if (size < header::words * 4 || size % graph::alignment != 0)
    return error("the graph's size of " + Twine(size) + " bytes is not a multiple of " +
                 Twine(graph::alignment) + " that holds a header; compile the model again");
  if (size > bytes.size())
    return error("the graph is truncated: it has " + Twine(size) + " bytes, the section holds " +
                 Twine(bytes.size()) + " of them; compile the model again");
  uint32_t stored = wordAt(bytes, header::crc32);
  StringRef covered = bytes.take_front(size).drop_front((header::crc32 + 1) * 4);
  uint32_t computed = graph::crc32(covered.data(), covered.size());
  if (stored != computed)
    return error("the graph was altered after compilation: its checksum is " + utohexstr(computed) +
                 ", the stored one " + utohexstr(stored) + "; compile the model again");
  return size;
}

} // namespace

Expected<std::vector<Graph>> readSection(StringRef bytes, StringRef machine) {
  std::vector<Graph> graphs;
  StringRef rest = bytes;
  while (!rest.empty()) {
    StringRef step = rest.take_front(graph::alignment);
    if (step.find_first_not_of('\0') == StringRef::npos) { // padding between graphs
      rest = rest.drop_front(step.size());
      continue;
    }
    if (!rest.starts_with(graph::magic))
      return error("no graph begins at byte " + Twine(bytes.size() - rest.size()) + " of section " +
                   graph::section_name + "; only the DSL may write to it");
    Expected<uint32_t> size = checkedSize(rest);
    if (!size)
      return size.takeError();
    Expected<Graph> decoded = decodeGraph(rest.take_front(*size));
    if (!decoded)
      return decoded.takeError();
    for (const Graph &other : graphs)
      if (other.name == decoded->name)
        return error("two models are named '" + decoded->name + "'; rename one of them");
    decoded->machine = machine.str();
    graphs.push_back(std::move(*decoded));
    rest = rest.drop_front(*size);
  }
  if (graphs.empty())
    return error(Twine("section ") + graph::section_name +
                 " holds no graph; compile the model again");
  return graphs;
}

static Expected<std::vector<Graph>> readElf(const object::ObjectFile &object) {
  std::string contents; // several sections, as of inline models, count as one
  bool linkTime = false;
  for (const object::SectionRef &section : object.sections()) {
    Expected<StringRef> name = section.getName();
    if (!name)
      return name.takeError();
    linkTime |= name->starts_with(".gnu.lto_");
    if (*name != graph::section_name)
      continue;
    Expected<StringRef> bytes = section.getContents();
    if (!bytes)
      return bytes.takeError();
    contents.append(alignTo(contents.size(), graph::alignment) - contents.size(), '\0');
    contents += *bytes;
  }
  if (contents.empty() && linkTime)
    return error("holds no machine code, only link-time optimisation data; compile the model's "
                 "source without -flto");
  if (contents.empty())
    return error(Twine("holds no model: section ") + graph::section_name +
                 " is absent or empty; does its source name a model with TENON_MODEL?");
  return readSection(contents, machineName(object));
}

Expected<std::vector<Graph>> readObject(MemoryBufferRef buffer) {
  auto inFile = [&](Error problem) {
    return createFileError(buffer.getBufferIdentifier(), std::move(problem));
  };
  switch (identify_magic(buffer.getBuffer())) {
  case file_magic::elf:
  case file_magic::elf_relocatable:
  case file_magic::elf_executable:
  case file_magic::elf_shared_object:
    break;
  case file_magic::bitcode:
    return inFile(
        error("is LLVM bitcode, not an object; compile the model's source without -flto"));
  case file_magic::archive:
    return inFile(error("is an archive; name the object with the model in it"));
  default:
    return inFile(
        error("is not an ELF object; name the object that the model's source compiles to"));
  }
  Expected<std::unique_ptr<object::ObjectFile>> object =
      object::ObjectFile::createELFObjectFile(buffer);
  if (!object)
    return inFile(object.takeError());
  Expected<std::vector<Graph>> graphs = readElf(**object);
  if (!graphs)
    return inFile(graphs.takeError());
  return graphs;
}

Expected<std::vector<Graph>> readObject(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(path);
  if (!file)
    return createFileError(path, file.getError());
  return readObject((*file)->getMemBufferRef());
}

} // namespace tenon
