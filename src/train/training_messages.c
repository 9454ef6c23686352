#include "gd/train/training.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/number_text.h"
#include "gd/base/shell_word.h"
#include "gd/parallel/reduce.h"
#include "gd/run/preset.h"
#include "gd/run/run_directory.h"
#include "gd/run/run_status.h"
#include "gd/score/calibration.h"

static bool bar_wanted(const gd_training *t)
{
	if (t->communicator->rank || gd_log_get_level() == GD_LOG_QUIET || t->options.progress == 2)
		return false;
	return t->options.progress == 1 || gd_log_terminal();
}

static bool lines_wanted(const gd_training *t)
{
	return t->communicator->rank == 0 && gd_log_get_level() != GD_LOG_QUIET && t->options.progress != 2;
}

/* Ranks beyond a batch's blocks only wait for the others. */
static void say_idle_ranks(const gd_training *t)
{
	if (!t->steps_per_epoch)
		return;
	int ranks = t->communicator->size;
	gd_step_plan batch = gd_exchange_step(t->exchange, 0);
	if (batch.blocks < ranks)
		gd_log_note("a batch of %d rows has %d block%s: %d of %d ranks have nothing to compute; fewer are as fast, and a larger --batch-size keeps more of them busy", batch.rows, batch.blocks,
			batch.blocks > 1 ? "s" : "", ranks - batch.blocks, ranks);
}

void gd_training_say_start(const gd_training *t)
{
	const gd_dataset_header *header = gd_dataset_get_header(t->dataset);
	const gd_network_options *shape = gd_network_get_options(t->network);
	char widths[512] = "", members[32] = "";
	size_t used = 0;
	if (gd_network_members(t->network) > 1)
		snprintf(members, sizeof members, " in %d members", gd_network_members(t->network));
	for (int l = 0; l < shape->hidden_count && used < sizeof widths; l++)
		used += (size_t)snprintf(widths + used, sizeof widths - used, "%d-", shape->hidden[l]);
	gd_log_note("%s %lld rows of %d features, %d classes, on %d rank%s; network %d-%s%d%s, %zu parameters; run directory %s",
		t->resumed ? "going on with" : "training on", (long long)header->rows[GD_TRAIN], shape->inputs, shape->classes, t->communicator->size, t->communicator->size > 1 ? "s" : "",
		shape->inputs, widths, shape->classes, members, gd_network_parameters(t->network), t->directory);
	for (size_t i = 0; i < t->provenance_count && t->communicator->size > 1; i++)
		if (!strcmp(t->provenance[i].name, "hosts"))
			gd_log_note("hosts: %s", t->provenance[i].value);
	say_idle_ranks(t);
	if (t->resumed)
		gd_log_note("resumed at epoch %lld, step %lld", (long long)t->progress.epoch + 1, (long long)t->progress.step);
}

void gd_training_say_idle(const gd_training *t, const bool *given)
{
	gd_train_options usual;
	const bool numbers = gd_preset_look(gd_dataset_get_header(t->dataset), 0).numbers > 0;
	gd_options_initialise(&gd_train_option_table, &usual);
	for (size_t i = 0; i < gd_train_option_table.count; i++) {
		const gd_option *option = &gd_train_option_table.options[i];
		const char *lacks = given[i] ? gd_train_option_lacks(&t->options, option) : NULL;
		if (given[i] && !numbers && !strcmp(option->name, "encoding"))
			lacks = "numbers that can be encoded, and the dataset has none";
		char value[1024], without[1024];
		gd_options_format(option, &t->options, value, sizeof value);
		gd_options_format(option, &usual, without, sizeof without);
		/* A config.ini in full has every option. */
		if (lacks && strcmp(value, without))
			gd_log_note("--%s %s has no effect: it goes with %s", option->name, value, lacks);
	}
}

/* "1.23 M", "45.6 k": rows a second, for people. */
static const char *rate_of(double rate, char text[32])
{
	if (rate >= 1e6)
		snprintf(text, 32, "%.3g M", rate / 1e6);
	else if (rate >= 1e3)
		snprintf(text, 32, "%.3g k", rate / 1e3);
	else
		snprintf(text, 32, "%.3g", rate);
	return text;
}

static int64_t total_steps(const gd_training *t)
{
	return t->options.epochs * t->steps_per_epoch;
}

/* By the speed of this call so far; negative before its first step. */
static double seconds_left(const gd_training *t, double now)
{
	return t->done_steps > 0 ? (now - t->loop_started) / (double)t->done_steps * (double)(total_steps(t) - t->progress.step) : -1;
}

void gd_training_write_status(gd_training *t, const char *state, bool at_once)
{
	double now = gd_seconds(), rows = t->progress.rows_sum;
	const gd_epoch_metrics *last = t->history.count ? &t->history.epochs[t->history.count - 1] : NULL;
	/* The one under way, or about to begin; of a training that has ended the last one. */
	const bool under_way = t->progress.step_in_epoch > 0 || !strcmp(state, "training");
	if (t->communicator->rank || (!at_once && now - t->last_status < 1))
		return;
	t->last_status = now;
	gd_run_status status = {
		.written = (int64_t)time(NULL),
		.ranks = t->communicator->size,
		.epoch = under_way && t->progress.epoch < t->options.epochs ? t->progress.epoch + 1 : t->progress.epoch,
		.epochs = t->options.epochs,
		.step = t->progress.step,
		.steps = total_steps(t),
		.loss = rows > 0 ? t->progress.loss_sum / rows : last ? last->train_loss : 0,
		.accuracy = rows > 0 ? t->progress.correct_sum / rows : last ? last->train_accuracy : 0,
		.samples_per_second = t->step_seconds > 0 ? t->trained_rows / t->step_seconds : 0,
		.seconds_left = seconds_left(t, now),
		.checkpoint_step = t->checkpoint_step,
		.checkpoint_written = t->checkpoint_time,
		.checkpoint_failed = t->checkpoint_failed,
	};
	snprintf(status.state, sizeof status.state, "%s", state);
	gd_run_status_write(t->directory, &status);
}

void gd_training_say_step(gd_training *t)
{
	enum { CELLS = 30 };
	static const double refresh_seconds = 0.1;
	double now = gd_seconds();
	if (!bar_wanted(t) || now - t->last_drawn < refresh_seconds)
		return;
	t->last_drawn = now;
	int filled = (int)(CELLS * t->progress.step / total_steps(t));
	double left = seconds_left(t, now);
	char bar[CELLS + 1], rate[32];
	for (int i = 0; i < CELLS; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[CELLS] = '\0';
	double rows = t->progress.rows_sum > 0 ? t->progress.rows_sum : 1;
	char line[256];
	const int length = snprintf(line, sizeof line, "[%s] epoch %lld/%lld  loss %.4f  accuracy %.4f  %s rows/s  %.0f s left", bar, (long long)t->progress.epoch + 1,
		(long long)t->options.epochs, t->progress.loss_sum / rows, t->progress.correct_sum / rows,
		rate_of(t->step_seconds > 0 ? t->trained_rows / t->step_seconds : 0, rate), left);
	/* What went on in another line of a narrow terminal would stay there. */
	struct winsize window;
	const int width = !ioctl(STDERR_FILENO, TIOCGWINSZ, &window) && window.ws_col > 1 ? window.ws_col - 1 : length;
	fprintf(stderr, "\r\033[K%.*s", width, width < length ? line + CELLS + 3 : line);
	fflush(stderr);
}

void gd_training_say_epoch(gd_training *t)
{
	const gd_epoch_metrics *m = &t->history.epochs[t->history.count - 1];
	char rate[32], validation[96] = "";
	if (!lines_wanted(t))
		return;
	if (isfinite(m->validation_loss))
		snprintf(validation, sizeof validation, "  validation loss %.4f accuracy %.4f%s", m->validation_loss, m->validation_accuracy, t->progress.best_epoch == m->epoch ? " *" : "");
	if (bar_wanted(t))
		fputs("\r\033[K", stderr);
	fprintf(stderr, "epoch %lld/%lld  loss %.4f  accuracy %.4f%s  %s rows/s\n", (long long)m->epoch, (long long)t->options.epochs, m->train_loss, m->train_accuracy,
		validation, rate_of(m->samples_per_second, rate));
	fflush(stderr);
}

void gd_training_say_next(const gd_training *t)
{
	char path[GD_PATH_ROOM], room[GD_SHELL_WORD_ROOM], data[GD_SHELL_WORD_ROOM];
	const char *model = gd_shell_path(gd_run_path(t->directory, GD_RUN_MODEL, path), room);
	if (gd_dataset_get_header(t->dataset)->rows[GD_TEST])
		gd_log_note("next: genre-dist evaluate %s --data %s", model, gd_shell_word(t->options.data, data));
	else
		gd_log_note("next: genre-dist predict %s INPUT.csv", model);
}

/* Its peak; of rows in memory that ranks share, those it has read itself, which is what they add up to on a host. */
static double memory_of_rank(const gd_shard *shard)
{
	double others = shard->whole ? gd_memory_shared() - shard->bytes / (1 << 20) : 0;
	return gd_memory_peak() - (others > 0 ? others : 0);
}

gd_status gd_training_say_end(gd_training *t)
{
	gd_spread communication, memory;
	gd_status status = gd_reduce_spread(t->communicator, t->step_seconds > 0 ? t->communication_seconds / t->step_seconds : 0, &communication);
	if (!gd_failed(&status))
		status = gd_reduce_spread(t->communicator, memory_of_rank(&t->shard), &memory);
	if (gd_failed(&status) || t->communicator->rank || gd_log_get_level() == GD_LOG_QUIET)
		return status;
	if (bar_wanted(t))
		fputs("\r\033[K", stderr);
	const gd_history *h = &t->history;
	const gd_epoch_metrics *last = h->count ? &h->epochs[h->count - 1] : NULL;
	const gd_epoch_metrics *best = NULL;
	for (size_t i = 0; i < h->count; i++)
		if (h->epochs[i].epoch == t->progress.best_epoch)
			best = &h->epochs[i];
	printf("%-12s %8s %12s %14s %16s %20s\n", "", "epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy");
	const struct {
		const char *name;
		const gd_epoch_metrics *m;
	} rows[] = {{"last", last}, {"best", best}};
	for (int i = 0; i < 2; i++) {
		const gd_epoch_metrics *m = rows[i].m;
		char loss[GD_NUMBER_TEXT_ROOM], accuracy[GD_NUMBER_TEXT_ROOM];
		if (m)
			printf("%-12s %8lld %12.4f %14.4f %16s %20s\n", rows[i].name, (long long)m->epoch, m->train_loss, m->train_accuracy, gd_number_text_cell(m->validation_loss, 4, loss),
				gd_number_text_cell(m->validation_accuracy, 4, accuracy));
	}
	const gd_calibration *c = &t->best_calibration;
	char calibration[GD_CALIBRATION_ROOM];
	gd_calibration_say(c, calibration);
	if (c->temperature > 0)
		printf("%s\n", calibration);
	char rate[32];
	printf("%lld %s in %.2f s of training (%.2f s in all); %s samples a second on %d rank%s; %.0f %% of the time in communication\n",
		(long long)t->done_steps, gd_plural(t->done_steps, "step", "steps"), t->step_seconds, gd_seconds() - t->started, rate_of(t->step_seconds > 0 ? t->trained_rows / t->step_seconds : 0, rate),
		t->communicator->size, t->communicator->size > 1 ? "s" : "", 100 * communication.mean);
	printf("peak memory a rank: %.0f MB (least %.0f)\nrun directory: %s\n", memory.maximum, memory.minimum, t->directory);
	fflush(stdout);
	return status;
}
