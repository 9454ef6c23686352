#include "gd/train/training.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/features/levels.h"
#include "gd/network/arithmetic.h"
#include "gd/parallel/launch.h"
#include "gd/run/machine.h"
#include "gd/run/machine_rate.h"
#include "gd/run/preset.h"
#include "gd/run/reproduce.h"
#include "gd/run/run_recovery.h"
#include "gd/score/calibration.h"
#include "gd/train/step_settings.h"
#include "gd/train/training_rows.h"

/* n / (classes * n_class), on the training part; a class that does not occur there weighs nothing. */
static float *balanced_weights(gd_training *t, const gd_dataset_header *header)
{
	int classes = header->preprocessing.classes;
	float *weights = gd_arena_take(&t->arena, (size_t)classes, sizeof *weights);
	for (int c = 0; weights && c < classes; c++)
		if (header->class_counts[c])
			weights[c] = (float)((double)header->rows[GD_TRAIN] / (classes * (double)header->class_counts[c]));
	return weights;
}

static gd_status make_network(gd_training *t)
{
	const gd_train_options *o = &t->options;
	const gd_dataset_header *header = gd_dataset_get_header(t->dataset);
	const float *weights = NULL;
	if (o->class_weights && !(weights = balanced_weights(t, header)))
		return gd_out_of_memory("the class weights");
	gd_arena arena = {0};
	gd_encoding encoding;
	gd_status status = gd_train_options_encode(o, &header->preprocessing, &t->preprocessing);
	if (!gd_failed(&status))
		status = gd_preprocessing_encoding(&t->preprocessing, &arena, &encoding);
	if (gd_failed(&status)) {
		gd_arena_release(&arena);
		return status;
	}
	gd_network_options shape = gd_train_options_network(o, header->preprocessing.features, header->preprocessing.classes, weights, &encoding);
	status = gd_network_create(&shape, &t->network);
	gd_arena_release(&arena);
	if (gd_failed(&status))
		return status;
	gd_optimizer_options optimizer = gd_train_options_optimizer(o);
	gd_slice slice = gd_step_slice(o, gd_network_parameters(t->network), t->communicator->rank, t->communicator->size);
	return gd_training_state_init(&t->state, t->network, gd_optimizer_moments(&optimizer), slice, o->ema > 0);
}

/* Copies weights (and the average) from a checkpoint whose network has the same shapes. */
static gd_status take_weights(gd_training *t, const gd_checkpoint *from, const char *name)
{
	size_t parameters = gd_network_parameters(t->network), statistics = gd_network_statistics(t->network);
	const gd_network_options *mine = gd_network_get_options(t->network), *theirs = gd_network_get_options(from->network);
	bool same = mine->inputs == theirs->inputs && mine->classes == theirs->classes && mine->hidden_count == theirs->hidden_count &&
		mine->batch_norm == theirs->batch_norm && gd_network_members(t->network) == gd_network_members(from->network) && parameters == gd_network_parameters(from->network);
	for (int l = 0; same && l < mine->hidden_count; l++)
		same = mine->hidden[l] == theirs->hidden[l];
	if (!same)
		return gd_error(GD_BAD_DATA, "'%s' has another shape than this network: its layers do not fit --hidden, --batch-norm, --members or the dataset", name);
	memcpy(t->state.parameters, from->parameters, parameters * sizeof(float));
	if (statistics)
		memcpy(t->state.statistics, from->statistics, statistics * sizeof(float));
	if (t->state.average)
		memcpy(t->state.average, from->average ? from->average : from->parameters, parameters * sizeof(float));
	return gd_ok();
}

/* The first state: that of --initial's model, or a function of the seed. Collective. */
static gd_status initialise_state(gd_training *t)
{
	gd_status mine = gd_ok(), status = gd_training_read_initial(t);
	if (gd_failed(&status))
		return status;
	if (t->options.initial) {
		const char *difference = NULL;
		mine = take_weights(t, &t->initial, t->options.initial);
		if (!gd_failed(&mine) && !gd_preprocessing_equal(&t->initial.preprocessing, &t->preprocessing, &difference))
			gd_log_warning("'%s' was trained on another preprocessing than '%s': their %s differ", t->options.initial, t->options.data, difference);
		gd_checkpoint_release(&t->initial);
	} else {
		gd_initialise(t->network, (gd_initialisation)t->options.init, t->options.output_std, (uint64_t)t->options.seed,
			t->state.parameters, t->state.statistics);
		if (t->state.average)
			memcpy(t->state.average, t->state.parameters, gd_network_parameters(t->network) * sizeof(float));
	}
	gd_step_plan plan = gd_exchange_step(t->exchange, 0);
	t->progress = (gd_progress){
		.seed = (uint64_t)t->options.seed,
		.blocks = plan.blocks,
		.block_rows = gd_network_blocking(t->network, plan.rows).largest,
		.arithmetic = GD_ARITHMETIC,
		.best_validation_loss = INFINITY,
	};
	return mine;
}

/* The state as it stood. Local: every rank holds the same checkpoint. */
static gd_status restore_state(gd_training *t, gd_checkpoint *checkpoint, const char *dataset_hash)
{
	const char *trained_on = gd_setting_find(checkpoint->config, checkpoint->config_count, gd_training_dataset_setting);
	if (trained_on && strcmp(trained_on, dataset_hash)) {
		const char *difference = gd_preprocessing_weighs_alike(&checkpoint->preprocessing, &t->preprocessing) ? "records" : "weights of records (preprocess --weight)";
		(void)gd_preprocessing_match(&checkpoint->preprocessing, &t->preprocessing, &difference);
		return gd_error(GD_USAGE, "'%s' is not the dataset that the run in '%s' was trained on: their %s differ", t->options.data, t->directory, difference);
	}
	gd_status status = take_weights(t, checkpoint, t->directory);
	if (gd_failed(&status))
		return status;
	if (checkpoint->moments != t->state.moments || !checkpoint->quantum || !checkpoint->average != !t->state.average)
		return gd_error(GD_BAD_DATA, "the checkpoint in '%s' lacks the optimizer's state", t->directory);
	for (int m = 0; m < t->state.moments; m++)
		memcpy(t->state.moment[m], checkpoint->moment[m] + t->state.slice.first, t->state.slice.count * sizeof(float));
	memcpy(t->state.quantum, checkpoint->quantum, (size_t)gd_network_tensors(t->network) * sizeof *t->state.quantum);
	t->progress = checkpoint->progress;
	t->calibration = checkpoint->calibration;
	if (t->progress.step_in_epoch > t->steps_per_epoch)
		return gd_error(GD_BAD_DATA, "the checkpoint in '%s' is past the end of an epoch", t->directory);
	gd_step_plan plan = gd_exchange_step(t->exchange, 0);
	int block_rows = gd_network_blocking(t->network, plan.rows).largest;
	if (t->progress.blocks != plan.blocks || t->progress.block_rows != block_rows)
		return gd_error(GD_BAD_DATA, "the checkpoint in '%s' cuts a batch into %" PRId64 " blocks of up to %" PRId64 " rows, this version into %d of up to %d: go on with the version that wrote it",
			t->directory, t->progress.blocks, t->progress.block_rows, plan.blocks, block_rows);
	for (size_t i = 0; i < checkpoint->history.count; i++) {
		status = gd_history_append(&t->history, &checkpoint->history.epochs[i]);
		if (gd_failed(&status))
			return status;
	}
	if (t->progress.arithmetic != GD_ARITHMETIC && !t->replay)
		gd_log_warning("the run in '%s' was computed by version %" PRId64 " of the arithmetic, this is version %d: its bits are those of neither from here on", t->directory, t->progress.arithmetic, GD_ARITHMETIC);
	t->progress.arithmetic = GD_ARITHMETIC;
	return gd_ok();
}

bool gd_training_finished(const gd_training *t)
{
	const gd_train_options *o = &t->options;
	return t->progress.epoch >= o->epochs || (o->early_stop > 0 && t->progress.epochs_without_improvement >= o->early_stop);
}

/* The run directory, the options in force, and the checkpoint to go on from, if there is one. */
static gd_status open_run(gd_training *t, const bool *given, gd_checkpoint *checkpoint, bool *found)
{
	gd_status status = gd_run_open(t->communicator, t->options.run, t->options.resume, t->directory, checkpoint, found, &t->lock);
	if (gd_failed(&status))
		return status;
	if (!t->options.resume)
		return gd_ok();
	if (t->communicator->rank == 0)
		gd_run_remove_leftovers(t->directory);
	/* Interrupted before its first checkpoint, or with none that is whole, a run still has its options. */
	if (!*found)
		status = gd_run_read_config(t->communicator, t->directory, checkpoint);
	if (!gd_failed(&status) && (*found || checkpoint->config_count)) {
		t->configured = true;
		gd_status mine = gd_training_take_configuration(t, checkpoint, given);
		status = gd_agree(t->communicator, &mine);
	}
	if (!*found) {
		gd_checkpoint_release(checkpoint);
		if (!gd_failed(&status))
			gd_log_note("no checkpoint in '%s': starting from the beginning", t->directory);
	}
	return status;
}

/* The batch job's end is a time limit too; `--time-limit off` says that it is not. */
static void limit_time(gd_training *t, const bool *given)
{
	double left = gd_launch_seconds_left(), limit = t->options.time_limit;
	bool set = false;
	for (size_t i = 0; i < gd_train_option_table.count; i++)
		set = set || (given[i] && gd_train_option_table.options[i].offset == offsetof(gd_train_options, time_limit));
	if (left <= 0 || (set && !(limit > left)))
		return;
	t->options.time_limit = left;
	gd_log_note("the batch job leaves %.0f s for training", left);
}

/* What nobody said, now that the dataset is known. Collective. */
static gd_status fill_in(gd_training *t, const bool *given)
{
	char line[GD_PRESET_ROOM];
	bool *settled = gd_arena_take(&t->arena, gd_train_option_table.count, sizeof *settled);
	gd_status mine = settled ? gd_ok() : gd_out_of_memory("the options"), status = gd_agree(t->communicator, &mine);
	if (gd_failed(&status))
		return status;
	const gd_preset_facts facts = gd_preset_look(gd_dataset_get_header(t->dataset), 0);
	memcpy(settled, given, gd_train_option_table.count * sizeof *settled);
	if (t->options.preset == GD_PRESET_AUTO)
		status = gd_training_read_initial(t);
	if (!gd_failed(&status) && t->initial.network)
		status = gd_training_take_shape(&t->initial, &t->options, &facts, settled);
	if (gd_failed(&status))
		return status;
	gd_preset_fill(&t->options, settled, &facts, line);
	if (*line)
		gd_log_note("preset auto: %" PRId64 " rows, %d numbers and %d other features, %d classes: %s", facts.rows, facts.numbers, facts.others, facts.classes, line);
	return gd_train_options_check(&t->options);
}

/* What the options ask of the dataset. Local: every rank has the same header. */
static gd_status check_dataset(const gd_training *t)
{
	const gd_train_options *o = &t->options;
	const gd_dataset_header *header = gd_dataset_get_header(t->dataset);
	const int64_t *rows = header->rows;
	bool numeric = false;
	for (int f = 0; f < header->preprocessing.features; f++)
		numeric = numeric || header->preprocessing.tables[f].knots > 0;
	if (rows[GD_TRAIN] < 1)
		return gd_error(GD_BAD_DATA, "'%s' has no training part", o->data);
	if (o->early_stop > 0 && rows[GD_VALIDATION] == 0)
		return gd_error(GD_USAGE, "--early-stop needs a validation part, and '%s' has none; make one with preprocess --validation-fraction", o->data);
	if (o->calibrate && rows[GD_VALIDATION] == 0)
		return gd_error(GD_USAGE, "--calibrate needs a validation part, and '%s' has none; make one with preprocess --validation-fraction", o->data);
	if (o->warmup_epochs > (double)o->epochs && o->epochs > 0)
		return gd_error(GD_USAGE, "--warmup-epochs %g is more than --epochs %lld", o->warmup_epochs, (long long)o->epochs);
	if (o->periodic && !numeric)
		return gd_error(GD_BAD_DATA, "--periodic needs numeric features, and '%s' has none; make it anew with preprocess if it is older than this version", o->data);
	if (o->window && o->window < o->batch_size && o->window < rows[GD_TRAIN])
		return gd_error(GD_USAGE, "--window %" PRId64 " is less than --batch-size %" PRId64 ": a window has whole batches", o->window, o->batch_size);
	if (o->drop_last && o->batch_size > rows[GD_TRAIN])
		return gd_error(GD_USAGE, "--drop-last leaves no batch: --batch-size %" PRId64 " is more than the %" PRId64 " rows of the training part of '%s'", o->batch_size, rows[GD_TRAIN], o->data);
	return gd_ok();
}

gd_status gd_training_open_dataset(gd_training *t)
{
	gd_status status = gd_dataset_open(t->communicator, t->options.data, &t->dataset);
	if (!gd_failed(&status) && t->options.fold)
		status = gd_dataset_fold(t->dataset, (int)t->options.fold, (int)t->options.folds);
	if (gd_failed(&status))
		return status;
	gd_status mine = gd_levels_form(&gd_dataset_get_header(t->dataset)->preprocessing, &t->form);
	return gd_agree(t->communicator, &mine);
}

gd_status gd_training_build(gd_training *t, const char *hosts, gd_checkpoint *from)
{
	gd_communicator *communicator = t->communicator;
	const gd_dataset_header *header = gd_dataset_get_header(t->dataset);
	char hash[65];
	gd_training_hash_dataset(header, hash);
	gd_status mine, status = check_dataset(t);
	if (!gd_failed(&status))
		status = gd_training_check_memory(t);
	if (gd_failed(&status))
		return status;
	mine = make_network(t);
	if (!gd_failed(&mine))
		mine = gd_training_make_settings(t, hash);
	if (!gd_failed(&mine))
		mine = gd_training_make_provenance(t, hosts);
	status = gd_agree(communicator, &mine);
	if (!gd_failed(&status))
		status = gd_training_make_steps(t);
	if (t->options.temperature > 0)
		t->calibration = gd_calibration_given(t->options.temperature);
	if (gd_failed(&status) || !from)
		return gd_failed(&status) ? status : initialise_state(t);
	mine = restore_state(t, from, hash);
	t->resumed = true;
	return gd_agree(communicator, &mine);
}

/* All that a dataset and the options make. Collective. */
static gd_status build(gd_training *t, const bool *given, const char *hosts, gd_checkpoint *from)
{
	t->communicator->phase = "opening the dataset";
	gd_status status = gd_training_open_dataset(t);
	if (!gd_failed(&status) && !t->configured)
		status = fill_in(t, given);
	return gd_failed(&status) ? status : gd_training_build(t, hosts, from);
}

/* A training that has its model is finished; where somebody removed that, it is written again. Collective. */
static gd_status look_for_model(gd_training *t, bool found, bool *finished)
{
	char path[GD_PATH_ROOM];
	bool there = t->communicator->rank == 0 && gd_file_exists(gd_run_path(t->directory, GD_RUN_MODEL, path));
	gd_status status = gd_broadcast(t->communicator, &there, sizeof there);
	*finished = !gd_failed(&status) && there && found && gd_training_finished(t) && t->progress.step_in_epoch == 0;
	return status;
}

gd_status gd_training_prepare(gd_training *t, const gd_train_options *options, const bool *given, bool *finished)
{
	gd_communicator *communicator = t->communicator;
	gd_checkpoint checkpoint = {0};
	bool found = false;
	char hosts[4096];
	t->options = *options;
	*finished = false;
	limit_time(t, given);

	gd_status status = gd_machine_survey(communicator, hosts, sizeof hosts);
	if (communicator->rank == 0)
		gd_machine_warn_of_engine();
	/* The run directory last: what is refused before leaves no empty one behind. One that is gone on with knows its dataset. */
	if (!gd_failed(&status) && !options->resume)
		status = build(t, given, hosts, NULL);
	if (!gd_failed(&status))
		status = open_run(t, given, &checkpoint, &found);
	communicator->watchdog = t->options.watchdog;
	if (!gd_failed(&status) && options->resume)
		status = build(t, given, hosts, found ? &checkpoint : NULL);
	if (!gd_failed(&status))
		status = look_for_model(t, found, finished);
	if (*finished)
		gd_log_note("'%s' is finished%s: nothing to do", t->directory, t->progress.epoch < t->options.epochs ? ", by --early-stop" : "");
	else if (!gd_failed(&status))
		status = gd_training_read_rows(t);
	if (!gd_failed(&status) && !*finished) {
		gd_status mine = communicator->rank == 0 ? gd_run_write_config(t->directory, &t->options) : gd_ok();
		status = gd_agree(communicator, &mine);
	}
	t->last_checkpoint = t->last_metrics = gd_seconds();
	gd_checkpoint_release(&checkpoint);
	return status;
}

void gd_training_release(gd_training *t)
{
	gd_run_lock_release(t->lock);
	gd_evaluation_free(t->validation);
	gd_stepper_free(t->stepper);
	gd_exchange_free(t->exchange);
	gd_row_file_close(t->rows);
	gd_training_state_release(&t->state);
	gd_network_free(t->network);
	gd_score_sums_release(&t->scores);
	gd_history_release(&t->history);
	gd_preprocessing_release(&t->preprocessing);
	gd_checkpoint_release(&t->initial);
	if (t->dataset)
		gd_dataset_close(t->dataset);
	free(t->best_room);
	gd_shard_release(&t->shard);
	gd_row_form_release(&t->form);
	free(t->scalars);
	gd_arena_release(&t->arena);
}
