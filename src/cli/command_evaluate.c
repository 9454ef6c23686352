#include "gd/cli/commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/options.h"
#include "gd/score/model.h"
#include "gd/score/score_report.h"

typedef struct evaluate_options {
	const char *data;
	int part;
	bool importance, json, quiet, help;
} evaluate_options;

static const char *const parts[] = {"train", "validation", "test", NULL};

#define AT(member) offsetof(evaluate_options, member)
static const gd_option options[] = {
	{.name = "data", .letter = 'd', .type = GD_OPTION_TEXT, .offset = AT(data), .initial = "data/spotify.h5", .argument = "FILE.h5", .help = "dataset made by preprocess"},
	{.name = "part", .letter = 'p', .type = GD_OPTION_CHOICE, .offset = AT(part), .initial = "test", .choices = parts, .help = "which rows are scored"},
	{.name = "importance", .type = GD_OPTION_FLAG, .offset = AT(importance), .initial = "off", .help = "what the scores lose when a column's values are dealt out at random, a column of the table at a time"},
	{.name = "json", .letter = 'j', .type = GD_OPTION_FLAG, .offset = AT(json), .initial = "off", .help = "one JSON object on stdout"},
	{.name = "quiet", .letter = 'q', .type = GD_OPTION_FLAG, .offset = AT(quiet), .initial = "off", .help = "warnings and errors only, besides the result"},
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

/* A model learned features and classes in one order: the dataset must have the same. */
static gd_status check_match(const gd_ensemble *ensemble, gd_dataset *dataset, const evaluate_options *o, const char *model)
{
	const gd_dataset_header *header = gd_dataset_get_header(dataset);
	const char *difference = NULL;
	if (!gd_preprocessing_equal(&ensemble->models[0].preprocessing, &header->preprocessing, &difference))
		return gd_error(GD_BAD_DATA, "'%s' was trained on another preprocessing than '%s': their %s differ", model, o->data, difference);
	if (header->rows[o->part] == 0)
		return gd_error(GD_BAD_DATA, "'%s' has no %s part", o->data, gd_part_names[o->part]);
	return gd_ok();
}

static gd_status evaluate(gd_communicator *communicator, const evaluate_options *o, const char *const *models, int count)
{
	gd_ensemble ensemble = {0};
	gd_dataset *dataset = NULL;
	gd_evaluation *evaluation = NULL;
	gd_score_sums sums = {0};
	gd_ranking ranking;
	gd_importance importance = {0};
	gd_status status = gd_ensemble_read(communicator, models, count, &ensemble);
	if (!gd_failed(&status))
		status = gd_dataset_open(communicator, o->data, &dataset);
	if (!gd_failed(&status)) {
		gd_status mine = check_match(&ensemble, dataset, o, models[0]);
		if (!gd_failed(&mine))
			mine = gd_score_sums_init(&sums, gd_dataset_get_header(dataset)->preprocessing.classes);
		if (!gd_failed(&mine))
			mine = gd_score_sums_keep_rows(&sums);
		status = gd_agree(communicator, &mine);
	}
	if (!gd_failed(&status))
		status = gd_evaluation_create(communicator, dataset, (gd_part)o->part, &evaluation);
	if (!gd_failed(&status))
		status = gd_evaluation_run(evaluation, ensemble.members, count, &sums);
	if (!gd_failed(&status) && o->importance)
		status = gd_importance_find(evaluation, ensemble.members, count, &ensemble.models[0].preprocessing, &sums, &importance);
	if (!gd_failed(&status))
		status = gd_ranking_of(communicator, &sums, &ranking);
	if (!gd_failed(&status) && communicator->rank == 0) {
		char **names = gd_dataset_get_header(dataset)->preprocessing.class_names;
		if (o->json)
			gd_score_report_json_with(stdout, &sums, &ranking, names, o->importance ? &importance : NULL);
		else
			gd_score_report_table(stdout, &sums, &ranking, names);
		if (o->importance && !o->json)
			gd_importance_print(stdout, &importance);
	}
	gd_importance_release(&importance);
	gd_score_sums_release(&sums);
	gd_evaluation_free(evaluation);
	if (dataset)
		gd_dataset_close(dataset);
	gd_ensemble_release(&ensemble);
	return status;
}

static int run_command(gd_communicator *communicator, int argc, char **argv)
{
	evaluate_options o;
	int count = 0;
	const char **models = gd_allocate((size_t)argc, sizeof *models);
	gd_options_initialise(&table, &o);
	gd_status mine = models ? gd_options_parse(&table, &o, argc - 1, argv + 1, NULL, models, &count) : gd_out_of_memory("the arguments");
	if (!gd_failed(&mine) && count == 0)
		mine = gd_error(GD_USAGE, "evaluate needs a model: genre-dist evaluate runs/first/model.h5");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_log_set_level(o.quiet ? GD_LOG_QUIET : GD_LOG_NORMAL);
		status = evaluate(communicator, &o, models, count);
	}
	free(models);
	return gd_command_finish(&status);
}

const gd_command gd_command_evaluate = {
	.name = "evaluate",
	.summary = "score models on a part of a dataset",
	.usage = "MODEL.h5... [OPTION...]",
	.description = "Scores a model on a part of a dataset; of several models the class probabilities are averaged.",
	.options = &table,
	.collective = run_command,
	.examples = GD_ENTRIES(
		{"genre-dist evaluate runs/first/model.h5 --data songs.h5", "scores on the test part"},
		{"mpirun -n 4 genre-dist evaluate runs/*/model.h5 --data songs.h5 --json", "of several models together, for programs"}),
};
