# cmake --install: the program, and under share/equipoise what a user starts from.
set(share ${CMAKE_INSTALL_DATADIR}/equipoise)
if(TARGET equipoise)
  install(TARGETS equipoise)
endif()
install(DIRECTORY input jobscripts DESTINATION ${share} USE_SOURCE_PERMISSIONS
        PATTERN "*.h5" EXCLUDE PATTERN "*.partial" EXCLUDE)
install(DIRECTORY postprocess DESTINATION ${share} PATTERN "__pycache__" EXCLUDE)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN "_build" EXCLUDE PATTERN "__pycache__" EXCLUDE)
install(FILES README.md LICENSE CHANGELOG.md CITATION.cff DESTINATION ${CMAKE_INSTALL_DOCDIR})
