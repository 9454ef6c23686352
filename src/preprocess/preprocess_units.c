#include "gd/preprocess/preprocess_units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/parallel/ask.h"
#include "gd/parallel/join.h"
#include "gd/parallel/mpi_error.h"
#include "gd/preprocess/preprocess_slices.h"

enum { TAG_STATE = 72 };

/* Of an entry, on the way to its owner and there. */
enum { ENTRY_BYTES = GD_TALLY_BYTES + 6 * (int)sizeof(gd_tallied) };

/* ---- the split ---- */

/* What the classes have left for a part, and are owed of it; goes from rank to rank. */
typedef struct filling {
	gd_preprocess *run;
	int64_t target;
	size_t classes;
	int64_t *state; /* [3, classes]: available, owed, needed */
} filling;

/* Rows of one label in one group, as one rank counts them. */
typedef struct members {
	gd_split_key key;
	const gd_tallied *entry;
	int64_t *part;
} members;

static int by_key(const void *a, const void *b)
{
	return gd_split_compare(&((const members *)a)->key, &((const members *)b)->key);
}

/* A group moves to the part as a whole, if it is of the training part still and fits. */
static void fill_here(const filling *f, const members *sorted, size_t count)
{
	int64_t *available = f->state, *owed = f->state + f->classes, *needed = f->state + 2 * f->classes;
	for (size_t from = 0, to; from < count; from = to) {
		bool fits = sorted[from].entry->count[GD_SPLIT_TRAIN] > 0;
		for (to = from; to < count && !gd_split_compare(&sorted[to].key, &sorted[from].key); to++)
			needed[sorted[to].entry->label] += sorted[to].entry->count[GD_SPLIT_TRAIN];
		for (size_t i = from; i < to; i++)
			fits = fits && needed[sorted[i].entry->label] <= owed[sorted[i].entry->label];
		for (size_t i = from; i < to; i++) {
			const gd_tallied *entry = sorted[i].entry;
			needed[entry->label] = 0;
			*sorted[i].part = fits ? f->target : -1;
			if (fits) {
				owed[entry->label] -= entry->count[GD_SPLIT_TRAIN];
				available[entry->label] -= entry->count[GD_SPLIT_TRAIN];
			}
		}
	}
}

/* Rank after rank, as the groups' keys go; then all know what is left. */
static gd_status fill_slice(void *context, const void *entries, size_t count, void *answers)
{
	const filling *f = context;
	gd_communicator *communicator = f->run->communicator;
	const gd_tallied *given = entries;
	int rank = communicator->rank, last = communicator->size - 1, length = (int)(2 * f->classes), code = MPI_SUCCESS;
	members *sorted = gd_allocate(count, sizeof *sorted);
	gd_status status = sorted ? gd_ok() : gd_out_of_memory("the split");
	status = gd_agree(communicator, &status);
	if (gd_failed(&status)) {
		free(sorted);
		return status;
	}
	for (size_t i = 0; i < count; i++)
		sorted[i] = (members){gd_split_key_of((uint64_t)f->run->options->seed, given[i].content, 0), &given[i], (int64_t *)answers + i};
	qsort(sorted, count, sizeof *sorted, by_key);
	gd_wait_begin(communicator);
	if (rank)
		code = MPI_Recv(f->state, length, MPI_INT64_T, rank - 1, TAG_STATE, communicator->mpi, MPI_STATUS_IGNORE);
	gd_wait_finish(communicator);
	if (code == MPI_SUCCESS)
		fill_here(f, sorted, count);
	gd_wait_begin(communicator);
	if (rank < last && code == MPI_SUCCESS)
		code = MPI_Send(f->state, length, MPI_INT64_T, rank + 1, TAG_STATE, communicator->mpi);
	if (last && code == MPI_SUCCESS)
		code = MPI_Bcast(f->state, length, MPI_INT64_T, last, communicator->mpi);
	gd_wait_finish(communicator);
	free(sorted);
	return gd_mpi_error(code, "split the groups");
}

/* By the first group, in the order of its key. */
static uint64_t hash_of_group(void *context, const gd_row *row)
{
	const gd_preprocess *run = context;
	return gd_split_key_of((uint64_t)run->options->seed, *row->groups, 0).hash;
}

static gd_status split_slice(filling *f, const gd_slices *slices, const gd_slice *slice, gd_tally *tally)
{
	gd_preprocess *run = f->run;
	gd_rows *rows = &run->rows;
	gd_status status = gd_ok();
	gd_walk walk = gd_walk_over(rows->piles + slice->first, slice->end - slice->first);
	for (gd_row *row; (row = gd_walk_next(&walk)) && !gd_failed(&status);) {
		gd_tallied *entry = NULL;
		if (row->test || (slice->parts > 1 && !gd_slice_holds(slices, slice, hash_of_group(run, row))))
			continue;
		if (!(entry = gd_tally_of(tally, *row->groups, row->label)))
			status = gd_out_of_memory("the split");
		else
			entry->count[row->part]++;
	}
	if (!gd_failed(&status))
		status = run->spill.status;
	int *owner = gd_allocate((size_t)tally->count, sizeof *owner);
	int64_t *part = gd_allocate((size_t)tally->count, sizeof *part);
	if (!gd_failed(&status) && (!owner || !part))
		status = gd_out_of_memory("the split");
	for (int64_t i = 0; i < tally->count && !gd_failed(&status); i++)
		owner[i] = gd_slice_owner(slices, slice, run->communicator->size, gd_split_key_of((uint64_t)run->options->seed, tally->entries[i].content, 0).hash);
	const gd_question question = {sizeof *tally->entries, sizeof *part, fill_slice, f, NULL};
	status = gd_ask(run->communicator, &status, &question, tally->entries, owner, (size_t)tally->count, part);
	walk = gd_walk_over(rows->piles + slice->first, slice->end - slice->first);
	walk.change = true;
	for (gd_row *row; !gd_failed(&status) && (row = gd_walk_next(&walk));) {
		if (row->test || (slice->parts > 1 && !gd_slice_holds(slices, slice, hash_of_group(run, row))))
			continue;
		int64_t now = part[gd_tally_find(tally, *row->groups, row->label)];
		if (now >= 0)
			row->part = (unsigned)now;
	}
	free(owner);
	free(part);
	return gd_failed(&status) ? status : run->spill.status;
}

static gd_status fill(filling *f, int64_t target, double fraction, const gd_slices *slices)
{
	int64_t left = 0;
	gd_status status = gd_ok();
	f->target = target;
	for (size_t i = 0; i < f->classes; i++)
		left += f->state[i];
	gd_split_quotas((int)f->classes, f->state, (int64_t)ceil(fraction * (double)left), f->state + f->classes);
	for (int64_t i = 0; i < slices->count && !gd_failed(&status); i++) {
		gd_tally tally = {0};
		const gd_slice slice = gd_slice_at(slices, i);
		status = split_slice(f, slices, &slice, &tally);
		status = gd_agree(f->run->communicator, &status);
		gd_tally_release(&tally);
	}
	return status;
}

gd_status gd_preprocess_split_units(gd_preprocess *run)
{
	gd_rows *rows = &run->rows;
	gd_slices slices;
	filling f = {.run = run, .classes = (size_t)run->recipe.schema.classes.count};
	f.state = gd_allocate(3 * f.classes, sizeof *f.state);
	gd_status status = f.state ? gd_rows_deal(rows, hash_of_group, run) : gd_out_of_memory("the split");
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = gd_slices_plan(run, rows->pile_count, rows->count, ENTRY_BYTES, &slices);
	if (!gd_failed(&status)) {
		memcpy(f.state, rows->frequency, f.classes * sizeof *f.state);
		status = fill(&f, GD_SPLIT_TEST, run->options->test_fraction, &slices);
	}
	if (!gd_failed(&status))
		status = fill(&f, GD_SPLIT_VALIDATION, run->options->validation_fraction, &slices);
	free(f.state);
	return gd_agree(run->communicator, &status);
}

/* ---- the audit ---- */

/* A record, as a group's audit sees it. */
typedef struct member {
	gd_content content;
	int32_t label, part;
} member;

/* Piles of what is of this rank, by ranges of the contents' hash. */
static gd_status list_members(gd_preprocess *run, int group, gd_pile *piles, int count)
{
	gd_rows *rows = &run->rows;
	for (int i = 0; i < count; i++)
		gd_pile_init(&piles[i], &run->spill, sizeof(member));
	gd_walk walk = gd_rows_walk(rows);
	for (gd_row *row; (row = gd_walk_next(&walk));) {
		const gd_content content = group < 0 ? row->content : row->groups[group];
		uint64_t inside = content.high;
		member *item = gd_pile_extend(&piles[gd_split_range(&inside, (uint64_t)count)]);
		if (!item)
			break;
		*item = (member){content, row->label, row->part};
	}
	return run->spill.status;
}

static gd_status audit_slice(void *context, const void *entries, size_t count, void *answers)
{
	(void)answers;
	int64_t all = (int64_t)count;
	gd_tallied *joined = gd_tally_join(entries, &all);
	if (!joined)
		return gd_out_of_memory("the leak audit");
	gd_statistics_audit(joined, all, context);
	free(joined);
	return gd_ok();
}

static gd_status tally_members(gd_preprocess *run, gd_pile *piles, const gd_slices *slices, const gd_slice *slice, gd_tally *tally, gd_ask_room *room, gd_audit *audit)
{
	gd_status status = gd_ok();
	gd_walk walk = gd_walk_over(piles + slice->first, slice->end - slice->first);
	for (member *item; !gd_failed(&status) && (item = gd_walk_next(&walk));) {
		if (!gd_slice_holds(slices, slice, item->content.high))
			continue;
		gd_tallied *entry = gd_tally_of(tally, item->content, item->label);
		if (!entry)
			status = gd_out_of_memory("the leak audit");
		else
			entry->count[item->part]++;
	}
	if (!gd_failed(&status))
		status = run->spill.status;
	if (!run->together) {
		if (!gd_failed(&status) && !gd_tally_sort(tally))
			status = gd_out_of_memory("the leak audit");
		if (!gd_failed(&status))
			gd_statistics_audit(tally->entries, tally->count, audit);
		return status;
	}
	int *owner = gd_allocate((size_t)tally->count, sizeof *owner);
	if (!gd_failed(&status) && !owner)
		status = gd_out_of_memory("the leak audit");
	for (int64_t i = 0; i < tally->count && !gd_failed(&status); i++)
		owner[i] = gd_slice_owner(slices, slice, run->communicator->size, tally->entries[i].content.high);
	const gd_question question = {sizeof *tally->entries, 0, audit_slice, audit, room};
	status = gd_ask(run->communicator, &status, &question, tally->entries, owner, (size_t)tally->count, NULL);
	free(owner);
	return status;
}

gd_status gd_preprocess_audit_units(gd_preprocess *run, int group, gd_audit *audit)
{
	gd_pile piles[GD_ROWS_MOST_PILES] = {{0}};
	/* Ranks wait for one another once a pile and more. */
	const int count = run->together ? GD_ROWS_MOST_PILES / 4 : GD_ROWS_MOST_PILES;
	gd_slices slices;
	gd_tally tally = {0};
	gd_ask_room room = {0};
	gd_audit here = {0};
	gd_status status = list_members(run, group, piles, count);
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = gd_slices_plan(run, count, run->rows.count, ENTRY_BYTES, &slices);
	for (int64_t i = 0; !gd_failed(&status) && i < slices.count; i++) {
		const gd_slice slice = gd_slice_at(&slices, i);
		status = tally_members(run, piles, &slices, &slice, &tally, &room, &here);
		gd_tally_clear(&tally);
	}
	gd_tally_release(&tally);
	gd_ask_room_release(&room);
	for (int i = 0; i < count; i++)
		gd_pile_release(&piles[i]);
	int64_t counts[6] = {here.rows, here.groups, here.test_rows, here.shared_test_rows, here.conflicting_groups, here.right};
	status = gd_together_sum(run->together, &status, counts, 6);
	*audit = (gd_audit){counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]};
	return status;
}
