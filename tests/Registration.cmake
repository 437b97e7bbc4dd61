# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# How tests are registered, so that ctest counts single cases: Catch2 cases, lit files, compile-fail files.
include(Catch)
find_program(TENON_LIT NAMES lit HINTS ${llvm_prefix}/bin /usr/lib/llvm-22/bin)

# LLVM's libraries are not instrumented: they use memory that its headers poison where they are compiled into ours.
# A sanitizer's finding ends a process by a signal, so that no test takes it for the refusal that it waits for.
set(sanitizer_environment)
if(TENON_SANITIZE AND TENON_BUILD_CODEGEN)
  set(sanitizer_environment ENVIRONMENT ASAN_OPTIONS=allow_user_poisoning=0:abort_on_error=1)
elseif(TENON_SANITIZE STREQUAL "thread")  # children of tests that fork are looked at too
  set(sanitizer_environment ENVIRONMENT TSAN_OPTIONS=die_after_fork=0)
endif()

# For tests with a GPU's driver or its loader, which are not ours: they leak a little when they are unloaded, and their
# threads and memory are not instrumented.
set(driver_environment ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=ignore_noninstrumented_modules=1)

# tenon_add_catch_tests(<name> SOURCES a.cpp ... LIBRARIES x ... [PREFIX text] [LABEL text])
# An executable with Catch2's main (tests/catch_main.cpp) whose cases become tests "<prefix>: <case>".
function(tenon_add_catch_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PREFIX;LABEL" "SOURCES;LIBRARIES")
  if(NOT arg_PREFIX)
    set(arg_PREFIX ${name})
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE tenon_catch_main ${arg_LIBRARIES})
  set(label)
  if(arg_LABEL)
    set(label LABELS ${arg_LABEL})
  endif()
  catch_discover_tests(${name} TEST_PREFIX "${arg_PREFIX}: "
                       PROPERTIES TIMEOUT 300 ${label} ${sanitizer_environment})
endfunction()

# tenon_add_lit_tests(<folder label> [DEPENDS target...])
# Every .mlir and .test file below the current folder becomes a test of its own, run by lit.
# Times are not recorded: all of them would write one file at once, and a half-written line fails the next.
function(tenon_add_lit_tests label)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}
       ${CMAKE_CURRENT_SOURCE_DIR}/*.mlir ${CMAKE_CURRENT_SOURCE_DIR}/*.test)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR}/tests ${CMAKE_CURRENT_SOURCE_DIR})
  foreach(file IN LISTS files)
    add_test(NAME "${label}: ${file}"
             COMMAND ${TENON_LIT} -v --no-progress-bar --skip-test-time-recording
                     ${PROJECT_BINARY_DIR}/tests/${folder}/${file})
    set_tests_properties("${label}: ${file}" PROPERTIES TIMEOUT 120 LABELS lit ${sanitizer_environment}
                         SKIP_REGULAR_EXPRESSION "UNSUPPORTED: ")
  endforeach()
endfunction()
