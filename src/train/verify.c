#include "gd/train/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/network/arithmetic.h"
#include "gd/run/machine.h"
#include "gd/run/reproduce.h"
#include "gd/score/model.h"
#include "gd/train/training_replicas.h"
#include "gd/train/training_rows.h"

/* *from has steps before `target`, or *found stays false. */
static gd_status find_start(gd_communicator *communicator, const gd_verify_options *options, const gd_checkpoint *target, gd_checkpoint *from, bool *found)
{
	char path[GD_PATH_ROOM];
	gd_run_path(options->directory, GD_RUN_PREVIOUS, path);
	int there = communicator->rank == 0 && !options->from_start && gd_file_exists(path);
	gd_status status = gd_broadcast(communicator, &there, sizeof there);
	*found = false;
	if (gd_failed(&status) || !there)
		return status;
	status = gd_model_read(communicator, path, from);
	if (gd_failed(&status))
		return status;
	*found = from->progress.step < target->progress.step;
	if (!*found) {
		gd_log_warning("'%s' is not earlier than the checkpoint: replaying from the start", path);
		gd_checkpoint_release(from);
	}
	return status;
}

static const char *dataset_of(const gd_setting *settings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(settings[i].name, "dataset_sha256"))
			return settings[i].value;
	return "";
}

/* Whether the replay can end in such a state at all. */
static gd_status check_target(const gd_training *t, const gd_checkpoint *target)
{
	const char *ranks = gd_setting_find(target->provenance, target->provenance_count, "ranks");
	if (t->options.reduction == GD_REDUCTION_FAST && ranks && strtol(ranks, NULL, 10) != t->communicator->size)
		return gd_error(GD_USAGE, "with --reduction fast bits depend on the number of ranks: replay '%s' on %s, as it was trained (mpirun -n %s genre-dist verify ...)", t->directory, ranks, ranks);
	if (strcmp(dataset_of(t->config, t->config_count), dataset_of(target->config, target->config_count)))
		return gd_error(GD_USAGE, "'%s' is not the dataset that the run in '%s' was trained on", t->options.data, t->directory);
	bool alike = gd_network_parameters(t->network) == gd_network_parameters(target->network) && gd_network_tensors(t->network) == gd_network_tensors(target->network) &&
		gd_network_statistics(t->network) == gd_network_statistics(target->network) && t->state.moments == target->moments && target->quantum &&
		!t->state.average == !target->average && t->progress.blocks == target->progress.blocks;
	return alike ? gd_ok() : gd_error(GD_BAD_DATA, "the checkpoint in '%s' does not fit its own configuration", t->directory);
}

/* The training steps of a run up to `last`, without what surrounds them. */
static gd_status replay(gd_training *t, int64_t last)
{
	gd_progress *p = &t->progress;
	gd_status status = gd_ok();
	while (!gd_failed(&status) && p->step < last) {
		if (p->step_in_epoch == t->steps_per_epoch) {
			p->epoch++;
			p->step_in_epoch = 0;
		}
		t->communicator->phase = "the epoch's exchange";
		status = gd_training_plan_epoch(t);
		if (!gd_failed(&status))
			status = gd_exchange_run(t->exchange, p->epoch);
		t->communicator->phase = "a training step";
		for (; !gd_failed(&status) && p->step_in_epoch < t->steps_per_epoch && p->step < last; p->step_in_epoch++, p->step++) {
			gd_step_result result;
			status = gd_stepper_step(t->stepper, &t->state, p->step_in_epoch, p->step + 1, &t->scalars[p->step_in_epoch], (gd_step_wishes){0}, &result);
		}
	}
	return gd_failed(&status) ? status : gd_training_compare(t);
}

/* A line of the verdict: how many of `count` values of `size` bytes differ. */
static bool compare(const char *name, const void *replayed, const void *written, size_t count, size_t size)
{
	size_t different = 0;
	if (!count || !replayed || !written)
		return true;
	for (size_t i = 0; i < count; i++)
		different += memcmp((const char *)replayed + i * size, (const char *)written + i * size, size) != 0;
	if (different)
		printf("%-20s %zu of %zu values differ\n", name, different, count);
	else
		printf("%-20s equal (%zu values)\n", name, count);
	return !different;
}

static bool compare_all(const gd_training *t, const gd_checkpoint *target)
{
	const gd_training_state *s = &t->state;
	size_t parameters = gd_network_parameters(t->network);
	char hash[65];
	gd_weights_sha256(t->network, s->parameters, s->statistics, hash);
	printf("weights_sha256       %s replayed\n                     %s in the checkpoint\n", hash, target->weights_sha256);
	bool equal = !strcmp(hash, target->weights_sha256);
	equal = compare("parameters", s->parameters, target->parameters, parameters, sizeof(float)) && equal;
	equal = compare("running statistics", s->statistics, target->statistics, gd_network_statistics(t->network), sizeof(float)) && equal;
	for (int m = 0; m < s->moments; m++)
		equal = compare(m ? "second moments" : "first moments", s->moment[m], target->moment[m], parameters, sizeof(float)) && equal;
	equal = compare("average", s->average, target->average, parameters, sizeof(float)) && equal;
	return compare("gradient quanta", s->quantum, target->quantum, (size_t)gd_network_tensors(t->network), sizeof *s->quantum) && equal;
}

/* The steps between two checkpoints are of the later one's version, those before the earlier one of that one's. */
static void warn_of_version(const gd_checkpoint *target, const gd_checkpoint *from)
{
	int64_t version = target->progress.arithmetic != GD_ARITHMETIC || !from ? target->progress.arithmetic : from->progress.arithmetic;
	if (version != GD_ARITHMETIC)
		gd_log_warning("the run was computed by version %" PRId64 " of the arithmetic, this program has version %d: the bits cannot agree", version, GD_ARITHMETIC);
}

static gd_status verify(gd_training *t, const gd_verify_options *o, gd_checkpoint *target, gd_checkpoint *from, bool *equal)
{
	gd_communicator *communicator = t->communicator;
	bool *given = gd_allocate(gd_train_option_table.count, sizeof *given);
	bool found = false;
	char path[GD_PATH_ROOM], hosts[4096];
	communicator->phase = "reading checkpoints";
	gd_status status = gd_model_read(communicator, gd_run_path(o->directory, GD_RUN_CHECKPOINT, path), target);
	if (!gd_failed(&status))
		status = find_start(communicator, o, target, from, &found);
	if (gd_failed(&status))
		goto done;
	if (communicator->rank == 0)
		warn_of_version(target, found ? from : NULL);
	snprintf(t->directory, sizeof t->directory, "%.4000s", o->directory);
	gd_options_initialise(&gd_train_option_table, &t->options);
	gd_status mine = given ? gd_training_take_configuration(t, target, given) : gd_out_of_memory("the options");
	/* Which is no matter of bits: rank 0 compares it all. */
	t->options.shard_optimizer = false;
	if (o->data)
		t->options.data = o->data;
	status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_machine_survey(communicator, hosts, sizeof hosts);
	communicator->phase = "opening the dataset";
	if (!gd_failed(&status))
		status = gd_training_open_dataset(t);
	if (!gd_failed(&status))
		status = gd_training_check_memory(t);
	if (!gd_failed(&status))
		status = gd_training_build(t, hosts, found ? from : NULL);
	if (!gd_failed(&status)) {
		mine = check_target(t, target);
		status = gd_agree(communicator, &mine);
	}
	if (!gd_failed(&status))
		status = gd_training_read_rows(t);
	int64_t first = t->progress.step, last = target->progress.step;
	if (!gd_failed(&status))
		status = replay(t, last);
	if (gd_failed(&status) || communicator->rank)
		goto done;
	printf("replayed %" PRId64 " step%s on %d rank%s: from step %" PRId64 " (%s) to step %" PRId64 " (checkpoint.h5)\n", last - first, last - first == 1 ? "" : "s", communicator->size,
		communicator->size > 1 ? "s" : "", first, found ? "checkpoint.previous.h5" : "the start", last);
	*equal = compare_all(t, target);
done:
	free(given);
	return status;
}

gd_status gd_verify(gd_communicator *communicator, const gd_verify_options *options, bool *equal)
{
	gd_training t = {.communicator = communicator, .command = "", .replay = true, .started = gd_seconds()};
	gd_checkpoint target = {0}, from = {0};
	*equal = true;
	gd_status status = verify(&t, options, &target, &from, equal);
	if (!gd_failed(&status))
		status = gd_broadcast(communicator, equal, sizeof *equal);
	gd_checkpoint_release(&from);
	gd_checkpoint_release(&target);
	gd_training_release(&t);
	return status;
}
