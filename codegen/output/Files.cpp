// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// See Files.h.
#include "Files.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"

using namespace llvm;

namespace tenon {

Error writeFile(StringRef path, function_ref<void(raw_ostream &)> write) {
  auto cannot = [&](const Twine &why) {
    return createStringError("cannot write " + path + ": " + why);
  };
  sys::fs::file_status there;
  SmallString<128> place(path), unfinished;
  if (!sys::fs::status(path, there)) {
    if (there.type() != sys::fs::file_type::regular_file)
      return cannot("it is there and no regular file; remove it");
    if (sys::fs::real_path(path, place))
      place = path;
  }
  // Not sys::fs::TempFile: it tells the handler of signals of the file when that is there already.
  int descriptor;
  std::error_code error;
  do {
    sys::fs::createUniquePath(place + ".tmp-%%%%%%", unfinished, /*MakeAbsolute=*/false);
    sys::RemoveFileOnSignal(unfinished);
    error = sys::fs::openFileForWrite(unfinished, descriptor, sys::fs::CD_CreateNew);
    if (error)
      sys::DontRemoveFileOnSignal(unfinished);
  } while (error == std::errc::file_exists);
  if (error)
    return cannot(error.message());

  raw_fd_ostream stream(descriptor, /*shouldClose=*/true);
  write(stream);
  stream.close();
  error = stream.error();
  stream.clear_error();
  if (!error)
    error = sys::fs::rename(unfinished, place);
  if (error)
    sys::fs::remove(unfinished);
  sys::DontRemoveFileOnSignal(unfinished);
  return error ? cannot(error.message()) : Error::success();
}

} // namespace tenon
