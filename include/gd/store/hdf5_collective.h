/* Whether all ranks can write one HDF5 file together, and read it. */
#ifndef GD_HDF5_COLLECTIVE_H
#define GD_HDF5_COLLECTIVE_H

#include "gd/parallel/communicator.h"

/*
 * Collective. Each rank writes its numbers into a new file at `path` through MPI-IO, all at once; the file is closed, opened anew, and each rank reads those of the next
 * rank. GD_FAILED with what HDF5 or the disk says, or where other numbers come back. The file stays.
 */
GD_CHECKED gd_status gd_hdf5_collective_check(gd_communicator *communicator, const char *path);

#endif
