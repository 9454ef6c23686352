#include "gd/preprocess/preprocess_memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gd/base/memory_left.h"
#include "gd/base/output.h"
#include "gd/parallel/mpi_error.h"

#define CHUNK ((size_t)64 << 10)
/* Of the process by itself: MPI, HDF5 and the program; and what reading a table, its columns and their texts take. */
#define ITSELF ((int64_t)112 << 20)

/* How many ranks share this one's host. */
static gd_status count_neighbours(const gd_communicator *communicator, int *ranks)
{
	MPI_Comm host;
	*ranks = 1;
	if (communicator->size == 1)
		return gd_ok();
	int code = MPI_Comm_split_type(communicator->mpi, MPI_COMM_TYPE_SHARED, communicator->rank, MPI_INFO_NULL, &host);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_size(host, ranks);
	if (code == MPI_SUCCESS)
		MPI_Comm_free(&host);
	return gd_mpi_error(code, "find the ranks of this host");
}

/* What a column's sample takes, with another value as well. */
static double bytes_of(const gd_level_sample *sample, double most)
{
	double bytes = (double)sample->room * sizeof(gd_level);
	bool grows = 2 * ((uint64_t)sample->count + GD_SUMMARY_PENDING + 1) > sample->room;
	return fmin(grows ? 2 * bytes : bytes, most);
}

gd_status gd_preprocess_check_columns(const gd_preprocess *run, const gd_inference *inference)
{
	/* A table with room for twice what is kept, which is half full at most. */
	const double most = 4.0 * GD_SUMMARY_SAMPLE * sizeof(gd_level), besides = sizeof *inference->columns;
	/* Ranks hand theirs on, packed to half of that, once in a message and once more where that grows. */
	const double left = (double)(run->memory - ITSELF) / (run->together ? 2 : 1);
	double kept = 0;
	if (!run->options->memory || inference->count * (most + besides) <= left)
		return gd_ok();
	for (int i = 0; i < inference->count; i++)
		kept += bytes_of(&inference->columns[i].summary.sample, most) + besides;
	if (kept <= left)
		return gd_ok();
	return gd_error(GD_FAILED, "what is kept of %d columns while they are looked at does not fit into --memory; %.0fM would do, or a --schema that says what they are", inference->count,
		ceil((inference->count * (most + besides) * (run->together ? 2 : 1) + (double)ITSELF) / 0x1p20));
}

gd_status gd_preprocess_plan_memory(gd_preprocess *run)
{
	int ranks;
	size_t room, work, chunk;
	const char *tiny = getenv("GENRE_DIST_SPILL");
	gd_status status = count_neighbours(run->communicator, &ranks);
	if (gd_failed(&status))
		return status;
	run->memory = run->options->memory ? run->options->memory : (int64_t)fmin(gd_memory_left() / 2 / ranks, 0x1p60);
	run->memory = run->memory > GD_LEAST_MEMORY ? run->memory : GD_LEAST_MEMORY;
	run->spill_directory = gd_output_directory(run->output);
	if (!run->spill_directory)
		return gd_out_of_memory("a path");
	size_t half = (size_t)(run->memory - ITSELF) / 2;
	gd_spill_init(&run->spill, run->spill_directory, run->output, half, CHUNK);
	run->spill.work = half;
	run->spill.learned = (size_t)run->memory / 8;
	if (tiny && sscanf(tiny, "%zu,%zu,%zu", &room, &work, &chunk) == 3) {
		run->spill.room = room;
		run->spill.work = work;
		run->spill.chunk = chunk;
	}
	return status;
}
