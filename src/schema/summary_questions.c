/* What is asked of summaries, and what is enough to answer it. */
#include <math.h>
#include <stdlib.h>

#include "gd/schema/summary.h"

static int by_count(const void *a, const void *b)
{
	const gd_level *left = a, *right = b;
	return (left->count > right->count) - (left->count < right->count);
}

void gd_summary_condense(gd_summary *summary)
{
	gd_level_sample *sample = &summary->sample;
	uint64_t kinds = 0;
	if (sample->condensed || !sample->room)
		return;
	qsort(sample->slots, sample->room, sizeof *sample->slots, by_count);
	for (uint64_t i = 0; i < sample->room; i++) {
		const int64_t count = sample->slots[i].count;
		if (!count)
			continue;
		if (kinds && sample->slots[kinds - 1].count == count)
			sample->slots[kinds - 1].hash++;
		else
			sample->slots[kinds++] = (gd_level){1, count};
	}
	gd_level *slots = realloc(sample->slots, (size_t)kinds * sizeof *slots);
	sample->slots = slots ? slots : sample->slots;
	sample->room = kinds;
	sample->condensed = true;
}

int64_t gd_summary_pairs(const gd_summary *summary)
{
	int64_t pairs = 0;
	for (int kind = 0; kind < GD_PAIR_KINDS; kind++)
		pairs += summary->pairs[kind];
	return pairs;
}

int64_t gd_summary_values(const gd_summary *summary)
{
	return summary->records - summary->missing;
}

/* How many distinct values there are for each one in the sample. */
static double scale(const gd_level_sample *sample)
{
	return sample->limit ? 0x1p64 / (double)sample->limit : 1;
}

int64_t gd_summary_distinct(const gd_summary *summary)
{
	return (int64_t)rint((double)summary->sample.count * scale(&summary->sample));
}

bool gd_summary_all_differ(const gd_summary *summary)
{
	for (uint64_t i = 0; i < summary->sample.room; i++)
		if (summary->sample.slots[i].count > 1)
			return false;
	return true;
}

int64_t gd_summary_frequent(const gd_summary *summary, int64_t least)
{
	int64_t count = 0;
	for (uint64_t i = 0; i < summary->sample.room; i++)
		if (summary->sample.slots[i].count >= least)
			count += summary->sample.condensed ? (int64_t)summary->sample.slots[i].hash : 1;
	return (int64_t)rint((double)count * scale(&summary->sample));
}
