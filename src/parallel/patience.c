#include "gd/parallel/patience.h"

#include <time.h>

#include "gd/parallel/mpi_error.h"

void gd_nap(void)
{
	struct timespec nap = {.tv_nsec = 1000000};
	nanosleep(&nap, NULL);
}

gd_status gd_wait_patiently(MPI_Request *request)
{
	int done = 0;
	for (;;) {
		int code = MPI_Test(request, &done, MPI_STATUS_IGNORE);
		if (code != MPI_SUCCESS || done)
			return gd_mpi_error(code, "wait for other ranks");
		gd_nap();
	}
}

gd_status gd_gather_patiently(gd_communicator *communicator)
{
	if (communicator->size == 1)
		return gd_ok();
	MPI_Request request = MPI_REQUEST_NULL;
	int code = MPI_Ibarrier(communicator->mpi, &request);
	return code == MPI_SUCCESS ? gd_wait_patiently(&request) : gd_mpi_error(code, "wait for other ranks");
}
