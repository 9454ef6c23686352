#include "gd/preprocess/preprocess_numbers.h"

#include <stdlib.h>

#include "gd/base/memory.h"

/* Records of one content that a rank has. */
typedef struct counted {
	gd_content content;
	int64_t count;
} counted;

/* Contents come in the order of the records: how many there are of each in front. */
static gd_status count_before(void *context, const void *entries, size_t count, void *answers)
{
	gd_tally *all = context;
	const counted *asked = entries;
	int64_t *before = answers;
	gd_tally_clear(all);
	for (size_t i = 0; i < count; i++) {
		gd_tallied *entry = gd_tally_of(all, asked[i].content, 0);
		if (!entry)
			return gd_out_of_memory("the order of the records");
		before[i] = entry->count[0];
		entry->count[0] += asked[i].count;
	}
	return gd_ok();
}

static bool add_number(gd_numbers *n, gd_numbered number)
{
	gd_numbered *items = gd_make_room(n->items, n->count, &n->room, sizeof *items);
	if (!items)
		return false;
	n->items = items;
	n->items[n->count++] = number;
	return true;
}

gd_status gd_numbers_find(gd_numbers *n, gd_preprocess *run, const gd_slices *slices, const gd_slice *slice, gd_tally *tally)
{
	gd_rows *rows = &run->rows;
	gd_status status = gd_ok();
	gd_walk walk = gd_walk_over(rows->piles + slice->first, slice->end - slice->first);
	n->count = n->next = 0;
	for (gd_row *row; (row = gd_walk_next(&walk));) {
		if (!gd_slice_holds(slices, slice, row->content.high))
			continue;
		gd_tallied *entry = gd_tally_of(tally, gd_placing_of(row), 0);
		if (!entry || !add_number(n, (gd_numbered){entry - tally->entries, entry->count[0]++})) {
			status = gd_out_of_memory("the order of the records");
			break;
		}
	}
	if (!gd_failed(&status))
		status = run->spill.status;
	size_t count = (size_t)tally->count;
	int *owner = gd_allocate_unset(count, sizeof *owner);
	int64_t *before = gd_allocate_unset(count, sizeof *before);
	counted *asked = gd_allocate_unset(count, sizeof *asked);
	if (!gd_failed(&status) && (!owner || !before || !asked))
		status = gd_out_of_memory("the order of the records");
	for (size_t i = 0; i < count && !gd_failed(&status); i++) {
		asked[i] = (counted){tally->entries[i].content, tally->entries[i].count[0]};
		owner[i] = gd_slice_owner(slices, slice, run->communicator->size, asked[i].content.high);
	}
	const gd_question question = {sizeof *asked, sizeof *before, count_before, &n->asked, &n->asking};
	status = gd_ask(run->communicator, &status, &question, asked, owner, count, before);
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		tally->entries[i].count[0] = before[i];
	free(owner);
	free(before);
	free(asked);
	return status;
}

int64_t gd_numbers_next(gd_numbers *n, const gd_tally *tally)
{
	const gd_numbered *number = &n->items[n->next++];
	return tally->entries[number->entry].count[0] + number->occurrence;
}

void gd_numbers_release(gd_numbers *n)
{
	free(n->items);
	gd_tally_release(&n->asked);
	gd_ask_room_release(&n->asking);
	*n = (gd_numbers){0};
}
