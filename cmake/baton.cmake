# The one place that says how everything is compiled. `baton_options` carries
# the standard, the warnings and the sanitizers; `baton_library` gives each
# folder the same shape.

add_library(baton_options INTERFACE)
target_compile_features(baton_options INTERFACE cxx_std_20)
target_include_directories(baton_options INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_compile_options(baton_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wswitch-enum -Wnon-virtual-dtor
  -Wold-style-cast -Woverloaded-virtual -Werror -fno-omit-frame-pointer)
# g++ 12 sees std::optional members used before they are set where they are
# not (GCC bug 80635); clang and the sanitizers watch for the real thing.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(baton_options INTERFACE -Wno-maybe-uninitialized)
endif()
target_compile_definitions(baton_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_COROUTINE)

if(BATON_SANITIZE)
  target_compile_options(baton_options INTERFACE "-fsanitize=${BATON_SANITIZE}" -fno-sanitize-recover=all)
  target_link_options(baton_options INTERFACE "-fsanitize=${BATON_SANITIZE}")
endif()
if(BATON_COVERAGE)
  target_compile_options(baton_options INTERFACE --coverage)
  target_link_options(baton_options INTERFACE --coverage)
endif()
find_program(BATON_LLD NAMES ld.lld-19 ld.lld)
if(BATON_LLD AND CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_link_options(baton_options INTERFACE "--ld-path=${BATON_LLD}")
endif()

# Boost, protobuf and GoogleTest are system headers: their warnings are not ours.
set(CMAKE_INCLUDE_SYSTEM_FLAG_CXX "-isystem ")
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# baton_library(<target> HEADERS <files...>): shared options, and a header set
# so that `all_verify_interface_header_sets` compiles every header alone.
function(baton_library target)
  cmake_parse_arguments(ARG "" "" "HEADERS" ${ARGN})
  target_link_libraries(${target} PUBLIC baton_options)
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/src" FILES ${ARG_HEADERS})
  string(REGEX REPLACE "^baton_" "" short "${target}")
  add_library(baton::${short} ALIAS ${target})
endfunction()

# baton_surface(<target>): what people and programs talk to, a few times a second
# at most. Half of the code is of this kind, and optimising it as hard as the
# control loop would take a third of the time of a clean build; under the sanitizers,
# which instrument whatever is left, it is not optimised at all.
function(baton_surface target)
  target_compile_options(${target} PRIVATE $<IF:$<CONFIG:Release>,-O1,-O0>)
endfunction()
