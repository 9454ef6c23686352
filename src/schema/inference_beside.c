/* What columns are beside one another. */
#include <stdio.h>
#include <stdlib.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"
#include "gd/schema/inference.h"

bool gd_inference_same(const gd_inference_column *one, const gd_inference_column *other)
{
	return one->summary.checksum == other->summary.checksum && one->summary.missing == other->summary.missing;
}

void gd_inference_look_for_units(gd_inference *inference)
{
	enum { MOST_LINES = 2 };
	char room[GD_EXCERPT_ROOM], lines[64];
	gd_inference_column *first = NULL;
	int numbers = 0, texts = 0;
	int64_t unreadable = 0;
	for (int i = 0; i < inference->count; i++) {
		gd_inference_column *column = &inference->columns[i];
		const gd_summary *summary = &column->summary;
		if (column->role != GD_ROLE_NUMERIC)
			continue;
		const int64_t count = gd_summary_values(summary) - column->reading.readable;
		unreadable = first ? unreadable : count;
		first = first ? first : column;
		numbers++;
		texts += summary->text_first && count == unreadable;
	}
	if (!texts || texts < numbers || unreadable > MOST_LINES)
		return;
	int used = snprintf(lines, sizeof lines, "%lld", (long long)inference->first_line);
	if (unreadable > 1)
		snprintf(lines + used, sizeof lines - (size_t)used, ",%lld", (long long)(inference->first_line + unreadable - 1));
	for (int i = 0; i < inference->count; i++)
		if (inference->columns[i].role == GD_ROLE_NUMERIC)
			*inference->columns[i].warning = '\0';
	snprintf(first->warning, sizeof first->warning, "line %lld holds texts where all others have numbers ('%s'): names of units, or a second header? The table without it: sed %sd FILE | genre-dist ... -",
		(long long)inference->first_line, gd_excerpt(first->summary.example, room), lines);
}

static int by_checksum(const void *a, const void *b)
{
	const gd_inference_column *left = *(gd_inference_column *const *)a, *right = *(gd_inference_column *const *)b;
	if (left->summary.checksum != right->summary.checksum)
		return left->summary.checksum < right->summary.checksum ? -1 : 1;
	return (left > right) - (left < right);
}

gd_status gd_inference_find_copies(gd_inference *inference)
{
	gd_inference_column **sorted = gd_allocate((size_t)inference->count, sizeof *sorted);
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	int count = 0;
	if (!sorted)
		return gd_out_of_memory("the columns");
	for (int i = 0; i < inference->count; i++)
		if (*inference->columns[i].words && gd_summary_distinct(&inference->columns[i].summary) > 1)
			sorted[count++] = &inference->columns[i];
	qsort(sorted, (size_t)count, sizeof *sorted, by_checksum);
	for (int i = 1; i < count; i++) {
		const gd_inference_column *first = sorted[i - 1];
		gd_inference_column *second = sorted[i];
		if (gd_inference_same(first, second) && !*second->warning)
			snprintf(second->warning, sizeof second->warning, "columns '%s' and '%s' hold the same in every record; --drop leaves one out", gd_excerpt(first->name, room), gd_excerpt(second->name, other));
	}
	free(sorted);
	return gd_ok();
}
