// TENON_MODEL, which puts a model's graph into section `.tenon.graph` of the object file.
// A system header only so that g++ reports mistakes in a model at the line that uses the macro, and
// not at the macro's own.
#pragma once
#pragma GCC system_header
#include "tenon/trace.hpp"

// g++ would reorder the models of a file when it optimises.
#if defined(__clang__)
#define TENON_IN_SECTION __attribute__((section(".tenon.graph"), used))
#else
#define TENON_IN_SECTION __attribute__((section(".tenon.graph"), used, no_reorder))
#endif

/// Writes the graph of a model (an expression) into the object file, as symbol tenon_graph_<name>.
/// At namespace scope outside any namespace; a file may hold several models. The name may be that
/// of the model's type: the expression is evaluated where nothing of ours has that name.
#define TENON_MODEL(name, ...) TENON_MODEL_EXPANDED(name, __VA_ARGS__)
#define TENON_MODEL_EXPANDED(name, ...)                                                   \
  namespace tenon_models {                                                                \
  static consteval auto source_of_##name() { return __VA_ARGS__; }                        \
  namespace traced {                                                                      \
  inline constexpr ::tenon::graph::builder name =                                         \
      ::tenon::trace(#name, ::tenon_models::source_of_##name());                          \
  }                                                                                       \
  namespace encoded {                                                                     \
  inline constexpr ::tenon::blob_of<traced::name> name = ::tenon::encode<traced::name>(); \
  }                                                                                       \
  }                                                                                       \
  extern "C" TENON_IN_SECTION constexpr auto tenon_graph_##name = tenon_models::encoded::name
