# equipoise_find_python(VARIABLE module...): a Python 3 that can import the modules. Debian's own comes first: apt
# installs modules for it only, and another python3 may stand before it in the PATH. Where none has them all, the
# first one found, with a warning.

function(equipoise_find_python variable)
  if(DEFINED CACHE{${variable}})
    return()
  endif()
  find_program(equipoise_path_python NAMES python3 python NO_CACHE)
  list(JOIN ARGN "," modules)
  foreach(candidate $ENV{EQUIPOISE_PYTHON} /usr/bin/python3 ${equipoise_path_python})
    if(EXISTS ${candidate})
      execute_process(COMMAND ${candidate} -c "import ${modules}" RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
      if(result EQUAL 0)
        set(${variable} ${candidate} CACHE FILEPATH "Python 3 with ${modules}")
        return()
      endif()
    endif()
  endforeach()
  if(NOT equipoise_path_python)
    message(FATAL_ERROR "equipoise's tests need Python 3: Debian package python3, Spack package python")
  endif()
  # Not cached: the next run of CMake looks again.
  set(${variable} ${equipoise_path_python} PARENT_SCOPE)
  message(WARNING "no Python with the modules ${modules} (Debian: python3-h5py python3-numpy; Spack: py-h5py "
                  "py-numpy): the tests that need them will fail")
endfunction()
