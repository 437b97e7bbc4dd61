# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The compiled models of a program that knows them only as a list: gpt2, nanogpt.
include_guard(GLOBAL)

# sample_add_model(<program> <unit> <type>): adds <program>_model_<model>, which tenon_add_model
# made, to the program, and <unit>, compiled for it: an object compiled_<model> of <type>.
# Reads `model` and `definitions` of the caller's scope.
macro(sample_add_model program unit type)
  add_library(${program}_compiled_${model} OBJECT ${unit})
  target_compile_definitions(${program}_compiled_${model}
    PRIVATE ${definitions} TENON_GPT_HEADER="${model}.tenon.h")
  target_link_libraries(${program}_compiled_${model}
    PRIVATE ${program}_model_${model} tenon_sample_${program})
  target_link_libraries(${program}
    PRIVATE ${program}_compiled_${model} ${program}_model_${model})
  string(APPEND declarations "extern const ${type} compiled_${model};\n")
  list(APPEND elements "&compiled_${model}")
endmacro()

# sample_list_models(<program>): the list of those that were added, from compiled_models.cpp.in.
function(sample_list_models program)
  list(JOIN elements ", " elements)
  configure_file(compiled_models.cpp.in compiled_models.cpp @ONLY)
  target_sources(${program} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/compiled_models.cpp)
endfunction()
