# What Debian's policy wants of a package's files, done to what cpack is about to pack.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
file(GLOB_RECURSE pages ${root}/*.1)
file(GLOB_RECURSE everything LIST_DIRECTORIES true ${root}/*)
file(MAKE_DIRECTORY ${root}/usr/share/doc/genre-dist)
execute_process(COMMAND gzip -9n -c ${CPACK_GD_SOURCE}/src/NEWS.md OUTPUT_FILE ${root}/usr/share/doc/genre-dist/changelog.gz COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND gzip -9n ${pages} COMMAND_ERROR_IS_FATAL ANY)
# Whatever umask the source was unpacked with.
execute_process(COMMAND chmod -R u=rwX,go=rX ${root} COMMAND_ERROR_IS_FATAL ANY)
