# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# tenon_add_model: from a model's source to a library that applications link.
#
#   tenon_add_model(<target>
#     SOURCE gpt2.model.cpp
#     [MODELS gpt2 ...]              names of the models in it; default: <target>
#     [ENTRIES forward step loss]    default: all that the model has
#     [CPU x86-64-v3 x86-64-v4 ...]  default: by CMAKE_SYSTEM_PROCESSOR
#     [GPU spirv nvptx:sm_80 ...]    default: none
#     [COMPUTE bf16]                 weights of products, tables and caches of f32 become bf16, sums stay
#                                    f32; default: the types that the model declares
#     [DEFINITIONS X=1 ...]          for the model's source
#     [METADATA key=value ...]       what programs may read of the models (tenon_model_metadata)
#     [DUMP_DIR <folder>]            the IR after each stage, one folder a model
#     [CHECK])                       tests of every variant against the reference interpreter; needs
#                                    enable_testing() in the project's top CMakeLists.txt
#
# <target> is a static library; linking it brings <model>.tenon.h and the runtime along. The source is
# compiled by the target's compiler; tenonc reads the object. When cross-compiling, TENON_HOST_TENONC
# names a tenonc that runs on the build machine.
include_guard(GLOBAL)
set(TENON_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR} CACHE INTERNAL "where the check program lies")
set(TENON_HOST_TENONC "" CACHE FILEPATH "tenonc of the build machine, for cross-compiling")

# The command that runs tenonc, and what to depend on so that a newer tenonc is run again.
function(_tenon_find_compiler command dependency)
  if(TENON_HOST_TENONC)
    set(${command} ${TENON_HOST_TENONC} PARENT_SCOPE)
    set(${dependency} ${TENON_HOST_TENONC} PARENT_SCOPE)
  elseif(CMAKE_CROSSCOMPILING)
    message(FATAL_ERROR "tenon_add_model: cross-compiling for ${CMAKE_SYSTEM_PROCESSOR} needs a tenonc "
            "that runs on this machine; set TENON_HOST_TENONC to its path")
  elseif(TARGET tenonc)
    set(${command} $<TARGET_FILE:tenonc> PARENT_SCOPE)
    set(${dependency} tenonc PARENT_SCOPE)
  elseif(TARGET tenon::tenonc)
    set(${command} $<TARGET_FILE:tenon::tenonc> PARENT_SCOPE)
    set(${dependency} $<TARGET_FILE:tenon::tenonc> PARENT_SCOPE)
  else()
    message(FATAL_ERROR "tenon_add_model: this installation has no tenonc; set TENON_HOST_TENONC to one")
  endif()
endfunction()

function(_tenon_default_cpus variable compute)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    set(cpus x86-64-v2 x86-64-v3 x86-64-v4)
    if(compute STREQUAL "bf16")
      list(APPEND cpus x86-64-v4-bf16)
    endif()
    set(${variable} ${cpus} PARENT_SCOPE)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
    set(${variable} aarch64 PARENT_SCOPE)
  else()
    message(FATAL_ERROR "tenon_add_model: no CPU target is known for '${CMAKE_SYSTEM_PROCESSOR}'; "
            "name them with CPU")
  endif()
endfunction()

function(tenon_add_model target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "CHECK" "SOURCE;COMPUTE;DUMP_DIR"
                        "MODELS;ENTRIES;CPU;GPU;DEFINITIONS;METADATA")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "tenon_add_model(${target}): unknown argument '${arg_UNPARSED_ARGUMENTS}'; "
            "it takes SOURCE MODELS ENTRIES CPU GPU COMPUTE DEFINITIONS METADATA DUMP_DIR CHECK")
  endif()
  if(NOT arg_SOURCE)
    message(FATAL_ERROR "tenon_add_model(${target}): SOURCE is missing; give the model's .cpp file")
  endif()
  if(NOT CMAKE_C_COMPILER)
    message(FATAL_ERROR "tenon_add_model(${target}): the model's descriptor is C; write "
            "project(... LANGUAGES C CXX)")
  endif()
  if(NOT arg_MODELS)
    set(arg_MODELS ${target})
  endif()
  foreach(model IN LISTS arg_MODELS)
    if(NOT model MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
      message(FATAL_ERROR "tenon_add_model(${target}): no model can be named '${model}', which is no C "
              "identifier; write MODELS and the names that TENON_MODEL has in ${arg_SOURCE}")
    endif()
  endforeach()
  if(NOT arg_CPU)
    _tenon_default_cpus(arg_CPU "${arg_COMPUTE}")
  endif()
  _tenon_find_compiler(tenonc tenonc_dependency)

  add_library(${target}_graph OBJECT ${arg_SOURCE})
  target_link_libraries(${target}_graph PRIVATE tenon::dsl)
  target_compile_definitions(${target}_graph PRIVATE ${arg_DEFINITIONS})
  target_compile_options(${target}_graph PRIVATE -fno-lto)  # the graph is a section of an ELF object

  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}.tenon)
  set(outputs)
  foreach(model IN LISTS arg_MODELS)
    list(APPEND outputs ${folder}/${model}.tenon.h ${folder}/${model}.tenon.c)
    foreach(cpu IN LISTS arg_CPU)
      list(APPEND outputs ${folder}/${model}.${cpu}.o)
    endforeach()
  endforeach()
  list(JOIN arg_MODELS "," models)
  list(JOIN arg_CPU "," cpus)
  list(JOIN arg_ENTRIES "," entries)
  list(JOIN arg_GPU "," gpus)
  set(options --model ${models} --cpu ${cpus})
  if(entries)
    list(APPEND options --entries ${entries})
  endif()
  if(gpus)
    list(APPEND options --gpu ${gpus})
  endif()
  if(arg_COMPUTE)
    list(APPEND options --compute ${arg_COMPUTE})
  endif()
  foreach(each IN LISTS arg_METADATA)
    list(APPEND options --metadata ${each})
  endforeach()
  if(arg_DUMP_DIR)
    get_filename_component(dump ${arg_DUMP_DIR} ABSOLUTE BASE_DIR ${CMAKE_CURRENT_BINARY_DIR})
    list(APPEND options --dump-dir ${dump})
  endif()

  # tenonc leaves outputs alone that would not change, so the stamp, not they, says when it last ran:
  # what does not change is not compiled again.
  set(stamp ${folder}.stamp)
  add_custom_command(
    OUTPUT ${stamp}
    BYPRODUCTS ${outputs}
    COMMAND ${tenonc} compile $<TARGET_OBJECTS:${target}_graph> -o ${folder} ${options}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS $<TARGET_OBJECTS:${target}_graph> ${tenonc_dependency}
    COMMENT "tenonc ${target}: ${cpus} ${gpus}"
    VERBATIM)
  add_custom_target(${target}_tenonc DEPENDS ${stamp})
  add_dependencies(${target}_tenonc ${target}_graph)

  add_library(${target} STATIC ${outputs})
  add_dependencies(${target} ${target}_tenonc)
  set_source_files_properties(${outputs} PROPERTIES GENERATED ON)
  set(objects ${outputs})
  list(FILTER objects INCLUDE REGEX "\\.o$")
  set_source_files_properties(${objects} PROPERTIES EXTERNAL_OBJECT ON)
  target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${folder}>)
  target_link_libraries(${target} PUBLIC tenon::runtime)
  # A program that asks at run time which models it has (tenon_linked_model) need not name any: without
  # this the linker would leave them in the archive.
  foreach(model IN LISTS arg_MODELS)
    target_link_options(${target} INTERFACE LINKER:--undefined=tenon_linked_${model})
  endforeach()
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)

  if(arg_CHECK)
    include(${TENON_CMAKE_DIR}/TenonCheckModel.cmake)
    _tenon_check_models(${target} "${arg_MODELS}" "${tenonc}" "${arg_COMPUTE}")
  endif()
endfunction()
