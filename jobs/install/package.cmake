# `cpack` in a build directory: genre-dist_VERSION_ARCH.deb. The package is for the release it was built on; see README.md beside this file.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME genre-dist)
set(CPACK_PACKAGE_CONTACT "the genre-dist authors <genre-dist@localhost.localdomain>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "train classifiers of tables over MPI, with the same bits on any ranks")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# The launcher, and what reads files and draws plots.
if(GD_MPI STREQUAL "mpich")
  set(CPACK_DEBIAN_PACKAGE_DEPENDS mpich)
else()
  set(CPACK_DEBIAN_PACKAGE_DEPENDS openmpi-bin)
endif()
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS hdf5-tools)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gnuplot-nox, slurm-client")
set(CPACK_PACKAGE_DESCRIPTION "A table becomes a normalised dataset, a dataset a trained neural network,
and a network classifies other tables. The same seed gives the same bits on
any number of ranks; a killed training resumes to those bits. All files are
HDF5.")
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/jobs/install/finish.cmake)
set(CPACK_GD_SOURCE ${PROJECT_SOURCE_DIR})
set(CPACK_GD_VERSION ${PROJECT_VERSION})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)
include(CPack)
