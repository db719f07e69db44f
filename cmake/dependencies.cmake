# Every third-party library, in one place. All come from Debian packages (tools/packages.txt).
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Threads REQUIRED)
find_package(EXPAT REQUIRED)
find_package(CURL REQUIRED)
find_package(RocksDB REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libsodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(xlsxwriter REQUIRED IMPORTED_TARGET xlsxwriter)
pkg_check_modules(rdkafka_pc REQUIRED IMPORTED_TARGET rdkafka++ rdkafka)
add_library(RdKafka::rdkafka++ ALIAS PkgConfig::rdkafka_pc)

# Header-only libraries without usable CMake files.
find_path(CEREAL_INCLUDE_DIR cereal/cereal.hpp REQUIRED)
add_library(cereal_headers INTERFACE)
target_include_directories(cereal_headers SYSTEM INTERFACE "${CEREAL_INCLUDE_DIR}")
add_library(cereal::cereal ALIAS cereal_headers)
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/writer.h REQUIRED)
add_library(rapidjson INTERFACE)
target_include_directories(rapidjson SYSTEM INTERFACE "${RAPIDJSON_INCLUDE_DIR}")
if(TRACSEQ_SANITIZE MATCHES "undefined")
  # By a relative path, so that ccache finds in one clone what was compiled in another.
  file(RELATIVE_PATH ignored "${CMAKE_BINARY_DIR}" "${CMAKE_SOURCE_DIR}/tests/fuzz/ignorelist.txt")
  target_compile_options(rapidjson INTERFACE "-fsanitize-ignorelist=${ignored}")
endif()
# Never with RAPIDJSON_SSE2 or its kin: looking at sixteen bytes at once, RapidJSON 1.1.0 takes the control
# characters 0x1A to 0x1F for printable ones, and writes text that is no JSON.
add_library(zlib_crc INTERFACE)
target_link_libraries(zlib_crc INTERFACE ZLIB::ZLIB)

# CAF 0.17 ships no CMake configuration.
find_path(CAF_INCLUDE_DIR caf/all.hpp REQUIRED)
find_library(CAF_CORE_LIBRARY caf_core REQUIRED)
find_library(CAF_IO_LIBRARY caf_io REQUIRED)
add_library(Caf::core UNKNOWN IMPORTED)
set_target_properties(Caf::core PROPERTIES IMPORTED_LOCATION "${CAF_CORE_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}")
target_link_libraries(Caf::core INTERFACE Threads::Threads)
add_library(Caf::io UNKNOWN IMPORTED)
set_target_properties(Caf::io PROPERTIES IMPORTED_LOCATION "${CAF_IO_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${CAF_INCLUDE_DIR}")
target_link_libraries(Caf::io INTERFACE Caf::core)
