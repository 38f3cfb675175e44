# The dashboard is one HTML file that Vite builds (./dev build does it first); the program carries it within.
file(GLOB dashboard CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/clients/web/dist/index.html)
set(fallback ${CMAKE_SOURCE_DIR}/trunkline/hub/dashboard_missing.html)
set(generated ${CMAKE_BINARY_DIR}/generated/dashboard_asset.cpp)
if(TARGET trunkline_hub)
  if(NOT dashboard)
    message(STATUS "clients/web/dist is not built; the program says so in place of the dashboard")
    set(dashboard ${fallback})
  endif()
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated)
  add_custom_command(OUTPUT ${generated}
    COMMAND python3 ${CMAKE_SOURCE_DIR}/tools/embed.py ${dashboard} trunkline::hub dashboard_html ${generated}
    DEPENDS ${dashboard} ${CMAKE_SOURCE_DIR}/tools/embed.py VERBATIM)
  target_sources(trunkline_hub PRIVATE ${generated})
  set_source_files_properties(${generated} PROPERTIES COMPILE_OPTIONS "-Wno-overlength-strings")
endif()
