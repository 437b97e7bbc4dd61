// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Finding the CUDA driver's functions; see driver.hpp.
#include "driver.hpp"

#include "failure.hpp"

namespace tenon::runtime::detail::cu {

tenon_status functions::find(const library& driver) {
#define TENON_CUDA_FIND(name, suffix, parameters)                            \
  name = reinterpret_cast<decltype(name)>(driver.symbol("cu" #name suffix)); \
  if (name == nullptr)                                                       \
    return failure(TENON_UNAVAILABLE, "this CUDA driver lacks cu%s%s; update it", #name, suffix);
  TENON_CUDA_FUNCTIONS(TENON_CUDA_FIND)
#undef TENON_CUDA_FIND
  return detail::success();
}

tenon_status functions::failed_call(const char* call, result outcome) const {
  const char *name = nullptr, *text = nullptr;
  if (GetErrorName(outcome, &name) != cu::success || name == nullptr) name = "an unknown error";
  if (GetErrorString(outcome, &text) != cu::success || text == nullptr) text = "no description";
  if (outcome == error_out_of_memory)
    return failure(TENON_OUT_OF_MEMORY, "cu%s: %s (%s); use smaller sizes or the CPU", call, name,
                   text);
  return failure(TENON_DEVICE_ERROR, "cu%s: %s (%s); open the device anew, or use the CPU", call,
                 name, text);
}

}  // namespace tenon::runtime::detail::cu
