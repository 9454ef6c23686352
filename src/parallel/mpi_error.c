#include "gd/parallel/mpi_error.h"

#include <mpi.h>
#include <stdio.h>
#include <string.h>

gd_status gd_mpi_error(int code, const char *doing)
{
	if (code == MPI_SUCCESS)
		return gd_ok();
	char text[MPI_MAX_ERROR_STRING];
	int length = 0;
	if (MPI_Error_string(code, text, &length) != MPI_SUCCESS || length == 0)
		snprintf(text, sizeof text, "error %d", code);
	/* An error is one line; MPICH's text has more, which say where it arose. */
	for (char *line = text; (line = strchr(line, '\n'));)
		*line = ' ';
	return gd_error(GD_FAILED, "cannot %s: %s", doing, text);
}
