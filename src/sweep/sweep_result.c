#include "gd/sweep/sweep_result.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/kernel/real.h"
#include "gd/run/run_directory.h"

const char *const gd_trial_state_names[GD_TRIAL_STATES] = {
	[GD_TRIAL_WAITING] = "waiting",
	[GD_TRIAL_PAUSED] = "paused",
	[GD_TRIAL_DROPPED] = "dropped",
	[GD_TRIAL_DONE] = "done",
	[GD_TRIAL_DIVERGED] = "diverged",
	[GD_TRIAL_FAILED] = "failed",
};

gd_sweep_result gd_sweep_result_none(void)
{
	gd_sweep_result result = {.state = GD_TRIAL_WAITING};
	for (int m = 0; m < GD_SWEEP_METRICS; m++)
		result.metric[m] = NAN;
	return result;
}

static gd_status read_checkpoint(const char *directory, gd_run_file file, gd_checkpoint *checkpoint)
{
	char path[GD_PATH_ROOM];
	return gd_checkpoint_read(gd_run_path(directory, file, path), checkpoint);
}

gd_status gd_sweep_result_collect(const char *directory, gd_sweep_result *result)
{
	gd_checkpoint checkpoint = {0}, model = {0};
	gd_status status = read_checkpoint(directory, GD_RUN_CHECKPOINT, &checkpoint);
	if (gd_failed(&status))
		return status;
	const gd_history *h = &checkpoint.history;
	result->epochs = checkpoint.progress.epoch;
	result->best_epoch = checkpoint.progress.best_epoch;
	if (h->count) {
		const gd_epoch_metrics *last = &h->epochs[h->count - 1], *kept = last;
		double seconds = 0;
		for (size_t i = 0; i < h->count; i++) {
			seconds += h->epochs[i].seconds;
			if (h->epochs[i].epoch == result->best_epoch)
				kept = &h->epochs[i];
		}
		result->metric[GD_SWEEP_TRAIN_LOSS] = last->train_loss;
		result->metric[GD_SWEEP_TRAIN_ACCURACY] = last->train_accuracy;
		result->metric[GD_SWEEP_VALIDATION_LOSS] = kept->validation_loss;
		result->metric[GD_SWEEP_VALIDATION_ACCURACY] = kept->validation_accuracy;
		result->metric[GD_SWEEP_SECONDS] = seconds;
	}
	gd_checkpoint_release(&checkpoint);
	status = read_checkpoint(directory, GD_RUN_MODEL, &model);
	if (gd_failed(&status))
		return status;
	memcpy(result->weights_sha256, model.weights_sha256, sizeof result->weights_sha256);
	gd_checkpoint_release(&model);
	return gd_ok();
}

gd_status gd_sweep_result_loss_at(const char *directory, int64_t epochs, double *loss)
{
	gd_checkpoint checkpoint = {0};
	*loss = INFINITY;
	gd_status status = read_checkpoint(directory, GD_RUN_CHECKPOINT, &checkpoint);
	if (gd_failed(&status))
		return status;
	for (size_t i = 0; i < checkpoint.history.count; i++) {
		const gd_epoch_metrics *m = &checkpoint.history.epochs[i];
		if (m->epoch <= epochs && m->validation_loss < *loss)
			*loss = m->validation_loss;
	}
	gd_checkpoint_release(&checkpoint);
	return gd_ok();
}

gd_status gd_sweep_advise(const gd_sweep_plan *plan, const char *directory, int configuration, gd_sweep_advice *advice)
{
	double logs = 0;
	int64_t folds = 0, epochs = 0;
	bool tempered = true;
	for (int t = 0; t < plan->trials; t++) {
		char path[2 * GD_PATH_ROOM];
		gd_checkpoint model = {0};
		if (plan->trial[t].configuration != configuration)
			continue;
		snprintf(path, sizeof path, "%.*s/%s", GD_PATH_ROOM - 1, directory, plan->trial[t].name);
		gd_status status = read_checkpoint(path, GD_RUN_MODEL, &model);
		if (gd_failed(&status))
			return status;
		const double temperature = model.calibration.temperature;
		tempered = tempered && temperature > 0;
		logs += temperature > 0 ? gd_real_log(temperature) : 0;
		epochs += model.progress.epoch;
		folds++;
		gd_checkpoint_release(&model);
	}
	*advice = (gd_sweep_advice){(epochs + folds / 2) / folds, tempered ? gd_real_exp(logs / (double)folds) : 0};
	return gd_ok();
}

bool gd_sweep_metric_is_better_low(gd_sweep_metric metric)
{
	return metric != GD_SWEEP_VALIDATION_ACCURACY && metric != GD_SWEEP_TRAIN_ACCURACY && metric != GD_SWEEP_TEST_ACCURACY;
}

gd_sweep_summary gd_sweep_summarise(const gd_sweep_plan *plan, const gd_sweep_result *results, int configuration, gd_sweep_metric metric)
{
	gd_sweep_summary s = {.mean = NAN, .deviation = NAN, .worst = NAN, .best = NAN};
	bool low = gd_sweep_metric_is_better_low(metric);
	double sum = 0, squares = 0;
	int count = 0;
	for (int t = 0; t < plan->trials; t++) {
		double value = results[t].metric[metric];
		if (plan->trial[t].configuration != configuration)
			continue;
		s.runs++;
		if (results[t].state != GD_TRIAL_DONE)
			continue;
		s.done++;
		if (isnan(value))
			continue;
		count++;
		sum += value;
		if (!(s.best == s.best) || (low ? value < s.best : value > s.best))
			s.best = value;
		if (!(s.worst == s.worst) || (low ? value > s.worst : value < s.worst))
			s.worst = value;
	}
	if (!count)
		return s;
	s.mean = sum / count;
	for (int t = 0; t < plan->trials; t++)
		if (plan->trial[t].configuration == configuration && results[t].state == GD_TRIAL_DONE && !isnan(results[t].metric[metric]))
			squares += (results[t].metric[metric] - s.mean) * (results[t].metric[metric] - s.mean);
	s.deviation = count > 1 ? sqrt(squares / (count - 1)) : 0;
	return s;
}

void gd_sweep_sort(const gd_sweep_plan *plan, const gd_sweep_result *results, gd_sweep_metric metric, int *order)
{
	double sign = gd_sweep_metric_is_better_low(metric) ? 1 : -1;
	double *key = gd_allocate((size_t)plan->configurations, sizeof *key);
	for (int c = 0; c < plan->configurations; c++) {
		order[c] = c;
		if (!key)
			continue;
		double mean = gd_sweep_summarise(plan, results, c, metric).mean;
		key[c] = isnan(mean) ? INFINITY : sign * mean;
	}
	/* By insertion: the file's order stays among equals. */
	for (int i = 1; key && i < plan->configurations; i++) {
		int moved = order[i], at = i;
		for (; at > 0 && key[order[at - 1]] > key[moved]; at--)
			order[at] = order[at - 1];
		order[at] = moved;
	}
	free(key);
}
