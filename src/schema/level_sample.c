#include "gd/schema/level_sample.h"

#include <stdlib.h>

enum { FEWEST_SLOTS = 16,
	MOST_LEVELS = GD_SAMPLE_LEVELS * 5 / 4 /* that are there before those too many are let go */ };

static void put_level(gd_level_sample *sample, gd_level level)
{
	uint64_t slot = level.hash & (sample->room - 1);
	while (sample->slots[slot].hash && sample->slots[slot].hash != level.hash)
		slot = (slot + 1) & (sample->room - 1);
	sample->count += !sample->slots[slot].hash;
	sample->slots[slot].hash = level.hash;
	sample->slots[slot].count += level.count;
}

/* Another table of `room` slots with the levels below `limit` (0: all). */
static bool rebuild(gd_level_sample *sample, uint64_t room, uint64_t limit)
{
	gd_level_sample wider = {.slots = calloc(room, sizeof *wider.slots), .room = room, .limit = limit};
	if (!wider.slots)
		return false;
	for (uint64_t i = 0; i < sample->room; i++)
		if (sample->slots[i].hash && (!limit || sample->slots[i].hash < limit))
			put_level(&wider, sample->slots[i]);
	free(sample->slots);
	*sample = wider;
	return true;
}

/* Of hashes [count], moved about, the one that `place` others are below; they are all different. Source: C. A. R. Hoare, "Algorithm 65: find", 1961. */
static uint64_t select_hash(uint64_t *hashes, int count, int place)
{
	for (int low = 0, high = count - 1; low < high;) {
		const uint64_t middle = hashes[low + (high - low) / 2];
		int i = low, j = high;
		while (i <= j) {
			while (hashes[i] < middle)
				i++;
			while (hashes[j] > middle)
				j--;
			if (i <= j) {
				uint64_t other = hashes[i];
				hashes[i++] = hashes[j];
				hashes[j--] = other;
			}
		}
		if (place <= j)
			high = j;
		else if (place >= i)
			low = i;
		else
			break;
	}
	return hashes[place];
}

bool gd_level_sample_trim(gd_level_sample *sample)
{
	int count = 0;
	if (sample->condensed || sample->count <= GD_SAMPLE_LEVELS)
		return true;
	uint64_t *hashes = malloc((size_t)sample->count * sizeof *hashes);
	if (!hashes)
		return false;
	for (uint64_t i = 0; i < sample->room; i++)
		if (sample->slots[i].hash)
			hashes[count++] = sample->slots[i].hash;
	const uint64_t limit = select_hash(hashes, count, GD_SAMPLE_LEVELS);
	free(hashes);
	return rebuild(sample, sample->room, limit);
}

bool gd_level_sample_add(gd_level_sample *sample, gd_level level)
{
	if (sample->limit && level.hash >= sample->limit)
		return true;
	if (gd_level_sample_grows(sample, 1) && !rebuild(sample, sample->room ? 2 * sample->room : FEWEST_SLOTS, sample->limit))
		return false;
	put_level(sample, level);
	return sample->count < MOST_LEVELS || gd_level_sample_trim(sample);
}

bool gd_level_sample_merge(gd_level_sample *sample, const gd_level_sample *later)
{
	bool complete = true;
	if (later->limit && (!sample->limit || later->limit < sample->limit))
		complete = rebuild(sample, sample->room ? sample->room : FEWEST_SLOTS, later->limit);
	for (uint64_t i = 0; i < later->room && complete; i++)
		if (later->slots[i].hash)
			complete = gd_level_sample_add(sample, later->slots[i]);
	return complete;
}
