#include "gd/cli/commands.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/options.h"
#include "gd/base/parse.h"
#include "gd/baseline/baseline.h"
#include "gd/run/machine.h"
#include "gd/score/mcnemar.h"
#include "gd/score/model.h"
#include "gd/score/score_report.h"
#include "gd/store/dataset.h"
#include "gd/train/training.h"

typedef struct baseline_options {
	const char *data;
	int part;
	int64_t neighbours, folds, seed;
	bool json, quiet, help;
} baseline_options;

static const char *const parts[] = {"train", "validation", "test", NULL};

#define AT(member) offsetof(baseline_options, member)
static const gd_option options[] = {
	{.name = "data", .letter = 'd', .type = GD_OPTION_TEXT, .offset = AT(data), .initial = GD_DATASET_DEFAULT, .argument = "FILE.h5", .help = "dataset made by preprocess"},
	{.name = "part", .letter = 'p', .type = GD_OPTION_CHOICE, .offset = AT(part), .initial = "test", .choices = parts, .help = "which rows are scored; the training part is learned from"},
	{.name = "folds", .type = GD_OPTION_INTEGER, .offset = AT(folds), .initial = "0", .minimum = 0, .maximum = 1000, .argument = "K", .help = "cross-validation over the training part instead: means and deviations over K folds, those of train"},
	{.name = "neighbours", .letter = 'k', .type = GD_OPTION_INTEGER, .offset = AT(neighbours), .initial = "5", .minimum = 1, .maximum = 1000000, .argument = "K", .help = "of knn"},
	{.name = "seed", .letter = 's', .type = GD_OPTION_INTEGER, .offset = AT(seed), .initial = "0", .minimum = 0, .maximum = 9007199254740992.0, .argument = "N", .help = "of the samples of forest and boosting"},
	{.name = "json", .letter = 'j', .type = GD_OPTION_FLAG, .offset = AT(json), .initial = "off", .help = "one JSON object on stdout"},
	{.name = "quiet", .letter = 'q', .type = GD_OPTION_FLAG, .offset = AT(quiet), .initial = "off", .help = "warnings and errors only, besides the result"},
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

static gd_status find_kind(const char *name, gd_baseline *kind)
{
	int nearest = 0, distance = 100;
	for (int i = 0; i < GD_BASELINES; i++) {
		int edits = gd_edit_distance(name, gd_baseline_names[i]);
		if (edits < distance) {
			distance = edits;
			nearest = i;
		}
	}
	*kind = (gd_baseline)nearest;
	if (distance == 0)
		return gd_ok();
	if (distance <= 2)
		return gd_error(GD_USAGE, "unknown baseline '%s'; did you mean '%s'?", name, gd_baseline_names[nearest]);
	return gd_error(GD_USAGE, "unknown baseline '%s'; there are logistic, tree, knn, forest and boosting", name);
}

/* The models, if any, that the baseline is compared with. */
typedef struct rival {
	const char *const *paths; /* [count] */
	int count;
	gd_score_sums sums;
	gd_mcnemar test;
} rival;

static void print_verdict(const char *name, const rival *r)
{
	const gd_mcnemar *t = &r->test;
	const char *verdict = t->p >= 0.05 ? "no different from" : t->first_alone > t->second_alone ? "better than" : "worse than";
	gd_scores scores;
	gd_scores_of(&r->sums, &scores, NULL);
	printf("\n'%s'%s: accuracy %.4f, log-loss %.4f\n", r->paths[0], r->count > 1 ? " and others" : "", scores.accuracy, scores.log_loss);
	printf("On %" PRId64 " rows it is %s %s%s: right where that is wrong %" PRId64 " times, wrong where that is right %" PRId64 " times (p = %.2g, McNemar's exact test).\n", t->rows,
		verdict, name, t->p >= 0.05 ? " as far as they tell" : "", t->first_alone, t->second_alone, t->p);
}

static void print_scores(const baseline_options *o, const char *name, const gd_score_sums *sums, const gd_ranking *ranking, char **class_names, const rival *r, double seconds)
{
	if (!o->json) {
		gd_score_report_table(stdout, sums, ranking, class_names);
		if (r->count)
			print_verdict(name, r);
		fflush(stdout);
		gd_log_note("%s took %.2f s", name, seconds);
		return;
	}
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	if (!memory)
		return;
	gd_score_report_json(memory, sums, ranking, class_names);
	if (fclose(memory) == 0 && size) {
		printf("{\"baseline\": \"%s\", \"seconds\": %.3f, ", name, seconds);
		if (r->count) {
			gd_scores scores;
			gd_scores_of(&r->sums, &scores, NULL);
			printf("\"model\": {\"accuracy\": %.17g, \"log_loss\": %.17g, \"right_alone\": %" PRId64 ", \"wrong_alone\": %" PRId64 ", \"p\": %.17g}, ", scores.accuracy,
				scores.log_loss, r->test.first_alone, r->test.second_alone, r->test.p);
		}
		printf("%s", text + 1);
	}
	free(text);
}

/* Collective. Sums that keep their rows. */
static gd_status begin_sums(gd_communicator *communicator, gd_dataset *dataset, gd_score_sums *sums)
{
	gd_status mine = gd_score_sums_init(sums, gd_dataset_get_header(dataset)->preprocessing.classes);
	if (!gd_failed(&mine))
		mine = gd_score_sums_keep_rows(sums);
	return gd_agree(communicator, &mine);
}

static gd_status score_rival(gd_communicator *communicator, gd_dataset *dataset, const baseline_options *o, rival *r)
{
	gd_ensemble ensemble = {0};
	gd_evaluation *evaluation = NULL;
	gd_status status = gd_ensemble_read(communicator, r->paths, r->count, &ensemble);
	if (!gd_failed(&status)) {
		gd_status mine = gd_ensemble_match(&ensemble, r->paths[0], dataset, o->data, (gd_part)o->part);
		status = gd_agree(communicator, &mine);
	}
	if (!gd_failed(&status))
		status = gd_evaluation_create(communicator, dataset, (gd_part)o->part, &evaluation);
	if (!gd_failed(&status))
		status = begin_sums(communicator, dataset, &r->sums);
	if (!gd_failed(&status))
		status = gd_evaluation_run(evaluation, ensemble.members, ensemble.count, &r->sums);
	gd_evaluation_free(evaluation);
	gd_ensemble_release(&ensemble);
	return status;
}

static gd_status run(gd_communicator *communicator, const baseline_options *o, gd_baseline kind, rival *r)
{
	gd_dataset *dataset = NULL;
	gd_score_sums sums = {0};
	gd_ranking ranking;
	gd_baseline_options what = {.kind = kind, .part = (gd_part)o->part, .neighbours = (int)o->neighbours, .seed = (uint64_t)o->seed};
	double started = gd_seconds(), seconds = 0;
	gd_status status = gd_dataset_open(communicator, o->data, &dataset);
	if (!gd_failed(&status))
		status = begin_sums(communicator, dataset, &sums);
	/* A model that does not fit is told before the work. */
	if (!gd_failed(&status) && r->count)
		status = score_rival(communicator, dataset, o, r);
	if (!gd_failed(&status))
		status = gd_baseline_run(communicator, dataset, &what, &sums);
	seconds = gd_seconds() - started;
	if (!gd_failed(&status))
		status = gd_ranking_of(communicator, &sums, &ranking);
	if (!gd_failed(&status) && r->count)
		status = gd_mcnemar_of(communicator, &r->sums, &sums, &r->test);
	if (!gd_failed(&status) && communicator->rank == 0)
		print_scores(o, gd_baseline_names[kind], &sums, &ranking, gd_dataset_get_header(dataset)->preprocessing.class_names, r, seconds);
	gd_score_sums_release(&r->sums);
	gd_score_sums_release(&sums);
	if (dataset)
		gd_dataset_close(dataset);
	return status;
}

static gd_status score_fold(gd_communicator *communicator, gd_dataset *dataset, const baseline_options *o, gd_baseline kind, int fold, gd_scores *scores)
{
	gd_score_sums sums = {0};
	gd_baseline_options what = {.kind = kind, .part = GD_VALIDATION, .neighbours = (int)o->neighbours, .seed = (uint64_t)o->seed};
	gd_status status = gd_dataset_fold(dataset, fold, (int)o->folds);
	if (!gd_failed(&status)) {
		gd_status mine = gd_score_sums_init(&sums, gd_dataset_get_header(dataset)->preprocessing.classes);
		status = gd_agree(communicator, &mine);
	}
	if (!gd_failed(&status))
		status = gd_baseline_run(communicator, dataset, &what, &sums);
	if (!gd_failed(&status))
		gd_scores_of(&sums, scores, NULL);
	gd_score_sums_release(&sums);
	return status;
}

static void print_folds(const baseline_options *o, const char *name, const double *accuracy, const double *loss)
{
	const double *values[] = {accuracy, loss};
	double mean[2] = {0}, deviation[2] = {0};
	for (int v = 0; v < 2; v++) {
		for (int f = 0; f < o->folds; f++)
			mean[v] += values[v][f] / (double)o->folds;
		for (int f = 0; f < o->folds; f++)
			deviation[v] += pow(values[v][f] - mean[v], 2) / (double)(o->folds - 1);
		deviation[v] = sqrt(deviation[v]);
	}
	if (o->json)
		printf("{\"baseline\": \"%s\", \"folds\": %lld, \"accuracy\": %.17g, \"accuracy_deviation\": %.17g, \"log_loss\": %.17g, \"log_loss_deviation\": %.17g}\n", name,
			(long long)o->folds, mean[0], deviation[0], mean[1], deviation[1]);
	for (int f = 0; f < o->folds && !o->json; f++)
		printf("%s%-10d %10.4f %10.4f\n", f ? "" : "fold         accuracy   log_loss\n", f + 1, accuracy[f], loss[f]);
	if (!o->json)
		printf("%-10s %10.4f %10.4f\n%-10s %10.4f %10.4f\n", "mean", mean[0], mean[1], "deviation", deviation[0], deviation[1]);
	fflush(stdout);
}

/* Each fold opens the dataset anew: it shows one fold. */
static gd_status run_folds(gd_communicator *communicator, const baseline_options *o, gd_baseline kind)
{
	double *scores = gd_allocate(2 * (size_t)o->folds, sizeof *scores);
	gd_status mine = scores ? gd_ok() : gd_out_of_memory("the folds' scores");
	gd_status status = gd_agree(communicator, &mine);
	for (int f = 0; f < o->folds && !gd_failed(&status); f++) {
		gd_dataset *dataset = NULL;
		gd_scores own = {0};
		status = gd_dataset_open(communicator, o->data, &dataset);
		if (!gd_failed(&status))
			status = score_fold(communicator, dataset, o, kind, f + 1, &own);
		scores[f] = own.accuracy;
		scores[o->folds + f] = own.log_loss;
		if (dataset)
			gd_dataset_close(dataset);
	}
	if (!gd_failed(&status) && communicator->rank == 0)
		print_folds(o, gd_baseline_names[kind], scores, scores + o->folds);
	free(scores);
	return status;
}

static gd_status check_folds(const baseline_options *o, const bool *given, int models)
{
	if (o->folds && models)
		return gd_error(GD_USAGE, "a model and --folds contradict each other: it has seen the rows that folds hold out");
	for (size_t i = 0; i < table.count && o->folds; i++)
		if (given[i] && options[i].offset == offsetof(baseline_options, part))
			return gd_error(GD_USAGE, "--part and --folds contradict each other: folds are of the training part");
	return o->folds == 1 ? gd_error(GD_USAGE, "--folds 1 would leave nothing to learn from") : gd_ok();
}

static int run_command(gd_communicator *communicator, int argc, char **argv)
{
	baseline_options o;
	gd_baseline kind = GD_BASELINE_LOGISTIC;
	int count = 0;
	const char **names = gd_allocate((size_t)argc, sizeof *names);
	bool given[sizeof options / sizeof options[0]] = {false};
	gd_options_initialise(&table, &o);
	gd_status mine = names ? gd_options_parse(&table, &o, argc - 1, argv + 1, given, names, &count) : gd_out_of_memory("the arguments");
	if (!gd_failed(&mine) && count < 1)
		mine = gd_error(GD_USAGE, "baseline takes a name: logistic, tree, knn, forest or boosting");
	if (!gd_failed(&mine))
		mine = find_kind(names[0], &kind);
	for (size_t i = 0; i < table.count && !gd_failed(&mine); i++)
		if (given[i] && options[i].offset == offsetof(baseline_options, neighbours) && kind != GD_BASELINE_KNN)
			mine = gd_error(GD_USAGE, "--neighbours goes with knn alone, not with %s", gd_baseline_names[kind]);
	if (!gd_failed(&mine) && communicator->rank == 0)
		mine = gd_command_no_dataset(names + 1, count - 1);
	if (!gd_failed(&mine))
		mine = check_folds(&o, given, count - 1);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_log_set_level(o.quiet ? GD_LOG_QUIET : GD_LOG_NORMAL);
		rival r = {.paths = names + 1, .count = count - 1};
		char hosts[1024];
		if (communicator->size > 1)
			status = gd_machine_survey(communicator, hosts, sizeof hosts);
		if (!gd_failed(&status))
			status = o.folds ? run_folds(communicator, &o, kind) : run(communicator, &o, kind, &r);
	}
	free(names);
	return gd_command_finish(&status);
}

static bool is_there(const char *name)
{
	return gd_baseline_has_trees() || !strcmp(name, gd_baseline_names[GD_BASELINE_LOGISTIC]) || !strcmp(name, gd_baseline_names[GD_BASELINE_KNN]);
}

const gd_command gd_command_baseline = {
	.name = "baseline",
	.summary = "score a classical model on a dataset",
	.usage = "NAME [MODEL.h5...] [OPTION...]",
	.description = "Scores a classical model, learned from the training part, as evaluate scores a network. With a model (of several the class probabilities are averaged) it says whether that one is better on the same rows, or luck would explain the difference.",
	.options = &table,
	.words = gd_baseline_names,
	.collective = run_command,
	.sections = {{.title = "names", .is_there = is_there, .entries = GD_ENTRIES(
		{"logistic", "softmax regression to convergence"},
		{"tree", "one tree a class, 8 questions deep"},
		{"knn", "k nearest neighbours on the standardised features"},
		{"forest", "100 trees a class on samples of rows and features"},
		{"boosting", "120 rounds of gradient-boosted trees"})}},
	.examples = GD_ENTRIES({"mpirun -n 8 genre-dist baseline forest --data songs.h5", "scores of a random forest on the test part"},
		{"genre-dist baseline boosting runs/first/model.h5", "whether a network is better than boosted trees, and how sure that is"}),
};
