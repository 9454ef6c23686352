/* What a report draws of the probabilities: ROC curves, and accuracy by confidence. */
#include <math.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/report/report_page.h"

enum { STEPS = 100 };

typedef struct scored_row {
	float probability;
	double inside, outside; /* its weight, or none */
} scored_row;

static int descending(const void *a, const void *b)
{
	float left = ((const scored_row *)a)->probability, right = ((const scored_row *)b)->probability;
	return (left < right) - (left > right);
}

/* recall [STEPS + 1] at false-positive rates 0, 1/STEPS ... 1, straight lines between thresholds; NaN where the class or the rest has no rows. */
static void trace(const gd_score_rows *rows, int classes, int class, scored_row *sorted, double *recall)
{
	double inside = 0, outside = 0, found = 0, wrong = 0;
	for (int64_t r = 0; r < rows->count; r++) {
		double weight = rows->weights ? (double)rows->weights[r] : 1;
		sorted[r] = (scored_row){rows->probabilities[r * classes + class], rows->labels[r] == class ? weight : 0, rows->labels[r] == class ? 0 : weight};
		inside += sorted[r].inside;
		outside += sorted[r].outside;
	}
	qsort(sorted, (size_t)rows->count, sizeof *sorted, descending);
	int step = 0;
	for (int64_t r = 0; r < rows->count;) {
		double before_found = found, before_wrong = wrong;
		for (float p = sorted[r].probability; r < rows->count && sorted[r].probability == p; r++) {
			found += sorted[r].inside;
			wrong += sorted[r].outside;
		}
		for (; step <= STEPS && wrong > before_wrong && step * outside <= wrong * STEPS; step++)
			recall[step] = (before_found + (found - before_found) * (step * outside / STEPS - before_wrong) / (wrong - before_wrong)) / inside;
	}
	for (; step <= STEPS; step++)
		recall[step] = inside > 0 && outside > 0 ? 1 : NAN;
}

static void put_roc(gd_report_page *page, const gd_report_run *run)
{
	const gd_score_rows *rows = run->sums.rows;
	int classes = run->sums.classes, first = classes == 2, drawn = classes - first < GD_PLOT_SERIES ? classes - first : GD_PLOT_SERIES - 1;
	double *values = gd_allocate((size_t)(drawn + 1) * (STEPS + 1), sizeof *values);
	scored_row *sorted = gd_allocate((size_t)rows->count, sizeof *sorted);
	gd_plot plot = {.id = "roc", .title = "Recall of each class at each false-positive rate", .x_label = "false-positive rate", .y_label = "recall",
		.count = STEPS + 1, .x = values, .from_zero = true, .series_count = drawn};
	for (int i = 0; values && i <= STEPS; i++)
		values[i] = (double)i / STEPS;
	for (int c = 0; values && sorted && c < drawn; c++) {
		double *recall = values + (size_t)(c + 1) * (STEPS + 1);
		trace(rows, classes, first + c, sorted, recall);
		plot.series[c] = (gd_plot_series){run->state.preprocessing.class_names[first + c], recall};
	}
	if (values && sorted && !isnan(run->ranking.roc_auc))
		gd_report_plot(page, &plot, drawn < classes - first ? "ROC curves, each class against the rest; the first classes alone." : "ROC curves, each class against the rest: the higher to the left, the better; a guess lies on the diagonal.");
	free(sorted);
	free(values);
}

static void put_reliability(gd_report_page *page, const gd_report_run *run)
{
	double confidence[GD_CALIBRATION_BINS], accuracy[GD_CALIBRATION_BINS];
	size_t count = 0;
	for (int b = 0; b < GD_CALIBRATION_BINS; b++) {
		double rows = gd_score_sums_bin(&run->sums, b, false);
		if (rows == 0)
			continue;
		confidence[count] = gd_wide_sum_value(&run->sums.bin_confidence[b]) / rows;
		accuracy[count++] = gd_score_sums_bin(&run->sums, b, true) / rows;
	}
	const gd_plot plot = {.id = "reliability", .title = "Accuracy of the rows of each confidence", .x_label = "mean confidence of the bin", .y_label = "share",
		.count = count, .x = confidence, .from_zero = true, .series_count = 2, .series = {{"accuracy", accuracy}, {"as it should be", confidence}}};
	gd_report_plot(page, &plot, "Calibration: where the model is as sure as it is right, the two curves agree.");
}

void gd_report_curves(gd_report_page *page, const gd_report_run *run)
{
	fputs("<div class=\"plots\">\n", page->out);
	put_roc(page, run);
	put_reliability(page, run);
	fputs("</div>\n", page->out);
}
