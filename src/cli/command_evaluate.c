#include "gd/cli/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/options.h"
#include "gd/cli/dialect_options.h"
#include "gd/run/machine.h"
#include "gd/score/model.h"
#include "gd/score/score_report.h"
#include "gd/score/table_evaluation.h"
#include "gd/store/dataset.h"
#include "gd/store/file_kind.h"

typedef struct evaluate_options {
	const char *data;
	gd_dialect_options dialect;
	int part;
	bool importance, json, quiet, help;
} evaluate_options;

static const char *const parts[] = {"train", "validation", "test", NULL};

#define AT(member) offsetof(evaluate_options, member)
static const gd_option options[] = {
	{.name = "data", .letter = 'd', .type = GD_OPTION_TEXT, .offset = AT(data), .initial = GD_DATASET_DEFAULT, .argument = "FILE.h5", .help = "dataset made by preprocess"},
	{.name = "part", .letter = 'p', .type = GD_OPTION_CHOICE, .offset = AT(part), .initial = "test", .choices = parts, .help = "which rows are scored"},
	{.name = "importance", .type = GD_OPTION_FLAG, .offset = AT(importance), .initial = "off", .help = "what the scores lose when a column's values are dealt out at random, a column of the table at a time"},
	GD_DIALECT_OPTIONS(evaluate_options),
	{.name = "json", .letter = 'j', .type = GD_OPTION_FLAG, .offset = AT(json), .initial = "off", .help = "one JSON object on stdout"},
	{.name = "quiet", .letter = 'q', .type = GD_OPTION_FLAG, .offset = AT(quiet), .initial = "off", .help = "warnings and errors only, besides the result"},
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

static gd_status score_part(gd_communicator *communicator, const evaluate_options *o, const gd_ensemble *ensemble, const char *model, gd_score_sums *sums, gd_importance *importance)
{
	gd_dataset *dataset = NULL;
	gd_evaluation *evaluation = NULL;
	gd_status status = gd_dataset_open(communicator, o->data, &dataset);
	if (!gd_failed(&status)) {
		gd_status mine = gd_ensemble_match(ensemble, model, dataset, o->data, (gd_part)o->part);
		status = gd_agree(communicator, &mine);
	}
	if (!gd_failed(&status))
		status = gd_evaluation_create(communicator, dataset, (gd_part)o->part, &evaluation);
	if (!gd_failed(&status))
		status = gd_evaluation_run(evaluation, ensemble->members, ensemble->count, sums);
	if (!gd_failed(&status) && o->importance)
		status = gd_importance_find(evaluation, ensemble->members, ensemble->count, &ensemble->models[0].preprocessing, sums, importance);
	gd_evaluation_free(evaluation);
	if (dataset)
		gd_dataset_close(dataset);
	return status;
}

/* Of paths [count] the first `models` are models, the others tables. */
static gd_status evaluate(gd_communicator *communicator, const evaluate_options *o, const char *const *paths, int models, int count)
{
	gd_ensemble ensemble = {0};
	gd_score_sums sums = {0};
	gd_ranking ranking;
	gd_importance importance = {0};
	gd_status status = gd_ensemble_read(communicator, paths, models, &ensemble);
	if (!gd_failed(&status)) {
		gd_status mine = gd_score_sums_init(&sums, ensemble.models[0].preprocessing.classes);
		if (!gd_failed(&mine))
			mine = gd_score_sums_keep_rows(&sums);
		status = gd_agree(communicator, &mine);
	}
	if (!gd_failed(&status))
		status = models < count ? gd_evaluate_table(communicator, &ensemble, paths + models, count - models, &o->dialect, &sums, o->importance ? &importance : NULL)
					: score_part(communicator, o, &ensemble, paths[0], &sums, &importance);
	if (!gd_failed(&status))
		status = gd_ranking_of(communicator, &sums, &ranking);
	if (!gd_failed(&status) && communicator->rank == 0) {
		char **names = ensemble.models[0].preprocessing.class_names;
		if (o->json)
			gd_score_report_json_with(stdout, &sums, &ranking, names, o->importance ? &importance : NULL);
		else
			gd_score_report_table(stdout, &sums, &ranking, names);
		if (o->importance && !o->json)
			gd_importance_print(stdout, &importance);
	}
	gd_importance_release(&importance);
	gd_score_sums_release(&sums);
	gd_ensemble_release(&ensemble);
	return status;
}

/* Rank 0: the first arguments are models; from the first that is there and no HDF5 file on they are tables. */
static int count_models(const char *const *paths, int count)
{
	int models = 1;
	while (models < count && !gd_file_is_no_hdf5(paths[models]))
		models++;
	return models;
}

/* What is said of a dataset does not go with tables, nor what is said of tables with a dataset. */
static gd_status check_tables(const char *const *paths, int models, int count, const bool *given)
{
	for (size_t i = 0; i < table.count; i++) {
		const char *name = table.options[i].name;
		if (!given[i])
			continue;
		if (models < count && (!strcmp(name, "data") || !strcmp(name, "part")))
			return gd_error(GD_USAGE, "--%s goes with a dataset, and '%s' is a table, which is scored whole", name, paths[models]);
		if (models == count && table.options[i].offset - offsetof(evaluate_options, dialect) < sizeof(gd_dialect_options))
			return gd_error(GD_USAGE, "--%s says how a table is written, and no table is given", name);
	}
	return gd_ok();
}

static int run_command(gd_communicator *communicator, int argc, char **argv)
{
	evaluate_options o;
	int count = 0, models = 0;
	bool given[sizeof options / sizeof options[0]] = {false};
	const char **paths = gd_allocate((size_t)argc, sizeof *paths);
	char hosts[1024];
	gd_options_initialise(&table, &o);
	gd_status mine = paths ? gd_options_parse(&table, &o, argc - 1, argv + 1, given, paths, &count) : gd_out_of_memory("the arguments");
	if (!gd_failed(&mine) && count == 0)
		mine = gd_error(GD_USAGE, "evaluate needs a model: genre-dist evaluate runs/first/model.h5");
	if (!gd_failed(&mine))
		mine = gd_dialect_check(&o.dialect);
	if (!gd_failed(&mine) && communicator->rank == 0) {
		models = count_models(paths, count);
		mine = gd_command_no_dataset(paths, count);
		if (!gd_failed(&mine))
			mine = check_tables(paths, models, count, given);
	}
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_broadcast(communicator, &models, sizeof models);
	if (!gd_failed(&status)) {
		gd_log_set_level(o.quiet ? GD_LOG_QUIET : GD_LOG_NORMAL);
		if (communicator->size > 1)
			status = gd_machine_survey(communicator, hosts, sizeof hosts);
	}
	if (!gd_failed(&status))
		status = evaluate(communicator, &o, paths, models, count);
	free(paths);
	return gd_command_finish(&status);
}

const gd_command gd_command_evaluate = {
	.name = "evaluate",
	.summary = "score models on a part of a dataset, or on a labelled table",
	.usage = "MODEL.h5... [OPTION...]\nMODEL.h5... TABLE... [OPTION...]",
	.description = "Scores a model on a part of a dataset, or on all records of a labelled table, which is read as `predict` does; of several models the class probabilities are averaged.",
	.options = &table,
	.collective = run_command,
	.alone = true,
	.examples = GD_ENTRIES(
		{"genre-dist evaluate runs/first/model.h5 --data songs.h5", "scores on the test part"},
		{"genre-dist evaluate runs/first/model.h5 new.csv", "scores on a table of other songs whose genre is known"},
		{"mpirun -n 4 genre-dist evaluate runs/*/model.h5 --data songs.h5 --json", "of several models together, for programs"}),
};
