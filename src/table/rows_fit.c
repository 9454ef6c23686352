/* What rows teach a recipe: classes, categories, what a missing value becomes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"
#include "gd/kernel/exact_moments.h"
#include "gd/table/ordered.h"
#include "gd/table/target.h"
#include "gd/table/rows.h"
#include "gd/table/spelling.h"

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
	int64_t *frequency = gd_allocate(count, sizeof *frequency);
	int32_t *kind = gd_allocate(count, sizeof *kind), *best = gd_allocate(count, sizeof *best);
	for (size_t i = 0; i < count; i++)
		longest = strlen(classes->texts[i]) > longest ? strlen(classes->texts[i]) : longest;
	char *text = malloc(longest + 2);
	bool truths = gd_target_truths(classes);
	if (!frequency || !kind || !best || !text)
		status = gd_out_of_memory("the classes");
	for (int64_t i = 0; i < rows->count && !gd_failed(&status); i++)
		frequency[rows->labels[i]]++;
	status = gd_together_sum(rows->together, &status, frequency, count);
	if (gd_failed(&status))
		goto done;
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
done:
	gd_dictionary_release(&folded);
	free(frequency);
	free(kind);
	free(best);
	free(text);
	return status;
}

gd_status gd_rows_fit_classes(gd_rows *rows)
{
	gd_schema *schema = &rows->recipe->schema;
	gd_status status = gd_ok();
	if (!schema->learns_classes)
		return status;
	int32_t count = schema->classes.count;
	int32_t *place = gd_allocate((size_t)count, sizeof *place), *name = gd_allocate((size_t)count, sizeof *name);
	bool *used = gd_allocate((size_t)count, sizeof *used);
	if (!place || !name || !used)
		status = gd_out_of_memory("the classes");
	status = gd_together_agree(rows->together, &status);
	if (gd_failed(&status))
		goto done;
	for (int32_t i = 0; i < count; i++)
		name[i] = i;
	if (schema->joins_classes)
		status = join_classes(rows, name);
	for (int32_t i = 0; i < count; i++)
		used[name[i]] = true;
	if (!gd_failed(&status))
		status = reorder(&schema->classes, used, place);
	status = gd_together_agree(rows->together, &status);
	if (gd_failed(&status))
		goto done;
	for (int64_t i = 0; i < rows->count; i++)
		rows->labels[i] = place[name[rows->labels[i]]];
	schema->learns_classes = false;
done:
	free(place);
	free(name);
	free(used);
	return status;
}

static gd_status fit_term(gd_rows *rows, int index, int64_t training)
{
	gd_term *term = &rows->recipe->schema.terms[index];
	const char *column = rows->recipe->schema.columns[term->column];
	int64_t terms = rows->recipe->schema.term_count, least = gd_schema_rare(&rows->recipe->schema, training), unseen = 0;
	gd_oddity *oddity = &rows->recipe->oddities[term->column][GD_ODD_UNSEEN];
	char room[GD_EXCERPT_ROOM];
	gd_status status = gd_ok();
	size_t count = (size_t)term->categories.count;
	int64_t *trained = gd_allocate(count, sizeof *trained);
	bool *used = gd_allocate(count, sizeof *used);
	int32_t *place = gd_allocate(count, sizeof *place);
	if (!trained || !used || !place)
		status = gd_out_of_memory("a column's categories");
	for (int64_t i = 0; i < rows->count && !gd_failed(&status); i++) {
		double code = rows->codes[i * terms + index];
		if (rows->part[i] == GD_SPLIT_TRAIN && !isnan(code))
			trained[(int32_t)code]++;
	}
	status = gd_together_sum(rows->together, &status, trained, count);
	if (gd_failed(&status))
		goto done;
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
	if (count)
		status = reorder(&term->categories, used, place);
	term->learns = false;
	for (int64_t i = 0; i < rows->count && !gd_failed(&status); i++) {
		double *code = &rows->codes[i * terms + index];
		if (isnan(*code))
			continue;
		bool rare = *code < 0 || place[(int32_t)*code] < 0;
		unseen += rare && !term->other_level;
		*code = !rare ? place[(int32_t)*code] : term->other_level ? term->categories.count
									  : -1;
	}
	status = gd_together_sum(rows->together, &status, &unseen, 1);
	if (gd_failed(&status))
		goto done;
	oddity->count += unseen;
	if (unseen && rows->recipe->schema.unseen == GD_UNSEEN_ERROR)
		status = gd_error(GD_BAD_DATA, "%lld records have a category in column '%s' that the training part lacks", (long long)unseen, gd_excerpt(column, room));
done:
	free(trained);
	free(used);
	free(place);
	return status;
}

gd_status gd_rows_fit_categories(gd_rows *rows)
{
	gd_status status = gd_ok();
	int64_t training = 0;
	for (int64_t i = 0; i < rows->count; i++)
		training += rows->part[i] == GD_SPLIT_TRAIN;
	status = gd_together_sum(rows->together, &status, &training, 1);
	for (int i = 0; i < rows->recipe->schema.term_count && !gd_failed(&status); i++)
		if (rows->recipe->schema.terms[i].learns)
			status = fit_term(rows, i, training);
	return status;
}

int64_t gd_rows_list_training(const gd_rows *rows, int term, double *values)
{
	int64_t count = 0, terms = rows->recipe->schema.term_count;
	for (int64_t i = 0; i < rows->count; i++)
		if (rows->part[i] == GD_SPLIT_TRAIN && !isnan(rows->codes[i * terms + term]))
			values[count++] = rows->codes[i * terms + term];
	return count;
}

static gd_status find_mean(const gd_rows *rows, const double *values, int64_t count, double *mean)
{
	double packed[GD_EXACT_MOMENTS_LENGTH];
	gd_exact_moments moments = {0};
	for (int64_t i = 0; i < count; i++)
		gd_exact_moments_add(&moments, values[i], 1);
	gd_exact_moments_pack(&moments, packed);
	gd_status status = gd_ok();
	status = gd_together_add_up(rows->together, &status, packed, GD_EXACT_MOMENTS_LENGTH);
	gd_exact_moments_unpack(&moments, packed);
	*mean = gd_exact_moments_mean(&moments);
	return status;
}

static gd_status find_median(const gd_rows *rows, double *values, int64_t count, double *median)
{
	gd_ordered ordered;
	double middle[2] = {0};
	gd_status status = gd_ok();
	status = gd_ordered_init(&ordered, &status, values, count, rows->together);
	const int64_t places[2] = {(ordered.total - 1) / 2, ordered.total / 2};
	if (!gd_failed(&status))
		status = gd_ordered_at(&ordered, 2, places, middle);
	*median = (middle[0] + middle[1]) / 2;
	return status;
}

/* present [terms + 1]: the training part's records that have a value of each term, and all of them. */
static void count_present(const gd_rows *rows, int64_t *present)
{
	int terms = rows->recipe->schema.term_count;
	for (int64_t row = 0; row < rows->count; row++) {
		if (rows->part[row] != GD_SPLIT_TRAIN)
			continue;
		for (int i = 0; i < terms; i++)
			present[i] += !isnan(rows->codes[row * terms + i]);
		present[terms]++;
	}
}

gd_status gd_rows_fit_missing(gd_rows *rows)
{
	gd_schema *schema = &rows->recipe->schema;
	size_t terms = (size_t)schema->term_count;
	gd_status status = gd_ok();
	if (schema->missing != GD_MISSING_IMPUTE)
		return status;
	double *values = gd_allocate((size_t)rows->count, sizeof *values);
	bool *seen = gd_allocate((size_t)schema->column_count, sizeof *seen);
	int64_t *present = gd_allocate(terms + 1, sizeof *present);
	if (!values || !seen || !present)
		status = gd_out_of_memory("what missing values become");
	else
		count_present(rows, present);
	status = gd_together_sum(rows->together, &status, present, terms + 1);
	for (int i = 0; i < schema->term_count && !gd_failed(&status); i++) {
		gd_term *term = &schema->terms[i];
		if (!seen[term->column])
			term->flags_missing = term->flags_missing || present[i] < present[terms];
		seen[term->column] = true;
		if (!gd_term_takes_fill(term) || !isnan(term->fill))
			continue;
		bool median = term->treatment->form == GD_FORM_SCALAR && gd_schema_find_encoding(schema, term->column).kind == GD_ENCODE_QUANTILE;
		int64_t count = gd_rows_list_training(rows, i, values);
		if (!present[i])
			term->fill = 0;
		else
			status = median ? find_median(rows, values, count, &term->fill) : find_mean(rows, values, count, &term->fill);
	}
	free(values);
	free(seen);
	free(present);
	return status;
}
