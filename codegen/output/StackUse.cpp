// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See StackUse.h.
#include "StackUse.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/DataExtractor.h"

using namespace llvm;

namespace tenon {

// Beside its frame a call takes the return address, and up to 63 bytes where a frame is aligned to
// a cache line; the deepest function may use the 128 bytes below its frame that x86-64 leaves it.
static constexpr uint64_t besideFrame = 8 + 64, redZone = 128;

/// The frames of all functions of an object, by name.
static Expected<StringMap<uint64_t>> framesOf(const object::ObjectFile &file) {
  DenseMap<uint64_t, std::string> functions; // by the section that holds one
  for (const object::SymbolRef &symbol : file.symbols()) {
    Expected<object::SymbolRef::Type> type = symbol.getType();
    if (!type)
      return type.takeError();
    Expected<object::section_iterator> section = symbol.getSection();
    if (!section)
      return section.takeError();
    Expected<StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    if (*type == object::SymbolRef::ST_Function && *section != file.section_end())
      functions[(*section)->getIndex()] = name->str();
  }
  StringMap<uint64_t> frames;
  for (const object::SectionRef &relocations : file.sections()) {
    Expected<object::section_iterator> sizes = relocations.getRelocatedSection();
    if (!sizes)
      return sizes.takeError();
    if (*sizes == file.section_end())
      continue;
    Expected<StringRef> name = (*sizes)->getName();
    Expected<StringRef> content = (*sizes)->getContents();
    if (!name || !content)
      return joinErrors(name.takeError(), content.takeError());
    if (*name != ".stack_sizes")
      continue;
    // A function's address, which is a relocation, then the size of its frame.
    DataExtractor data(*content, file.isLittleEndian(), file.getBytesInAddress());
    for (const object::RelocationRef &relocation : relocations.relocations()) {
      Expected<object::section_iterator> section = relocation.getSymbol()->getSection();
      if (!section)
        return section.takeError();
      uint64_t offset = relocation.getOffset() + file.getBytesInAddress();
      frames[functions.lookup((*section)->getIndex())] = data.getULEB128(&offset);
    }
  }
  return frames;
}

namespace {
class Depths {
public:
  explicit Depths(const StringMap<uint64_t> &frames) : frames(frames) {}

  /// Generated functions do not call themselves.
  Expected<uint64_t> of(const Function &function) {
    auto frame = frames.find(function.getName());
    if (frame == frames.end())
      return createStringError("the object does not say how large the frame of '" +
                               function.getName() + "' is");
    if (auto known = depths.find(&function); known != depths.end())
      return known->second;
    uint64_t deepest = 0;
    for (const Instruction &instruction : instructions(function)) {
      auto *call = dyn_cast<CallBase>(&instruction);
      const Function *callee = call ? call->getCalledFunction() : nullptr;
      if (!callee || callee->isDeclaration())
        continue;
      Expected<uint64_t> depth = of(*callee);
      if (!depth)
        return depth;
      deepest = std::max(deepest, *depth);
    }
    return depths[&function] = frame->second + besideFrame + deepest;
  }

private:
  const StringMap<uint64_t> &frames;
  DenseMap<const Function *, uint64_t> depths;
};
} // namespace

Expected<StringMap<uint64_t>> stackUse(const Module &module, StringRef object) {
  auto file = object::ObjectFile::createObjectFile(MemoryBufferRef(object, "object"));
  if (!file)
    return file.takeError();
  Expected<StringMap<uint64_t>> frames = framesOf(**file);
  if (!frames)
    return frames;
  Depths depths(*frames);
  StringMap<uint64_t> result;
  for (const Function &function : module)
    if (!function.isDeclaration() && function.hasExternalLinkage()) {
      Expected<uint64_t> depth = depths.of(function);
      if (!depth)
        return depth.takeError();
      result[function.getName()] = *depth + redZone;
    }
  return result;
}

} // namespace tenon
