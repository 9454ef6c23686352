#include "gd/train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/log.h"
#include "gd/base/shell_word.h"
#include "gd/score/calibration.h"
#include "gd/train/stop.h"
#include "gd/train/training_replicas.h"

/* Computed once, since libm may differ between hosts. */
gd_status gd_training_plan_epoch(gd_training *t)
{
	const gd_train_options *o = &t->options;
	if (t->communicator->rank == 0) {
		gd_optimizer_options optimizer = gd_train_options_optimizer(o);
		gd_schedule schedule = {
			.kind = (gd_schedule_kind)o->schedule,
			.learning_rate = o->learning_rate,
			.gamma = o->gamma,
			.step_epochs = (int)o->step_epochs,
			.steps_per_epoch = t->steps_per_epoch,
			.steps = t->steps_per_epoch * o->epochs,
			.warmup = llround(o->warmup_epochs * (double)t->steps_per_epoch),
		};
		int64_t first = t->progress.epoch * t->steps_per_epoch;
		for (int64_t s = 0; s < t->steps_per_epoch; s++)
			t->scalars[s] = gd_optimizer_scalars(&optimizer, gd_schedule_rate(&schedule, first + s + 1), (long)(first + s + 1));
	}
	return gd_broadcast(t->communicator, t->scalars, (size_t)t->steps_per_epoch * sizeof *t->scalars);
}

/* Rank 0's clock decides for all: whether the time limit leaves no room for another stretch and a checkpoint. */
static bool out_of_time(gd_training *t, double now)
{
	if (now - t->last_poll > t->longest_poll && t->last_poll > 0)
		t->longest_poll = now - t->last_poll;
	t->last_poll = now;
	double margin = 1.5 * t->longest_poll + 2 * t->checkpoint_seconds + 0.1;
	return t->options.time_limit > 0 && t->communicator->rank == 0 && now - t->started + margin > t->options.time_limit;
}

static gd_step_wishes wishes_now(gd_training *t)
{
	double now = gd_seconds();
	if (t->communicator->attend)
		t->communicator->attend(t->communicator->attended);
	bool overdue = t->options.checkpoint_seconds > 0 && now - t->last_checkpoint > t->options.checkpoint_seconds;
	/* An epoch's checkpoint, but not one after another where epochs take milliseconds. */
	bool ends = t->progress.step_in_epoch == t->steps_per_epoch - 1;
	bool epoch = t->options.checkpoint_every < 0 && ends && ((t->checkpoint_step < 0 && !t->checkpoint_failed) || now - t->last_checkpoint > 1);
	return (gd_step_wishes){.stop = gd_stop_requested() || out_of_time(t, now), .save = t->communicator->rank == 0 && (overdue || epoch)};
}

static void account(gd_training *t, const gd_step_result *result, double seconds)
{
	gd_progress *p = &t->progress;
	p->loss_sum += result->loss * result->rows;
	p->norm_sum += result->norm;
	p->rows_sum += result->rows;
	p->correct_sum += result->correct;
	p->training_seconds_sum += seconds;
	p->communication_seconds_sum += t->communicator->waited;
	t->step_seconds += seconds;
	t->trained_rows += result->rows;
	t->communication_seconds += t->communicator->waited;
	t->communicator->waited = 0;
}

/* The steps that are left of the epoch under way. *stop: a rank wished so, or the last allowed step was done; *save: it ends with a checkpoint. */
static gd_status train_steps(gd_training *t, bool *stop, bool *save)
{
	gd_progress *p = &t->progress;
	double before = gd_seconds();
	t->communicator->waited = 0;
	t->communicator->phase = "the epoch's exchange";
	gd_status status = gd_training_plan_epoch(t);
	if (!gd_failed(&status) && p->step_in_epoch < t->steps_per_epoch)
		status = gd_exchange_run(t->exchange, p->epoch);
	while (!gd_failed(&status) && !*stop && p->step_in_epoch < t->steps_per_epoch) {
		gd_step_result result;
		t->communicator->phase = "a training step";
		status = gd_stepper_step(t->stepper, &t->state, p->step_in_epoch, p->step + 1, &t->scalars[p->step_in_epoch], wishes_now(t), &result);
		if (gd_failed(&status))
			break;
		p->step_in_epoch++;
		p->step++;
		t->done_steps++;
		double now = gd_seconds();
		account(t, &result, now - before);
		p->seconds_sum += now - before;
		before = now;
		*stop = result.stop || (t->options.max_steps > 0 && p->step >= t->options.max_steps);
		bool due = t->options.checkpoint_every > 0 && p->step % t->options.checkpoint_every == 0;
		*save = result.save && p->step_in_epoch == t->steps_per_epoch;
		if ((due || (result.save && !*save)) && !*stop) {
			status = gd_training_save(t);
			before = gd_seconds();
		} else if (p->step % GD_REPLICA_STEPS == 0) {
			status = gd_training_compare(t);
		}
		gd_training_say_step(t);
		gd_training_write_status(t, "training", false);
	}
	return status;
}

/* *loss: what the best epoch is chosen by, NaN without a validation part. */
static gd_status validate(gd_training *t, gd_epoch_metrics *metrics, double *loss)
{
	*loss = metrics->validation_loss = metrics->validation_accuracy = NAN;
	if (!t->validation)
		return gd_ok();
	t->communicator->phase = "validation";
	gd_member member = {t->network, gd_training_model_parameters(t), t->state.statistics, 0};
	gd_score_sums_release(&t->scores);
	gd_status status = gd_score_sums_init(&t->scores, gd_network_get_options(t->network)->classes);
	if (!gd_failed(&status) && t->options.calibrate)
		status = gd_score_sums_keep_rows(&t->scores);
	status = gd_agree(t->communicator, &status);
	if (gd_failed(&status))
		return status;
	status = gd_evaluation_run(t->validation, &member, 1, &t->scores);
	if (gd_failed(&status))
		return status;
	gd_scores scores;
	gd_scores_of(&t->scores, &scores, NULL);
	*loss = metrics->validation_loss = scores.log_loss;
	metrics->validation_accuracy = scores.accuracy;
	if (scores.rows > 0 && !isfinite(scores.log_loss))
		return gd_error(GD_DIVERGED, "training diverged: the validation loss is not finite; try a lower --learning-rate");
	if (!t->options.calibrate)
		return gd_ok();
	status = gd_calibration_fit(t->communicator, &t->scores, &t->calibration);
	*loss = t->calibration.after.log_loss;
	return status;
}

static gd_status keep_best(gd_training *t)
{
	gd_status status = gd_training_collect(t);
	gd_status mine = !gd_failed(&status) && t->communicator->rank == 0 ? gd_training_keep_best(t) : status;
	gd_training_drop(t);
	return gd_agree(t->communicator, &mine);
}

/* What rank 0 made of it is not known to the others. */
static gd_status save_model(gd_training *t)
{
	gd_status status = gd_training_collect(t);
	gd_status mine = !gd_failed(&status) && t->communicator->rank == 0 ? gd_training_save_model(t) : status;
	gd_training_drop(t);
	return mine;
}

/* Validation, metrics, the best model, and the sums ready for another epoch. */
static gd_status finish_epoch(gd_training *t)
{
	gd_progress *p = &t->progress;
	double before = gd_seconds();
	double rows = p->rows_sum > 0 ? p->rows_sum : 1;
	gd_epoch_metrics metrics = {
		.epoch = p->epoch + 1,
		.train_loss = p->loss_sum / rows,
		.train_accuracy = p->correct_sum / rows,
		.learning_rate = t->scalars[t->steps_per_epoch - 1].learning_rate,
		.gradient_norm = p->norm_sum / (double)t->steps_per_epoch,
		.samples_per_second = p->training_seconds_sum > 0 ? p->rows_sum / p->training_seconds_sum : 0,
		.communication_seconds = p->communication_seconds_sum,
	};
	double loss;
	gd_status status = validate(t, &metrics, &loss);
	t->communicator->waited = 0;
	metrics.seconds = p->seconds_sum + gd_seconds() - before;
	if (!gd_failed(&status)) {
		gd_status mine = gd_history_append(&t->history, &metrics);
		status = gd_agree(t->communicator, &mine);
	}
	if (gd_failed(&status))
		return status;
	bool better = loss < p->best_validation_loss;
	gd_progress next = {
		.epoch = p->epoch + 1,
		.step = p->step,
		.seed = p->seed,
		.block_rows = p->block_rows,
		.blocks = p->blocks,
		.arithmetic = p->arithmetic,
		.best_validation_loss = better ? loss : p->best_validation_loss,
		.best_epoch = better ? p->epoch + 1 : p->best_epoch,
		.epochs_without_improvement = better || !t->validation ? 0 : p->epochs_without_improvement + 1,
	};
	*p = next;
	if (better) {
		t->best_calibration = t->calibration;
		status = keep_best(t);
	}
	if (!gd_failed(&status))
		gd_training_say_epoch(t);
	return status;
}

static void write_metrics(gd_training *t, bool at_once)
{
	if (t->communicator->rank || (!at_once && gd_seconds() - t->last_metrics < 1))
		return;
	gd_status wrote = gd_training_save_metrics(t);
	if (gd_failed(&wrote))
		gd_log_warning("%s", wrote.message);
	t->last_metrics = gd_seconds();
}

static gd_status run_epochs(gd_training *t, bool *stopped)
{
	const gd_train_options *o = &t->options;
	gd_status status = gd_ok();
	bool stop = o->max_steps > 0 && t->progress.step >= o->max_steps;
	while (!stop && !gd_failed(&status) && !gd_training_finished(t) && (o->max_epochs == 0 || t->progress.epoch < o->max_epochs)) {
		bool save = false;
		status = train_steps(t, &stop, &save);
		if (!gd_failed(&status) && !stop) {
			status = finish_epoch(t);
			write_metrics(t, false);
			if (!gd_failed(&status) && save && !gd_training_finished(t))
				status = gd_training_save(t);
		}
	}
	*stopped = stop;
	return status;
}

/* How the call ends once the loop is left in good order. */
static gd_status conclude(gd_training *t, bool stopped)
{
	const gd_train_options *o = &t->options;
	bool by_steps = stopped && o->max_steps > 0 && t->progress.step >= o->max_steps;
	if (by_steps && t->progress.step_in_epoch == t->steps_per_epoch) {
		gd_status status = finish_epoch(t);
		if (gd_failed(&status))
			return status;
	}
	gd_status wrote = gd_ok(), status = gd_training_compare(t);
	if (gd_failed(&status))
		return status;
	/* The model before the checkpoint that calls the training finished: a kill in between repeats the end. Who is told to go writes the checkpoint first. */
	bool in_haste = stopped && !by_steps;
	t->communicator->phase = "writing the model";
	if (!in_haste)
		wrote = save_model(t);
	/* Without its model the training is not finished. */
	status = gd_agree(t->communicator, &wrote);
	if (!gd_failed(&status))
		status = gd_training_save(t);
	if (gd_failed(&status))
		return status;
	if (in_haste)
		wrote = save_model(t);
	write_metrics(t, true);
	if (t->checkpoint_failed)
		wrote = gd_error(GD_FAILED, "the last checkpoint could not be written to '%s'; mend that and go on with --resume", t->directory);
	status = gd_agree(t->communicator, &wrote);
	if (gd_failed(&status))
		return status;
	if (o->early_stop > 0 && t->progress.epochs_without_improvement >= o->early_stop && t->progress.epoch < o->epochs)
		gd_log_note("stopped early: no lower validation loss for %lld epochs", (long long)o->early_stop);
	status = gd_training_say_end(t);
	if (!gd_failed(&status) && !stopped && t->communicator->rank == 0)
		gd_training_say_next(t);
	if (gd_failed(&status) || !stopped || by_steps)
		return status;
	char word[GD_SHELL_WORD_ROOM];
	const char *signal_name = gd_stop_signal();
	return gd_error(GD_STOPPED, "stopped at step %lld (%s) with a checkpoint; go on with: genre-dist train --run %s --resume",
		(long long)t->progress.step, signal_name ? signal_name : o->time_limit > 0 ? "time limit" : "asked to", gd_shell_word(t->directory, word));
}

gd_status gd_train(gd_communicator *communicator, const gd_train_options *options, const bool *given, const char *command)
{
	gd_training t = {.communicator = communicator, .command = command, .started = gd_seconds(), .checkpoint_step = -1};
	bool finished = false, stopped = false;
	gd_stop_watch();
	communicator->watchdog = options->watchdog;
	gd_status status = gd_training_prepare(&t, options, given, &finished);
	if (gd_failed(&status) || finished)
		goto done;
	gd_training_say_start(&t);
	gd_training_say_idle(&t, given);
	communicator->waited = 0;
	t.loop_started = gd_seconds();
	gd_training_write_status(&t, "training", true);
	status = run_epochs(&t, &stopped);
	if (!gd_failed(&status))
		status = conclude(&t, stopped);
	else if (communicator->rank == 0 && status.code == GD_DIVERGED)
		write_metrics(&t, true);
	gd_training_write_status(&t, gd_failed(&status) && status.code != GD_STOPPED ? "failed" : gd_training_finished(&t) ? "finished" : "stopped", true);
done:
	gd_training_release(&t);
	return status;
}
