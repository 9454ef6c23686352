/* What MPI says of a failure. Local. */
#ifndef GD_MPI_ERROR_H
#define GD_MPI_ERROR_H

#include "gd/base/status.h"

/* An MPI error code as a status (MPI_SUCCESS: OK); `doing` completes "cannot ...". */
gd_status gd_mpi_error(int code, const char *doing);

#endif
