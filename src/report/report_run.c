#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/report/report_page.h"
#include "gd/run/reproduce.h"
#include "gd/run/run_directory.h"
#include "gd/score/evaluation.h"

const char *gd_report_setting(const gd_report_run *run, const char *name)
{
	return run->has_state ? gd_setting_find(run->state.config, run->state.config_count, name) : NULL;
}

const char *gd_report_provenance(const gd_report_run *run, const char *name)
{
	return run->has_state ? gd_setting_find(run->state.provenance, run->state.provenance_count, name) : NULL;
}

/* The first of these files that is there; a run that is going on may replace, but never removes them. */
static gd_status read_first(const char *directory, const gd_run_file *files, size_t count, gd_checkpoint *checkpoint, const char **name, bool *found)
{
	static char path[GD_PATH_ROOM];
	for (size_t i = 0; i < count; i++)
		if (gd_file_exists(gd_run_path(directory, files[i], path))) {
			gd_status status = gd_checkpoint_read(path, checkpoint);
			*found = !gd_failed(&status);
			*name = strrchr(path, '/') + 1;
			return status;
		}
	return gd_ok();
}

static gd_status read_files(gd_report_run *run)
{
	static const gd_run_file states[] = {GD_RUN_CHECKPOINT, GD_RUN_PREVIOUS, GD_RUN_MODEL, GD_RUN_BEST}, models[] = {GD_RUN_MODEL, GD_RUN_BEST};
	const char *directory = run->options->directory, *name;
	char path[GD_PATH_ROOM];
	void *bytes = NULL;
	size_t size = 0;
	gd_status status = gd_ok();
	if (gd_file_exists(gd_run_path(directory, GD_RUN_CONFIG, path))) {
		status = gd_file_read(path, GD_BAD_DATA, &bytes, &size);
		if (!gd_failed(&status) && !(run->configuration = realloc(bytes, size + 1))) {
			free(bytes);
			status = gd_out_of_memory("the configuration");
		} else if (!gd_failed(&status)) {
			run->configuration[size] = '\0';
		}
	}
	if (!gd_failed(&status))
		status = read_first(directory, states, 4, &run->state, &name, &run->has_state);
	if (!gd_failed(&status))
		status = read_first(directory, models, 2, &run->model, &run->scored_model, &run->has_model);
	if (!gd_failed(&status) && gd_file_exists(gd_run_path(directory, GD_RUN_METRICS, path)))
		status = gd_history_read(path, &run->history);
	if (gd_failed(&status) || run->configuration || run->has_state || run->has_model || run->history.count)
		return status;
	struct stat info;
	if (!stat(directory, &info) && !S_ISDIR(info.st_mode))
		return gd_error(GD_BAD_DATA, "'%s' is no run directory but a file; a run's directory has config.ini and model.h5 in it", directory);
	return gd_error(GD_BAD_DATA, "'%s' is no run directory: it has none of a run's files", directory);
}

/* Metrics are written once a second at most, the checkpoint may be newer. */
static gd_status take_newer_history(gd_report_run *run)
{
	const gd_history *kept = &run->state.history;
	if (!run->has_state || run->history.count >= kept->count)
		return gd_ok();
	gd_status status = gd_ok();
	for (size_t i = run->history.count; i < kept->count && !gd_failed(&status); i++)
		status = gd_history_append(&run->history, &kept->epochs[i]);
	return status;
}

static void forget_dataset(gd_report_run *run)
{
	if (run->dataset)
		gd_dataset_close(run->dataset);
	run->dataset = NULL;
}

/* The dataset of the run, or why there is none to look at, which is said besides where one was named by hand. */
static void open_dataset(gd_report_run *run)
{
	const char *path = run->options->data ? run->options->data : gd_report_setting(run, "data"), *difference = NULL;
	if (!run->has_state || !path) {
		snprintf(run->no_dataset, sizeof run->no_dataset, "there is no checkpoint yet that names it");
		return;
	}
	gd_status status = gd_dataset_open(NULL, path, &run->dataset);
	if (gd_failed(&status)) {
		run->dataset = NULL;
		snprintf(run->no_dataset, sizeof run->no_dataset, "%s (report --data names another place)", status.message);
	} else if (!gd_preprocessing_match(&run->state.preprocessing, &gd_dataset_get_header(run->dataset)->preprocessing, &difference)) {
		forget_dataset(run);
		snprintf(run->no_dataset, sizeof run->no_dataset, "'%s' is not the dataset of this run: their %s differ", path, difference);
	} else if (!gd_preprocessing_weighs_alike(&run->state.preprocessing, &gd_dataset_get_header(run->dataset)->preprocessing)) {
		forget_dataset(run);
		snprintf(run->no_dataset, sizeof run->no_dataset, "'%s' is not the dataset of this run: their weights of records differ", path);
	}
	if (run->options->data && !run->dataset)
		gd_log_warning("the page has nothing of the data: %s", gd_failed(&status) ? status.message : run->no_dataset);
}

/* Multiplications that a page may take for the columns' worth, some seconds of a core. */
static const double MOST_WORK = 1e11;

/* By as many permutations of the scored rows as there are columns, which are no more than the features. */
static bool too_much_work(const gd_dataset_header *h, gd_part part, const gd_network *network)
{
	return (double)h->rows[part] * h->preprocessing.features * GD_IMPORTANCE_ROUNDS * (double)gd_network_parameters(network) > MOST_WORK;
}

/* As `evaluate` does, in one process: a communicator of one rank needs no MPI. */
static gd_status score(gd_report_run *run)
{
	gd_communicator alone = {.mpi = MPI_COMM_NULL, .rank = 0, .size = 1, .phase = "scoring"};
	if (!run->has_model)
		run->scored_model = "the newest checkpoint";
	const gd_checkpoint *c = run->has_model ? &run->model : &run->state;
	/* In a checkpoint the average stands apart; in a model file it is the model. */
	gd_member member = {c->network, !run->has_model && c->average ? c->average : c->parameters, c->statistics, c->calibration.temperature};
	gd_evaluation *evaluation = NULL;
	const gd_dataset_header *h = gd_dataset_get_header(run->dataset);
	run->scored_part = h->rows[GD_TEST] ? GD_TEST : h->rows[GD_VALIDATION] ? GD_VALIDATION : GD_TRAIN;
	run->no_importance = too_much_work(h, run->scored_part, c->network);
	gd_status status = gd_score_sums_init(&run->sums, h->preprocessing.classes);
	if (!gd_failed(&status))
		status = gd_score_sums_keep_rows(&run->sums);
	if (!gd_failed(&status))
		status = gd_evaluation_create(&alone, run->dataset, run->scored_part, &evaluation);
	if (!gd_failed(&status))
		status = gd_evaluation_run(evaluation, &member, 1, &run->sums);
	if (!gd_failed(&status))
		status = gd_ranking_of(&alone, &run->sums, &run->ranking);
	if (!gd_failed(&status) && !run->no_importance)
		status = gd_importance_find(evaluation, &member, 1, &h->preprocessing, &run->sums, &run->importance);
	run->scored = !gd_failed(&status);
	gd_evaluation_free(evaluation);
	return status;
}

gd_status gd_report_run_read(gd_report_run *run)
{
	gd_status status = read_files(run);
	if (!gd_failed(&status))
		status = take_newer_history(run);
	if (gd_failed(&status))
		return status;
	if (!run->has_model)
		run->scored_model = "";
	open_dataset(run);
	if (!run->dataset)
		return gd_ok();
	status = score(run);
	if (status.code != GD_BAD_DATA)
		return status;
	/* A dataset with damaged rows is no reason not to show the rest. */
	forget_dataset(run);
	snprintf(run->no_dataset, sizeof run->no_dataset, "%s", status.message);
	return gd_ok();
}

void gd_report_run_release(gd_report_run *run)
{
	forget_dataset(run);
	if (run->has_state)
		gd_checkpoint_release(&run->state);
	if (run->has_model)
		gd_checkpoint_release(&run->model);
	gd_history_release(&run->history);
	gd_score_sums_release(&run->sums);
	gd_importance_release(&run->importance);
	free(run->configuration);
}
