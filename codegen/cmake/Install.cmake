# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
# What `cmake --install` copies: headers, the runtime library, tenonc, and the package for find_package.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tenon)

install(TARGETS tenon_dsl tenon_runtime EXPORT tenon-targets FILE_SET HEADERS)
if(TENON_BUILD_CODEGEN)
  set_target_properties(tenonc PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS tenonc EXPORT tenon-targets)
endif()
install(EXPORT tenon-targets NAMESPACE tenon:: DESTINATION ${package_dir})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/tenon-config.cmake.in
                              ${PROJECT_BINARY_DIR}/tenon-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tenon-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/tenon-config.cmake ${PROJECT_BINARY_DIR}/tenon-config-version.cmake
              ${CMAKE_CURRENT_LIST_DIR}/TenonAddModel.cmake
              ${CMAKE_CURRENT_LIST_DIR}/TenonCheckModel.cmake
        DESTINATION ${package_dir})
install(DIRECTORY ${CMAKE_CURRENT_LIST_DIR}/check DESTINATION ${package_dir}
        PATTERN ".clang-format" EXCLUDE)
