#include "gd/preprocess/preprocess_hints.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/parallel/ask.h"
#include "gd/parallel/join.h"

/* Values tell the class of fewer records by luck; ones that come back are those of a tenth of the records at most, and so few that they can be held. */
enum { FEWEST_JUDGED = 20,
	COMES_BACK = 10,
	MOST_VALUES = 1 << 16 };

/* What one look at all rows says of the terms. */
typedef struct look {
	int64_t **sums;   /* [terms]: of a text's categories, number of records, sum of labels, and of their squares; parts of all_sums [sum_count] */
	int64_t *all_sums;
	size_t sum_count;
	int64_t *missing; /* [terms]: records without a number */
	double *ranges;   /* [terms, classes, 2]: least and greatest number of a class */
	bool *tells;      /* [terms]: the class of every record */
} look;

/* Categories, and a group of their own for the unseen, and for the missing. */
static size_t category_count(const gd_term *term)
{
	return (size_t)term->categories.count + 2;
}

static void release(look *l)
{
	free(l->sums);
	free(l->all_sums);
	free(l->missing);
	free(l->ranges);
	free(l->tells);
}

static bool reserve(const gd_schema *schema, look *l)
{
	size_t terms = (size_t)schema->term_count, ranges = terms * (size_t)schema->classes.count;
	l->sums = gd_allocate(terms, sizeof *l->sums);
	l->missing = gd_allocate(terms, sizeof *l->missing);
	l->ranges = gd_allocate(2 * ranges, sizeof *l->ranges);
	l->tells = gd_allocate(terms, sizeof *l->tells);
	for (size_t i = 0; i < terms; i++)
		l->sum_count += schema->terms[i].treatment->reads == GD_READS_TEXT ? 3 * category_count(&schema->terms[i]) : 0;
	int64_t *sums = l->all_sums = gd_allocate(l->sum_count, sizeof *sums);
	bool enough = l->sums && sums && l->missing && l->ranges && l->tells;
	for (size_t i = 0; i < ranges && enough; i++) {
		l->ranges[2 * i] = INFINITY;
		l->ranges[2 * i + 1] = -INFINITY;
	}
	for (size_t i = 0; i < terms && enough; i++)
		if (schema->terms[i].treatment->reads == GD_READS_TEXT) {
			l->sums[i] = sums;
			sums += 3 * category_count(&schema->terms[i]);
		}
	return enough;
}

static void look_at_rows(const gd_preprocess *run, const look *l)
{
	const gd_schema *schema = &run->recipe.schema;
	int64_t classes = schema->classes.count;
	gd_walk walk = gd_rows_walk(&run->rows);
	for (const gd_row *row; (row = gd_walk_next(&walk));) {
		const double *codes = gd_row_codes(&run->rows, row);
		for (int i = 0; i < schema->term_count; i++) {
			double code = codes[i], *range = l->ranges + 2 * (i * classes + row->label);
			int64_t count = schema->terms[i].categories.count, label = row->label;
			if (l->sums[i]) {
				int64_t *of = l->sums[i] + 3 * (isnan(code) ? count + 1 : code < 0 ? count
												   : (int64_t)code);
				of[0]++;
				of[1] += label;
				of[2] += label * label;
				continue;
			}
			l->missing[i] += isnan(code);
			range[0] = code < range[0] ? code : range[0];
			range[1] = code > range[1] ? code : range[1];
		}
	}
}

/*
 * Whether no category has records of several classes: n equal numbers, and they alone, have n times the sum of their squares equal to the square of their sum.
 */
static bool category_tells(const gd_preprocess *run, int index, const int64_t *sums)
{
	size_t all = category_count(&run->recipe.schema.terms[index]);
	int64_t groups = 0, conflicts = 0;
	for (size_t i = 0; i < all; i++) {
		const int64_t *of = sums + 3 * i;
		groups += of[0] > 0;
		conflicts += (__int128)of[0] * of[2] != (__int128)of[1] * of[1];
	}
	return !conflicts && COMES_BACK * groups <= run->records;
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
static gd_status values_tell(gd_preprocess *run, const seen *mine, int64_t most, bool *tell)
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
	const gd_question question = {sizeof *items, 0, count_values, found, NULL};
	status = gd_ask(run->communicator, &status, &question, items, owner, count, NULL);
	status = gd_together_sum(run->together, &status, found, 2);
	free(items);
	free(owner);
	*tell = !found[1] && found[0] <= most;
	return status;
}

/* ranges [terms, classes, 2], those of this rank's records, become those of all; as many columns in a message as make 64 KB. */
static gd_status join_ranges(gd_preprocess *run, double *ranges)
{
	enum { MOST = 1 << 13 };
	size_t size = (size_t)run->communicator->size, count = 2 * (size_t)run->recipe.schema.term_count * (size_t)run->recipe.schema.classes.count;
	double *all = gd_allocate(size * MOST, sizeof *all);
	gd_status status = all ? gd_ok() : gd_out_of_memory("a look at the columns");
	status = gd_agree(run->communicator, &status);
	for (size_t first = 0; first < count && !gd_failed(&status); first += MOST) {
		const size_t some = count - first < MOST ? count - first : MOST;
		status = gd_join_all(run->communicator, ranges + first, some * sizeof *ranges, all);
		for (size_t i = 0; i < size * some && !gd_failed(&status); i += 2) {
			double *of = ranges + first + i % some;
			of[0] = fmin(of[0], all[i]);
			of[1] = fmax(of[1], all[i + 1]);
		}
	}
	free(all);
	return status;
}

/* Whether each class has records, and a range of values that no other class's touches. range [classes, 2]. */
static bool ranges_tell(int64_t classes, const double *range)
{
	bool tell = true;
	for (int64_t a = 0; a < classes && tell; a++) {
		tell = range[2 * a] <= range[2 * a + 1];
		for (int64_t b = a + 1; b < classes && tell; b++)
			tell = range[2 * a + 1] < range[2 * b] || range[2 * b + 1] < range[2 * a];
	}
	return tell;
}

/* The most values that come back. */
static int64_t most_values(const gd_preprocess *run)
{
	return run->records / COMES_BACK < MOST_VALUES ? run->records / COMES_BACK : MOST_VALUES;
}

/* Whether a value of this rank's records has two labels, or there are too many; else values has them all. */
static gd_status look_at_values(gd_preprocess *run, int index, seen *values, int64_t *refuted)
{
	const int64_t most = most_values(run);
	gd_status status = make_room(values, most + 1) ? gd_ok() : gd_out_of_memory("a look at the columns");
	gd_walk walk = gd_rows_walk(&run->rows);
	*refuted = 0;
	for (const gd_row *row; !*refuted && !gd_failed(&status) && (row = gd_walk_next(&walk));)
		*refuted = !add_value(values, gd_row_code(&run->rows, row, index), row->label) || values->count > most;
	return gd_failed(&status) ? status : run->spill.status;
}

static bool is_number(const gd_term *term)
{
	return term->treatment->reads != GD_READS_TEXT && gd_term_takes_fill(term);
}

/*
 * A number without gaps tells if each class has a range of its own, or if its values come back and each has one class. Most are refuted by a few records; all are asked about in one message, the
 * others one by one. tells [terms], false.
 */
static gd_status numbers_tell(gd_preprocess *run, look *l, bool *tells)
{
	const gd_schema *schema = &run->recipe.schema;
	const size_t terms = (size_t)schema->term_count;
	int64_t *refuted = gd_allocate(terms, sizeof *refuted);
	seen values = {0};
	gd_status status = refuted ? gd_ok() : gd_out_of_memory("a look at the columns");
	status = gd_together_sum(run->together, &status, l->missing, terms);
	if (!gd_failed(&status))
		status = join_ranges(run, l->ranges);
	gd_status mine = status;
	for (int i = 0; i < schema->term_count && !gd_failed(&mine); i++) {
		refuted[i] = !is_number(&schema->terms[i]) || l->missing[i];
		tells[i] = !refuted[i] && ranges_tell(schema->classes.count, l->ranges + 2 * i * schema->classes.count);
		if (refuted[i] || tells[i])
			continue;
		mine = look_at_values(run, i, &values, &refuted[i]);
		free(values.slots);
	}
	if (!gd_failed(&status))
		status = gd_together_sum(run->together, &mine, refuted, terms);
	for (int i = 0; i < schema->term_count && !gd_failed(&status); i++) {
		int64_t again;
		if (refuted[i] || tells[i])
			continue;
		status = look_at_values(run, i, &values, &again);
		status = gd_together_agree(run->together, &status);
		if (!gd_failed(&status))
			status = values_tell(run, &values, most_values(run), &tells[i]);
		free(values.slots);
	}
	free(refuted);
	return status;
}

gd_status gd_preprocess_warn_of_hints(gd_preprocess *run)
{
	const gd_schema *schema = &run->recipe.schema;
	char room[GD_EXCERPT_ROOM];
	gd_enumeration columns = {0};
	look l = {0};
	gd_status status = reserve(schema, &l) ? gd_ok() : gd_out_of_memory("a look at the columns");
	if (!gd_failed(&status)) {
		look_at_rows(run, &l);
		status = run->spill.status;
	}
	status = gd_together_sum(run->together, &status, l.all_sums, l.sum_count);
	if (!gd_failed(&status) && run->records >= FEWEST_JUDGED)
		status = numbers_tell(run, &l, l.tells);
	for (int i = 0; i < schema->term_count && !gd_failed(&status); i++) {
		const gd_term *term = &schema->terms[i];
		if (term->treatment->reads == GD_READS_TEXT)
			l.tells[i] = category_tells(run, i, l.sums[i]);
		if (l.tells[i])
			gd_enumeration_add(&columns, schema->columns[term->column]);
		if (l.tells[i] && columns.count == 1)
			gd_excerpt(schema->columns[term->column], room);
	}
	release(&l);
	if (columns.count == 1)
		gd_log_warning("column '%s' alone tells the class of every record; --drop it if it would not be known beforehand", room);
	else if (columns.count)
		gd_log_warning("columns %s each tell the class of every record alone; --drop those that would not be known beforehand", gd_enumeration_text(&columns));
	return status;
}
