#include "gd/preprocess/preprocess_slices.h"

#include <math.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/parallel/join.h"

/* What is in a pile may be somewhat more than the others have. */
enum { MARGIN = 4 }; /* a quarter */
/* Of which the tally is in the cache, where there are piles enough. */
enum { NEAR = 1 << 13 };

gd_status gd_slices_plan(gd_preprocess *run, int piles, int64_t count, size_t bytes, gd_slices *slices)
{
	size_t ranks = (size_t)run->communicator->size;
	int64_t most = 1, wanted = 1, *needed = gd_allocate(2 * ranks, sizeof *needed);
	double all = (double)count * (1 + 1.0 / MARGIN) * (double)bytes;
	const int64_t mine[2] = {run->spill.directory ? (int64_t)ceil(all / (double)run->spill.work) : 1, 1 + count / NEAR};
	gd_status status = needed ? gd_ok() : gd_out_of_memory("the records");
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = gd_join_all(run->communicator, mine, sizeof mine, needed);
	for (size_t i = 0; i < 2 * ranks && !gd_failed(&status); i += 2) {
		most = needed[i] > most ? needed[i] : most;
		wanted = needed[i + 1] > wanted ? needed[i + 1] : wanted;
	}
	free(needed);
	wanted = wanted > most ? wanted : most;
	slices->piles = piles;
	slices->groups = wanted < piles ? wanted : piles;
	slices->within = (uint64_t)((most + slices->groups - 1) / slices->groups);
	slices->count = slices->groups * (int64_t)slices->within;
	return status;
}

gd_slice gd_slice_at(const gd_slices *slices, int64_t index)
{
	int64_t group = index / (int64_t)slices->within;
	return (gd_slice){
		.first = (int)(group * slices->piles / slices->groups),
		.end = (int)((group + 1) * slices->piles / slices->groups),
		.part = (uint64_t)index % slices->within,
		.parts = slices->within,
	};
}

bool gd_slice_holds(const gd_slices *slices, const gd_slice *slice, uint64_t hash)
{
	if (slice->parts == 1)
		return true;
	gd_split_range(&hash, (uint64_t)slices->piles);
	return gd_split_range(&hash, slice->parts) == slice->part;
}

int gd_slice_owner(const gd_slices *slices, const gd_slice *slice, int ranks, uint64_t hash)
{
	uint64_t pile = gd_split_range(&hash, (uint64_t)slices->piles) - (uint64_t)slice->first, width = (uint64_t)(slice->end - slice->first);
	if (slice->parts > 1)
		gd_split_range(&hash, slice->parts);
	/* Rounded down at each step, which keeps the order. */
	double place = ((double)pile + ldexp((double)(hash >> 11), -53)) / (double)width;
	int owner = (int)(place * ranks);
	return owner < ranks ? owner : ranks - 1;
}
