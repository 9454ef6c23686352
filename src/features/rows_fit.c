/* What rows teach a recipe: classes, categories, what a missing value becomes. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"
#include "gd/features/rows.h"
#include "gd/features/statistics.h"
#include "gd/kernel/exact_moments.h"
#include "gd/schema/target.h"
#include "gd/value/spelling.h"

/*
 * Replaces `*dictionary` by those of its texts that are `used` (NULL: all), in order; place [count] gets their new numbers, -1 for
 * those that went.
 */
static gd_status reorder(gd_dictionary *dictionary, const bool *used, int32_t *place)
{
	gd_dictionary ordered = {0};
	gd_status status = gd_ok();
	int32_t *order = gd_allocate((size_t)dictionary->count, sizeof *order);
	if (!order)
		return gd_out_of_memory("a column's categories");
	gd_dictionary_sort(dictionary, order);
	for (int32_t i = 0; i < dictionary->count && !gd_failed(&status); i++) {
		place[order[i]] = -1;
		if (!used || used[order[i]])
			status = gd_dictionary_add(&ordered, dictionary->texts[order[i]], &place[order[i]]);
	}
	free(order);
	if (gd_failed(&status)) {
		gd_dictionary_release(&ordered);
		return status;
	}
	gd_dictionary_release(dictionary);
	*dictionary = ordered;
	return gd_ok();
}

/* For each class the number of the one whose name its kind gets: the most frequent spelling of those alike, or the first one by its bytes. */
static gd_status join_classes(const gd_rows *rows, int32_t *name)
{
	const gd_dictionary *classes = &rows->recipe->schema.classes;
	gd_dictionary folded = {0};
	gd_status status = gd_ok();
	size_t count = (size_t)classes->count, longest = 0;
	const int64_t *frequency = rows->frequency;
	int32_t *kind = gd_allocate(count, sizeof *kind), *best = gd_allocate(count, sizeof *best);
	for (size_t i = 0; i < count; i++)
		longest = strlen(classes->texts[i]) > longest ? strlen(classes->texts[i]) : longest;
	char *text = malloc(longest + 2);
	bool truths = gd_target_truths(classes);
	if (!kind || !best || !text)
		status = gd_out_of_memory("the classes");
	for (int32_t i = 0; i < classes->count && !gd_failed(&status); i++) {
		int32_t before = folded.count;
		gd_target_key(classes->texts[i], truths, text);
		status = gd_dictionary_add(&folded, text, &kind[i]);
		if (gd_failed(&status))
			break;
		int32_t *now = &best[kind[i]];
		bool first = folded.count > before;
		if (first || frequency[i] > frequency[*now] || (frequency[i] == frequency[*now] && strcmp(classes->texts[i], classes->texts[*now]) < 0))
			*now = i;
	}
	for (int32_t i = 0; i < classes->count && !gd_failed(&status); i++)
		name[i] = best[kind[i]];
	gd_dictionary_release(&folded);
	free(kind);
	free(best);
	free(text);
	return status;
}

/* A record without a value is a group of its own, named by its content. */
static void name_groups(const gd_rows *rows, gd_row *row)
{
	char own[64];
	snprintf(own, sizeof own, "\x1f%016" PRIx64 "%016" PRIx64 " %" PRId64, row->content.high, row->content.low, row->source_row);
	for (int i = 0; i < rows->recipe->schema.group_count; i++)
		if (!row->groups[i].high && !row->groups[i].low)
			row->groups[i] = gd_content_of_text(own);
}

/* What is still to be done to each row. */
static gd_status settle(gd_rows *rows)
{
	int terms = rows->recipe->schema.term_count;
	if (!rows->first_record && !rows->unnamed && !rows->label_place && !rows->code_place)
		return gd_ok();
	gd_walk walk = gd_rows_walk(rows);
	walk.change = true;
	for (gd_row *row; (row = gd_walk_next(&walk));) {
		row->source_row += rows->first_record;
		if (rows->unnamed)
			name_groups(rows, row);
		if (rows->label_place)
			row->label = rows->label_place[row->label];
		for (int i = 0; rows->code_place && i < terms; i++)
			if (rows->code_place[i] && !isnan(gd_row_code(rows, row, i)))
				gd_row_set_category(rows, row, i, rows->code_place[i][(int32_t)gd_row_code(rows, row, i)]);
	}
	for (int i = 0; rows->code_place && i < terms; i++)
		free(rows->code_place[i]);
	free(rows->code_place);
	free(rows->label_place);
	rows->code_place = NULL;
	rows->label_place = NULL;
	rows->first_record = rows->unnamed = 0;
	return rows->spill->status;
}

gd_status gd_rows_settle_tests(gd_rows *rows, int64_t first_record)
{
	gd_walk walk = gd_rows_walk(rows);
	walk.change = true;
	for (gd_row *row; (row = gd_walk_next(&walk));) {
		if (!row->test)
			continue;
		row->source_row += first_record;
		if (rows->unnamed)
			name_groups(rows, row);
	}
	rows->unnamed = 0;
	return rows->spill->status;
}

/* Labels have new numbers, place [count]: so have their frequencies, and what is still to be done to the rows. */
static gd_status move_labels(gd_rows *rows, int32_t count, const int32_t *place)
{
	int32_t labels = rows->label_place ? rows->labels : count;
	int64_t *frequency = gd_allocate((size_t)count, sizeof *frequency);
	int32_t *moved = gd_allocate((size_t)labels, sizeof *moved);
	if (!frequency || !moved) {
		free(frequency);
		free(moved);
		return gd_out_of_memory("the classes");
	}
	for (int32_t i = 0; i < count && i < rows->frequency_room; i++)
		frequency[place[i]] += rows->frequency[i];
	for (int32_t i = 0; i < labels; i++)
		moved[i] = place[rows->label_place ? rows->label_place[i] : i];
	free(rows->frequency);
	free(rows->label_place);
	rows->frequency = frequency;
	rows->frequency_room = count;
	rows->label_place = moved;
	rows->labels = labels;
	return gd_ok();
}

static gd_status order_classes(gd_rows *rows)
{
	gd_schema *schema = &rows->recipe->schema;
	int32_t count = schema->classes.count;
	int32_t *place = gd_allocate((size_t)count, sizeof *place), *name = gd_allocate((size_t)count, sizeof *name);
	bool *used = gd_allocate((size_t)count, sizeof *used);
	gd_status status = place && name && used ? gd_ok() : gd_out_of_memory("the classes");
	for (int32_t i = 0; i < count && !gd_failed(&status); i++)
		name[i] = i;
	if (schema->joins_classes && !gd_failed(&status))
		status = join_classes(rows, name);
	for (int32_t i = 0; i < count && !gd_failed(&status); i++)
		used[name[i]] = true;
	if (!gd_failed(&status))
		status = reorder(&schema->classes, used, place);
	for (int32_t i = 0; i < count && !gd_failed(&status); i++)
		name[i] = place[name[i]];
	if (!gd_failed(&status))
		status = move_labels(rows, count, name);
	schema->learns_classes = false;
	free(place);
	free(name);
	free(used);
	return status;
}

gd_status gd_rows_fit_classes(gd_rows *rows)
{
	gd_status status = rows->recipe->schema.learns_classes ? order_classes(rows) : gd_ok();
	if (!gd_failed(&status))
		status = settle(rows);
	return gd_together_agree(rows->together, &status);
}

/* The training part's records of each category of a learning term, trained [categories], a part of what all terms have in one array; and what becomes of its codes, place [categories]. */
typedef struct learning {
	int64_t *trained;
	int32_t *place;
} learning;

/* What becomes of the categories of a term, whose records are those of all holders: nothing is asked. */
static gd_status fit_term(gd_rows *rows, int index, int64_t training, learning *l)
{
	gd_term *term = &rows->recipe->schema.terms[index];
	int64_t least = gd_schema_rare(&rows->recipe->schema, training), *trained = l->trained;
	gd_status status = gd_ok();
	size_t count = (size_t)term->categories.count;
	bool *used = gd_allocate(count, sizeof *used);
	if (!used)
		return gd_out_of_memory("a column's categories");
	/* A list of categories is not empty, or it would be learned again: the most frequent one stays. */
	int32_t most = 0;
	if (!count)
		status = gd_dictionary_add(&term->categories, "none", &most);
	for (size_t i = 1; i < count; i++)
		if (trained[i] > trained[most] || (trained[i] == trained[most] && strcmp(term->categories.texts[i], term->categories.texts[most]) < 0))
			most = (int32_t)i;
	for (size_t i = 0; i < count; i++) {
		used[i] = trained[i] >= least || i == (size_t)most;
		term->other_level = term->other_level || (trained[i] && !used[i]);
	}
	if (count && !gd_failed(&status))
		status = reorder(&term->categories, used, l->place);
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		if (l->place[i] < 0 && term->other_level)
			l->place[i] = term->categories.count;
	free(used);
	return status;
}

static void count_categories(const gd_rows *rows, const learning *of)
{
	int terms = rows->recipe->schema.term_count;
	gd_walk walk = gd_rows_training(rows);
	for (gd_row *row; (row = gd_rows_next_training(&walk));)
		for (int i = 0; i < terms; i++)
			if (of[i].trained && !isnan(gd_row_code(rows, row, i)))
				of[i].trained[(int32_t)gd_row_code(rows, row, i)]++;
}

/* unseen [terms]: codes that have none any more. */
static void place_categories(gd_rows *rows, const learning *of, int64_t *unseen)
{
	int terms = rows->recipe->schema.term_count;
	gd_walk walk = gd_rows_walk(rows);
	walk.change = true;
	for (gd_row *row; (row = gd_walk_next(&walk));)
		for (int i = 0; i < terms; i++)
			if (of[i].trained && !isnan(gd_row_code(rows, row, i))) {
				const gd_term *term = &rows->recipe->schema.terms[i];
				int32_t code = (int32_t)gd_row_code(rows, row, i);
				/* Of test tables, below 0: known to nobody. */
				code = code >= 0 ? of[i].place[code] : term->other_level ? term->categories.count
											  : -1;
				gd_row_set_category(rows, row, i, code);
				unseen[i] += code < 0;
			}
}

/* trained [categories of all learning terms], zeroed, and place, likewise: each term gets its part. */
static void share_out(const gd_schema *schema, int64_t *trained, int32_t *place, learning *of)
{
	for (int i = 0; i < schema->term_count; i++) {
		if (!schema->terms[i].learns)
			continue;
		of[i] = (learning){trained, place};
		trained += schema->terms[i].categories.count;
		place += schema->terms[i].categories.count;
	}
}

static gd_status note_unseen(gd_rows *rows, const int64_t *unseen)
{
	gd_schema *schema = &rows->recipe->schema;
	char room[GD_EXCERPT_ROOM];
	for (int i = 0; i < schema->term_count; i++) {
		gd_term *term = &schema->terms[i];
		if (!term->learns)
			continue;
		term->learns = false;
		rows->recipe->oddities[term->column][GD_ODD_UNSEEN].count += unseen[i];
		if (unseen[i] && schema->unseen == GD_UNSEEN_ERROR)
			return gd_error(GD_BAD_DATA, "%lld records have a category in column '%s' that the training part lacks", (long long)unseen[i], gd_excerpt(schema->columns[term->column], room));
	}
	return gd_ok();
}

/* What all holders have of all terms is asked at once. */
static gd_status fit_terms(gd_rows *rows, int64_t training, learning *of)
{
	gd_schema *schema = &rows->recipe->schema;
	size_t categories = 0, terms = (size_t)schema->term_count;
	for (int i = 0; i < schema->term_count; i++)
		categories += schema->terms[i].learns ? (size_t)schema->terms[i].categories.count : 0;
	int64_t *trained = gd_allocate(categories, sizeof *trained), *unseen = gd_allocate(terms, sizeof *unseen);
	int32_t *place = gd_allocate(categories, sizeof *place);
	gd_status status = trained && unseen && place ? gd_ok() : gd_out_of_memory("the columns' categories");
	if (!gd_failed(&status)) {
		share_out(schema, trained, place, of);
		count_categories(rows, of);
		status = rows->spill->status;
	}
	status = gd_together_sum(rows->together, &status, trained, categories);
	for (int i = 0; i < schema->term_count && !gd_failed(&status); i++)
		if (schema->terms[i].learns)
			status = fit_term(rows, i, training, &of[i]);
	if (!gd_failed(&status)) {
		place_categories(rows, of, unseen);
		status = rows->spill->status;
	}
	status = gd_together_sum(rows->together, &status, unseen, terms);
	if (!gd_failed(&status))
		status = note_unseen(rows, unseen);
	free(trained);
	free(unseen);
	free(place);
	return status;
}

gd_status gd_rows_fit_categories(gd_rows *rows)
{
	const gd_schema *schema = &rows->recipe->schema;
	gd_status status = gd_ok();
	int64_t training = 0;
	bool learns = false;
	for (int i = 0; i < schema->term_count; i++)
		learns = learns || schema->terms[i].learns;
	if (!learns)
		return status;
	gd_walk walk = gd_rows_training(rows);
	while (gd_rows_next_training(&walk))
		training++;
	status = rows->spill->status;
	status = gd_together_sum(rows->together, &status, &training, 1);
	learning *of = gd_allocate((size_t)schema->term_count, sizeof *of);
	if (!of)
		status = gd_out_of_memory("the columns' categories");
	status = gd_together_agree(rows->together, &status);
	if (!gd_failed(&status))
		status = fit_terms(rows, training, of);
	free(of);
	return status;
}

gd_status gd_rows_list_training(const gd_rows *rows, int count, const int *terms, gd_pile *columns)
{
	for (int i = 0; i < count; i++)
		gd_pile_init(&columns[i], rows->spill, sizeof(double));
	gd_walk walk = gd_rows_training(rows);
	for (gd_row *row; (row = gd_rows_next_training(&walk));)
		for (int i = 0; i < count; i++) {
			double value = gd_row_code(rows, row, terms[i]), *place = isnan(value) ? NULL : gd_pile_extend(&columns[i]);
			if (place)
				*place = value;
		}
	return rows->spill->status;
}

/* present [terms + 1]: the training part's records that have a value of each term, and all of them. moments [terms]: of those values, where they are wanted. */
static void look_at_training(const gd_rows *rows, int64_t *present, const bool *wanted, gd_exact_moments *moments)
{
	int terms = rows->recipe->schema.term_count;
	gd_walk walk = gd_rows_training(rows);
	for (gd_row *row; (row = gd_rows_next_training(&walk));) {
		const double *codes = gd_row_codes(rows, row);
		for (int i = 0; i < terms; i++) {
			present[i] += !isnan(codes[i]);
			if (wanted[i] && !isnan(codes[i]))
				gd_exact_moments_add(&moments[i], codes[i], 1);
		}
		present[terms]++;
	}
}

static bool takes_median(const gd_schema *schema, const gd_term *term)
{
	return term->treatment->form == GD_FORM_SCALAR && gd_schema_find_encoding(schema, term->column).kind == GD_ENCODE_QUANTILE;
}

gd_status gd_rows_fit_missing(gd_rows *rows)
{
	gd_schema *schema = &rows->recipe->schema;
	size_t terms = (size_t)schema->term_count;
	gd_status status = gd_ok();
	if (schema->missing != GD_MISSING_IMPUTE)
		return status;
	bool *seen = gd_allocate((size_t)schema->column_count, sizeof *seen), *wanted = gd_allocate(terms, sizeof *wanted);
	int64_t *present = gd_allocate(terms + 1, sizeof *present);
	gd_exact_moments *moments = gd_allocate(terms, sizeof *moments);
	if (!seen || !wanted || !present || !moments) {
		status = gd_out_of_memory("what missing values become");
	} else {
		for (size_t i = 0; i < terms; i++)
			wanted[i] = gd_term_takes_fill(&schema->terms[i]) && isnan(schema->terms[i].fill);
		look_at_training(rows, present, wanted, moments);
		status = rows->spill->status;
	}
	status = gd_together_sum(rows->together, &status, present, terms + 1);
	status = gd_statistics_join(rows->together, &status, moments, terms);
	for (int i = 0; i < schema->term_count && !gd_failed(&status); i++) {
		gd_term *term = &schema->terms[i];
		if (!seen[term->column])
			term->flags_missing = term->flags_missing || present[i] < present[terms];
		seen[term->column] = true;
		if (!wanted[i])
			continue;
		if (!present[i])
			term->fill = 0;
		else if (!takes_median(schema, term))
			term->fill = gd_exact_moments_mean(&moments[i]);
	}
	free(seen);
	free(wanted);
	free(present);
	free(moments);
	return status;
}
