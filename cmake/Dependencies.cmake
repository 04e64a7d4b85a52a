# Every outside package, looked for once. What is missing is reported all together, with the names of its Debian and
# Spack packages; the Debian names are also left in missing-packages.txt in the build folder for scripts/setup.sh.

set(equipoise_missing "")
set(equipoise_missing_names "") # lines debian:spack
set(equipoise_missing_debian "")

# Notes one missing package: what it is, its Debian package, its Spack spec.
macro(equipoise_missing_package what debian spack)
  string(APPEND equipoise_missing "  ${what}: Debian ${debian}; Spack ${spack}\n")
  string(APPEND equipoise_missing_names "${debian}:${spack}\n")
  list(APPEND equipoise_missing_debian ${debian})
endmacro()

macro(equipoise_find name debian spack)
  find_package(${name} ${ARGN} QUIET)
  if(NOT ${name}_FOUND)
    equipoise_missing_package(${name} "${debian}" "${spack}")
  endif()
endmacro()

# For what comes without a CMake package, or with a broken one: the target PkgConfig::<prefix> from the first of `modules`
# that pkg-config knows.
macro(equipoise_find_module prefix what modules debian spack)
  if(PkgConfig_FOUND)
    pkg_search_module(${prefix} QUIET IMPORTED_TARGET ${modules})
  endif()
  if(NOT ${prefix}_FOUND)
    equipoise_missing_package("${what}" ${debian} ${spack})
  endif()
endmacro()

equipoise_find(MPI libopenmpi-dev openmpi COMPONENTS C)
if(MPI_FOUND AND NOT MPIEXEC_EXECUTABLE)
  equipoise_missing_package("mpiexec" openmpi-bin openmpi)
endif()
set(HDF5_PREFER_PARALLEL ON)
# A run of CMake before HDF5 was installed leaves FALSE in the cache, and FindHDF5 never corrects it.
unset(HDF5_IS_PARALLEL CACHE)
equipoise_find(HDF5 libhdf5-openmpi-dev "hdf5+mpi+hl" COMPONENTS C HL)
if(HDF5_FOUND AND NOT HDF5_IS_PARALLEL)
  equipoise_missing_package("HDF5 for MPI (a serial one is at ${HDF5_INCLUDE_DIRS})" libhdf5-openmpi-dev "hdf5+mpi+hl")
endif()
equipoise_find(Boost libboost-program-options-dev "boost+program_options" 1.74 COMPONENTS program_options)
equipoise_find(Eigen3 libeigen3-dev eigen 3.4 CONFIG)
equipoise_find(fmt libfmt-dev fmt CONFIG)
equipoise_find(PkgConfig pkg-config pkgconf)
# muParser has a CMake package on some systems only.
equipoise_find_module(MUPARSER muParser muparser libmuparser-dev muparser)
# Debian builds PETSc for real and complex numbers: PETSc.pc is the default, which is real.
equipoise_find_module(PETSC PETSc "PETSc;petsc" petsc-dev petsc)
# FFTW's own CMake package misses its targets in Debian 12.
equipoise_find_module(FFTW FFTW fftw3 libfftw3-dev fftw)
find_path(RANDOM123_INCLUDE_DIR Random123/philox.h)
if(NOT RANDOM123_INCLUDE_DIR)
  equipoise_missing_package(Random123 librandom123-dev random123)
endif()
if(EQUIPOISE_BUILD_TESTS)
  equipoise_find(Catch2 catch2 catch2 CONFIG)
endif()
if(EQUIPOISE_BUILD_BENCH)
  equipoise_find(benchmark libbenchmark-dev benchmark CONFIG)
endif()

file(WRITE ${CMAKE_BINARY_DIR}/missing-packages.txt "${equipoise_missing_names}")
if(equipoise_missing)
  list(REMOVE_DUPLICATES equipoise_missing_debian)
  list(JOIN equipoise_missing_debian " " equipoise_names)
  message(FATAL_ERROR "equipoise needs packages that were not found:\n${equipoise_missing}"
                      "On Debian: apt-get install ${equipoise_names}\n"
                      "(or ./quickstart.sh, which does it); elsewhere load modules or a Spack environment first.")
endif()
foreach(name MPI_C HDF5 PETSC Boost Eigen3 fmt MUPARSER FFTW)
  message(STATUS "${name} ${${name}_VERSION}")
endforeach()

# MPI's own C++ bindings are long withdrawn: C only.
set_property(TARGET MPI::MPI_C APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)

add_library(Random123::Random123 INTERFACE IMPORTED)
target_include_directories(Random123::Random123 SYSTEM INTERFACE ${RANDOM123_INCLUDE_DIR})

add_library(equipoise_hdf5 INTERFACE)
target_include_directories(equipoise_hdf5 SYSTEM INTERFACE ${HDF5_INCLUDE_DIRS})
target_compile_definitions(equipoise_hdf5 INTERFACE ${HDF5_C_DEFINITIONS})
target_link_libraries(equipoise_hdf5 INTERFACE ${HDF5_C_HL_LIBRARIES} ${HDF5_C_LIBRARIES} MPI::MPI_C)

# The flags in PETSc's .pc file that are not paths (Debian's -D_FORTIFY_SOURCE) are the distributor's, not ours.
add_library(equipoise_petsc INTERFACE)
target_include_directories(equipoise_petsc SYSTEM INTERFACE ${PETSC_INCLUDE_DIRS})
target_link_libraries(equipoise_petsc INTERFACE ${PETSC_LINK_LIBRARIES} MPI::MPI_C)
