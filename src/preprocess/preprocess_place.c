#include "gd/preprocess/preprocess_place.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/key_sort.h"
#include "gd/base/memory.h"
#include "gd/parallel/ask.h"
#include "gd/parallel/join.h"
#include "gd/preprocess/preprocess_numbers.h"
#include "gd/preprocess/preprocess_ranges.h"
#include "gd/preprocess/preprocess_slices.h"
#include "gd/preprocess/preprocess_units.h"

enum {
	TALLIED_BYTES = GD_TALLY_BYTES + 3 * (int)sizeof(gd_tallied), /* of a content, on the way to its owner and there, and of its record's number */
	ROWS_IN_PILE = 1 << 12,                                       /* that are put in order at once, in the cache, where there is room */
	MOST_NOMINAL = 1 << 10,                                       /* piles of them */
	MOST_ROWS_SENT = 1 << 16,                                     /* at once */
	AHEAD = 8,                                                    /* rows that are asked for before they are needed */
	CACHE_LINE = 64,
};

typedef struct placing {
	gd_preprocess *run;
	uint64_t stream; /* of keys */
	gd_ranges ranges; /* of keys */
	gd_pile *piles; /* [count]: rows of this rank's ranges, by ranges of these */
	int count;
	int64_t *labels; /* [GD_REGIONS, classes]: how many rows of each */
	int64_t held[GD_REGIONS][GD_SPLIT_PARTS]; /* once they are in order, how many of each part */
	gd_numbers numbers; /* of the records of a slice; of one rank, none */
	bool keyed;      /* rows have their hash */
	char *sent;      /* [most] rows on their way, waiting for the others */
	int *owner;      /* [most] */
	size_t waiting, most, item;
} placing;

/* ---- keys ---- */

/* ---- to the ranks that own them ---- */

static int region_of(const placing *p, int range)
{
	return range / p->ranges.ranks;
}

static bool take_row(placing *p, const gd_row *row)
{
	int range = gd_ranges_find(&p->ranges, row->hash), classes = p->run->recipe.schema.classes.count;
	p->labels[region_of(p, range) * classes + row->label] += !row->test;
	return gd_rows_add(&p->piles[(int)(gd_ranges_inside(&p->ranges, range, row->hash) * p->count)], row);
}

static gd_status take_rows(void *context, const void *entries, size_t count, void *answers)
{
	placing *p = context;
	(void)answers;
	for (size_t i = 0; i < count; i++)
		if (!take_row(p, (const gd_row *)(const void *)((const char *)entries + i * p->item)))
			break;
	return p->run->spill.status;
}

/* The next row of a slice, with its key. */
static gd_row *next_row(placing *p, gd_walk *walk, const gd_slices *slices, const gd_slice *slice, gd_tally *tally, gd_status *status)
{
	gd_row *row = gd_walk_next(walk);
	while (row && !gd_slice_holds(slices, slice, row->content.high))
		row = gd_walk_next(walk);
	if (!row || p->keyed)
		return row;
	int64_t occurrence;
	if (p->run->together) {
		occurrence = gd_numbers_next(&p->numbers, tally);
	} else {
		gd_tallied *entry = gd_tally_of(tally, gd_placing_of(row), 0);
		if (!entry) {
			*status = gd_out_of_memory("the order of the records");
			return NULL;
		}
		occurrence = entry->count[0]++;
	}
	row->hash = gd_split_hash(p->stream, gd_placing_of(row), occurrence);
	return row;
}

/* What is done to the rows of a slice. Collective. */
typedef gd_status slice_work(placing *p, const gd_slices *slices, const gd_slice *slice, gd_tally *tally);

static gd_status key_slice(placing *p, const gd_slices *slices, const gd_slice *slice, gd_tally *tally)
{
	gd_walk walk = gd_walk_over(p->run->rows.piles + slice->first, slice->end - slice->first);
	gd_status status = gd_ok();
	walk.change = true;
	while (next_row(p, &walk, slices, slice, tally, &status))
		;
	if (!gd_failed(&status))
		status = p->run->spill.status;
	return gd_agree(p->run->communicator, &status);
}

static gd_status send_slice(placing *p, const gd_slices *slices, const gd_slice *slice, gd_tally *tally)
{
	gd_preprocess *run = p->run;
	gd_walk walk = gd_walk_over(run->rows.piles + slice->first, slice->end - slice->first);
	gd_status status = gd_ok();
	const gd_question question = {p->item, 0, take_rows, p, &p->numbers.asking};
	int64_t more = 1;
	walk.consume = slice->part + 1 == slice->parts;
	while (more && !gd_failed(&status)) {
		gd_row *row = NULL;
		while (p->waiting < p->most && (row = next_row(p, &walk, slices, slice, tally, &status))) {
			int owner = gd_ranges_find(&p->ranges, row->hash) % run->communicator->size;
			if (owner == run->communicator->rank) {
				if (!take_row(p, row))
					break;
				continue;
			}
			memcpy(p->sent + p->waiting * p->item, row, p->item);
			p->owner[p->waiting++] = owner;
		}
		more = row != NULL;
		if (!gd_failed(&status))
			status = run->spill.status;
		if (!run->together)
			break;
		status = gd_ask(run->communicator, &status, &question, p->sent, p->owner, p->waiting, NULL);
		p->waiting = 0;
		status = gd_together_sum(run->together, &status, &more, 1);
	}
	return status;
}

static gd_status work_on_slices(placing *p, slice_work *work)
{
	gd_preprocess *run = p->run;
	gd_slices slices;
	gd_status status = gd_slices_plan(run, run->rows.pile_count, run->rows.count, run->together ? TALLIED_BYTES : GD_TALLY_BYTES, &slices);
	gd_tally tally = {0};
	for (int64_t i = 0; i < slices.count && !gd_failed(&status); i++) {
		const gd_slice slice = gd_slice_at(&slices, i);
		if (run->together)
			status = gd_numbers_find(&p->numbers, run, &slices, &slice, &tally);
		if (!gd_failed(&status))
			status = work(p, &slices, &slice, &tally);
		gd_tally_clear(&tally);
	}
	gd_tally_release(&tally);
	return status;
}

/*
 * Rows with their parts. Where groups are dealt out in between, keys come first: records of one content are numbered as they come, and those that are groups of their own each do not stay in that order.
 */
static gd_status send_rows(placing *p)
{
	gd_preprocess *run = p->run;
	if (run->options->split != GD_SPLIT_GROUPED)
		return work_on_slices(p, send_slice);
	gd_status status = work_on_slices(p, key_slice);
	p->keyed = true;
	if (!gd_failed(&status))
		status = gd_preprocess_split_units(run);
	const gd_slice all = {.end = run->rows.pile_count, .parts = 1};
	return gd_failed(&status) ? status : send_slice(p, NULL, &all, NULL);
}

/* ---- in order ---- */

/* What parts take of each class: the test part's quota, then the validation part's, filled with the records of the least keys; records of test files have their part. */
typedef struct quotas {
	int64_t *all;    /* [3, classes]: all records that are left; the quotas of the two parts */
	int64_t *before; /* [GD_REGIONS, classes]: those in front of this rank's in a region */
	size_t classes;
} quotas;

static gd_status share_out(placing *p, quotas *q)
{
	gd_preprocess *run = p->run;
	const double fraction[2] = {run->options->test_fraction, run->options->validation_fraction};
	q->classes = (size_t)run->recipe.schema.classes.count;
	q->all = gd_allocate(3 * q->classes, sizeof *q->all);
	q->before = gd_allocate(GD_REGIONS * q->classes, sizeof *q->before);
	gd_status status = q->all && q->before ? gd_ok() : gd_out_of_memory("the split");
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = gd_join_before(run->communicator, p->labels, GD_REGIONS * q->classes, q->before);
	if (!gd_failed(&status))
		status = gd_join_counts(run->communicator, p->labels, GD_REGIONS * q->classes);
	for (size_t i = 0; i < GD_REGIONS * q->classes && !gd_failed(&status); i++) {
		q->before[i] += q->all[i % q->classes];
		q->all[i % q->classes] += p->labels[i];
	}
	for (size_t part = 0; part < 2 && !gd_failed(&status); part++) {
		int64_t left = 0;
		for (size_t i = 0; i < q->classes; i++)
			left += q->all[i];
		int64_t *quota = q->all + (1 + part) * q->classes;
		gd_split_quotas((int)q->classes, q->all, (int64_t)ceil(fraction[part] * (double)left), quota);
		for (size_t i = 0; i < q->classes; i++)
			q->all[i] -= quota[i];
	}
	return status;
}

static unsigned next_part(quotas *q, int region, int32_t label)
{
	int64_t rank = q->before[(size_t)region * q->classes + (size_t)label]++, test = q->all[q->classes + (size_t)label], validation = q->all[2 * q->classes + (size_t)label];
	return rank < test ? GD_SPLIT_TEST : rank < test + validation ? GD_SPLIT_VALIDATION
								      : GD_SPLIT_TRAIN;
}

static int by_key(const void *a, const void *b)
{
	const gd_row *x = a, *y = b;
	/* Of one content, records are numbered as they come. */
	const gd_split_key left = {x->hash, gd_placing_of(x), x->source_row}, right = {y->hash, gd_placing_of(y), y->source_row};
	return gd_split_compare(&left, &right);
}

/* A pile's rows, where they are or, of chunks in the file, as copies. */
static bool list_pile(const placing *p, gd_pile *pile, gd_keyed *order, char **copies)
{
	int64_t count, copied = 0, listed = 0;
	for (int64_t i = 0; i < pile->chunk_count; i++)
		copied += gd_pile_holds(pile, i) ? 0 : pile->per_chunk;
	*copies = malloc((size_t)copied * p->item + 1);
	copied = 0;
	for (int64_t i = 0; *copies && i < pile->chunk_count; i++) {
		const char *rows = gd_pile_look(pile, i, false, &count);
		if (!rows)
			return false;
		if (!gd_pile_holds(pile, i)) {
			rows = memcpy(*copies + (size_t)copied * p->item, rows, (size_t)count * p->item);
			copied += count;
		}
		for (int64_t j = 0; j < count; j++, rows += p->item)
			order[listed++] = (gd_keyed){((const gd_row *)(const void *)rows)->hash, rows};
	}
	return *copies != NULL;
}

/* One pile, in order behind what is in the parts. */
static gd_status order_pile(placing *p, gd_pile *pile, quotas *q, gd_pile *parts)
{
	size_t got = 0;
	char *copies = NULL;
	gd_keyed *order = malloc((size_t)pile->count * sizeof *order + 1);
	gd_status status = gd_ok();
	if (!order || !list_pile(p, pile, order, &copies) || !gd_key_sort(order, got = (size_t)pile->count, by_key))
		status = gd_failed(&p->run->spill.status) ? p->run->spill.status : gd_out_of_memory("the order of the records");
	for (size_t i = 0; i < got && !gd_failed(&status); i++) {
		gd_row *row = (gd_row *)order[i].item;
		if (i + AHEAD < got)
			for (size_t at = 0; at < p->item; at += CACHE_LINE)
				__builtin_prefetch((const char *)order[i + AHEAD].item + at);
		int region = region_of(p, gd_ranges_find(&p->ranges, row->hash));
		if (q->all && !row->test)
			row->part = next_part(q, region, row->label);
		p->held[region][row->part]++;
		if (!gd_rows_add(&parts[row->part], row))
			status = p->run->spill.status;
	}
	gd_pile_release(pile);
	free(copies);
	free(order);
	return status;
}

static gd_status find_starts(placing *p)
{
	gd_preprocess *run = p->run;
	size_t ranks = (size_t)run->communicator->size, ranges = GD_REGIONS * ranks;
	run->starts = gd_allocate((ranges + 1) * GD_SPLIT_PARTS, sizeof *run->starts);
	int64_t *counts = gd_allocate(ranges * GD_SPLIT_PARTS, sizeof *counts);
	gd_status status = run->starts && counts ? gd_ok() : gd_out_of_memory("the order of the records");
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = gd_join_all(run->communicator, p->held, sizeof p->held, counts);
	for (size_t range = 0; range < ranges && !gd_failed(&status); range++)
		for (size_t part = 0; part < GD_SPLIT_PARTS; part++) {
			int64_t *start = run->starts + range * GD_SPLIT_PARTS + part;
			start[GD_SPLIT_PARTS] = start[0] + counts[(range % ranks * GD_REGIONS + range / ranks) * GD_SPLIT_PARTS + part];
		}
	if (!gd_failed(&status))
		memcpy(run->header.rows, run->starts + ranges * GD_SPLIT_PARTS, sizeof run->header.rows);
	free(counts);
	return status;
}

static gd_status order_rows(placing *p)
{
	gd_preprocess *run = p->run;
	gd_rows *rows = &run->rows;
	quotas q = {0};
	gd_status status = run->options->split == GD_SPLIT_RANDOM ? share_out(p, &q) : gd_ok();
	gd_pile *parts = gd_allocate(GD_SPLIT_PARTS, sizeof *parts);
	if (!gd_failed(&status) && !parts)
		status = gd_out_of_memory("the order of the records");
	if (parts)
		gd_rows_pile(rows, parts, GD_SPLIT_PARTS);
	for (int i = 0; i < p->count && !gd_failed(&status); i++)
		status = order_pile(p, &p->piles[i], &q, parts);
	free(q.all);
	free(q.before);
	if (parts) {
		for (int i = 0; i < rows->pile_count; i++)
			gd_pile_release(&rows->piles[i]);
		free(rows->piles);
		rows->piles = parts;
		rows->pile_count = GD_SPLIT_PARTS;
		rows->placed = true;
	}
	status = gd_agree(run->communicator, &status);
	if (gd_failed(&status))
		return status;
	rows->count = parts[0].count + parts[1].count + parts[2].count;
	return find_starts(p);
}

/* ---- all of it ---- */

/* How many piles: each is put in order in memory, and has a chunk in memory until then. */
static gd_status plan(placing *p)
{
	gd_preprocess *run = p->run;
	const gd_spill *spill = &run->spill;
	double rows = (double)run->records / run->communicator->size, bytes = rows * (double)(p->item + sizeof(void *)) * 1.25;
	double chunk = (double)(spill->chunk > p->item ? spill->chunk : p->item), needed = ceil(bytes / (double)spill->work), room = floor((double)spill->room / 2 / chunk);
	double nominal = 1 + fmin(floor(rows / ROWS_IN_PILE), MOST_NOMINAL), most = (double)spill->work / ((double)p->item * (run->communicator->size + 3));
	if (spill->directory && needed > 1 && needed > room) {
		double least = 2 * sqrt(2 * bytes * chunk);
		return gd_error(GD_FAILED, "%.0f records a rank cannot be put in order in so little memory; --memory %.0fM would do, or more ranks", rows,
			ceil(least / 1e6 + (double)(run->memory - (int64_t)spill->room - (int64_t)spill->work) / 1e6));
	}
	p->count = (int)fmax(1, fmax(needed, fmin(nominal, room)));
	p->most = (size_t)fmax(1, fmin(most, MOST_ROWS_SENT));
	p->piles = gd_allocate((size_t)p->count, sizeof *p->piles);
	p->labels = gd_allocate(GD_REGIONS * (size_t)run->recipe.schema.classes.count, sizeof *p->labels);
	p->sent = run->together ? malloc(p->most * p->item) : NULL;
	p->owner = gd_allocate_unset(p->most, sizeof *p->owner);
	if (!p->piles || !p->labels || !p->owner || (run->together && !p->sent))
		return gd_out_of_memory("the split");
	gd_rows_pile(&run->rows, p->piles, p->count);
	return gd_ok();
}

gd_status gd_preprocess_place(gd_preprocess *run)
{
	placing p = {.run = run, .stream = gd_split_stream((uint64_t)run->options->seed)};
	p.ranges = gd_ranges_plan(run->options, run->communicator->size);
	run->communicator->phase = "splitting the records";
	gd_status status = gd_rows_agree(&run->rows);
	p.item = run->rows.piles[0].item;
	if (!gd_failed(&status))
		status = plan(&p);
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = send_rows(&p);
	if (!gd_failed(&status))
		status = order_rows(&p);
	for (int i = 0; p.piles && i < p.count; i++)
		gd_pile_release(&p.piles[i]);
	free(p.piles);
	free(p.labels);
	gd_numbers_release(&p.numbers);
	free(p.sent);
	free(p.owner);
	return status;
}
