#include "gd/store/dataset_print.h"

#include <inttypes.h>
#include <math.h>

#include "gd/base/excerpt.h"

enum { NAME_WIDTH = 26, WIDEST_MATRIX = 14, CLASS_WIDTH = 8, MOST_CLASSES = 12, FIRST_CLASSES = 8 };

static void print_counts(FILE *out, int64_t train, int64_t validation, int64_t test)
{
	fprintf(out, "  %10" PRId64 "  %10" PRId64 "  %10" PRId64 "\n", train, validation, test);
}

void gd_dataset_print_classes(FILE *out, const gd_dataset_header *header, bool all)
{
	int classes = header->preprocessing.classes, shown = all || classes <= MOST_CLASSES ? classes : FIRST_CLASSES;
	const int64_t *counts = header->class_counts;
	int64_t others[GD_PARTS] = {0};
	char room[GD_EXCERPT_ROOM];
	int width = CLASS_WIDTH;
	for (int i = 0; i < shown; i++) {
		const int needed = gd_text_width(gd_shorten(header->preprocessing.class_names[i], NAME_WIDTH, room));
		width = needed > width ? needed : width;
	}
	fputs("\nrecords", out);
	fprintf(out, "%*s%10s  %10s  %10s\n", width - 3, "", "train", "validation", "test");
	for (int i = 0; i < classes; i++) {
		for (int part = 0; part < GD_PARTS && i >= shown; part++)
			others[part] += counts[part * classes + i];
		if (i >= shown)
			continue;
		fputs("  ", out);
		gd_print_padded(out, gd_shorten(header->preprocessing.class_names[i], NAME_WIDTH, room), width);
		print_counts(out, counts[GD_TRAIN * classes + i], counts[GD_VALIDATION * classes + i], counts[GD_TEST * classes + i]);
	}
	if (shown < classes) {
		char more[32];
		snprintf(more, sizeof more, "%d more", classes - shown);
		fputs("  ", out);
		gd_print_padded(out, more, width);
		print_counts(out, others[GD_TRAIN], others[GD_VALIDATION], others[GD_TEST]);
	}
	fputs("  ", out);
	gd_print_padded(out, "total", width);
	print_counts(out, header->rows[GD_TRAIN], header->rows[GD_VALIDATION], header->rows[GD_TEST]);
}

void gd_dataset_print_correlation(FILE *out, const gd_dataset_header *header, const bool *scalar)
{
	char room[GD_EXCERPT_ROOM];
	int features = header->preprocessing.features, shown[WIDEST_MATRIX], count = 0, numbers = 0;
	for (int i = 0; i < features; i++) {
		if (scalar[i] && count < WIDEST_MATRIX)
			shown[count++] = i;
		numbers += scalar[i];
	}
	if (!header->correlation)
		fprintf(out, "\nno correlation: more than %d features\n", GD_MOST_CORRELATED);
	if (count < 2 || !header->correlation)
		return;
	fputs("\ncorrelation in the training part", out);
	if (numbers > count)
		fprintf(out, " (first %d of %d numeric features; all are in the file)", count, numbers);
	else if (features > count)
		fputs(" (numeric features; all are in the file)", out);
	fprintf(out, "\n  %*s", NAME_WIDTH + 3, "");
	for (int i = 0; i < count; i++)
		fprintf(out, " %5d", i + 1);
	fputc('\n', out);
	for (int i = 0; i < count; i++) {
		fprintf(out, "  %2d ", i + 1);
		gd_print_padded(out, gd_shorten(header->preprocessing.feature_names[shown[i]], NAME_WIDTH, room), NAME_WIDTH);
		for (int j = 0; j <= i; j++) {
			double value = header->correlation[(size_t)shown[i] * (size_t)features + (size_t)shown[j]];
			fprintf(out, " %5.2f", fabs(value) < 0.005 ? 0.0 : value);
		}
		fputc('\n', out);
	}
}
