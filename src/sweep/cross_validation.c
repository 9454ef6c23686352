#include "gd/sweep/cross_validation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/clock.h"
#include "gd/base/log.h"
#include "gd/run/preset.h"
#include "gd/run/run_directory.h"
#include "gd/store/dataset.h"
#include "gd/sweep/sweep.h"
#include "gd/sweep/sweep_compose.h"
#include "gd/train/trainer.h"

static gd_status make_plan(const gd_train_options *options, const bool *given, gd_sweep_plan *plan)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	if (!out)
		return gd_out_of_memory("the folds");
	gd_sweep_compose_base(out, options, given);
	if (fclose(out)) {
		free(text);
		return gd_out_of_memory("the folds");
	}
	return gd_sweep_compose_plan("train --folds", text, plan);
}

/* Rank 0: the folds' scores, one line each, then means and deviations. */
static gd_status print(const gd_sweep_plan *plan, const char *directory)
{
	static const gd_sweep_metric metrics[] = {GD_SWEEP_VALIDATION_ACCURACY, GD_SWEEP_VALIDATION_LOSS};
	gd_sweep_result *results = NULL;
	gd_status status = gd_sweep_results_of(plan, directory, &results);
	if (!gd_failed(&status)) {
		printf("%-10s %10s %10s\n", "fold", "accuracy", "log_loss");
		for (int t = 0; t < plan->trials; t++)
			printf("%-10lld %10.4f %10.4f\n", (long long)plan->trial[t].fold, results[t].metric[metrics[0]], results[t].metric[metrics[1]]);
		gd_sweep_summary accuracy = gd_sweep_summarise(plan, results, 0, metrics[0]), loss = gd_sweep_summarise(plan, results, 0, metrics[1]);
		printf("%-10s %10.4f %10.4f\n%-10s %10.4f %10.4f\n", "mean", accuracy.mean, loss.mean, "deviation", accuracy.deviation, loss.deviation);
		fflush(stdout);
	}
	free(results);
	return status;
}

static gd_status check(const gd_train_options *options)
{
	if (options->epochs == 0)
		return gd_error(GD_USAGE, "--epochs 0 trains nothing that --folds could score");
	if (options->max_steps || options->max_epochs)
		return gd_error(GD_USAGE, "--max-steps and --max-epochs are about one training, --folds trains several");
	if (options->run && strlen(options->run) + 256 > GD_PATH_ROOM)
		return gd_error(GD_USAGE, "the run directory's name is too long");
	return gd_ok();
}

/* What the folds were trained with, where without a validation part the preset would say otherwise; their best epochs and temperatures for what they validated. settled [options]. */
static gd_status follow_folds(gd_communicator *world, const gd_dataset_header *header, const gd_sweep_plan *plan, const char *directory, gd_train_options *all, bool *settled)
{
	char line[GD_PRESET_ROOM], blind[1024], folded[1024];
	gd_sweep_advice advice = {0};
	gd_train_options without = *all, with = *all;
	const gd_preset_facts facts[] = {gd_preset_look(header, 0), gd_preset_look(header, all->folds)};
	gd_status mine = world->rank == 0 ? gd_sweep_advise(plan, directory, 0, &advice) : gd_ok(), status = gd_agree(world, &mine);
	if (!gd_failed(&status))
		status = gd_broadcast(world, &advice, sizeof advice);
	if (gd_failed(&status))
		return status;
	gd_preset_fill(&without, settled, &facts[0], line);
	gd_preset_fill(&with, settled, &facts[1], line);
	with.early_stop = without.early_stop = 0;
	with.calibrate = without.calibrate = false;
	with.temperature = advice.temperature;
	if (!settled[gd_options_find(&gd_train_option_table, "epochs") - gd_train_option_table.options])
		with.epochs = advice.epochs;
	for (size_t i = 0; i < gd_train_option_table.count; i++) {
		const gd_option *option = &gd_train_option_table.options[i];
		gd_options_format(option, &without, blind, sizeof blind);
		gd_options_format(option, &with, folded, sizeof folded);
		settled[i] = settled[i] || strcmp(blind, folded);
	}
	*all = with;
	return status;
}

/* As `train` alone does it, what is not given is the preset's; without a validation part the folds say when it is enough, and how sure a model may be. */
static gd_status refit(gd_communicator *world, const gd_train_options *options, const bool *given, const gd_sweep_plan *plan, const char *directory, double seconds, const char *command)
{
	char run[GD_PATH_ROOM + 16];
	gd_train_options all = *options;
	gd_dataset *dataset = NULL;
	bool *settled = gd_allocate(gd_train_option_table.count, sizeof *settled);
	gd_status mine = settled ? gd_ok() : gd_out_of_memory("the options"), status = gd_agree(world, &mine);
	if (!gd_failed(&status))
		status = gd_dataset_open(world, options->data, &dataset);
	if (!gd_failed(&status)) {
		const gd_dataset_header *header = gd_dataset_get_header(dataset);
		memcpy(settled, given, gd_train_option_table.count * sizeof *settled);
		if (!header->rows[GD_VALIDATION])
			status = follow_folds(world, header, plan, directory, &all, settled);
		gd_dataset_close(dataset);
	}
	if (!gd_failed(&status)) {
		snprintf(run, sizeof run, "%s/refit", directory);
		all.run = run;
		all.folds = all.fold = 0;
		all.refit = false;
		all.resume = true;
		all.time_limit = seconds;
		if (all.temperature > options->temperature)
			gd_log_note("all rows of the training part, in as many epochs as were best on the folds, and with the mean of their temperatures, %.3f:", all.temperature);
		else
			gd_log_note("all rows of the training part:");
		status = gd_train(world, &all, settled, command);
	}
	free(settled);
	return status;
}

gd_status gd_cross_validate(gd_communicator *world, const gd_train_options *options, const bool *given, const char *command)
{
	gd_sweep_plan plan = {0};
	char directory[GD_PATH_ROOM] = "";
	double started = gd_seconds();
	gd_sweep_options sweep = {.run = options->run, .resume = options->resume, .time_limit = options->time_limit, .silent = true, .directory = directory};
	gd_status mine = check(options);
	if (!gd_failed(&mine))
		mine = make_plan(options, given, &plan);
	gd_status status = gd_agree(world, &mine);
	if (!gd_failed(&status))
		status = gd_sweep(world, &plan, &sweep, command);
	if (!gd_failed(&status)) {
		mine = world->rank == 0 ? print(&plan, directory) : gd_ok();
		status = gd_agree(world, &mine);
	}
	if (!gd_failed(&status) && options->refit) {
		double left = options->time_limit - (gd_seconds() - started);
		status = refit(world, options, given, &plan, directory, options->time_limit > 0 ? left > 0.01 ? left : 0.01 : 0, command);
	}
	gd_sweep_plan_release(&plan);
	return status;
}
