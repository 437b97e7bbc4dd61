# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# The CHECK of tenon_add_model: a program and a test a model, which compare every variant that this
# machine can run with the reference interpreter of tenonc.
function(_tenon_check_model target model tenonc compute)
  set(program ${target}_${model}_check)
  add_executable(${program} ${TENON_CMAKE_DIR}/check/check_model.cpp)
  target_link_libraries(${program} PRIVATE ${target})
  target_compile_features(${program} PRIVATE cxx_std_20)
  target_compile_definitions(${program} PRIVATE TENON_CHECK_MODEL=tenon_model_${model}
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
