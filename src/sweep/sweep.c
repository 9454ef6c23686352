#include "gd/sweep/sweep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/shell_word.h"
#include "gd/parallel/host_sum.h"
#include "gd/parallel/mpi_error.h"
#include "gd/parallel/patience.h"
#include "gd/run/run_directory.h"
#include "gd/run/run_lock.h"
#include "gd/score/model.h"
#include "gd/store/dataset.h"
#include "gd/sweep/sweep_trial.h"
#include "gd/train/stop.h"
#include "gd/train/training.h"

typedef struct sweep {
	gd_communicator *world;
	gd_communicator group;
	int groups;
	const gd_sweep_plan *plan;
	const gd_sweep_options *options;
	const char *command;
	char directory[GD_PATH_ROOM];
	gd_sweep_result *results; /* [trials]; rank 0 */
	gd_sweep_dispatch *dispatch; /* rank 0 */
	gd_run_lock *lock;        /* of the directory; rank 0 */
	double started;
} sweep;

/* What configurations with this dataset leave to a preset. Collective. */
static gd_status fill_in(gd_communicator *world, gd_sweep_plan *plan, const char *data, const gd_dataset_header *header)
{
	gd_status status = gd_ok();
	for (int c = 0; c < plan->configurations && !gd_failed(&status); c++) {
		gd_sweep_configuration *configuration = &plan->configuration[c];
		if (strcmp(configuration->options.data, data))
			continue;
		const gd_train_options *o = &configuration->options;
		if (o->initial && o->preset == GD_PRESET_AUTO) {
			const gd_preset_facts facts = gd_preset_look(header, o->folds);
			gd_checkpoint model;
			status = gd_model_read(world, o->initial, &model);
			if (gd_failed(&status))
				break;
			status = gd_training_take_shape(&model, &configuration->options, &facts, configuration->given);
			gd_checkpoint_release(&model);
		}
		if (gd_failed(&status))
			break;
		gd_sweep_plan_fill(plan, c, header);
		status = gd_train_options_check(o);
	}
	return status;
}

/* That no configuration asks for more folds than its dataset has rows. */
static gd_status check_folds(const gd_sweep_plan *plan, const char *data, int64_t rows)
{
	for (int c = 0; c < plan->configurations; c++) {
		const gd_train_options *o = &plan->configuration[c].options;
		if (o->folds > rows && !strcmp(o->data, data))
			return gd_error(GD_USAGE, "%lld folds of %lld training rows leave some empty", (long long)o->folds, (long long)rows);
	}
	return gd_ok();
}

/* Every dataset is there and has what the sweep asks of it: better said before the first trial than by each. */
static gd_status look_at_datasets(const sweep *s, gd_sweep_plan *plan)
{
	for (int c = 0; c < plan->configurations; c++) {
		const char *data = plan->configuration[c].options.data;
		bool seen = false;
		for (int before = 0; before < c && !seen; before++)
			seen = !strcmp(plan->configuration[before].options.data, data);
		if (seen)
			continue;
		gd_dataset *dataset = NULL;
		gd_status status = gd_dataset_open(s->world, data, &dataset);
		if (gd_failed(&status))
			return status;
		const int64_t *rows = gd_dataset_get_header(dataset)->rows;
		status = check_folds(plan, data, rows[GD_TRAIN]);
		if (!gd_failed(&status))
			status = fill_in(s->world, plan, data, gd_dataset_get_header(dataset));
		bool no_test = plan->settings.evaluate && rows[GD_TEST] == 0, no_validation = rows[GD_VALIDATION] == 0 && !plan->configuration[c].options.folds;
		gd_dataset_close(dataset);
		if (gd_failed(&status))
			return status;
		if (no_test)
			return gd_error(GD_BAD_DATA, "'evaluate = test', but '%s' has no test part", data);
		if (no_validation && plan->settings.halving)
			return gd_error(GD_USAGE, "'halving' goes by the validation loss, but '%s' has no validation part; make one with preprocess --validation-fraction", data);
		if (no_validation && plan->settings.sort <= GD_SWEEP_VALIDATION_ACCURACY)
			gd_log_warning("'%s' has no validation part: the table is sorted by train_loss", data);
	}
	return gd_ok();
}

static void name_directory(sweep *s)
{
	char stamp[32];
	time_t now = time(NULL);
	struct tm utc;
	gmtime_r(&now, &utc);
	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
	if (s->options->run)
		snprintf(s->directory, sizeof s->directory, "%s", s->options->run);
	else
		snprintf(s->directory, sizeof s->directory, "./runs/sweep-%s-%04x", stamp, (unsigned)getpid() & 0xffff);
	for (size_t end = strlen(s->directory); end > 1 && s->directory[end - 1] == '/'; end--)
		s->directory[end - 1] = '\0';
}

/* Rank 0's part of opening the directory: what of an earlier call is there. */
static gd_status open_directory(sweep *s)
{
	char path[GD_PATH_ROOM + 16], run[2 * GD_PATH_ROOM];
	name_directory(s);
	if (strlen(s->directory) + 256 > GD_PATH_ROOM)
		return gd_error(GD_USAGE, "the run directory's name is too long");
	s->results = gd_allocate((size_t)s->plan->trials, sizeof *s->results);
	if (!s->results)
		return gd_out_of_memory("the sweep's results");
	for (int t = 0; t < s->plan->trials; t++)
		s->results[t] = gd_sweep_result_none();
	snprintf(path, sizeof path, "%s/sweep.h5", s->directory);
	bool there = gd_file_exists(path);
	if (there && !s->options->resume)
		return gd_error(GD_USAGE, "'%s' holds another sweep ('sweep.h5'); go on with it by --resume, or name another --run directory", s->directory);
	for (int t = 0; t < s->plan->trials && !there; t++) {
		snprintf(run, sizeof run, "%s/%s/checkpoint.h5", s->directory, s->plan->trial[t].name);
		if (gd_file_exists(run))
			return gd_error(GD_USAGE, "'%s' holds another run ('%s') and no sweep.h5; name another --run directory", s->directory, s->plan->trial[t].name);
	}
	snprintf(run, sizeof run, "%s/checkpoint.h5", s->directory);
	if (gd_file_exists(run))
		return gd_error(GD_USAGE, "'%s' holds another run ('checkpoint.h5'); name another --run directory", s->directory);
	gd_status status = gd_directory_make(s->directory);
	if (!gd_failed(&status))
		status = gd_run_lock_take(s->directory, &s->lock);
	if (gd_failed(&status))
		return status;
	if (there)
		return gd_sweep_file_read(path, s->plan, s->results);
	if (s->options->resume)
		gd_log_note("no sweep in '%s': starting from the beginning", s->directory);
	return gd_sweep_file_write(path, s->plan, s->results, s->command);
}

/* Contiguous ranks, shared near-equally: what ranks_per_trial leaves over joins groups. */
static gd_status split(sweep *s)
{
	gd_communicator *world = s->world;
	s->groups = world->size / (int)s->plan->settings.ranks_per_trial;
	int mine = 0;
	while (mine + 1 < s->groups && gd_share_of(world->size, mine + 1, s->groups).first <= world->rank)
		mine++;
	s->group = (gd_communicator){.phase = "a sweep", .size = 1};
	int code = MPI_Comm_split(world->mpi, mine, world->rank, &s->group.mpi);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_set_errhandler(s->group.mpi, MPI_ERRORS_RETURN);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_rank(s->group.mpi, &s->group.rank);
	if (code == MPI_SUCCESS)
		code = MPI_Comm_size(s->group.mpi, &s->group.size);
	gd_status status = gd_mpi_error(code, "split the ranks into groups");
	status = gd_agree(world, &status);
	if (gd_failed(&status))
		return status;
	status = gd_communicator_share(&s->group);
	return gd_agree(world, &status);
}

/* The group's next task; all of the group sleep until it is there. */
static gd_status ask(sweep *s, const gd_sweep_report *report, gd_sweep_task *task)
{
	gd_status mine = gd_ok();
	s->group.watchdog = 0;
	*task = (gd_sweep_task){.trial = -1};
	if (s->world->rank == 0)
		*task = gd_sweep_dispatch_ask_self(s->dispatch, report);
	else if (s->group.rank == 0)
		mine = gd_sweep_dispatch_ask(s->world, report, task);
	gd_status status = gd_gather_patiently(&s->group);
	if (!gd_failed(&status))
		status = gd_agree(&s->group, &mine);
	if (!gd_failed(&status))
		status = gd_broadcast(&s->group, task, sizeof *task);
	return status;
}

static gd_status train_all(sweep *s)
{
	gd_sweep_report report = {.trial = -1};
	bool muted = gd_log_muted();
	if (s->world->rank == 0) {
		s->group.attend = gd_sweep_dispatch_attend;
		s->group.attended = s->dispatch;
	}
	gd_log_set_level(GD_LOG_QUIET);
	gd_log_mute(s->group.rank != 0);
	gd_status status;
	for (;;) {
		gd_sweep_task task;
		status = ask(s, &report, &task);
		if (gd_failed(&status) || task.trial < 0)
			break;
		double left = s->options->time_limit - (gd_seconds() - s->started);
		report.trial = task.trial;
		gd_sweep_trial_run(&s->group, s->plan, &task, s->directory, s->options->time_limit > 0 ? left > 0.01 ? left : 0.01 : 0, s->command, &report.result);
	}
	gd_log_mute(muted);
	return status;
}

/* What the whole came to. */
static gd_status conclude(const sweep *s)
{
	int count[GD_TRIAL_STATES] = {0}, trials = s->plan->trials;
	const gd_sweep_result *failed = NULL;
	for (int t = 0; t < trials; t++) {
		count[s->results[t].state]++;
		if (s->results[t].state == GD_TRIAL_FAILED && !failed)
			failed = &s->results[t];
	}
	int unfinished = count[GD_TRIAL_WAITING] + count[GD_TRIAL_PAUSED];
	if (s->options->json)
		gd_sweep_print_json(stdout, s->plan, s->results);
	else if (trials > unfinished && !s->options->silent)
		gd_sweep_print_table(stdout, s->plan, s->results);
	fflush(stdout);
	gd_log_note("%d of %d trials done, %d dropped, %d diverged, %d failed; results in '%s/sweep.h5'", count[GD_TRIAL_DONE], trials, count[GD_TRIAL_DROPPED],
		count[GD_TRIAL_DIVERGED], count[GD_TRIAL_FAILED], s->directory);
	if (unfinished) {
		const char *signal_name = gd_stop_signal();
		char word[GD_SHELL_WORD_ROOM];
		return gd_error(GD_STOPPED, "stopped (%s) with %d of %d trials to go; go on with the same command and%s%s --resume",
			signal_name ? signal_name : s->options->time_limit > 0 ? "time limit" : "asked to", unfinished, trials,
			s->options->run ? "" : " --run ", s->options->run ? "" : gd_shell_word(s->directory, word));
	}
	if (failed)
		return gd_error((gd_code)failed->code, "%d of %d trials failed; the first: %s", count[GD_TRIAL_FAILED], trials, failed->message);
	if (count[GD_TRIAL_DIVERGED] == trials)
		return gd_error(GD_DIVERGED, "every trial diverged; try lower values of learning-rate");
	return gd_ok();
}

gd_status gd_sweep(gd_communicator *world, gd_sweep_plan *plan, const gd_sweep_options *options, const char *command)
{
	sweep s = {.world = world, .group = {.mpi = MPI_COMM_NULL}, .plan = plan, .options = options, .command = command, .started = gd_seconds()};
	gd_log_level level = gd_log_get_level();
	gd_stop_watch();
	if (plan->settings.ranks_per_trial > world->size)
		return gd_error(GD_USAGE, "'ranks-per-trial = %" PRId64 "', but the job has %d rank%s", plan->settings.ranks_per_trial, world->size, world->size > 1 ? "s" : "");
	gd_status status = look_at_datasets(&s, plan);
	if (gd_failed(&status))
		return status;
	gd_status mine = world->rank == 0 ? open_directory(&s) : gd_ok();
	status = gd_agree(world, &mine);
	if (!gd_failed(&status))
		status = gd_broadcast(world, s.directory, sizeof s.directory);
	if (!gd_failed(&status) && options->directory)
		memcpy(options->directory, s.directory, sizeof s.directory);
	if (!gd_failed(&status))
		status = split(&s);
	if (!gd_failed(&status)) {
		mine = world->rank == 0 ? gd_sweep_dispatch_create(world, plan, s.results, s.directory, command, s.groups - 1, options->time_limit, &s.dispatch) : gd_ok();
		status = gd_agree(world, &mine);
	}
	if (gd_failed(&status))
		goto done;
	gd_log_note("%d trials of %d configurations on %d rank%s in %d group%s; sweep directory %s", plan->trials, plan->configurations, world->size, world->size > 1 ? "s" : "",
		s.groups, s.groups > 1 ? "s" : "", s.directory);
	mine = train_all(&s);
	status = gd_gather_patiently(world);
	if (!gd_failed(&status))
		status = gd_agree(world, &mine);
	gd_log_set_level(level);
	if (world->rank == 0) {
		mine = gd_sweep_dispatch_finish(s.dispatch);
		if (!gd_failed(&status) && !gd_failed(&mine))
			mine = conclude(&s);
	} else {
		mine = gd_ok();
	}
	if (!gd_failed(&status))
		status = gd_agree(world, &mine);
done:
	gd_host_sum_free(s.group.node);
	if (s.group.mpi != MPI_COMM_NULL)
		MPI_Comm_free(&s.group.mpi);
	gd_sweep_dispatch_free(s.dispatch);
	gd_run_lock_release(s.lock);
	free(s.results);
	return status;
}
