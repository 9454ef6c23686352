#include "gd/parallel/memory_share.h"

#include "gd/base/memory_left.h"
#include "gd/parallel/launch.h"
#include "gd/parallel/mpi_error.h"

gd_status gd_memory_share_find(gd_communicator *communicator, gd_memory_share *share)
{
	MPI_Comm host;
	int here = 1;
	gd_wait_begin(communicator);
	int code = MPI_Comm_split_type(communicator->mpi, MPI_COMM_TYPE_SHARED, communicator->rank, MPI_INFO_NULL, &host);
	if (code == MPI_SUCCESS) {
		code = MPI_Comm_size(host, &here);
		MPI_Comm_free(&host);
	}
	/* Ranks of other trainings of the same job want theirs. */
	if (here < gd_launch_local_size())
		here = gd_launch_local_size();
	double least[2] = {gd_memory_left() / here, gd_memory_left_to_process()};
	if (code == MPI_SUCCESS)
		code = MPI_Allreduce(MPI_IN_PLACE, least, 2, MPI_DOUBLE, MPI_MIN, communicator->mpi);
	gd_wait_finish(communicator);
	*share = (gd_memory_share){.fair = least[0], .process = least[1]};
	return gd_mpi_error(code, "find the memory of all hosts");
}
