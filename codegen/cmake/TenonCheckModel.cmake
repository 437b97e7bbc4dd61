# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The CHECK of tenon_add_model: a program and a test a model, which compare every variant that this
# machine can run with the reference interpreter of tenonc.

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

function(_tenon_check_model target model tenonc compute)
  get_property(known GLOBAL PROPERTY TENON_CHECKED_MODELS)
  if(NOT known)
    cmake_language(DEFER DIRECTORY ${CMAKE_SOURCE_DIR} CALL _tenon_warn_without_testing)
  endif()
  set_property(GLOBAL APPEND PROPERTY TENON_CHECKED_MODELS ${model})
  set(program ${target}_${model}_check)
  add_executable(${program} ${TENON_CMAKE_DIR}/check/check_model.cpp)
  target_link_libraries(${program} PRIVATE ${target})
  target_compile_features(${program} PRIVATE cxx_std_20)
  target_compile_definitions(${program} PRIVATE TENON_CHECK_HEADER="${model}.tenon.h" TENON_CHECK_MODEL=tenon_model_${model}
                             TENON_CHECK_COMPUTE="${compute}")
  set(test "check ${model}")
  if(compute)
    set(test "check ${model} ${compute}")
  endif()
  add_test(NAME "${test}"
           COMMAND ${program} ${tenonc} $<TARGET_OBJECTS:${target}_graph>
                   ${CMAKE_CURRENT_BINARY_DIR}/${target}.tenon/check-${model})
  set_tests_properties("${test}" PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 600)
endfunction()
