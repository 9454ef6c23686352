#include "gd/training.h"

#include <stdlib.h>
#include <string.h>

#include "gd/file.h"
#include "gd/log.h"
#include "gd/reduce.h"
#include "gd/sha256.h"

float *gd_training_model_parameters(gd_training *t)
{
	return t->state.average ? t->state.average : t->state.parameters;
}

gd_checkpoint gd_training_checkpoint(const gd_training *t, float *parameters)
{
	return (gd_checkpoint){
		.network = t->network,
		.parameters = parameters,
		.statistics = t->state.statistics,
		.optimizer = gd_train_options_optimizer(&t->options),
		.moments = t->state.moments,
		.moment = {t->state.moment[0], t->state.moment[1]},
		.average = t->state.average,
		.quantum = t->state.quantum,
		.progress = t->progress,
		.history = t->history,
		.preprocessing = gd_dataset_get_header(t->dataset)->preprocessing,
		.config_count = t->config_count,
		.config = t->config,
		.provenance_count = t->provenance_count,
		.provenance = t->provenance,
		.command = (char *)t->command,
	};
}

static gd_status write_state(const gd_training *t, float *parameters, gd_run_file file)
{
	char path[GD_PATH_ROOM], previous[GD_PATH_ROOM];
	gd_checkpoint checkpoint = gd_training_checkpoint(t, parameters);
	void *bytes = NULL;
	size_t size = 0;
	gd_status status = gd_run_lock_check(t->lock);
	if (!gd_failed(&status))
		status = gd_checkpoint_encode(&checkpoint, &bytes, &size);
	if (gd_failed(&status))
		return status;
	gd_run_path(t->directory, file, path);
	if (file == GD_RUN_CHECKPOINT)
		status = gd_file_replace(path, gd_run_path(t->directory, GD_RUN_PREVIOUS, previous), bytes, size);
	else
		status = gd_file_write(path, bytes, size);
	free(bytes);
	return status;
}

/* A replica that went astray is an error, not a surprise. */
static gd_status compare_replicas(gd_training *t)
{
	gd_sha256 hash;
	unsigned char digest[32];
	bool same = true;
	int odd = -1;
	if (t->communicator->size == 1)
		return gd_ok();
	gd_sha256_init(&hash);
	gd_sha256_update(&hash, t->state.parameters, gd_network_parameters(t->network) * sizeof(float));
	gd_sha256_update(&hash, t->state.statistics, gd_network_statistics(t->network) * sizeof(float));
	for (int m = 0; m < t->state.moments; m++)
		gd_sha256_update(&hash, t->state.moment[m], gd_network_parameters(t->network) * sizeof(float));
	if (t->state.average)
		gd_sha256_update(&hash, t->state.average, gd_network_parameters(t->network) * sizeof(float));
	gd_sha256_finish(&hash, digest);
	gd_status status = gd_reduce_same(t->communicator, digest, &same, &odd);
	if (gd_failed(&status) || same)
		return status;
	if (odd < 0)
		return gd_error(GD_FAILED, "the ranks' weights differ at step %lld; the last checkpoint is sound: go on from it with --resume", (long long)t->progress.step);
	return gd_error(GD_FAILED, "the weights of rank %d differ from the others' at step %lld; look at its host, then go on with --resume", odd, (long long)t->progress.step);
}

gd_status gd_training_save(gd_training *t)
{
	double before = gd_seconds();
	t->communicator->phase = "checkpointing";
	gd_status status = compare_replicas(t);
	if (gd_failed(&status))
		return status;
	/* A checkpoint that cannot be written does not end the training; a directory that is another job's now does. */
	gd_status mine = gd_run_lock_check(t->lock);
	status = gd_agree(t->communicator, &mine);
	if (gd_failed(&status))
		return status;
	if (t->communicator->rank == 0) {
		gd_status wrote = write_state(t, t->state.parameters, GD_RUN_CHECKPOINT);
		t->checkpoint_failed = gd_failed(&wrote);
		if (t->checkpoint_failed)
			gd_log_warning("%s; training goes on, the next checkpoint tries again", wrote.message);
	}
	t->communicator->waited = 0;
	t->last_checkpoint = gd_seconds();
	t->checkpoint_seconds = t->last_checkpoint - before;
	return gd_ok();
}

gd_status gd_training_save_best(gd_training *t)
{
	return write_state(t, gd_training_model_parameters(t), GD_RUN_BEST);
}

gd_status gd_training_save_metrics(gd_training *t)
{
	char path[GD_PATH_ROOM];
	gd_status status = gd_run_lock_check(t->lock);
	if (gd_failed(&status))
		return status;
	return gd_history_write(gd_run_path(t->directory, GD_RUN_METRICS, path), &t->history, t->command);
}

gd_status gd_training_save_model(gd_training *t)
{
	char best[GD_PATH_ROOM], model[GD_PATH_ROOM];
	gd_run_path(t->directory, GD_RUN_BEST, best);
	if (t->progress.best_epoch == 0 || !gd_file_exists(best))
		return write_state(t, gd_training_model_parameters(t), GD_RUN_MODEL);
	void *bytes = NULL;
	size_t size = 0;
	gd_status status = gd_file_read(best, GD_FAILED, &bytes, &size);
	if (!gd_failed(&status))
		status = gd_file_write(gd_run_path(t->directory, GD_RUN_MODEL, model), bytes, size);
	free(bytes);
	return status;
}
