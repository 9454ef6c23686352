#include "gd/sweep/sweep_trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/run/run_directory.h"
#include "gd/score/model.h"
#include "gd/train/trainer.h"

/* Any text is cut to the message that travels. */
static void keep_failure(gd_sweep_result *result, const gd_status *status)
{
	result->code = status->code;
	result->state = status->code == GD_DIVERGED ? GD_TRIAL_DIVERGED : status->code == GD_STOPPED ? GD_TRIAL_WAITING : GD_TRIAL_FAILED;
	snprintf(result->message, sizeof result->message, "%.*s", (int)sizeof result->message - 1, status->message);
}

/* The test part, with the model that is kept. */
static gd_status evaluate(gd_communicator *group, const char *directory, const char *data, gd_sweep_result *result)
{
	char path[GD_PATH_ROOM];
	const char *paths[] = {gd_run_path(directory, GD_RUN_MODEL, path)};
	gd_ensemble ensemble = {0};
	gd_dataset *dataset = NULL;
	gd_evaluation *evaluation = NULL;
	gd_score_sums sums = {0};
	group->phase = "scoring a trial";
	gd_status status = gd_ensemble_read(group, paths, 1, &ensemble);
	if (!gd_failed(&status))
		status = gd_dataset_open(group, data, &dataset);
	if (!gd_failed(&status)) {
		gd_status mine = gd_score_sums_init(&sums, gd_dataset_get_header(dataset)->preprocessing.classes);
		status = gd_agree(group, &mine);
	}
	if (!gd_failed(&status))
		status = gd_evaluation_create(group, dataset, GD_TEST, &evaluation);
	if (!gd_failed(&status))
		status = gd_evaluation_run(evaluation, ensemble.members, 1, &sums);
	if (!gd_failed(&status)) {
		gd_scores scores;
		gd_scores_of(&sums, &scores, NULL);
		result->metric[GD_SWEEP_TEST_LOSS] = scores.log_loss;
		result->metric[GD_SWEEP_TEST_ACCURACY] = scores.accuracy;
	}
	gd_score_sums_release(&sums);
	gd_evaluation_free(evaluation);
	if (dataset)
		gd_dataset_close(dataset);
	gd_ensemble_release(&ensemble);
	return status;
}

void gd_sweep_trial_run(gd_communicator *group, const gd_sweep_plan *plan, const gd_sweep_task *task, const char *directory, double seconds, const char *command,
	gd_sweep_result *result)
{
	const gd_sweep_trial *trial = &plan->trial[task->trial];
	gd_train_options options = plan->configuration[trial->configuration].options;
	char run[GD_PATH_ROOM];
	bool *given = gd_allocate(gd_train_option_table.count, sizeof *given);
	*result = gd_sweep_result_none();
	gd_status mine = given ? gd_ok() : gd_out_of_memory("the options");
	gd_status status = gd_agree(group, &mine);
	if (gd_failed(&status)) {
		free(given);
		keep_failure(result, &status);
		return;
	}
	/* All of it is the sweep's word: a directory that holds another run is found out. */
	memset(given, true, gd_train_option_table.count * sizeof *given);
	snprintf(run, sizeof run, "%s/%s", directory, trial->name);
	options.run = run;
	options.seed = trial->seed;
	options.fold = trial->fold;
	options.resume = true;
	options.max_epochs = task->max_epochs;
	options.time_limit = seconds;
	options.progress = 2;
	status = gd_train(group, &options, given, command);
	free(given);
	if (!gd_failed(&status)) {
		mine = group->rank == 0 ? gd_sweep_result_collect(run, result) : gd_ok();
		status = gd_agree(group, &mine);
	}
	bool finished = task->max_epochs == 0;
	if (!gd_failed(&status) && finished && plan->settings.evaluate)
		status = evaluate(group, run, options.data, result);
	if (gd_failed(&status))
		keep_failure(result, &status);
	else
		result->state = finished ? GD_TRIAL_DONE : GD_TRIAL_PAUSED;
}
