# Language level, warnings, sanitizers and the kept libraries, for every target alike.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(TRUNKLINE_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize takes them")
option(TRUNKLINE_FUZZ "Build the libFuzzer targets (clang)" OFF)
option(TRUNKLINE_BENCH "Build the benchmarks" ON)
option(TRUNKLINE_TESTS "Build the tests and examples" ON)

find_program(TRUNKLINE_CCACHE ccache)
if(TRUNKLINE_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${TRUNKLINE_CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
                    -Wold-style-cast -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # g++ 12 reports these inside libstdc++ and Boost headers at -O2, where nothing is wrong.
  add_compile_options(-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-stringop-overread
                      -Wno-array-bounds -Wno-restrict -Wno-dangling-pointer)
else()
  # libstdc++ 12 uses what it declares deprecated itself in its stable algorithms.
  add_compile_options(-Wno-deprecated-declarations)
endif()
if(TRUNKLINE_SANITIZE)
  add_compile_options(-fsanitize=${TRUNKLINE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TRUNKLINE_SANITIZE})
endif()

add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED)
pkg_check_modules(secp256k1 REQUIRED IMPORTED_TARGET libsecp256k1)
pkg_check_modules(cryptopp REQUIRED IMPORTED_TARGET libcrypto++)
# Of the archive the hash alone is linked; the shared library costs every process two and a half megabytes.
find_library(CRYPTOPP_ARCHIVE libcrypto++.a REQUIRED)
set_property(TARGET PkgConfig::cryptopp PROPERTY INTERFACE_LINK_LIBRARIES ${CRYPTOPP_ARCHIVE})
find_package(Boost 1.81 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(CLI11 REQUIRED)
if(TRUNKLINE_TESTS)
  find_package(GTest REQUIRED)
endif()
if(TRUNKLINE_BENCH)
  find_package(benchmark REQUIRED)
endif()
