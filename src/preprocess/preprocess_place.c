#include "gd/preprocess/preprocess_place.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/ask.h"
#include "gd/parallel/join.h"
#include "gd/preprocess/preprocess_units.h"

/* ---- equal contents ---- */

typedef struct placed {
	gd_content content;
	int64_t index;
} placed;

static int by_content(const void *a, const void *b)
{
	const placed *x = a, *y = b;
	int order = gd_content_compare(x->content, y->content);
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

/* Contents come in the order of the records. */
static gd_status count_occurrences(void *context, const void *entries, size_t count, void *answers)
{
	(void)context;
	const gd_content *content = entries;
	int64_t *occurrence = answers;
	placed *sorted = gd_allocate(count, sizeof *sorted);
	if (!sorted)
		return gd_out_of_memory("the order of the records");
	for (size_t i = 0; i < count; i++)
		sorted[i] = (placed){content[i], (int64_t)i};
	qsort(sorted, count, sizeof *sorted, by_content);
	for (size_t i = 1; i < count; i++)
		if (!gd_content_compare(sorted[i].content, sorted[i - 1].content))
			occurrence[sorted[i].index] = occurrence[sorted[i - 1].index] + 1;
	free(sorted);
	return gd_ok();
}

/* ---- places ---- */

typedef struct record {
	gd_split_key key;
	int32_t label, part;
} record;

typedef struct place {
	int64_t position;
	int64_t part;
} place;

static int by_key(const void *a, const void *b, void *context)
{
	const record *records = context;
	return gd_split_compare(&records[*(const int64_t *)a].key, &records[*(const int64_t *)b].key);
}

/* Each class fills its quotas with the records of the least keys: the test part's, then the validation part's; records of test files have their part. */
static gd_status share_out(gd_preprocess *run, const record *records, size_t count, const int64_t *order, place *places)
{
	size_t classes = (size_t)run->recipe.schema.classes.count;
	int64_t *all = gd_allocate(5 * classes, sizeof *all);
	gd_status status = all ? gd_ok() : gd_out_of_memory("the split");
	status = gd_agree(run->communicator, &status);
	if (gd_failed(&status))
		goto done;
	int64_t *mine = all + classes, *seen = all + 2 * classes, *quota[2] = {all + 3 * classes, all + 4 * classes};
	const double fraction[2] = {run->options->test_fraction, run->options->validation_fraction};
	for (size_t i = 0; i < count; i++)
		mine[records[i].label] += records[i].part != GD_SPLIT_TEST;
	memcpy(all, mine, classes * sizeof *all);
	status = gd_join_before(run->communicator, mine, classes, seen);
	if (!gd_failed(&status))
		status = gd_join_counts(run->communicator, all, classes);
	for (int part = 0; part < 2 && !gd_failed(&status); part++) {
		int64_t left = 0;
		for (size_t i = 0; i < classes; i++)
			left += all[i];
		gd_split_quotas((int)classes, all, (int64_t)ceil(fraction[part] * (double)left), quota[part]);
		for (size_t i = 0; i < classes; i++)
			all[i] -= quota[part][i];
	}
	for (size_t i = 0; i < count && !gd_failed(&status); i++) {
		int32_t label = records[order[i]].label;
		if (records[order[i]].part == GD_SPLIT_TEST)
			continue;
		int64_t rank = seen[label]++;
		places[order[i]].part = rank < quota[0][label] ? GD_SPLIT_TEST : rank < quota[0][label] + quota[1][label] ? GD_SPLIT_VALIDATION
															  : GD_SPLIT_TRAIN;
	}
done:
	free(all);
	return status;
}

static gd_status place_records(void *context, const void *entries, size_t count, void *answers)
{
	gd_preprocess *run = context;
	const record *records = entries;
	place *places = answers;
	int64_t mine[GD_SPLIT_PARTS] = {0}, before[GD_SPLIT_PARTS];
	int64_t *order = gd_allocate(count, sizeof *order);
	gd_status status = order ? gd_ok() : gd_out_of_memory("the order of the records");
	status = gd_agree(run->communicator, &status);
	if (gd_failed(&status))
		goto done;
	for (size_t i = 0; i < count; i++) {
		order[i] = (int64_t)i;
		places[i].part = records[i].part;
	}
	qsort_r(order, count, sizeof *order, by_key, (void *)records);
	if (run->options->split == GD_SPLIT_RANDOM)
		status = share_out(run, records, count, order, places);
	for (size_t i = 0; i < count; i++)
		mine[places[i].part]++;
	if (!gd_failed(&status))
		status = gd_join_before(run->communicator, mine, GD_SPLIT_PARTS, before);
	memcpy(run->header.rows, mine, sizeof run->header.rows);
	if (!gd_failed(&status))
		status = gd_join_counts(run->communicator, run->header.rows, GD_SPLIT_PARTS);
	if (gd_failed(&status))
		goto done;
	for (int part = 1; part < GD_SPLIT_PARTS; part++)
		for (int earlier = 0; earlier < part; earlier++)
			before[part] += run->header.rows[earlier];
	for (size_t i = 0; i < count; i++)
		places[order[i]].position = before[places[order[i]].part]++;
done:
	free(order);
	return status;
}

gd_status gd_preprocess_place(gd_preprocess *run)
{
	gd_communicator *communicator = run->communicator;
	gd_rows *rows = &run->rows;
	size_t count = (size_t)rows->count;
	communicator->phase = "splitting the records";
	int *owner = gd_allocate(count, sizeof *owner);
	int64_t *occurrence = gd_allocate(count, sizeof *occurrence);
	record *records = gd_allocate(count, sizeof *records);
	place *places = gd_allocate(count, sizeof *places);
	gd_content *placing = gd_allocate(count, sizeof *placing);
	run->position = gd_allocate(count, sizeof *run->position);
	gd_status status = owner && occurrence && records && places && placing && run->position ? gd_ok() : gd_out_of_memory("the split");
	status = gd_agree(communicator, &status);
	if (!gd_failed(&status) && run->options->split == GD_SPLIT_GROUPED)
		status = gd_preprocess_split_units(run);
	for (size_t i = 0; i < count && !gd_failed(&status); i++) {
		placing[i] = (int64_t)i < gd_rows_inputs(rows) ? rows->content[i] : gd_content_apart(rows->content[i]);
		owner[i] = gd_owner_of(communicator, placing[i].high);
	}
	const gd_question contents = {sizeof *placing, sizeof *occurrence, count_occurrences, run};
	status = gd_ask(communicator, &status, &contents, placing, owner, count, occurrence);
	for (size_t i = 0; i < count && !gd_failed(&status); i++) {
		records[i] = (record){gd_split_key_of((uint64_t)run->options->seed, placing[i], occurrence[i]), rows->labels[i], rows->part[i]};
		owner[i] = gd_owner_of(communicator, records[i].key.hash);
	}
	const gd_question keys = {sizeof *records, sizeof *places, place_records, run};
	status = gd_ask(communicator, &status, &keys, records, owner, count, places);
	for (size_t i = 0; i < count && !gd_failed(&status); i++) {
		run->position[i] = places[i].position;
		rows->part[i] = (uint8_t)places[i].part;
	}
	free(owner);
	free(occurrence);
	free(records);
	free(places);
	free(placing);
	return status;
}
