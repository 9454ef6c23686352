#include "gd/score/score_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/memory.h"

/* A matrix of more classes would not fit on the screen. */
enum { NAME_WIDTH = 18, MOST_CLASSES = 11, WORST = 10, LINE_WIDTH = 110, NARROWEST = 8 };

/* Names of classes, of which one may hold a line break or a terminal's control characters. */
static void print_name(FILE *out, const char *name, int width, bool left)
{
	char room[GD_EXCERPT_ROOM];
	const int shown = gd_text_width(gd_shorten(name, width, room));
	if (left)
		fprintf(out, "%s%*s", room, width - shown, "");
	else
		fprintf(out, "%*s%s", width - shown, "", room);
}

/* Numbers of rows, or sums of their weights. */
static void print_amount(FILE *out, int width, double amount)
{
	fprintf(out, amount == floor(amount) ? " %*.0f" : " %*.6g", width, amount);
}

static void print_class(FILE *out, const char *name, const gd_class_score *score)
{
	print_name(out, name, NAME_WIDTH, true);
	fprintf(out, " %9.4f %9.4f %9.4f", score->precision, score->recall, score->f1);
	print_amount(out, 9, score->support);
	fputc('\n', out);
}

static int by_f1(const void *a, const void *b, void *context)
{
	const gd_class_score *scores = context;
	int left = *(const int *)a, right = *(const int *)b;
	double x = scores[left].f1, y = scores[right].f1;
	return x != y ? (x > y) - (x < y) : (left > right) - (left < right);
}

/* Of many classes those that are told worst. */
static void print_worst(FILE *out, const gd_class_score *per_class, int classes, char *const *class_names)
{
	int *order = gd_allocate((size_t)classes, sizeof *order), tested = 0;
	for (int c = 0; order && c < classes; c++)
		if (per_class[c].support > 0)
			order[tested++] = c;
	if (order)
		qsort_r(order, (size_t)tested, sizeof *order, by_f1, (void *)per_class);
	for (int i = 0; order && i < tested && i < WORST; i++)
		print_class(out, class_names[order[i]], &per_class[order[i]]);
	if (tested > WORST)
		fprintf(out, "(the %d of %d classes with the lowest f1; --json has all)\n", WORST, classes);
	free(order);
}

typedef struct confusion {
	double count;
	int truth, predicted;
} confusion;

static int by_count(const void *a, const void *b)
{
	const confusion *x = a, *y = b;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return x->truth != y->truth ? x->truth - y->truth : x->predicted - y->predicted;
}

/* Of many classes the most frequent confusions. */
static void print_confusions(FILE *out, const gd_score_sums *sums, char *const *class_names)
{
	confusion top[WORST + 1] = {{0}};
	for (int truth = 0; truth < sums->classes; truth++) {
		for (int c = 0; c < sums->classes; c++) {
			double count = truth == c ? 0 : gd_score_sums_cell(sums, truth, c);
			if (count <= top[WORST - 1].count)
				continue;
			top[WORST] = (confusion){count, truth, c};
			qsort(top, WORST + 1, sizeof *top, by_count);
			top[WORST] = (confusion){0};
		}
	}
	fputs("\nmost frequent confusions\n", out);
	print_name(out, "class", NAME_WIDTH, true);
	fputs("  predicted           rows\n", out);
	for (int i = 0; i < WORST && top[i].count > 0; i++) {
		print_name(out, class_names[top[i].truth], NAME_WIDTH, true);
		fputs("  ", out);
		print_name(out, class_names[top[i].predicted], NAME_WIDTH, true);
		print_amount(out, 9, top[i].count);
		fputc('\n', out);
	}
}

/* Of a column: what the longest name takes, where the screen has it. */
static int matrix_width(int classes, char *const *class_names)
{
	int room = (LINE_WIDTH - NAME_WIDTH) / classes - 1, width = NARROWEST;
	for (int c = 0; c < classes; c++) {
		const int letters = gd_text_width(class_names[c]);
		width = letters > width ? letters : width;
	}
	width = width < NAME_WIDTH ? width : NAME_WIDTH;
	return width <= room ? width : room > NARROWEST ? room : NARROWEST;
}

static void print_matrix(FILE *out, const gd_score_sums *sums, char *const *class_names)
{
	int classes = sums->classes, width = matrix_width(classes, class_names);
	fprintf(out, "\nconfusion matrix (rows: true, columns: predicted)\n%*s", NAME_WIDTH, "");
	for (int c = 0; c < classes; c++) {
		fputc(' ', out);
		print_name(out, class_names[c], width, false);
	}
	for (int truth = 0; truth < classes; truth++) {
		fputc('\n', out);
		print_name(out, class_names[truth], NAME_WIDTH, true);
		for (int c = 0; c < classes; c++)
			print_amount(out, width, gd_score_sums_cell(sums, truth, c));
	}
	fputc('\n', out);
}

void gd_score_report_table(FILE *out, const gd_score_sums *sums, const gd_ranking *ranking, char *const *class_names)
{
	int classes = sums->classes;
	gd_scores s;
	gd_class_score *per_class = gd_allocate((size_t)classes, sizeof *per_class);
	gd_scores_of(sums, &s, per_class);
	fprintf(out, "rows %" PRId64, s.rows);
	if (sums->weights)
		fprintf(out, " of weight %.6g", s.weight);
	fprintf(out, "  accuracy %.4f (95 %%: %.4f to %.4f)  balanced accuracy %.4f  macro F1 %.4f\n"
		"log-loss %.4f  Brier score %.4f  expected calibration error %.4f  ROC-AUC %.4f  average precision %.4f\n\n",
		s.accuracy, s.accuracy_low, s.accuracy_high, s.balanced_accuracy, s.f1_macro,
		s.log_loss, s.brier, s.expected_calibration_error, ranking->roc_auc, ranking->average_precision);
	print_name(out, "class", NAME_WIDTH, true);
	fprintf(out, " %9s %9s %9s %9s\n", "precision", "recall", "f1", "support");
	if (per_class && classes > MOST_CLASSES)
		print_worst(out, per_class, classes, class_names);
	for (int c = 0; per_class && c < classes && classes <= MOST_CLASSES; c++)
		print_class(out, class_names[c], &per_class[c]);
	if (classes > MOST_CLASSES)
		print_confusions(out, sums, class_names);
	else
		print_matrix(out, sums, class_names);
	free(per_class);
}

/* JSON knows no NaN. */
static void print_json_score(FILE *out, const char *name, double score)
{
	if (isnan(score))
		fprintf(out, "\"%s\": null, ", name);
	else
		fprintf(out, "\"%s\": %.17g, ", name, score);
}

static void print_json_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if (*c < 0x20)
			fprintf(out, "\\u%04x", *c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
}

static void print_json_importance(FILE *out, const gd_importance *importance)
{
	fputs(", \"importance\": [", out);
	for (int i = 0; i < importance->count; i++) {
		fputs(i ? ", {\"column\": " : "{\"column\": ", out);
		print_json_string(out, importance->columns[i].column);
		fprintf(out, ", \"accuracy\": %.17g, \"log_loss\": %.17g}", importance->columns[i].accuracy, importance->columns[i].log_loss);
	}
	fputs("]", out);
}

void gd_score_report_json(FILE *out, const gd_score_sums *sums, const gd_ranking *ranking, char *const *class_names)
{
	gd_score_report_json_with(out, sums, ranking, class_names, NULL);
}

void gd_score_report_json_with(FILE *out, const gd_score_sums *sums, const gd_ranking *ranking, char *const *class_names, const gd_importance *importance)
{
	int classes = sums->classes;
	gd_scores s;
	gd_class_score *per_class = gd_allocate((size_t)classes, sizeof *per_class);
	gd_scores_of(sums, &s, per_class);
	fprintf(out, "{\"rows\": %" PRId64 ", ", s.rows);
	if (sums->weights)
		print_json_score(out, "weight", s.weight);
	print_json_score(out, "accuracy", s.accuracy);
	fprintf(out, "\"accuracy_interval_95\": [%.17g, %.17g], ", s.accuracy_low, s.accuracy_high);
	print_json_score(out, "balanced_accuracy", s.balanced_accuracy);
	print_json_score(out, "f1_macro", s.f1_macro);
	print_json_score(out, "log_loss", s.log_loss);
	print_json_score(out, "brier", s.brier);
	print_json_score(out, "expected_calibration_error", s.expected_calibration_error);
	print_json_score(out, "roc_auc", ranking->roc_auc);
	print_json_score(out, "average_precision", ranking->average_precision);
	fputs("\"classes\": [", out);
	for (int c = 0; c < classes; c++) {
		fputs(c ? ", " : "", out);
		print_json_string(out, class_names[c]);
	}
	fputs("], \"confusion\": [", out);
	for (int i = 0; i < classes * classes; i++)
		fprintf(out, "%s%.17g%s", i % classes ? ", " : i ? ", [" : "[", gd_score_sums_cell(sums, i / classes, i % classes), i % classes == classes - 1 ? "]" : "");
	fputs("], \"per_class\": [", out);
	for (int c = 0; per_class && c < classes; c++) {
		fputs(c ? ", {\"class\": " : "{\"class\": ", out);
		print_json_string(out, class_names[c]);
		fprintf(out, ", \"precision\": %.17g, \"recall\": %.17g, \"f1\": %.17g, \"support\": %.17g}", per_class[c].precision, per_class[c].recall, per_class[c].f1, per_class[c].support);
	}
	fputs("]", out);
	if (importance)
		print_json_importance(out, importance);
	fputs("}\n", out);
	free(per_class);
}
