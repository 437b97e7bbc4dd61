// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See EntryNames.h.
#include "EntryNames.h"

using namespace mlir;

namespace tenon {

StringRef entryName(func::FuncOp function) {
  auto name = function->getAttrOfType<StringAttr>("tenon.entry");
  return name ? name.getValue() : function.getSymName();
}

void setEntryName(ModelOp model, func::FuncOp function, StringRef name) {
  auto isTaken = [&](StringRef symbol) {
    return llvm::any_of(model.getBody().getOps(), [&](Operation &op) {
      auto other = dyn_cast<SymbolOpInterface>(op);
      return other && !isa<func::FuncOp>(op) && other.getName() == symbol;
    });
  };
  std::string symbol = name.str();
  while (isTaken(symbol))
    symbol += '_';
  function.setSymName(symbol);
  if (symbol == name)
    function->removeAttr("tenon.entry");
  else
    function->setAttr("tenon.entry", StringAttr::get(model.getContext(), name));
}

func::FuncOp lookupEntry(ModelOp model, StringRef name) {
  for (func::FuncOp function : model.getBody().getOps<func::FuncOp>())
    if (entryName(function) == name)
      return function;
  return {};
}

} // namespace tenon
