/* The tables that `preprocess` shows. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/preprocess/preprocess.h"

enum { NAME_WIDTH = 26 };

void gd_preprocess_print_decisions(FILE *out, const gd_inference *inference)
{
	fprintf(out, "columns, as inferred from %" PRId64 " records (a schema file can say otherwise)\n", inference->records);
	for (int i = 0; i < inference->count; i++) {
		const gd_inference_column *column = &inference->columns[i];
		fputs("  ", out);
		gd_print_padded(out, *column->name ? column->name : "(no name)", NAME_WIDTH);
		fprintf(out, "  %-11s  %s", gd_role_names[column->role], column->why);
		if (column->missing && column->role != GD_ROLE_DROP)
			fprintf(out, ", %" PRId64 " missing", column->missing);
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
		gd_print_padded(out, schema->columns[schema->groups[i]], NAME_WIDTH);
		fprintf(out, " %9" PRId64 "  %-24s %9" PRId64 "  %7.4f\n", audit->groups, shared, audit->conflicting_groups, audit->ceiling);
	}
}
