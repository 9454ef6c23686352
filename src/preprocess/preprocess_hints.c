#include "gd/preprocess/preprocess_hints.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/parallel/ask.h"
#include "gd/parallel/join.h"

/* Values tell the class of fewer records by luck; ones that come back are those of a tenth of the records at most. */
enum { FEWEST_JUDGED = 20,
	COMES_BACK = 10 };

/*
 * Whether no category has records of several classes, from each one's number of records, sum of labels, and of their squares: n equal numbers, and they alone, have n times the sum of their
 * squares equal to the square of their sum. The unseen share a group of their own, and so do the missing.
 */
static gd_status category_tells(const gd_preprocess *run, int index, bool *tells)
{
	const gd_rows *rows = &run->rows;
	const gd_schema *schema = &run->recipe.schema;
	size_t count = (size_t)schema->terms[index].categories.count, all = count + 2;
	int64_t groups = 0, conflicts = 0;
	int64_t *sums = gd_allocate(3 * all, sizeof *sums);
	gd_status status = sums ? gd_ok() : gd_out_of_memory("a look at the columns");
	for (int64_t row = 0; row < rows->count && !gd_failed(&status); row++) {
		double code = rows->codes[row * schema->term_count + index];
		int64_t *of = sums + 3 * (isnan(code) ? count + 1 : code < 0 ? count
									     : (size_t)code),
			label = rows->labels[row];
		of[0]++;
		of[1] += label;
		of[2] += label * label;
	}
	status = gd_together_sum(run->together, &status, sums, 3 * all);
	for (size_t i = 0; i < all && !gd_failed(&status); i++) {
		const int64_t *of = sums + 3 * i;
		groups += of[0] > 0;
		conflicts += (__int128)of[0] * of[2] != (__int128)of[1] * of[1];
	}
	free(sums);
	*tells = !conflicts && COMES_BACK * groups <= run->records;
	return status;
}

/* A value and the class of its records. */
typedef struct labelled {
	double value;
	int64_t label;
} labelled;

static uint64_t hash_of(double value)
{
	uint64_t bits;
	value += 0.0;
	memcpy(&bits, &value, sizeof bits);
	bits = (bits ^ bits >> 32) * UINT64_C(0x9E3779B97F4A7C15);
	return (bits ^ bits >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
}

/* Values that were seen, by open addressing; the label of a free slot is -1. */
typedef struct seen {
	labelled *slots; /* [room], a power of two */
	uint64_t room;
	int64_t count;
} seen;

static bool make_room(seen *values, int64_t most)
{
	values->count = 0;
	for (values->room = 16; values->room < 2 * (uint64_t)most + 2; values->room *= 2)
		;
	values->slots = malloc(values->room * sizeof *values->slots);
	for (uint64_t i = 0; values->slots && i < values->room; i++)
		values->slots[i].label = -1;
	return values->slots != NULL;
}

/* Whether the value had no other label before. */
static bool add_value(seen *values, double value, int64_t label)
{
	uint64_t slot = hash_of(value) & (values->room - 1);
	while (values->slots[slot].label >= 0 && values->slots[slot].value != value)
		slot = (slot + 1) & (values->room - 1);
	if (values->slots[slot].label < 0) {
		values->slots[slot] = (labelled){value, label};
		values->count++;
	}
	return values->slots[slot].label == label;
}

/* The values of which one rank is asked: how many there are, and whether one has several labels. */
static gd_status count_values(void *context, const void *entries, size_t count, void *answers)
{
	(void)answers;
	const labelled *items = entries;
	int64_t *found = context;
	seen values;
	if (!make_room(&values, (int64_t)count))
		return gd_out_of_memory("a look at the columns");
	for (size_t i = 0; i < count; i++)
		found[1] += !add_value(&values, items[i].value, items[i].label);
	found[0] = values.count;
	free(values.slots);
	return gd_ok();
}

/* Whether the values of all ranks, those of `mine` here, come back and have one label each. */
static gd_status values_tell(gd_preprocess *run, const seen *mine, bool *tell)
{
	int64_t found[2] = {0};
	labelled *items = gd_allocate((size_t)mine->count, sizeof *items);
	int *owner = gd_allocate((size_t)mine->count, sizeof *owner);
	size_t count = 0;
	gd_status status = owner && items ? gd_ok() : gd_out_of_memory("a look at the columns");
	for (uint64_t i = 0; i < mine->room && !gd_failed(&status); i++) {
		if (mine->slots[i].label < 0)
			continue;
		owner[count] = gd_owner_of(run->communicator, hash_of(mine->slots[i].value));
		items[count++] = mine->slots[i];
	}
	const gd_question question = {sizeof *items, 0, count_values, found};
	status = gd_ask(run->communicator, &status, &question, items, owner, count, NULL);
	status = gd_together_sum(run->together, &status, found, 2);
	free(items);
	free(owner);
	*tell = !found[1] && COMES_BACK * found[0] <= run->records;
	return status;
}

/* Whether each class has records, and a range of values that no other class's touches. */
static gd_status ranges_tell(gd_preprocess *run, int index, bool *tell)
{
	const gd_rows *rows = &run->rows;
	int64_t terms = run->recipe.schema.term_count;
	size_t classes = (size_t)run->recipe.schema.classes.count, size = (size_t)run->communicator->size;
	double *mine = gd_allocate(2 * classes, sizeof *mine), *all = gd_allocate(2 * classes * size, sizeof *all);
	gd_status status = mine && all ? gd_ok() : gd_out_of_memory("a look at the columns");
	status = gd_agree(run->communicator, &status);
	for (size_t c = 0; c < classes && !gd_failed(&status); c++) {
		mine[2 * c] = INFINITY;
		mine[2 * c + 1] = -INFINITY;
	}
	for (int64_t i = 0; i < rows->count && !gd_failed(&status); i++) {
		double *range = mine + 2 * rows->labels[i], value = rows->codes[i * terms + index];
		range[0] = value < range[0] ? value : range[0];
		range[1] = value > range[1] ? value : range[1];
	}
	if (!gd_failed(&status))
		status = gd_join_all(run->communicator, mine, 2 * classes * sizeof *mine, all);
	for (size_t i = 0; i < 2 * classes * size && !gd_failed(&status); i += 2) {
		double *range = mine + i % (2 * classes);
		range[0] = fmin(range[0], all[i]);
		range[1] = fmax(range[1], all[i + 1]);
	}
	*tell = true;
	for (size_t a = 0; a < classes && *tell && !gd_failed(&status); a++) {
		*tell = mine[2 * a] <= mine[2 * a + 1];
		for (size_t b = a + 1; b < classes && *tell; b++)
			*tell = mine[2 * a + 1] < mine[2 * b] || mine[2 * b + 1] < mine[2 * a];
	}
	free(mine);
	free(all);
	return status;
}

/* A number tells if each class has a range of its own, or if its values come back and each has one class. Most are refuted by a few records. */
static gd_status number_tells(gd_preprocess *run, int index, bool *tells)
{
	const gd_rows *rows = &run->rows;
	int64_t terms = run->recipe.schema.term_count, missing = 0, refuted = 0, most = run->records / COMES_BACK + 1;
	seen values;
	*tells = false;
	for (int64_t row = 0; row < rows->count; row++)
		missing += isnan(rows->codes[row * terms + index]);
	gd_status status = make_room(&values, most < rows->count ? most : rows->count) ? gd_ok() : gd_out_of_memory("a look at the columns");
	status = gd_together_sum(run->together, &status, &missing, 1);
	if (gd_failed(&status) || missing)
		goto done;
	for (int64_t row = 0; row < rows->count && !refuted; row++)
		refuted = !add_value(&values, rows->codes[row * terms + index], rows->labels[row]) || COMES_BACK * values.count > run->records;
	status = ranges_tell(run, index, tells);
	if (!gd_failed(&status))
		status = gd_together_sum(run->together, &status, &refuted, 1);
	if (!gd_failed(&status) && !*tells && !refuted)
		status = values_tell(run, &values, tells);
done:
	free(values.slots);
	return status;
}

gd_status gd_preprocess_warn_of_hints(gd_preprocess *run)
{
	const gd_schema *schema = &run->recipe.schema;
	char room[GD_EXCERPT_ROOM];
	gd_enumeration columns = {0};
	gd_status status = gd_ok();
	for (int i = 0; i < schema->term_count && !gd_failed(&status); i++) {
		const gd_term *term = &schema->terms[i];
		bool tells = false;
		if (term->treatment->reads == GD_READS_TEXT)
			status = category_tells(run, i, &tells);
		else if (gd_term_takes_fill(term) && run->records >= FEWEST_JUDGED)
			status = number_tells(run, i, &tells);
		if (tells)
			gd_enumeration_add(&columns, schema->columns[term->column]);
		if (tells && columns.count == 1)
			gd_excerpt(schema->columns[term->column], room);
	}
	if (columns.count == 1)
		gd_log_warning("column '%s' alone tells the class of every record; --drop it if it would not be known beforehand", room);
	else if (columns.count)
		gd_log_warning("columns %s each tell the class of every record alone; --drop those that would not be known beforehand", gd_enumeration_text(&columns));
	return status;
}
