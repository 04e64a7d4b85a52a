# Writes OUTPUT, a header with the commit of the repository whose top is SOURCE. Run at every build; the file is
# touched only when the commit changed, so that nothing else is compiled again.
#
#   cmake -DSOURCE=... -DOUTPUT=... -P write_commit.cmake

set(commit "unknown")
find_program(GIT NAMES git)
if(GIT)
  # SOURCE may lie inside another repository, as an unpacked archive: that one's commit says nothing.
  execute_process(COMMAND ${GIT} rev-parse --show-toplevel WORKING_DIRECTORY ${SOURCE}
                  OUTPUT_VARIABLE top OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  get_filename_component(source ${SOURCE} REALPATH)
  if(top STREQUAL source)
    execute_process(COMMAND ${GIT} rev-parse --short=12 HEAD WORKING_DIRECTORY ${SOURCE}
                    OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    execute_process(COMMAND ${GIT} status --porcelain --untracked-files=no WORKING_DIRECTORY ${SOURCE}
                    OUTPUT_VARIABLE changes ERROR_QUIET)
    if(head)
      set(commit ${head})
      if(changes)
        string(APPEND commit "-modified")
      endif()
    endif()
  endif()
endif()

set(content "#pragma once\n#define EQUIPOISE_COMMIT \"${commit}\"\n")
set(before "")
if(EXISTS ${OUTPUT})
  file(READ ${OUTPUT} before)
endif()
if(NOT content STREQUAL before)
  file(WRITE ${OUTPUT} "${content}")
endif()
