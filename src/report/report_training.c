/* The sections of a report that say how training went and where its time went. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"
#include "gd/base/parse.h"
#include "gd/report/html.h"
#include "gd/report/report_page.h"
#include "gd/run/reproduce.h"

enum { LISTED_EPOCHS = 60 };

static double value_of(const gd_epoch_metrics *epoch, size_t offset)
{
	return *(const double *)(const void *)((const char *)epoch + offset);
}

/* A number, or a dash where there is none. */
static void put_cell(FILE *out, const char *format, double value)
{
	char text[64] = "–";
	if (isfinite(value))
		snprintf(text, sizeof text, format, value);
	fprintf(out, "<td>%s</td>", text);
}

static void put_epochs(FILE *out, const gd_history *history, int64_t best)
{
	size_t count = history->count, listed = count < LISTED_EPOCHS ? count : LISTED_EPOCHS;
	fprintf(out, "<details%s><summary>%s</summary>\n<div class=\"wide\"><table id=\"epochs\"><caption>", count <= 12 ? " open" : "", "The figures, epoch by epoch");
	if (listed < count)
		gd_html_format(out, "%zu of %zu epochs, evenly spaced; all are in metrics.h5. ", listed, count);
	fputs("★: the lowest validation loss.</caption>\n<thead><tr><th>epoch</th><th>training loss</th><th>training accuracy</th><th>validation loss</th><th>validation accuracy</th>"
	      "<th>learning rate</th><th>gradient norm</th><th>seconds</th><th>samples/s</th></tr></thead>\n<tbody>\n", out);
	for (size_t i = 0; i < listed; i++) {
		const gd_epoch_metrics *m = &history->epochs[listed > 1 ? i * (count - 1) / (listed - 1) : 0];
		fprintf(out, "<tr><td>%" PRId64 "%s</td>", m->epoch, m->epoch == best ? " ★" : "");
		put_cell(out, "%.4f", m->train_loss);
		put_cell(out, "%.4f", m->train_accuracy);
		put_cell(out, "%.4f", m->validation_loss);
		put_cell(out, "%.4f", m->validation_accuracy);
		put_cell(out, "%.4g", m->learning_rate);
		put_cell(out, "%.4g", m->gradient_norm);
		put_cell(out, "%.3g", m->seconds);
		put_cell(out, "%.0f", m->samples_per_second);
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div></details>\n", out);
}

typedef struct curve {
	const char *id, *title, *y_label, *caption;
	bool logarithmic, from_zero;
	const char *names[2];
	size_t offsets[2];
	int count;
} curve;

#define AT(member) offsetof(gd_epoch_metrics, member)
static const curve learning_curves[] = {
	{"loss", "loss by epoch", "loss", "Loss: what was minimised on the training part, and the cross-entropy on the validation part.", false, false,
		{"training", "validation"}, {AT(train_loss), AT(validation_loss)}, 2},
	{"accuracy", "accuracy by epoch", "accuracy", "Accuracy. That of training is measured while the weights move and with dropout on, so it may lie below that of validation.", false, false,
		{"training", "validation"}, {AT(train_accuracy), AT(validation_accuracy)}, 2},
	{"rate", "learning rate by epoch", "learning rate", "Learning rate of each epoch's last step.", false, true, {"learning rate"}, {AT(learning_rate)}, 1},
	{"norm", "gradient norm by epoch", "gradient norm", "Norm of the gradient, mean over each epoch's steps, before clipping.", true, true, {"gradient norm"}, {AT(gradient_norm)}, 1},
};
static const curve time_curves[] = {
	{"seconds", "seconds by epoch", "seconds", "Time of each epoch, and of it what was spent waiting for other ranks and their data.", false, true,
		{"whole epoch", "communication"}, {AT(seconds), AT(communication_seconds)}, 2},
	{"speed", "training rows a second by epoch", "rows a second", "Training rows over the time of training steps and of the epoch's exchange.", false, true,
		{"rows a second"}, {AT(samples_per_second)}, 1},
};
#undef AT

static void put_curves(gd_report_page *page, const gd_history *history, const curve *curves, size_t count)
{
	double *numbers = gd_allocate(3 * history->count, sizeof *numbers);
	if (!numbers)
		return;
	for (size_t i = 0; i < history->count; i++)
		numbers[i] = (double)history->epochs[i].epoch;
	fputs("<div class=\"plots\">\n", page->out);
	for (size_t c = 0; c < count; c++) {
		gd_plot plot = {.id = curves[c].id, .title = curves[c].title, .x_label = "epoch", .y_label = curves[c].y_label, .count = history->count, .x = numbers,
			.logarithmic = curves[c].logarithmic, .from_zero = curves[c].from_zero};
		for (int s = 0; s < curves[c].count; s++) {
			double *y = numbers + (size_t)(s + 1) * history->count;
			bool any = false;
			for (size_t i = 0; i < history->count; i++) {
				y[i] = value_of(&history->epochs[i], curves[c].offsets[s]);
				any = any || isfinite(y[i]);
			}
			if (any)
				plot.series[plot.series_count++] = (gd_plot_series){curves[c].names[s], y};
		}
		gd_report_plot(page, &plot, curves[c].caption);
	}
	fputs("</div>\n", page->out);
	free(numbers);
}

void gd_report_training(gd_report_page *page, const gd_report_run *run)
{
	FILE *out = page->out;
	const gd_history *history = &run->history;
	bool validated = false;
	fputs("<section id=\"training\"><h2>How training went</h2>\n", out);
	if (history->count == 0) {
		fputs("<p class=\"notice\">No epoch is finished yet: there are no curves.</p></section>\n", out);
		return;
	}
	for (size_t i = 0; i < history->count; i++)
		validated = validated || isfinite(history->epochs[i].validation_loss);
	if (!validated)
		fputs("<p class=\"notice\">The dataset has no validation part: the curves show training alone, and the model kept is that of the last epoch.</p>\n", out);
	put_curves(page, history, learning_curves, sizeof learning_curves / sizeof *learning_curves);
	put_epochs(out, history, run->has_state ? run->state.progress.best_epoch : 0);
	fputs("</section>\n", out);
}

/* Rows of an epoch's steps; 0 if it is not known. */
static double rows_of_epoch(const gd_report_run *run)
{
	int classes = run->has_state ? run->state.preprocessing.classes : 0;
	int64_t rows = 0, batch = 0, *by_class = gd_allocate(3 * (size_t)classes, sizeof *by_class);
	const char *size = gd_report_setting(run, "batch-size"), *drop = gd_report_setting(run, "drop-last");
	if (run->dataset)
		rows = gd_dataset_get_header(run->dataset)->rows[GD_TRAIN];
	else if (by_class && classes && gd_reproduce_class_rows(&run->state, by_class))
		for (int c = 0; c < classes; c++)
			rows += by_class[c];
	free(by_class);
	if (drop && !strcmp(drop, "on") && size && gd_parse_int64(size, &batch) && batch > 0)
		rows -= rows % batch;
	return (double)rows;
}

static void put_share(FILE *out, const char *name, const char *what, double seconds, double all)
{
	double share = all > 0 ? seconds / all : 0;
	fprintf(out, "<tr><th scope=\"row\">%s</th><td>%.2f</td><td>%.1f %%</td><td class=\"text\"><span class=\"share\" style=\"--w:%.3f\"></span></td><td class=\"long\">%s</td></tr>\n", name, seconds, 100 * share,
		share, what);
}

void gd_report_time(gd_report_page *page, const gd_report_run *run)
{
	FILE *out = page->out;
	const gd_history *history = &run->history;
	if (history->count == 0)
		return;
	double all = 0, communication = 0, steps = 0, rows = rows_of_epoch(run);
	for (size_t i = 0; i < history->count; i++) {
		const gd_epoch_metrics *m = &history->epochs[i];
		all += m->seconds;
		communication += m->communication_seconds;
		steps += m->samples_per_second > 0 ? rows / m->samples_per_second : 0;
	}
	fputs("<section id=\"time\"><h2>Where the time went</h2>\n<div class=\"wide\"><table><caption>", out);
	gd_html_format(out, "%zu epoch%s, as rank 0 saw them", history->count, history->count > 1 ? "s" : "");
	fputs("</caption>\n<thead><tr><th class=\"text\">spent on</th><th>seconds</th><th>share</th><th></th><th class=\"text\">what that is</th></tr></thead>\n<tbody>\n", out);
	if (steps > 0) {
		put_share(out, "computing", "training steps and the epoch's exchange of rows, without waiting", fmax(steps - communication, 0), all);
		put_share(out, "communication", "waiting for other ranks and their data", communication, all);
		put_share(out, "the rest", "validation, and writing the best model", fmax(all - steps, 0), all);
	} else {
		put_share(out, "communication", "waiting for other ranks and their data", communication, all);
		put_share(out, "the rest", "training steps, validation, and writing the best model", fmax(all - communication, 0), all);
	}
	put_share(out, "all epochs", "without start, end and checkpoints in between", all, all);
	fputs("</tbody></table></div>\n", out);
	put_curves(page, history, time_curves, sizeof time_curves / sizeof *time_curves);
	fputs("</section>\n", out);
}
