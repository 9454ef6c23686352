/* The section of a report that says how good the model is. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "gd/base/memory.h"
#include "gd/report/html.h"
#include "gd/report/report_page.h"

/* A confusion matrix of more classes is left to `evaluate --json`. */
enum { MOST_CLASSES = 40 };

static void put_class_table(FILE *out, const gd_report_run *run, const gd_class_score *per_class)
{
	char **names = run->state.preprocessing.class_names;
	fputs("<h3>Class by class</h3>\n<div class=\"wide\"><table id=\"classes\"><caption>Precision: of the rows given this class, how many are of it. Recall: of the rows of this class, how many were "
	      "found. F1: their harmonic mean.</caption>\n<thead><tr><th class=\"text\">class</th><th>precision</th><th>recall</th><th>F1</th><th>rows</th></tr></thead>\n<tbody>\n", out);
	for (int c = 0; c < run->sums.classes; c++) {
		fputs("<tr><th scope=\"row\">", out);
		gd_html_excerpt(out, names[c], 40);
		fprintf(out, "</th><td>%.4f</td><td>%.4f</td><td>%.4f</td><td>%.10g</td></tr>\n", per_class[c].precision, per_class[c].recall, per_class[c].f1, per_class[c].support);
	}
	fputs("</tbody></table></div>\n", out);
}

static void put_confusion(FILE *out, const gd_report_run *run)
{
	char **names = run->state.preprocessing.class_names;
	int classes = run->sums.classes;
	fputs("<h3>Confusion matrix</h3>\n", out);
	if (classes > MOST_CLASSES) {
		fprintf(out, "<p class=\"notice\">%d classes are too many for a page; <code>genre-dist evaluate --json</code> prints the matrix.</p>\n", classes);
		return;
	}
	fputs("<div class=\"wide\"><table class=\"heat\" id=\"confusion\"><caption>Rows: the true class; columns: the predicted one. Counts, and shares of the row; what is right is framed.</caption>\n"
	      "<thead><tr><th class=\"text\">true \\ predicted</th>", out);
	for (int c = 0; c < classes; c++) {
		fputs(classes > 12 ? "<th class=\"turn\"><span>" : "<th>", out);
		gd_html_excerpt(out, names[c], 24);
		fputs(classes > 12 ? "</span></th>" : "</th>", out);
	}
	fputs("</tr></thead>\n<tbody>\n", out);
	for (int truth = 0; truth < classes; truth++) {
		double all = 0;
		for (int c = 0; c < classes; c++)
			all += gd_score_sums_cell(&run->sums, truth, c);
		fputs("<tr><th scope=\"row\">", out);
		gd_html_excerpt(out, names[truth], 24);
		fputs("</th>", out);
		for (int c = 0; c < classes; c++) {
			double cell = gd_score_sums_cell(&run->sums, truth, c), share = all > 0 ? cell / all : 0;
			fprintf(out, "<td class=\"w%s\" style=\"--a:%.2f\">%.10g<small>%.0f %%</small></td>", c == truth ? " hit" : "", 0.75 * share, cell, 100 * share);
		}
		fputs("</tr>\n", out);
	}
	fputs("</tbody></table></div>\n", out);
}

void gd_report_scores(gd_report_page *page, const gd_report_run *run)
{
	FILE *out = page->out;
	fputs("<section id=\"scores\"><h2>How good the model is</h2>\n", out);
	if (!run->scored) {
		fputs("<p class=\"notice\" id=\"no-scores\">No scores and no confusion matrix: ", out);
		gd_html_text(out, run->no_dataset);
		fputs(".</p>\n", out);
		if (run->has_state && run->state.progress.best_epoch > 0)
			gd_html_format(out, "What the checkpoint knows: the lowest validation loss was %.4f, after epoch %" PRId64 ".", run->state.progress.best_validation_loss, run->state.progress.best_epoch);
		fputs("</section>\n", out);
		return;
	}
	gd_scores scores;
	gd_class_score *per_class = gd_allocate((size_t)run->sums.classes, sizeof *per_class);
	gd_scores_of(&run->sums, &scores, per_class);
	fputs("<p>", out);
	gd_html_format(out, "%s on the %" PRId64 " rows of the dataset's %s part", run->scored_model, scores.rows, gd_part_names[run->scored_part]);
	if (run->scored_part == GD_TEST)
		fputs(", which training has not seen:</p>\n", out);
	else
		gd_html_format(out, " (there is no test part), which %s:", run->scored_part == GD_VALIDATION ? "chose the model, so that the figures flatter it" : "it was trained on, so that the figures say little");
	fputs(run->scored_part == GD_TEST ? "" : "</p>\n", out);
	fputs("<div class=\"wide\"><table>\n", out);
	gd_report_row(out, "accuracy", "%.4f (95 %% interval %.4f to %.4f)", scores.accuracy, scores.accuracy_low, scores.accuracy_high);
	gd_report_row(out, "balanced accuracy", "%.4f: mean recall of the classes", scores.balanced_accuracy);
	gd_report_row(out, "macro F1", "%.4f", scores.f1_macro);
	gd_report_row(out, "log-loss", "%.4f", scores.log_loss);
	gd_report_row(out, "Brier score", "%.4f: mean squared distance of the probabilities from the truth", scores.brier);
	gd_report_row(out, "ROC-AUC", isnan(run->ranking.roc_auc) ? "not defined: a part without one of the classes" : "%.4f", run->ranking.roc_auc);
	gd_report_row(out, "average precision", isnan(run->ranking.average_precision) ? "not defined: a part without one of the classes" : "%.4f", run->ranking.average_precision);
	gd_report_row(out, "calibration error", "%.4f: expected, over %d bins of confidence", scores.expected_calibration_error, GD_CALIBRATION_BINS);
	fputs("</table></div>\n", out);
	fputs(run->sums.classes <= 12 ? "<div class=\"plots\"><div>\n" : "<div><div>\n", out);
	put_confusion(out, run);
	fputs("</div><div>\n", out);
	if (per_class)
		put_class_table(out, run, per_class);
	fputs("</div></div>\n", out);
	gd_report_curves(page, run);
	gd_report_importance(page, run);
	free(per_class);
	fputs("</section>\n", out);
}
