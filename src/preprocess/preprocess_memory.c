#include "gd/preprocess/preprocess_memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/base/memory_left.h"
#include "gd/base/output.h"
#include "gd/parallel/join.h"
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

/* What may be kept of a column while it is looked at, and of any. */
static const double most = GD_SAMPLE_SLOTS * sizeof(gd_level), besides = sizeof(gd_inference_column);

/* Room for what is kept of columns. Ranks hand theirs on, packed to five eighths at most, once in a message and once more where that grows. */
static double room_for_columns(const gd_preprocess *run, const gd_inference *inference)
{
	double left = (double)(run->memory - ITSELF) / (run->together ? 2 : 1) - inference->count * besides;
	for (int i = 0; i < inference->from; i++)
		left -= (double)inference->columns[i].summary.sample.room * sizeof(gd_level);
	return left;
}

/* What a column's sample takes, with another value as well. */
static double bytes_of(const gd_level_sample *sample)
{
	double bytes = (double)sample->room * sizeof(gd_level);
	return fmin(gd_level_sample_grows(sample, GD_SUMMARY_PENDING + 1) ? 2 * bytes : bytes, most);
}

/* As many as fit whatever they hold. */
static gd_status narrow(const gd_preprocess *run, gd_inference *inference, double room)
{
	if (room < most)
		return gd_error(GD_FAILED, "what is kept of %d columns while they are looked at does not fit into --memory; %.0fM would do, or a --schema that says what they are", inference->count,
			ceil(((double)run->memory + (most - room) * (run->together ? 2 : 1)) / 0x1p20));
	gd_inference_narrow(inference, inference->from + (int)(room / most));
	return gd_ok();
}

static bool fit_anyway(const gd_preprocess *run, const gd_inference *inference, double room)
{
	return !run->options->memory || (inference->upto - inference->from) * most <= room;
}

gd_status gd_preprocess_fit_columns(const gd_preprocess *run, gd_inference *inference)
{
	const double room = room_for_columns(run, inference);
	double kept = 0;
	if (fit_anyway(run, inference, room))
		return gd_ok();
	for (int i = inference->from; i < inference->upto; i++)
		kept += bytes_of(&inference->columns[i].summary.sample);
	return kept <= room ? gd_ok() : narrow(run, inference, room);
}

gd_status gd_preprocess_fit_columns_together(const gd_preprocess *run, gd_inference *inference)
{
	const double room = room_for_columns(run, inference);
	const int ranks = run->communicator->size;
	size_t columns = (size_t)inference->count;
	int *upto = gd_allocate((size_t)ranks, sizeof *upto);
	int64_t *kept = gd_allocate(columns, sizeof *kept);
	gd_status mine = upto && kept ? gd_ok() : gd_out_of_memory("the columns"), status = gd_agree(run->communicator, &mine);
	if (!gd_failed(&status))
		status = gd_join_all(run->communicator, &inference->upto, sizeof *upto, upto);
	for (int rank = 0; rank < ranks && !gd_failed(&status); rank++)
		gd_inference_narrow(inference, upto[rank]);
	for (int i = inference->from; i < inference->upto && !gd_failed(&status); i++)
		kept[i] = (int64_t)bytes_of(&inference->columns[i].summary.sample);
	if (!gd_failed(&status))
		status = gd_join_counts(run->communicator, kept, columns);
	double all = 0;
	for (int i = inference->from; i < inference->upto && !gd_failed(&status); i++)
		all += fmin((double)kept[i], most);
	if (!gd_failed(&status) && !fit_anyway(run, inference, room) && all > room)
		status = narrow(run, inference, room);
	free(upto);
	free(kept);
	return status;
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
