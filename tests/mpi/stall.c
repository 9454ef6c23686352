/* A job whose last rank stops answering while the others wait for it: `stall agree|request|finish`. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gd/communicator.h"

int main(int argc, char **argv)
{
	gd_communicator communicator;
	gd_status status = gd_communicator_start(&communicator, &argc, &argv);
	if (gd_failed(&status) || argc != 2) {
		fprintf(stderr, "usage: stall agree|request|finish, on several ranks\n");
		return 99;
	}
	communicator.watchdog = 2;
	if (communicator.rank == communicator.size - 1)
		for (;;)
			pause();
	communicator.phase = argv[1];
	if (strcmp(argv[1], "agree") == 0) {
		status = gd_agree(&communicator, &status);
	} else if (strcmp(argv[1], "request") == 0) {
		char nothing;
		MPI_Request request;
		MPI_Irecv(&nothing, 1, MPI_CHAR, communicator.size - 1, 0, communicator.mpi, &request);
		status = gd_wait(&communicator, &request);
	}
	gd_communicator_finish(&communicator);
	return 98;
}
