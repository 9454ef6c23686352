#include "gd/score/score_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/memory.h"

enum { NAME_WIDTH = 14 };

/* Bytes of a UTF-8 text that fill at most `columns` characters. */
static int fitting_bytes(const char *text, int columns)
{
	int bytes = 0;
	for (; text[bytes]; bytes++)
		if ((text[bytes] & 0xc0) != 0x80 && columns-- == 0)
			break;
	return bytes;
}

static int characters(const char *text)
{
	int count = 0;
	for (; *text; text++)
		count += (*text & 0xc0) != 0x80;
	return count;
}

static void print_name(FILE *out, const char *name, int width, int left)
{
	int shown = characters(name) < width ? characters(name) : width;
	if (!left)
		fprintf(out, "%*s", width - shown, "");
	/* A class may be named with a line break, which would break the table, or a terminal's control characters. */
	for (int i = 0, bytes = fitting_bytes(name, width); i < bytes; i++)
		fputc((unsigned char)name[i] < 0x20 || name[i] == 0x7F ? ' ' : name[i], out);
	if (left)
		fprintf(out, "%*s", width - shown, "");
}

void gd_score_report_table(FILE *out, const gd_score_sums *sums, const gd_ranking *ranking, char *const *class_names)
{
	int classes = sums->classes;
	gd_scores s;
	gd_class_score *per_class = gd_allocate((size_t)classes, sizeof *per_class);
	gd_scores_of(sums, &s, per_class);
	fprintf(out, "rows %" PRId64 "  accuracy %.4f (95 %%: %.4f to %.4f)  balanced accuracy %.4f  macro F1 %.4f\n"
		"log-loss %.4f  Brier score %.4f  expected calibration error %.4f  ROC-AUC %.4f  average precision %.4f\n\n",
		s.rows, s.accuracy, s.accuracy_low, s.accuracy_high, s.balanced_accuracy, s.f1_macro,
		s.log_loss, s.brier, s.expected_calibration_error, ranking->roc_auc, ranking->average_precision);
	print_name(out, "class", NAME_WIDTH, 1);
	fprintf(out, " %9s %9s %9s %9s\n", "precision", "recall", "f1", "support");
	for (int c = 0; per_class && c < classes; c++) {
		print_name(out, class_names[c], NAME_WIDTH, 1);
		fprintf(out, " %9.4f %9.4f %9.4f %9" PRId64 "\n", per_class[c].precision, per_class[c].recall, per_class[c].f1, per_class[c].support);
	}
	fprintf(out, "\nconfusion matrix (rows: true, columns: predicted)\n%*s", NAME_WIDTH, "");
	for (int c = 0; c < classes; c++) {
		fputc(' ', out);
		print_name(out, class_names[c], 8, 0);
	}
	for (int truth = 0; truth < classes; truth++) {
		fputc('\n', out);
		print_name(out, class_names[truth], NAME_WIDTH, 1);
		for (int c = 0; c < classes; c++)
			fprintf(out, " %8" PRId64, sums->confusion[truth * classes + c]);
	}
	fputc('\n', out);
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

void gd_score_report_json(FILE *out, const gd_score_sums *sums, const gd_ranking *ranking, char *const *class_names)
{
	int classes = sums->classes;
	gd_scores s;
	gd_class_score *per_class = gd_allocate((size_t)classes, sizeof *per_class);
	gd_scores_of(sums, &s, per_class);
	fprintf(out, "{\"rows\": %" PRId64 ", ", s.rows);
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
		fprintf(out, "%s%" PRId64 "%s", i % classes ? ", " : i ? ", [" : "[", sums->confusion[i], i % classes == classes - 1 ? "]" : "");
	fputs("], \"per_class\": [", out);
	for (int c = 0; per_class && c < classes; c++) {
		fputs(c ? ", {\"class\": " : "{\"class\": ", out);
		print_json_string(out, class_names[c]);
		fprintf(out, ", \"precision\": %.17g, \"recall\": %.17g, \"f1\": %.17g, \"support\": %" PRId64 "}", per_class[c].precision, per_class[c].recall, per_class[c].f1, per_class[c].support);
	}
	fputs("]}\n", out);
	free(per_class);
}
