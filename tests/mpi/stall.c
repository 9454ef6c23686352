/* A job whose last rank stops answering while the others wait for it: `stall start|agree|request|finish`; or, `stall failed`, all that the first has to tell of a failure. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gd/parallel/communicator.h"
#include "gd/parallel/launch.h"

int main(int argc, char **argv)
{
	gd_communicator communicator;
	if (argc == 2 && strcmp(argv[1], "start") == 0 && gd_launch_rank() == gd_launch_size() - 1)
		for (;;)
			pause();
	gd_status status = gd_communicator_start(&communicator, &argc, &argv, 2);
	if (gd_failed(&status) || argc != 2) {
		fprintf(stderr, "usage: stall start|agree|request|finish|failed, on several ranks\n");
		return 99;
	}
	const bool failed = strcmp(argv[1], "failed") == 0;
	if (communicator.rank == communicator.size - 1 || (failed && communicator.rank))
		for (;;)
			pause();
	communicator.phase = argv[1];
	if (strcmp(argv[1], "agree") == 0) {
		status = gd_agree(&communicator, &status);
	} else if (failed) {
		status = gd_error(GD_BAD_DATA, "no rows");
		status = gd_agree_or_end(&communicator, &status);
	} else if (strcmp(argv[1], "request") == 0) {
		char nothing;
		MPI_Request request;
		MPI_Irecv(&nothing, 1, MPI_CHAR, communicator.size - 1, 0, communicator.mpi, &request);
		status = gd_wait(&communicator, &request);
	}
	gd_communicator_finish(&communicator);
	return 98;
}
