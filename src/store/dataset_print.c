#include "gd/store/dataset_print.h"

#include <inttypes.h>
#include <math.h>

#include "gd/base/excerpt.h"

enum { NAME_WIDTH = 26, WIDEST_MATRIX = 14 };

void gd_dataset_print_classes(FILE *out, const gd_dataset_header *header)
{
	int classes = header->preprocessing.classes;
	fputs("\nrecords          train  validation        test\n", out);
	for (int i = 0; i < classes; i++) {
		fputs("  ", out);
		gd_print_padded(out, header->preprocessing.class_names[i], 8);
		fprintf(out, "  %10" PRId64 "  %10" PRId64 "  %10" PRId64 "\n", header->class_counts[GD_TRAIN * classes + i],
			header->class_counts[GD_VALIDATION * classes + i], header->class_counts[GD_TEST * classes + i]);
	}
	fprintf(out, "  total     %10" PRId64 "  %10" PRId64 "  %10" PRId64 "\n", header->rows[GD_TRAIN], header->rows[GD_VALIDATION], header->rows[GD_TEST]);
}

void gd_dataset_print_correlation(FILE *out, const gd_dataset_header *header, const bool *scalar)
{
	int features = header->preprocessing.features, shown[WIDEST_MATRIX], count = 0, numbers = 0;
	for (int i = 0; i < features; i++) {
		if (scalar[i] && count < WIDEST_MATRIX)
			shown[count++] = i;
		numbers += scalar[i];
	}
	if (count < 2)
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
		gd_print_padded(out, header->preprocessing.feature_names[shown[i]], NAME_WIDTH);
		for (int j = 0; j <= i; j++) {
			double value = header->correlation[(size_t)shown[i] * (size_t)features + (size_t)shown[j]];
			fprintf(out, " %5.2f", fabs(value) < 0.005 ? 0.0 : value);
		}
		fputc('\n', out);
	}
}
