#include "gd/score/importance.h"

#include <stdlib.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"
#include "gd/base/random.h"
#include "gd/features/recipe.h"

/* The features of terms of a column, features [recipe->features], overwritten; their number. */
static int features_of(const gd_recipe *recipe, int column, int *features)
{
	int count = 0;
	for (int t = 0; t < recipe->schema.term_count; t++)
		for (int i = 0; recipe->schema.terms[t].column == column && i < gd_term_size(&recipe->schema.terms[t]); i++)
			features[count++] = recipe->first[t] + i;
	return count;
}

/* Scores with a column's values dealt out anew, added to `mean`. */
static gd_status score_once(gd_evaluation *evaluation, const gd_member *members, int member_count, int classes, const int *places, int count, uint64_t key, float *kept, gd_column_importance *mean)
{
	gd_communicator *communicator = gd_evaluation_communicator(evaluation);
	gd_score_sums sums = {0};
	gd_status mine = gd_score_sums_init(&sums, classes);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_evaluation_shuffle(evaluation, places, count, key, kept);
	if (!gd_failed(&status))
		status = gd_evaluation_run(evaluation, members, member_count, &sums);
	if (!gd_failed(&status)) {
		gd_scores scores;
		gd_evaluation_restore(evaluation, places, count, kept);
		gd_scores_of(&sums, &scores, NULL);
		mean->accuracy += scores.accuracy;
		mean->log_loss += scores.log_loss;
	}
	gd_score_sums_release(&sums);
	return status;
}

/* Insertion, which keeps the order of ties. */
static void sort(gd_importance *importance)
{
	gd_column_importance *columns = importance->columns;
	for (int i = 1; i < importance->count; i++) {
		gd_column_importance moved = columns[i];
		int j = i;
		for (; j > 0 && columns[j - 1].log_loss < moved.log_loss; j--)
			columns[j] = columns[j - 1];
		columns[j] = moved;
	}
}

gd_status gd_importance_find(gd_evaluation *evaluation, const gd_member *members, int member_count, const gd_preprocessing *preprocessing, const gd_score_sums *sums,
	gd_importance *importance)
{
	gd_communicator *communicator = gd_evaluation_communicator(evaluation);
	gd_recipe recipe = {.schema = {.target = -1}};
	gd_scores plain;
	int *features = NULL;
	*importance = (gd_importance){0};
	gd_scores_of(sums, &plain, NULL);
	gd_status mine = gd_recipe_read(&recipe, preprocessing->recipe, "the model");
	if (!gd_failed(&mine)) {
		importance->columns = gd_arena_take(&importance->arena, (size_t)recipe.schema.column_count, sizeof *importance->columns);
		features = gd_allocate((size_t)recipe.features, sizeof *features);
		if (!importance->columns || !features)
			mine = gd_out_of_memory("the columns' importance");
	}
	gd_status status = gd_agree(communicator, &mine);
	for (int c = 0; !gd_failed(&status) && c < recipe.schema.column_count; c++) {
		gd_column_importance found = {.column = gd_arena_string(&importance->arena, recipe.schema.columns[c])};
		int count = gd_evaluation_find_places(evaluation, features, features_of(&recipe, c, features));
		float *kept = gd_allocate_unset((size_t)gd_evaluation_rows(evaluation) * (size_t)count, sizeof *kept);
		mine = found.column && kept ? gd_ok() : gd_out_of_memory("the columns' importance");
		status = gd_agree(communicator, &mine);
		for (int i = 0; !gd_failed(&status) && count && i < GD_IMPORTANCE_ROUNDS; i++) {
			uint64_t key = gd_random_key(0, GD_PURPOSE_IMPORTANCE, (uint64_t)c * GD_IMPORTANCE_ROUNDS + (uint64_t)i);
			status = score_once(evaluation, members, member_count, preprocessing->classes, features, count, key, kept, &found);
		}
		free(kept);
		found.accuracy = plain.accuracy - found.accuracy / GD_IMPORTANCE_ROUNDS;
		found.log_loss = found.log_loss / GD_IMPORTANCE_ROUNDS - plain.log_loss;
		if (count)
			importance->columns[importance->count++] = found;
	}
	sort(importance);
	gd_recipe_release(&recipe);
	free(features);
	return status;
}

void gd_importance_release(gd_importance *importance)
{
	gd_arena_release(&importance->arena);
	*importance = (gd_importance){0};
}

void gd_importance_print(FILE *out, const gd_importance *importance)
{
	char room[GD_EXCERPT_ROOM];
	fputs("\nwhat the scores lose when a column's values are dealt out at random\n", out);
	gd_print_padded(out, "column", 30);
	fprintf(out, " %9s %9s\n", "accuracy", "log-loss");
	for (int i = 0; i < importance->count; i++) {
		gd_print_padded(out, gd_shorten(importance->columns[i].column, 30, room), 30);
		fprintf(out, " %9.4f %9.4f\n", importance->columns[i].accuracy, importance->columns[i].log_loss);
	}
}
