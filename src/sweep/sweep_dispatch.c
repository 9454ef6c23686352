#include "gd/sweep/sweep_dispatch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/log.h"
#include "gd/parallel/mpi_error.h"
#include "gd/parallel/patience.h"
#include "gd/run/run_directory.h"
#include "gd/train/stop.h"
#include "gd/train/training.h"

enum { TAG_REPORT = 1, TAG_TASK = 2 };
/* Between two writings of sweep.h5; the trials' own directories say the same. */
static const double write_seconds = 1;
/* Between two looks for messages: MPI may yield the processor at each, which takes longer than a short step. */
static const double look_seconds = 0.002;

typedef enum offer { OFFER_TASK, OFFER_WAIT, OFFER_END } offer;

struct gd_sweep_dispatch {
	gd_communicator *world;
	const gd_sweep_plan *plan;
	gd_sweep_result *results;
	const char *directory, *command;
	gd_log_level level; /* of this command; trials are quiet */
	bool *alive;        /* [configurations] still in the race */
	bool *taken;        /* [trials] handed out in this rung */
	int64_t rung_epochs; /* 0: to the end */
	int next, outstanding, finished;
	int *waiting;       /* [leaders] ranks that asked and have no answer yet */
	int waiting_count, dismissed, leaders;
	bool stop;
	double limit, last_write, last_look;
	gd_status status;   /* the first failure of the coordination itself */
};

static void begin_rung(gd_sweep_dispatch *d, int64_t epochs)
{
	int64_t longest = 0;
	for (int c = 0; c < d->plan->configurations; c++)
		if (d->alive[c] && d->plan->configuration[c].options.epochs > longest)
			longest = d->plan->configuration[c].options.epochs;
	d->rung_epochs = epochs < longest ? epochs : 0;
	d->next = 0;
	memset(d->taken, 0, (size_t)d->plan->trials * sizeof *d->taken);
}

gd_status gd_sweep_dispatch_create(gd_communicator *world, const gd_sweep_plan *plan, gd_sweep_result *results, const char *directory, const char *command,
	int leaders, double seconds, gd_sweep_dispatch **dispatch)
{
	gd_sweep_dispatch *d = gd_allocate(1, sizeof *d);
	*dispatch = d;
	if (!d)
		return gd_out_of_memory("the sweep");
	*d = (gd_sweep_dispatch){.world = world, .plan = plan, .results = results, .directory = directory, .command = command, .level = gd_log_get_level(), .leaders = leaders,
		.limit = seconds > 0 ? gd_seconds() + seconds : INFINITY};
	d->alive = gd_allocate((size_t)plan->configurations, sizeof *d->alive);
	d->taken = gd_allocate((size_t)plan->trials, sizeof *d->taken);
	d->waiting = gd_allocate((size_t)leaders, sizeof *d->waiting);
	if (!d->alive || !d->taken || !d->waiting) {
		gd_sweep_dispatch_free(d);
		*dispatch = NULL;
		return gd_out_of_memory("the sweep");
	}
	for (int c = 0; c < plan->configurations; c++)
		d->alive[c] = true;
	for (int t = 0; t < plan->trials; t++) {
		d->finished += results[t].state == GD_TRIAL_DONE || results[t].state == GD_TRIAL_DIVERGED;
		if (results[t].state == GD_TRIAL_FAILED)
			results[t].state = GD_TRIAL_WAITING;
	}
	begin_rung(d, plan->settings.halving ? plan->settings.first_epochs : INT64_MAX);
	return gd_ok();
}

void gd_sweep_dispatch_free(gd_sweep_dispatch *d)
{
	if (!d)
		return;
	free(d->alive);
	free(d->taken);
	free(d->waiting);
	free(d);
}

/* Whether a trial is as far as this rung asks. */
static bool rung_reached(const gd_sweep_dispatch *d, int trial)
{
	const gd_sweep_result *r = &d->results[trial];
	if (r->state == GD_TRIAL_DONE || r->state == GD_TRIAL_DIVERGED || r->state == GD_TRIAL_FAILED)
		return true;
	return d->rung_epochs > 0 && (r->state == GD_TRIAL_PAUSED || r->state == GD_TRIAL_DROPPED) && r->epochs >= d->rung_epochs;
}

/* A configuration's mean validation loss at the end of this rung, over its repeats; infinity if one of them did not get there. */
static double standing(gd_sweep_dispatch *d, int configuration)
{
	double sum = 0;
	int count = 0;
	for (int t = 0; t < d->plan->trials; t++) {
		char path[GD_PATH_ROOM];
		double loss;
		if (d->plan->trial[t].configuration != configuration)
			continue;
		if (d->results[t].state == GD_TRIAL_DIVERGED || d->results[t].state == GD_TRIAL_FAILED)
			return INFINITY;
		snprintf(path, sizeof path, "%s/%s", d->directory, d->plan->trial[t].name);
		gd_status status = gd_sweep_result_loss_at(path, d->rung_epochs, &loss);
		if (gd_failed(&status)) {
			if (!gd_failed(&d->status))
				d->status = status;
			return INFINITY;
		}
		sum += loss;
		count++;
	}
	return count ? sum / count : INFINITY;
}

/* The end of a rung: one configuration in `halving` goes on, at least one; of equals the earlier in the file. */
static void promote(gd_sweep_dispatch *d)
{
	const gd_sweep_plan *plan = d->plan;
	int alive = 0;
	double *loss = gd_allocate((size_t)plan->configurations, sizeof *loss);
	if (!loss) {
		d->status = gd_out_of_memory("the standings");
		return;
	}
	for (int c = 0; c < plan->configurations; c++) {
		alive += d->alive[c];
		loss[c] = d->alive[c] ? standing(d, c) : INFINITY;
	}
	int keep = (int)((alive + plan->settings.halving - 1) / plan->settings.halving);
	bool *kept = gd_allocate((size_t)plan->configurations, sizeof *kept);
	for (int k = 0; kept && k < keep; k++) {
		int best = -1;
		for (int c = 0; c < plan->configurations; c++)
			if (d->alive[c] && !kept[c] && isfinite(loss[c]) && (best < 0 || loss[c] < loss[best]))
				best = c;
		if (best >= 0)
			kept[best] = true;
	}
	for (int t = 0; kept && t < plan->trials; t++) {
		int c = plan->trial[t].configuration;
		if (d->alive[c] && !kept[c] && d->results[t].state == GD_TRIAL_PAUSED)
			d->results[t].state = GD_TRIAL_DROPPED;
		else if (kept[c] && d->results[t].state == GD_TRIAL_DROPPED)
			d->results[t].state = GD_TRIAL_PAUSED;
	}
	int64_t epochs = d->rung_epochs;
	if (kept)
		memcpy(d->alive, kept, (size_t)plan->configurations * sizeof *kept);
	else
		d->status = gd_out_of_memory("the standings");
	gd_log_set_level(d->level);
	gd_log_note("after %lld epochs %d of %d configurations go on", (long long)epochs, keep, alive);
	gd_log_set_level(GD_LOG_QUIET);
	free(kept);
	free(loss);
	begin_rung(d, epochs * plan->settings.halving);
}

static offer next_task(gd_sweep_dispatch *d, gd_sweep_task *task)
{
	*task = (gd_sweep_task){.trial = -1};
	d->stop = d->stop || gd_stop_requested() || gd_seconds() > d->limit || gd_failed(&d->status);
	while (!d->stop) {
		for (; d->next < d->plan->trials; d->next++) {
			int t = d->next;
			if (!d->alive[d->plan->trial[t].configuration] || d->taken[t] || rung_reached(d, t))
				continue;
			int64_t epochs = d->plan->configuration[d->plan->trial[t].configuration].options.epochs;
			*task = (gd_sweep_task){.trial = t, .max_epochs = d->rung_epochs > 0 && d->rung_epochs < epochs ? d->rung_epochs : 0};
			d->taken[t] = true;
			d->outstanding++;
			return OFFER_TASK;
		}
		if (d->outstanding > 0)
			return OFFER_WAIT;
		if (d->rung_epochs == 0)
			return OFFER_END;
		promote(d);
		d->stop = gd_failed(&d->status);
	}
	return OFFER_END;
}

static void write_file(gd_sweep_dispatch *d, bool at_once)
{
	char path[GD_PATH_ROOM];
	if (!at_once && gd_seconds() - d->last_write < write_seconds)
		return;
	snprintf(path, sizeof path, "%s/sweep.h5", d->directory);
	gd_status status = gd_sweep_file_write(path, d->plan, d->results, d->command);
	if (gd_failed(&status) && !gd_failed(&d->status))
		d->status = status;
	d->last_write = gd_seconds();
}

static void say(gd_sweep_dispatch *d, int trial)
{
	const gd_sweep_result *r = &d->results[trial];
	const char *name = d->plan->trial[trial].name;
	gd_log_set_level(d->level);
	if (r->state == GD_TRIAL_DONE) {
		char scores[160] = "";
		size_t used = 0;
		static const gd_sweep_metric metrics[] = {GD_SWEEP_VALIDATION_LOSS, GD_SWEEP_VALIDATION_ACCURACY, GD_SWEEP_TEST_ACCURACY};
		for (size_t m = 0; m < sizeof metrics / sizeof metrics[0]; m++)
			if (!isnan(r->metric[metrics[m]]))
				used += (size_t)snprintf(scores + used, sizeof scores - used, "  %s %.4f", gd_sweep_metric_names[metrics[m]], r->metric[metrics[m]]);
		gd_log_note("%d/%d  %s: train_loss %.4f%s  %.2f s", d->finished, d->plan->trials, name, r->metric[GD_SWEEP_TRAIN_LOSS], scores, r->metric[GD_SWEEP_SECONDS]);
	} else if (r->state == GD_TRIAL_DIVERGED || r->state == GD_TRIAL_FAILED) {
		gd_log_warning("trial '%s' %s: %s", name, gd_trial_state_names[r->state], r->message);
	}
	gd_log_set_level(GD_LOG_QUIET);
}

static void note(gd_sweep_dispatch *d, const gd_sweep_report *report)
{
	if (report->trial < 0)
		return;
	d->outstanding--;
	d->results[report->trial] = report->result;
	if (report->result.state == GD_TRIAL_WAITING)
		d->stop = true;
	d->finished += report->result.state == GD_TRIAL_DONE || report->result.state == GD_TRIAL_DIVERGED || report->result.state == GD_TRIAL_FAILED;
	say(d, report->trial);
	write_file(d, false);
}

/* Answers whom it can. */
static void answer(gd_sweep_dispatch *d)
{
	while (d->waiting_count > 0) {
		gd_sweep_task task;
		offer what = next_task(d, &task);
		if (what == OFFER_WAIT)
			return;
		int code = MPI_Send(&task, (int)sizeof task, MPI_BYTE, d->waiting[0], TAG_TASK, d->world->mpi);
		if (code != MPI_SUCCESS && !gd_failed(&d->status))
			d->status = gd_mpi_error(code, "hand out a trial");
		d->dismissed += what == OFFER_END;
		memmove(d->waiting, d->waiting + 1, (size_t)--d->waiting_count * sizeof *d->waiting);
	}
}

void gd_sweep_dispatch_attend(void *dispatch)
{
	gd_sweep_dispatch *d = dispatch;
	double now = gd_seconds();
	if (d->leaders == 0 || now - d->last_look < look_seconds)
		return;
	d->last_look = now;
	for (;;) {
		int there = 0;
		MPI_Status envelope;
		gd_sweep_report report;
		int code = MPI_Iprobe(MPI_ANY_SOURCE, TAG_REPORT, d->world->mpi, &there, &envelope);
		if (code == MPI_SUCCESS && !there)
			break;
		if (code == MPI_SUCCESS)
			code = MPI_Recv(&report, (int)sizeof report, MPI_BYTE, envelope.MPI_SOURCE, TAG_REPORT, d->world->mpi, MPI_STATUS_IGNORE);
		if (code != MPI_SUCCESS) {
			if (!gd_failed(&d->status))
				d->status = gd_mpi_error(code, "take a trial's report");
			break;
		}
		note(d, &report);
		d->waiting[d->waiting_count++] = envelope.MPI_SOURCE;
	}
	answer(d);
}

gd_sweep_task gd_sweep_dispatch_ask_self(gd_sweep_dispatch *d, const gd_sweep_report *report)
{
	note(d, report);
	for (;;) {
		gd_sweep_task task;
		offer what = next_task(d, &task);
		gd_sweep_dispatch_attend(d);
		if (what == OFFER_TASK || (what == OFFER_END && d->dismissed == d->leaders))
			return task;
		gd_nap();
	}
}

gd_status gd_sweep_dispatch_ask(gd_communicator *world, const gd_sweep_report *report, gd_sweep_task *task)
{
	MPI_Request request = MPI_REQUEST_NULL;
	int code = MPI_Irecv(task, (int)sizeof *task, MPI_BYTE, 0, TAG_TASK, world->mpi, &request);
	if (code == MPI_SUCCESS)
		code = MPI_Send(report, (int)sizeof *report, MPI_BYTE, 0, TAG_REPORT, world->mpi);
	return code == MPI_SUCCESS ? gd_wait_patiently(&request) : gd_mpi_error(code, "report a trial");
}

gd_status gd_sweep_dispatch_finish(gd_sweep_dispatch *d)
{
	write_file(d, true);
	gd_log_set_level(d->level);
	return d->status;
}
