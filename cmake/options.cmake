# Flags shared by every target, and the build accelerators that are used when they are there.
add_library(tracseq_options INTERFACE)
target_include_directories(tracseq_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(tracseq_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -fstack-protector-strong -fno-omit-frame-pointer)
target_compile_definitions(tracseq_options INTERFACE _GLIBCXX_ASSERTIONS)

option(TRACSEQ_WERROR "Treat warnings as errors" OFF)
if(TRACSEQ_WERROR)
  target_compile_options(tracseq_options INTERFACE -Werror)
endif()

set(TRACSEQ_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, e.g. address,undefined")
if(TRACSEQ_SANITIZE)
  # Built in half the time of -O1, and nothing is optimised away that a sanitizer would find.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O0 -g1")
  target_compile_options(tracseq_options INTERFACE -fsanitize=${TRACSEQ_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(tracseq_options INTERFACE -fsanitize=${TRACSEQ_SANITIZE})
endif()
# What ThreadSanitizer has to be told of libraries that were built without it.
function(tracseq_tell_order target)
  if(TRACSEQ_SANITIZE MATCHES "thread")
    target_sources(${target} PRIVATE "${CMAKE_SOURCE_DIR}/tests/sanitizers/order.cpp")
    target_link_libraries(${target} PRIVATE Caf::core ${CMAKE_DL_LIBS})
  endif()
endfunction()

find_program(TRACSEQ_CCACHE ccache)
if(TRACSEQ_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${TRACSEQ_CCACHE}")
endif()
find_program(TRACSEQ_MOLD mold)
if(TRACSEQ_MOLD)
  target_link_options(tracseq_options INTERFACE -fuse-ld=mold)
endif()
target_link_options(tracseq_options INTERFACE -Wl,-z,relro,-z,now)
