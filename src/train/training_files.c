#include "gd/train/training.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/train/training_replicas.h"

float *gd_training_model_parameters(gd_training *t)
{
	return t->state.average ? t->state.average : t->state.parameters;
}

static bool is_sharded(const gd_training *t)
{
	return t->options.shard_optimizer && t->communicator->size > 1;
}

gd_status gd_training_collect(gd_training *t)
{
	gd_status status = gd_ok();
	for (int m = 0; is_sharded(t) && m < t->state.moments && !gd_failed(&status); m++)
		status = gd_training_state_collect(t->communicator, &t->state, gd_network_parameters(t->network), m, &t->collected[m]);
	if (gd_failed(&status))
		gd_training_drop(t);
	return status;
}

void gd_training_drop(gd_training *t)
{
	for (int m = 0; m < 2; m++) {
		free(t->collected[m]);
		t->collected[m] = NULL;
	}
}

/* The state as a checkpoint that borrows from it; `parameters` may be the averaged ones. */
static gd_checkpoint checkpoint_of(const gd_training *t, float *parameters)
{
	float *const *moment = is_sharded(t) ? t->collected : t->state.moment;
	return (gd_checkpoint){
		.network = t->network,
		.parameters = parameters,
		.statistics = t->state.statistics,
		.optimizer = gd_train_options_optimizer(&t->options),
		.moments = t->state.moments,
		.moment = {moment[0], moment[1]},
		.average = t->state.average,
		.quantum = t->state.quantum,
		.progress = t->progress,
		.calibration = t->calibration,
		.history = t->history,
		.preprocessing = t->preprocessing,
		.config_count = t->config_count,
		.config = t->config,
		.provenance_count = t->provenance_count,
		.provenance = t->provenance,
		.command = (char *)t->command,
	};
}

static gd_status write_file(const gd_training *t, gd_run_file file, const void *bytes, size_t size)
{
	char path[GD_PATH_ROOM], previous[GD_PATH_ROOM];
	gd_status status = gd_run_lock_check(t->lock);
	if (gd_failed(&status))
		return status;
	gd_run_path(t->directory, file, path);
	if (file == GD_RUN_CHECKPOINT)
		return gd_file_replace(path, gd_run_path(t->directory, GD_RUN_PREVIOUS, previous), bytes, size);
	return gd_file_write(path, bytes, size);
}

static gd_status write_state(const gd_training *t, float *parameters, gd_run_file file)
{
	void *bytes = NULL;
	size_t size = 0;
	gd_checkpoint checkpoint = checkpoint_of(t, parameters);
	gd_status status = gd_checkpoint_encode(&checkpoint, &bytes, &size);
	if (!gd_failed(&status))
		status = write_file(t, file, bytes, size);
	free(bytes);
	return status;
}

/* Copies `count` values, if there are any, and moves on to the room behind them. */
static float *keep(float **room, const float *values, size_t count)
{
	float *copy = *room;
	if (!values)
		return NULL;
	memcpy(copy, values, count * sizeof *copy);
	*room += count;
	return copy;
}

gd_status gd_training_keep_best(gd_training *t)
{
	size_t parameters = gd_network_parameters(t->network), statistics = gd_network_statistics(t->network), tensors = (size_t)gd_network_tensors(t->network);
	if (!t->best_room)
		t->best_room = gd_allocate(4 * parameters + statistics + tensors, sizeof *t->best_room);
	float *room = t->best_room;
	if (!room)
		return gd_out_of_memory("the best model");
	t->best = checkpoint_of(t, keep(&room, gd_training_model_parameters(t), parameters));
	t->best.statistics = keep(&room, t->state.statistics, statistics);
	for (int m = 0; m < t->state.moments; m++)
		t->best.moment[m] = keep(&room, t->best.moment[m], parameters);
	t->best.average = keep(&room, t->state.average, parameters);
	t->best.quantum = memcpy(room, t->state.quantum, tensors * sizeof *t->state.quantum);
	t->best_kept = true;
	return gd_ok();
}

/* The best state before the checkpoint that tells of it. */
static gd_status write_best(gd_training *t)
{
	void *bytes = NULL;
	size_t size = 0;
	if (!t->best_kept)
		return gd_ok();
	/* The history has grown, and may have moved, since; its first epochs are those it had. */
	t->best.history.epochs = t->history.epochs;
	gd_status status = gd_checkpoint_encode(&t->best, &bytes, &size);
	if (!gd_failed(&status))
		status = write_file(t, GD_RUN_BEST, bytes, size);
	t->best_kept = gd_failed(&status);
	free(bytes);
	return status;
}

gd_status gd_training_save(gd_training *t)
{
	double before = gd_seconds();
	t->communicator->phase = "checkpointing";
	gd_status status = gd_training_compare(t);
	if (gd_failed(&status))
		return status;
	/* A checkpoint that cannot be written does not end the training; a directory that is another job's now does. */
	gd_status mine = gd_run_lock_check(t->lock);
	status = gd_agree(t->communicator, &mine);
	if (gd_failed(&status))
		return status;
	gd_status wrote = gd_training_collect(t);
	if (t->communicator->rank == 0) {
		if (!gd_failed(&wrote))
			wrote = write_best(t);
		if (!gd_failed(&wrote))
			wrote = write_state(t, t->state.parameters, GD_RUN_CHECKPOINT);
		t->checkpoint_failed = gd_failed(&wrote);
		if (t->checkpoint_failed)
			gd_log_warning("%s; training goes on, the next checkpoint tries again", wrote.message);
		else {
			t->checkpoint_step = t->progress.step;
			t->checkpoint_time = (int64_t)time(NULL);
		}
	}
	gd_training_drop(t);
	t->communicator->waited = 0;
	t->last_checkpoint = gd_seconds();
	t->checkpoint_seconds = t->last_checkpoint - before;
	return gd_ok();
}

gd_status gd_training_save_metrics(gd_training *t)
{
	char path[GD_PATH_ROOM];
	gd_status status = gd_run_lock_check(t->lock);
	if (gd_failed(&status))
		return status;
	return gd_history_write(gd_run_path(t->directory, GD_RUN_METRICS, path), &t->history, t->command);
}

/* best.h5 as it stands; *bytes NULL if it is damaged or gone. */
static gd_status read_best(const gd_training *t, void **bytes, size_t *size)
{
	char path[GD_PATH_ROOM];
	gd_checkpoint trial;
	if (!gd_file_exists(gd_run_path(t->directory, GD_RUN_BEST, path))) {
		gd_log_warning("there is no '%s'; 'model.h5' is the last state instead of the best", path);
		return gd_ok();
	}
	gd_status status = gd_file_read(path, GD_FAILED, bytes, size);
	if (!gd_failed(&status))
		status = gd_checkpoint_decode(path, *bytes, *size, &trial);
	if (!gd_failed(&status)) {
		gd_checkpoint_release(&trial);
		return status;
	}
	free(*bytes);
	*bytes = NULL;
	if (status.code == GD_FAILED)
		return status;
	gd_log_warning("%s; 'model.h5' is the last state instead of the best", status.message);
	return gd_ok();
}

gd_status gd_training_save_model(gd_training *t)
{
	void *bytes = NULL;
	size_t size = 0;
	gd_status status = gd_ok();
	if (t->progress.best_epoch && t->best_kept)
		status = write_best(t);
	if (gd_failed(&status))
		return status;
	if (t->progress.best_epoch)
		status = read_best(t, &bytes, &size);
	if (bytes)
		status = write_file(t, GD_RUN_MODEL, bytes, size);
	else if (!gd_failed(&status))
		status = write_state(t, gd_training_model_parameters(t), GD_RUN_MODEL);
	free(bytes);
	return status;
}
