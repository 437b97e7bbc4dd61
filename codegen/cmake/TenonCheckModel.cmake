# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The CHECK of tenon_add_model: a program that compares every variant that this machine can run with
# the reference interpreter of tenonc, and a test a model.

# CMake drops tests without a word where nobody called enable_testing(), which may stand behind
# tenon_add_model: so this looks when the top folder is done.
function(_tenon_warn_without_testing)
  if(NOT CMAKE_TESTING_ENABLED)
    get_property(models GLOBAL PROPERTY TENON_CHECKED_MODELS)
    list(JOIN models ", " models)
    message(WARNING "tenon_add_model: the project has no tests, so CHECK of ${models} adds none; write "
            "enable_testing() in ${CMAKE_SOURCE_DIR}/CMakeLists.txt, or leave out CHECK")
  endif()
endfunction()

# One program for all checked models of a target. What compares is compiled once a project; a C file
# lists the models.
function(_tenon_check_models target models tenonc compute)
  get_property(known GLOBAL PROPERTY TENON_CHECKED_MODELS)
  if(NOT known)
    cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL _tenon_warn_without_testing)
    add_library(tenon_check_model OBJECT EXCLUDE_FROM_ALL ${TENON_CMAKE_DIR}/check/check_model.cpp)
    target_link_libraries(tenon_check_model PRIVATE tenon::runtime)
    target_compile_features(tenon_check_model PRIVATE cxx_std_20)
    # The same parameters and inputs on every machine, so that the bits of results can be compared.
    target_compile_options(tenon_check_model PRIVATE -ffp-contract=off)
  endif()
  set_property(GLOBAL APPEND PROPERTY TENON_CHECKED_MODELS ${models})

  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}.tenon)
  set(declared)
  set(listed)
  foreach(model IN LISTS models)
    string(APPEND declared "#include \"${model}.tenon.h\"\n")
    string(APPEND listed "&tenon_model_${model}, ")
  endforeach()
  set(program ${target}_check)
  file(CONFIGURE OUTPUT ${folder}.check.c @ONLY CONTENT
"/* The models that ${program} checks. Written by tenon_add_model; do not edit. */
${declared}const tenon_model* const tenon_checked_models[] = {${listed}0};
")
  add_executable(${program} ${folder}.check.c $<TARGET_OBJECTS:tenon_check_model>)
  target_link_libraries(${program} PRIVATE ${target})
  set_target_properties(${program} PROPERTIES LINKER_LANGUAGE CXX)
  foreach(model IN LISTS models)
    set(test "check ${model}")
    if(compute)
      set(test "check ${model} ${compute}")
    endif()
    add_test(NAME "${test}"
             COMMAND ${program} ${tenonc} $<TARGET_OBJECTS:${target}_graph> ${folder}/check-${model} ${model}
                     ${compute})
    set_tests_properties("${test}" PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
  endforeach()
endfunction()
