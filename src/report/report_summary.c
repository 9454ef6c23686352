/* The first and the last section of a report: what came out, and how to get it again. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/parse.h"
#include "gd/report/html.h"
#include "gd/report/report_page.h"
#include "gd/run/reproduce.h"
#include "gd/run/run_lock.h"

static void put_key(FILE *out, const char *name, const char *value, const char *remark)
{
	fputs("<div><dt>", out);
	gd_html_text(out, name);
	fputs("</dt><dd>", out);
	gd_html_text(out, value);
	fputs("<small>", out);
	gd_html_text(out, remark);
	fputs("</small></dd></div>\n", out);
}

static int64_t integer_setting(const gd_report_run *run, const char *name)
{
	int64_t value = 0;
	const char *text = gd_report_setting(run, name);
	return text && gd_parse_int64(text, &value) ? value : 0;
}

static void put_status(FILE *out, const gd_report_run *run)
{
	const gd_progress *p = &run->state.progress;
	int64_t epochs = integer_setting(run, "epochs"), patience = integer_setting(run, "early-stop");
	gd_lock_owner owner;
	const char *directory = run->options->directory;
	bool owned = gd_run_lock_read(directory, &owner) && gd_process_look(&owner.process) != GD_PROCESS_DEAD;
	fprintf(out, "<p id=\"status\"%s>", run->has_model && !owned ? "" : " class=\"notice\"");
	if (owned)
		gd_html_format(out, "The run is going on, since %s on %s: ", owner.since, owner.process.host);
	if (!run->has_state)
		gd_html_format(out, "%s no checkpoint yet. There is only what its configuration says.", owned ? "there is" : "There is");
	else if (p->epoch >= epochs && !owned)
		gd_html_format(out, "Finished: %" PRId64 " epochs, %" PRId64 " steps.", p->epoch, p->step);
	else if (patience > 0 && p->epochs_without_improvement >= patience)
		gd_html_format(out, "Finished: stopped early after %" PRId64 " of %" PRId64 " epochs, %" PRId64 " of them without a lower validation loss.", p->epoch, epochs, p->epochs_without_improvement);
	else
		gd_html_format(out, "%" PRId64 " of %" PRId64 " epochs are done, %" PRId64 " steps.%s", p->epoch, epochs, p->step,
			owned ? " Make the report again for newer figures." : " The run was stopped before its end, or goes on elsewhere; train --resume goes on where its checkpoint stands.");
	fputs("</p>\n", out);
}

static void put_keys(FILE *out, const gd_report_run *run)
{
	char value[64], remark[160];
	const gd_history *history = &run->history;
	const gd_progress *p = &run->state.progress;
	fputs("<dl class=\"key\">\n", out);
	if (run->scored) {
		gd_scores scores;
		gd_scores_of(&run->sums, &scores, NULL);
		snprintf(value, sizeof value, "%.2f %%", 100 * scores.accuracy);
		snprintf(remark, sizeof remark, "%.2f to %.2f, 95 %% interval, %" PRId64 " rows", 100 * scores.accuracy_low, 100 * scores.accuracy_high, scores.rows);
		const char *const names[] = {"accuracy on its training rows", "validation accuracy", "test accuracy"};
		put_key(out, names[run->scored_part], value, remark);
	}
	for (size_t i = 0; i < history->count && p->best_epoch > 0; i++)
		if (history->epochs[i].epoch == p->best_epoch) {
			snprintf(value, sizeof value, "%.4f", history->epochs[i].validation_loss);
			snprintf(remark, sizeof remark, "after epoch %" PRId64 ", accuracy %.4f", p->best_epoch, history->epochs[i].validation_accuracy);
			put_key(out, "lowest validation loss", value, remark);
		}
	const gd_calibration *c = &run->model.calibration;
	if (run->has_model && c->temperature > 0) {
		snprintf(value, sizeof value, "%.3f", c->temperature);
		if (isnan(c->after.log_loss))
			snprintf(remark, sizeof remark, "given");
		else
			snprintf(remark, sizeof remark, "fitted to the validation part: log-loss %.4f, before %.4f; calibration error %.4f, before %.4f", c->after.log_loss, c->before.log_loss,
				c->after.calibration_error, c->before.calibration_error);
		put_key(out, "temperature of its probabilities", value, remark);
	}
	if (history->count) {
		const gd_epoch_metrics *last = &history->epochs[history->count - 1];
		double seconds = 0;
		for (size_t i = 0; i < history->count; i++)
			seconds += history->epochs[i].seconds;
		snprintf(value, sizeof value, "%.4f", last->train_loss);
		snprintf(remark, sizeof remark, "epoch %" PRId64 ", accuracy %.4f", last->epoch, last->train_accuracy);
		put_key(out, "last training loss", value, remark);
		snprintf(value, sizeof value, seconds < 100 ? "%.2f s" : "%.0f s", seconds);
		const char *ranks = gd_report_provenance(run, "ranks");
		snprintf(remark, sizeof remark, "%zu epochs, ranks: %s", history->count, ranks ? ranks : "?");
		put_key(out, "time", value, remark);
	}
	if (run->has_state) {
		const gd_network_options *shape = gd_network_get_options(run->state.network);
		size_t used = (size_t)snprintf(remark, sizeof remark, "%d", shape->inputs);
		for (int l = 0; l < shape->hidden_count && used < sizeof remark - 32; l++)
			used += (size_t)snprintf(remark + used, sizeof remark - used, "-%d", shape->hidden[l]);
		used += (size_t)snprintf(remark + used, sizeof remark - used, "-%d", shape->classes);
		if (gd_network_members(run->state.network) > 1)
			snprintf(remark + used, sizeof remark - used, " in %d members", gd_network_members(run->state.network));
		snprintf(value, sizeof value, "%zu", gd_network_parameters(run->state.network));
		put_key(out, "parameters", value, remark);
	}
	fputs("</dl>\n", out);
}

void gd_report_summary(gd_report_page *page, const gd_report_run *run)
{
	FILE *out = page->out;
	fputs("<header><h1>Run ", out);
	gd_html_text(out, run->options->directory);
	fputs("</h1>\n<nav aria-label=\"sections\"><a href=\"#training\">training</a><a href=\"#time\">time</a><a href=\"#scores\">scores</a><a href=\"#data\">data</a><a href=\"#repeat\">repeat</a></nav></header>\n<main>\n", out);
	put_status(out, run);
	put_keys(out, run);
}

static void put_settings(FILE *out, const char *id, const char *title, const gd_setting *settings, size_t count, bool dataset)
{
	fputs("<details><summary>", out);
	gd_html_text(out, title);
	fprintf(out, "</summary>\n<div class=\"wide\"><table id=\"%s\">\n", id);
	for (size_t i = 0; i < count; i++)
		if (dataset || strncmp(settings[i].name, "dataset_", 8) != 0)
			gd_report_row(out, settings[i].name, "%s", *settings[i].value ? settings[i].value : "–");
	fputs("</table></div></details>\n", out);
}

static void put_code(FILE *out, const char *id, const char *before, void (*print)(FILE *, const gd_checkpoint *), const gd_checkpoint *checkpoint)
{
	char *text = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&text, &length);
	if (!memory)
		return;
	print(memory, checkpoint);
	if (fclose(memory) == 0 && length > 0) {
		fputs(before, out);
		fprintf(out, "<pre id=\"%s\">", id);
		gd_html_text(out, text);
		fputs("</pre>\n", out);
	}
	free(text);
}

void gd_report_repeat(gd_report_page *page, const gd_report_run *run)
{
	FILE *out = page->out;
	fputs("<section id=\"repeat\"><h2>How to get it again</h2>\n", out);
	if (run->has_state) {
		const gd_checkpoint *model = run->has_model ? &run->model : &run->state;
		/* The best model of a training is had by all of it. */
		gd_checkpoint whole = *model;
		whole.progress = run->state.progress;
		put_code(out, "command-preprocess", "<p>The dataset:</p>\n", gd_reproduce_print_preprocess, model);
		put_code(out, "command-train", "<p>The training, on any number of ranks (<code>mpirun -n N</code> or <code>srun</code> in front):</p>\n", gd_reproduce_print_train, &whole);
		if (model->command && *model->command) {
			fputs("<p>The command that was given (the last one, where the run was resumed):</p>\n<pre id=\"command-given\">", out);
			gd_html_text(out, model->command);
			fputs("</pre>\n", out);
		}
		const char *reduction = gd_report_setting(run, "reduction");
		fputs("<p>", out);
		if (reduction && strcmp(reduction, "exact"))
			gd_html_format(out, "The run summed with --reduction %s, so that the bits depend on the number of ranks.", reduction);
		else
			fputs("They give the same bits on any number of ranks and any processor, that is, a model with this hash:", out);
		fputs("</p>\n<p><code id=\"weights-sha256\">", out);
		gd_html_text(out, model->weights_sha256);
		fputs("</code></p>\n", out);
		put_settings(out, "configuration", "Configuration: every option in force", run->state.config, run->state.config_count, true);
		put_settings(out, "versions", "Program, libraries and machine", run->state.provenance, run->state.provenance_count, false);
	} else if (run->configuration) {
		fputs("<p>The configuration in force; <code>train --config</code> takes it:</p>\n<pre id=\"configuration\">", out);
		gd_html_text(out, run->configuration);
		fputs("</pre>\n", out);
	}
	fputs("</section>\n", out);
}
