# Ways to register a test with ctest. Every test has a label (ctest -L unit), a time limit after which it
# fails, and the environment under which Open MPI runs anywhere.
#
#   equipoise_unit_test(MODULE SOURCES file.cpp... [LINK target...] [TIMEOUT seconds])
#       one Catch2 executable test_MODULE, run as one process
#   equipoise_mpi_test(NAME SOURCES file.cpp... [LINK target...] [RANKS 1 2 3 4] [TIMEOUT seconds] [LABELS mpi...])
#       one Catch2 executable test_NAME, run by mpiexec on each number of ranks; a failure on any rank fails
#   equipoise_statistics_test(NAME SOURCES file.cpp... [LINK target...] [TIMEOUT seconds] [LABEL statistics])
#       as a unit test, under another label
#   equipoise_python_test(NAME SCRIPT file.py [ARGS ...] [TIMEOUT seconds] [LABELS ...] [PROCESSORS n])
#       a Python program that fails by its exit code; EQUIPOISE_* in its environment say where things are, and it can
#       import program (tests/support/program.py), which runs the built program

include(EquipoisePython)
equipoise_find_python(EQUIPOISE_PYTHON h5py numpy matplotlib)

set(EQUIPOISE_TEST_TIMEOUT 400 CACHE STRING "Seconds after which a test that does not say otherwise fails")

# Open MPI: allow root (containers), more ranks than cores, no pinning of several tests to the same
# core, no shared-memory trick that containers forbid, no search for ssh. Unknown names are ignored by other MPIs.
set(EQUIPOISE_TEST_ENVIRONMENT
    OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
    OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_plm_rsh_agent=/bin/false
    PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe PRTE_MCA_hwloc_default_binding_policy=none
    OMPI_MCA_mpi_yield_when_idle=1 OMP_NUM_THREADS=1
    CACHE INTERNAL "") # for bench/ too, beside this folder

function(equipoise_test_properties test timeout processors labels)
  if(NOT timeout)
    set(timeout ${EQUIPOISE_TEST_TIMEOUT})
  endif()
  set_tests_properties(${test} PROPERTIES TIMEOUT ${timeout} PROCESSORS ${processors} LABELS "${labels}"
                       ENVIRONMENT "${EQUIPOISE_TEST_ENVIRONMENT};${ARGN}")
endfunction()

# The parts that every Catch2 executable shares, compiled once: its main function.
function(equipoise_test_main name source)
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PUBLIC Catch2::Catch2 ${ARGN})
  if(Catch2_VERSION VERSION_GREATER_EQUAL 3)
    target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/support/catch2_v3)
  endif()
endfunction()
equipoise_test_main(equipoise_test_main ${CMAKE_CURRENT_SOURCE_DIR}/support/main.cpp)
equipoise_test_main(equipoise_mpi_test_main ${CMAKE_CURRENT_SOURCE_DIR}/support/mpi_main.cpp MPI::MPI_C)

function(equipoise_test_executable target main)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${target} ${ARG_SOURCES})
  target_link_libraries(${target} PRIVATE ${main} ${ARG_LINK})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/tests
                             ${CMAKE_CURRENT_SOURCE_DIR})
  target_compile_options(${target} PRIVATE -ffp-contract=off)
  equipoise_warnings(${target})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endfunction()

function(equipoise_unit_test module)
  cmake_parse_arguments(ARG "" "TIMEOUT;LABEL" "SOURCES;LINK" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  equipoise_test_executable(test_${module} equipoise_test_main SOURCES ${ARG_SOURCES} LINK ${ARG_LINK})
  add_test(NAME ${ARG_LABEL}.${module} COMMAND test_${module} WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  equipoise_test_properties(${ARG_LABEL}.${module} "${ARG_TIMEOUT}" 1 ${ARG_LABEL})
endfunction()

function(equipoise_statistics_test name)
  equipoise_unit_test(${name} LABEL statistics ${ARGN})
endfunction()

function(equipoise_mpi_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;RANKS;LABELS" ${ARGN})
  if(NOT ARG_RANKS)
    set(ARG_RANKS 1 2 3 4)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS mpi)
  endif()
  equipoise_test_executable(test_${name} equipoise_mpi_test_main SOURCES ${ARG_SOURCES}
                            LINK ${ARG_LINK} MPI::MPI_C)
  foreach(ranks IN LISTS ARG_RANKS)
    set(test mpi.${name}.${ranks})
    add_test(NAME ${test}
             COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks} ${MPIEXEC_PREFLAGS}
                     $<TARGET_FILE:test_${name}> ${MPIEXEC_POSTFLAGS}
             WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
    equipoise_test_properties(${test} "${ARG_TIMEOUT}" ${ranks} "${ARG_LABELS}")
    # Runs on several numbers of ranks share the working folder, so one at a time.
    set_tests_properties(${test} PROPERTIES RESOURCE_LOCK test_${name})
  endforeach()
endfunction()

function(equipoise_python_test name)
  cmake_parse_arguments(ARG "" "SCRIPT;TIMEOUT;PROCESSORS" "ARGS;LABELS" ${ARGN})
  if(NOT ARG_PROCESSORS)
    set(ARG_PROCESSORS 1)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS program)
  endif()
  get_filename_component(script ${ARG_SCRIPT} ABSOLUTE)
  add_test(NAME ${name} COMMAND ${EQUIPOISE_PYTHON} ${script} ${ARG_ARGS}
           WORKING_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  equipoise_test_properties(${name} "${ARG_TIMEOUT}" ${ARG_PROCESSORS} "${ARG_LABELS}"
                            EQUIPOISE_PROGRAM=${CMAKE_BINARY_DIR}/equipoise EQUIPOISE_SOURCE=${CMAKE_SOURCE_DIR}
                            EQUIPOISE_BUILD=${CMAKE_BINARY_DIR} EQUIPOISE_MPIEXEC=${MPIEXEC_EXECUTABLE}
                            EQUIPOISE_CMAKE=${CMAKE_COMMAND} PYTHONDONTWRITEBYTECODE=1
                            PYTHONPATH=${CMAKE_SOURCE_DIR}/tests/support)
endfunction()
