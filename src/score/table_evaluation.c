#include "gd/score/table_evaluation.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/score/kept_rows.h"
#include "gd/score/score_reduce.h"
#include "gd/score/shared_table.h"

typedef struct scorer {
	gd_classifier classifier;
	gd_shared_table shared;
	gd_score_sums *sums;
	gd_kept_rows kept;
	bool keeps; /* rows, for what comes after the scores */
	int32_t labels[GD_EVALUATION_ROWS];
	bool weighs;
	float weights[GD_EVALUATION_ROWS];
} scorer;

static void end_block(scorer *s)
{
	int rows = s->classifier.rows;
	gd_classifier_run(&s->classifier);
	gd_score_sums_add_weighted(s->sums, rows, s->classifier.probabilities, s->labels, s->weighs ? s->weights : NULL);
}

static void leave_out(scorer *s, gd_tally why, const gd_record *record)
{
	const gd_recipe *recipe = &s->classifier.recipe;
	int column = why == GD_TALLY_UNWEIGHTED ? recipe->schema.weight : recipe->schema.target;
	gd_classifier_tally(&s->classifier, GD_TALLY_RECORDS, record, "");
	gd_classifier_tally(&s->classifier, why, record, record->fields[recipe->field[column]]);
}

static gd_status score_record(scorer *s, const gd_record *record)
{
	gd_classifier *c = &s->classifier;
	int32_t label;
	if (gd_recipe_is_unlabelled(&c->recipe, record)) {
		leave_out(s, GD_TALLY_UNLABELLED, record);
		return gd_ok();
	}
	gd_status status = gd_recipe_label(&c->recipe, record, &label);
	if (status.code == GD_BAD_DATA) {
		leave_out(s, GD_TALLY_UNKNOWN, record);
		return gd_ok();
	}
	float weight = 1;
	if (!gd_failed(&status) && s->weighs) {
		gd_status read = gd_recipe_weight(&c->recipe, record, &weight);
		if (gd_failed(&read)) {
			leave_out(s, GD_TALLY_UNWEIGHTED, record);
			return gd_ok();
		}
	}
	if (!gd_failed(&status))
		status = gd_classifier_add(c, record);
	if (gd_failed(&status))
		return status;
	s->labels[c->rows - 1] = label;
	s->weights[c->rows - 1] = weight;
	if (!c->complete[c->rows - 1])
		c->rows--;
	else if (s->keeps)
		status = gd_kept_rows_add(&s->kept, record->number, label, weight, c->standard + (size_t)(c->rows - 1) * (size_t)s->kept.features);
	if (c->rows == GD_EVALUATION_ROWS)
		end_block(s);
	return status;
}

static gd_status score(void *context, const char *piece, size_t length, gd_buffer *result)
{
	scorer *s = context;
	gd_batch_reader *reader = &s->shared.reader;
	gd_status status = gd_ok();
	size_t before = s->kept.entries.length;
	gd_batch_reader_begin(reader, piece, length);
	for (const gd_record *record; !gd_failed(&status) && (record = gd_batch_read(reader));)
		status = score_record(s, record);
	if (!gd_failed(&status) && s->classifier.rows)
		end_block(s);
	return gd_failed(&status) ? status : gd_kept_rows_tell(&s->kept, before, result);
}

static gd_status hear(void *context, const char *result, size_t length)
{
	return gd_kept_rows_hear(&((scorer *)context)->kept, result, length);
}

/* `sums` are those of all rows. */
static gd_status find_importance(scorer *s, gd_communicator *communicator, gd_importance *importance)
{
	const gd_ensemble *ensemble = s->classifier.ensemble;
	gd_evaluation *evaluation = NULL;
	gd_status status = gd_kept_rows_evaluation(&s->kept, communicator, s->classifier.preprocessing->classes, &evaluation);
	if (!gd_failed(&status))
		status = gd_importance_find(evaluation, ensemble->members, ensemble->count, s->classifier.preprocessing, s->sums, importance);
	gd_evaluation_free(evaluation);
	return status;
}

/* Weights that the recipe knows are looked for, and not missed for good. */
static gd_status begin_weights(scorer *s, const char *name, gd_communicator *communicator)
{
	char room[GD_EXCERPT_ROOM];
	const gd_recipe *recipe = &s->classifier.recipe;
	s->weighs = s->kept.weighted = gd_recipe_weighs(recipe);
	if (recipe->schema.weighs && !s->weighs)
		gd_log_warning("'%s' has no column '%s', by which the model's records were weighted: each record counts 1", name, gd_excerpt(recipe->schema.columns[recipe->schema.weight], room));
	gd_status mine = s->weighs ? gd_score_sums_weigh(s->sums) : gd_ok();
	return gd_agree(communicator, &mine);
}

gd_status gd_evaluate_table(gd_communicator *communicator, const gd_ensemble *ensemble, const char *const *paths, int count, const gd_dialect_options *dialect, gd_score_sums *sums,
	gd_importance *importance)
{
	const gd_table_options options = {.dialect = *dialect, .once = true, .ragged = GD_RAGGED_KEEP};
	const char *name = count > 1 ? "the tables" : strcmp(paths[0], "-") ? paths[0]
									    : "stdin";
	gd_scores scores;
	int64_t records = 0;
	scorer *s = gd_allocate(1, sizeof *s);
	gd_status mine = s ? gd_classifier_init(&s->classifier, ensemble, name, false) : gd_out_of_memory("the scores");
	if (!gd_failed(&mine))
		mine = gd_kept_rows_init(&s->kept, s->classifier.preprocessing);
	gd_status status = gd_agree(communicator, &mine);
	if (gd_failed(&status))
		goto done;
	s->sums = sums;
	s->keeps = importance != NULL;
	status = gd_shared_table_open(&s->shared, communicator, &s->classifier, paths, count, &options, GD_BIND_LABELLED, NULL);
	if (!gd_failed(&status))
		status = begin_weights(s, name, communicator);
	if (!gd_failed(&status))
		status = gd_shared_table_run(&s->shared, score, hear, s);
	if (!gd_failed(&status))
		status = gd_classifier_warn(&s->classifier, communicator, &records);
	if (!gd_failed(&status))
		status = gd_score_reduce(communicator, sums);
	if (!gd_failed(&status)) {
		gd_scores_of(sums, &scores, NULL);
		if (scores.rows == 0)
			status = gd_error(GD_BAD_DATA, "cannot score '%s': no record has both a label of the model and a prediction", name);
	}
	if (!gd_failed(&status) && importance)
		status = find_importance(s, communicator, importance);
done:
	if (s) {
		gd_kept_rows_release(&s->kept);
		gd_shared_table_close(&s->shared);
		gd_classifier_release(&s->classifier);
	}
	free(s);
	return status;
}
