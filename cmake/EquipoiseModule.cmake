# equipoise_module(NAME SOURCES file.cpp... [LINK target...]): the static library equipoise_NAME, headers in
# include/equipoise/NAME, with the project's warnings.

function(equipoise_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                         $<$<BOOL:${EQUIPOISE_WERROR}>:-Werror>)
endfunction()

function(equipoise_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  foreach(source IN LISTS ARG_SOURCES)
    if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${source})
      message(WARNING "module ${name} skipped: ${source} is not there yet")
      return()
    endif()
  endforeach()
  add_library(equipoise_${name} STATIC ${ARG_SOURCES})
  target_include_directories(equipoise_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include)
  target_link_libraries(equipoise_${name} PUBLIC ${ARG_LINK})
  # The same bits on every machine and in every SIMD width: no contraction into fused multiply-adds.
  target_compile_options(equipoise_${name} PRIVATE -ffp-contract=off)
  equipoise_warnings(equipoise_${name})
endfunction()
