/* Summaries on their way from one process to another of the same program. */
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/schema/summary.h"

void gd_summary_pack(const gd_summary *summary, FILE *out)
{
	const gd_level_sample *sample = &summary->sample;
	fwrite(summary, sizeof *summary, 1, out);
	for (uint64_t i = 0; i < sample->room; i++)
		if (sample->slots[i].hash)
			fwrite(&sample->slots[i], sizeof sample->slots[i], 1, out);
}

/* `count` levels from `at`, as they were, or by their hashes. */
static void put_levels(gd_level_sample *sample, const char *at, uint64_t count)
{
	gd_level level;
	for (uint64_t i = 0; i < count; i++, at += sizeof level) {
		memcpy(&level, at, sizeof level);
		uint64_t slot = sample->condensed ? i : level.hash & (sample->room - 1);
		while (sample->slots[slot].hash)
			slot = (slot + 1) & (sample->room - 1);
		sample->slots[slot] = level;
	}
}

gd_status gd_summary_unpack(gd_summary *summary, const char **at, const char *end)
{
	gd_summary_release(summary);
	if ((size_t)(end - *at) < sizeof *summary)
		return gd_error(GD_FAILED, "what is known of a column was cut short");
	memcpy(summary, *at, sizeof *summary);
	*at += sizeof *summary;
	gd_level_sample *sample = &summary->sample;
	const uint64_t count = sample->condensed ? sample->room : (uint64_t)sample->count;
	sample->slots = NULL;
	if ((size_t)(end - *at) / sizeof *sample->slots < count) {
		gd_summary_init(summary);
		return gd_error(GD_FAILED, "what is known of a column was cut short");
	}
	if (sample->room && !(sample->slots = gd_allocate((size_t)sample->room, sizeof *sample->slots))) {
		gd_summary_init(summary);
		return gd_out_of_memory("a column's distinct values");
	}
	put_levels(sample, *at, count);
	*at += count * sizeof *sample->slots;
	return gd_ok();
}
