/* The tables that `preprocess` shows. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gd/preprocess.h"

enum { NAME_WIDTH = 26, WIDEST_MATRIX = 14 };

/* `text` in `width` columns at least, cut at 48 bytes; counts characters, since printf counts bytes. */
static void put_name(FILE *out, const char *text, int width)
{
	char room[GD_EXCERPT_ROOM];
	int characters = 0;
	for (const char *byte = gd_excerpt(text, room); *byte; byte++)
		characters += ((unsigned char)*byte & 0xC0) != 0x80;
	fprintf(out, "%s%*s", room, characters < width ? width - characters : 0, "");
}

void gd_preprocess_print_decisions(FILE *out, const gd_inference *inference)
{
	fprintf(out, "columns, as inferred from %" PRId64 " records (a schema file can say otherwise)\n", inference->records);
	for (int i = 0; i < inference->count; i++) {
		const gd_inference_column *column = &inference->columns[i];
		fputs("  ", out);
		put_name(out, *column->name ? column->name : "(no name)", NAME_WIDTH);
		fprintf(out, "  %-11s  %s", gd_role_names[column->role], column->why);
		if (column->missing && column->role != GD_ROLE_DROP)
			fprintf(out, ", %" PRId64 " missing", column->missing);
		fputc('\n', out);
	}
}

void gd_preprocess_print_classes(FILE *out, const gd_dataset_header *header)
{
	int classes = header->preprocessing.classes;
	fputs("\nrecords          train  validation        test\n", out);
	for (int i = 0; i < classes; i++) {
		fputs("  ", out);
		put_name(out, header->preprocessing.class_names[i], 8);
		fprintf(out, "  %10" PRId64 "  %10" PRId64 "  %10" PRId64 "\n", header->class_counts[GD_TRAIN * classes + i],
			header->class_counts[GD_VALIDATION * classes + i], header->class_counts[GD_TEST * classes + i]);
	}
	fprintf(out, "  total     %10" PRId64 "  %10" PRId64 "  %10" PRId64 "\n", header->rows[GD_TRAIN], header->rows[GD_VALIDATION], header->rows[GD_TEST]);
}

void gd_preprocess_print_correlation(FILE *out, const gd_dataset_header *header, const bool *scalar)
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
		put_name(out, header->preprocessing.feature_names[shown[i]], NAME_WIDTH);
		for (int j = 0; j <= i; j++) {
			double value = header->correlation[(size_t)shown[i] * (size_t)features + (size_t)shown[j]];
			fprintf(out, " %5.2f", fabs(value) < 0.005 ? 0.0 : value);
		}
		fputc('\n', out);
	}
}

void gd_preprocess_print_audit(FILE *out, const gd_schema *schema, const char *split, const gd_audit *audits)
{
	if (!schema->group_count)
		return;
	fprintf(out, "leak audit of the %s split: test records whose group also has training records; groups of several classes;\n"
		"the accuracy that these conflicts alone allow\n  %-*s %9s  %-24s %9s  %7s\n", split, NAME_WIDTH, "group", "groups", "shared test records", "conflicts", "ceiling");
	for (int i = 0; i < schema->group_count; i++) {
		const gd_audit *audit = &audits[i];
		char shared[64];
		snprintf(shared, sizeof shared, "%" PRId64 " of %" PRId64 " (%.1f%%)", audit->shared_test_rows, audit->test_rows,
			audit->test_rows ? 100.0 * (double)audit->shared_test_rows / (double)audit->test_rows : 0.0);
		fputs("  ", out);
		put_name(out, schema->columns[schema->groups[i]], NAME_WIDTH);
		fprintf(out, " %9" PRId64 "  %-24s %9" PRId64 "  %7.4f\n", audit->groups, shared, audit->conflicting_groups, audit->ceiling);
	}
}
