# find_package(trunkline) gives trunkline::hub and every room below it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
get_property(rooms GLOBAL PROPERTY TRUNKLINE_ROOMS)
install(TARGETS ${rooms} EXPORT trunkline ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY trunkline DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
if(TARGET trunkline)
  install(TARGETS trunkline RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(EXPORT trunkline NAMESPACE trunkline:: FILE trunkline-targets.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/trunkline)
configure_package_config_file(cmake/trunkline-config.cmake.in trunkline-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/trunkline)
write_basic_package_version_file(trunkline-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/trunkline-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/trunkline-config-version.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/trunkline)
