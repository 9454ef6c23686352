#include "gd/baseline/baseline_rows.h"

#ifndef GD_HAVE_XGBOOST

bool gd_baseline_has_trees(void)
{
	return false;
}

gd_status gd_baseline_trees(gd_communicator *communicator, gd_dataset *dataset, const gd_baseline_options *options, gd_score_sums *sums)
{
	(void)communicator, (void)dataset, (void)sums;
	return gd_error(GD_FAILED, "baseline '%s' needs XGBoost, which this build lacks; install libxgboost-dev (jobs/setup.sh does) and build again",
		gd_baseline_names[options->kind]);
}

#else

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xgboost/c_api.h>

#include "gd/base/memory.h"
#include "gd/base/parse.h"
#include "gd/base/random.h"
#include "gd/kernel/real.h"
#include "gd/parallel/patience.h"
#include "gd/parallel/reduce.h"
#include "gd/score/score_reduce.h"

typedef struct parameter {
	const char *name, *value;
} parameter;

/*
 * In XGBoost's words. Tree and forest were chosen on a validation part of the songs, among settings that take seconds; boosting's are near the tuned ones of Holzmüller et al. 2024 (RealMLP's
 * peers), by tables' training rows (tests/bench/README.md). One thread, since its sums depend on how many there are. A forest's trees are grown in groups, each with a seed of its own, so that
 * ranks can share them.
 */
typedef struct recipe {
	int groups, rounds;
	int most, patience; /* with validation rows: rounds at most, and after how many without a lower log-loss there they end; 0: always `rounds` */
	parameter parameters[10];
} recipe;
static const recipe recipes[GD_BASELINES] = {
	[GD_BASELINE_TREE] = {1, 1, 0, 0, {{"eta", "1"}, {"max_depth", "8"}, {"lambda", "1"}}},
	[GD_BASELINE_FOREST] = {20, 1, 0, 0, {{"num_parallel_tree", "5"}, {"eta", "1"}, {"subsample", "0.632"}, {"colsample_bynode", "0.22"}, {"max_depth", "16"}, {"max_bin", "64"}, {"lambda", "1"}}},
	[GD_BASELINE_BOOSTING] = {1, 120, 1000, 50, {{"eta", "0.08"}, {"max_depth", "6"}, {"min_child_weight", "1"}, {"lambda", "1"}, {"subsample", "0.65"}, {"colsample_bytree", "0.65"}, {"max_bin", "64"}}},
};
/* Raw scores are summed over groups as whole multiples of this: the sum does not depend on its order. */
#define SCORE_QUANTUM 0x1p-30
enum { BLOCK = 256 };

typedef struct orchard {
	const recipe *recipe;
	uint64_t seed;
	int classes;
	DMatrixHandle training, scored, validation; /* validation: NULL where rounds do not end by it */
	double *scores; /* [scored rows, classes] sums over this rank's groups */
	int64_t rows;   /* scored */
} orchard;

static gd_status library_error(void)
{
	/* Its message goes on for lines of stack frames. */
	const char *message = XGBGetLastError();
	int length = 0;
	while (message[length] && message[length] != '\n')
		length++;
	return gd_error(GD_FAILED, "XGBoost failed: %.*s", length, message);
}

static gd_status set_parameters(BoosterHandle booster, const orchard *o, int group)
{
	char classes[16], seed[24];
	snprintf(classes, sizeof classes, "%d", o->classes);
	snprintf(seed, sizeof seed, "%u", (unsigned)(gd_random_bits(o->seed, (uint64_t)group) & 0x7fffffff));
	const parameter common[] = {
		{"objective", "multi:softprob"}, {"num_class", classes}, {"base_score", "0"}, {"tree_method", "hist"}, {"nthread", "1"}, {"verbosity", "0"}, {"seed", seed}, {"eval_metric", "mlogloss"},
	};
	for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
		if (XGBoosterSetParam(booster, common[i].name, common[i].value))
			return library_error();
	for (const parameter *p = o->recipe->parameters; p->name; p++)
		if (XGBoosterSetParam(booster, p->name, p->value))
			return library_error();
	return gd_ok();
}

/* The rounds of one group; how many count. */
static gd_status boost(const orchard *o, BoosterHandle booster, int *rounds)
{
	double least = INFINITY;
	int most = o->validation ? o->recipe->most : o->recipe->rounds;
	*rounds = o->recipe->rounds;
	for (int round = 0; round < most; round++) {
		const char *names[] = {"validation"}, *scores = NULL;
		DMatrixHandle validation = o->validation;
		if (XGBoosterUpdateOneIter(booster, round, o->training))
			return library_error();
		if (!validation)
			continue;
		if (XGBoosterEvalOneIter(booster, round, &validation, names, 1, &scores))
			return library_error();
		/* "[ROUND]\tvalidation-mlogloss:NUMBER" */
		const char *colon = strrchr(scores, ':');
		double loss;
		if (!colon || !gd_parse_double(colon + 1, &loss))
			return gd_error(GD_FAILED, "XGBoost gave no log-loss: '%.80s'", scores);
		if (loss < least) {
			least = loss;
			*rounds = round + 1;
		}
		if (round + 1 - *rounds >= o->recipe->patience)
			break;
	}
	return gd_ok();
}

/* Grows one group and adds its raw scores. */
static gd_status grow(orchard *o, int group)
{
	BoosterHandle booster = NULL;
	if (XGBoosterCreate(&o->training, 1, &booster))
		return library_error();
	gd_status status = set_parameters(booster, o, group);
	int rounds = 0;
	if (!gd_failed(&status))
		status = boost(o, booster, &rounds);
	/* Raw scores; all rounds for 0. */
	char request[128];
	snprintf(request, sizeof request, "{\"type\": 1, \"training\": false, \"iteration_begin\": 0, \"iteration_end\": %d, \"strict_shape\": false}", o->validation ? rounds : 0);
	bst_ulong dimensions = 0, length = (bst_ulong)o->rows * (bst_ulong)o->classes;
	const bst_ulong *shape = NULL;
	const float *raw = NULL;
	if (!gd_failed(&status) && XGBoosterPredictFromDMatrix(booster, o->scored, request, &shape, &dimensions, &raw))
		status = library_error();
	for (bst_ulong i = 0; !gd_failed(&status) && i < length; i++)
		o->scores[i] += rint((double)raw[i] / SCORE_QUANTUM);
	XGBoosterFree(booster);
	return status;
}

static gd_status to_matrix(const gd_baseline_rows *rows, bool labelled, DMatrixHandle *matrix)
{
	if (XGDMatrixCreateFromMat(rows->features_of, (bst_ulong)rows->count, (bst_ulong)rows->features, NAN, matrix))
		return library_error();
	if (!labelled)
		return gd_ok();
	float *labels = gd_allocate((size_t)rows->count, sizeof *labels);
	if (!labels)
		return gd_out_of_memory("the labels");
	for (int64_t i = 0; i < rows->count; i++)
		labels[i] = (float)rows->labels[i];
	int failed = XGDMatrixSetFloatInfo(*matrix, "label", labels, (bst_ulong)rows->count);
	free(labels);
	if (!failed && rows->weights)
		failed = XGDMatrixSetFloatInfo(*matrix, "weight", rows->weights, (bst_ulong)rows->count);
	return failed ? library_error() : gd_ok();
}

/* Groups are dealt out by number; a rank without one has nothing to do. */
static gd_status grow_share(gd_communicator *communicator, orchard *o, const gd_baseline_rows *training, const gd_baseline_rows *scored, const gd_baseline_rows *validation)
{
	o->scores = gd_allocate((size_t)o->rows * (size_t)o->classes, sizeof *o->scores);
	if (!o->scores)
		return gd_out_of_memory("the scores");
	if (communicator->rank >= o->recipe->groups)
		return gd_ok();
	gd_status status = to_matrix(training, true, &o->training);
	if (!gd_failed(&status))
		status = to_matrix(scored, false, &o->scored);
	if (!gd_failed(&status) && validation->count)
		status = to_matrix(validation, true, &o->validation);
	for (int group = communicator->rank; !gd_failed(&status) && group < o->recipe->groups; group += communicator->size)
		status = grow(o, group);
	return status;
}

/*
 * One round of trees from equal scores: a leaf's value is the class's share of its rows, shifted and scaled (by the soft-max's derivatives there), so a mean of
 * leaves says a probability. After several rounds scores are those of a soft-max.
 */
static double weight_of(const orchard *o, double sum, double largest)
{
	double score = sum * SCORE_QUANTUM / o->recipe->groups;
	if (o->recipe->rounds > 1)
		return gd_real_exp(score - largest * SCORE_QUANTUM / o->recipe->groups);
	double share = (1 + 2 * score * (o->classes - 1) / o->classes) / o->classes;
	return share > 0 ? share : 0;
}

static void to_probabilities(const orchard *o, const double *scores, int row, int rows, float *probabilities)
{
	double total = 0, largest = scores[0];
	for (int c = 1; c < o->classes; c++)
		largest = scores[c] > largest ? scores[c] : largest;
	for (int c = 0; c < o->classes; c++)
		total += weight_of(o, scores[c], largest);
	for (int c = 0; c < o->classes; c++)
		probabilities[c * rows + row] = total > 0 ? (float)(weight_of(o, scores[c], largest) / total) : 1.0f / (float)o->classes;
}

static gd_status score(const orchard *o, const gd_baseline_rows *scored, gd_score_sums *sums)
{
	float *probabilities = gd_allocate((size_t)o->classes * BLOCK, sizeof *probabilities);
	if (!probabilities)
		return gd_out_of_memory("the probabilities");
	for (int64_t first = 0; first < o->rows; first += BLOCK) {
		int rows = o->rows - first < BLOCK ? (int)(o->rows - first) : BLOCK;
		for (int row = 0; row < rows; row++)
			to_probabilities(o, o->scores + (first + row) * o->classes, row, rows, probabilities);
		gd_score_sums_add_weighted(sums, rows, probabilities, scored->labels + first, scored->weights ? scored->weights + first : NULL);
	}
	free(probabilities);
	return gd_ok();
}

bool gd_baseline_has_trees(void)
{
	return true;
}

gd_status gd_baseline_trees(gd_communicator *communicator, gd_dataset *dataset, const gd_baseline_options *options, gd_score_sums *sums)
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	gd_baseline_rows training = {0}, scored = {0}, validation = {0};
	orchard o = {
		.recipe = &recipes[options->kind],
		.seed = options->seed,
		.classes = header->preprocessing.classes,
		.rows = header->rows[options->part],
	};
	gd_status status = gd_baseline_rows_read(communicator, dataset, GD_TRAIN, 0, header->rows[GD_TRAIN], &training);
	if (!gd_failed(&status))
		status = gd_baseline_rows_read(communicator, dataset, options->part, 0, o.rows, &scored);
	/* What is scored, a fold too, chooses nothing. */
	if (!gd_failed(&status) && o.recipe->patience && options->part != GD_VALIDATION && header->rows[GD_VALIDATION])
		status = gd_baseline_rows_read(communicator, dataset, GD_VALIDATION, 0, header->rows[GD_VALIDATION], &validation);
	if (!gd_failed(&status)) {
		gd_status mine = grow_share(communicator, &o, &training, &scored, &validation);
		status = gd_gather_patiently(communicator);
		if (!gd_failed(&status))
			status = gd_agree(communicator, &mine);
	}
	if (!gd_failed(&status))
		status = gd_reduce_sum(communicator, o.scores, (size_t)o.rows * (size_t)o.classes);
	/* exp may differ between hosts: rank 0 scores, and all take part in a sum that only it adds to. */
	if (!gd_failed(&status)) {
		gd_status mine = communicator->rank == 0 ? score(&o, &scored, sums) : gd_ok();
		status = gd_agree(communicator, &mine);
	}
	if (!gd_failed(&status))
		status = gd_score_reduce(communicator, sums);
	if (o.training)
		XGDMatrixFree(o.training);
	if (o.scored)
		XGDMatrixFree(o.scored);
	if (o.validation)
		XGDMatrixFree(o.validation);
	free(o.scores);
	gd_baseline_rows_release(&validation);
	gd_baseline_rows_release(&scored);
	gd_baseline_rows_release(&training);
	return status;
}

#endif
