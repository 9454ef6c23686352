#include "gd/preprocess/preprocess_print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"

enum { NAME_WIDTH = 26, MOST_LINES = 20, MOST_WARNINGS = 6 };

static void print_decision(FILE *out, const gd_inference_column *column)
{
	char room[GD_EXCERPT_ROOM];
	fputs("  ", out);
	gd_print_padded(out, *column->name ? gd_shorten(column->name, NAME_WIDTH, room) : "(no name)", NAME_WIDTH);
	fprintf(out, "  %-11s  %s\n", gd_role_names[column->role], column->role == GD_ROLE_SCHEMA ? "as the schema says" : column->why);
}

/* Which columns have a line: all of roles that are few, and the first ones of those that are many. */
static void choose_lines(const gd_inference *inference, bool *shown)
{
	int of_role[GD_ROLES] = {0}, allowed[GD_ROLES] = {0}, left = MOST_LINES;
	for (int i = 0; i < inference->count; i++)
		of_role[inference->columns[i].role]++;
	for (bool more = true; left > 0 && more;) {
		more = false;
		for (int role = 0; role < GD_ROLES && left > 0; role++) {
			bool one = allowed[role] < of_role[role];
			allowed[role] += one;
			left -= one;
			more = more || one;
		}
	}
	for (int i = 0; i < inference->count; i++)
		shown[i] = allowed[inference->columns[i].role]-- > 0;
}

void gd_preprocess_print_decisions(FILE *out, const gd_inference *inference, bool all)
{
	int hidden[GD_ROLES] = {0}, more = 0;
	bool *shown = gd_allocate((size_t)inference->count, sizeof *shown);
	if (shown && !all && inference->count > MOST_LINES + 1)
		choose_lines(inference, shown);
	else if (shown)
		memset(shown, true, (size_t)inference->count * sizeof *shown);
	fprintf(out, "columns, as inferred from %" PRId64 " %s (--write-schema gives a file that can say otherwise)\n", inference->records, gd_plural(inference->records, "record", "records"));
	for (int i = 0; i < inference->count; i++) {
		if (!shown || shown[i]) {
			print_decision(out, &inference->columns[i]);
		} else {
			hidden[inference->columns[i].role]++;
			more++;
		}
	}
	free(shown);
	if (!more)
		return;
	fprintf(out, "  and %d more:", more);
	bool first = true;
	for (int role = 0; role < GD_ROLES; role++) {
		if (hidden[role]) {
			fprintf(out, "%s %d %s", first ? "" : ",", hidden[role], gd_role_names[role]);
			first = false;
		}
	}
	fputs(" (--verbose shows all)\n", out);
}

void gd_preprocess_warn_of_decisions(const gd_inference *inference, bool all)
{
	int warnings = 0;
	for (int i = 0; i < inference->count; i++)
		if (*inference->columns[i].warning && (warnings++ < MOST_WARNINGS || all))
			gd_log_warning("%s", inference->columns[i].warning);
	if (warnings > MOST_WARNINGS && !all)
		gd_log_warning("%d more %s; --verbose shows all", warnings - MOST_WARNINGS, gd_plural(warnings - MOST_WARNINGS, "column has a warning", "columns have warnings"));
}

void gd_preprocess_warn_of_oddities(const gd_recipe *recipe, bool all)
{
	char room[GD_EXCERPT_ROOM];
	int warnings = 0;
	for (int i = 0; i < recipe->schema.column_count; i++) {
		const gd_oddity *unseen = &recipe->oddities[i][GD_ODD_UNSEEN];
		if (unseen->count && (warnings++ < MOST_WARNINGS || all))
			gd_log_warning("%lld %s a value in column '%s' that has no feature; %s features of it are 0", (long long)unseen->count, gd_plural(unseen->count, "record has", "records have"),
				gd_excerpt(recipe->schema.columns[i], room), gd_plural(unseen->count, "its", "their"));
	}
	if (warnings > MOST_WARNINGS && !all)
		gd_log_warning("%d more %s values without a feature; --verbose shows all", warnings - MOST_WARNINGS, gd_plural(warnings - MOST_WARNINGS, "column has", "columns have"));
}

static void print_shared(char text[64], const gd_audit *audit)
{
	snprintf(text, 64, "%" PRId64 " of %" PRId64 " (%.1f%%)", audit->shared_test_rows, audit->test_rows,
		audit->test_rows ? 100.0 * (double)audit->shared_test_rows / (double)audit->test_rows : 0.0);
}

void gd_preprocess_print_audit(FILE *out, const gd_schema *schema, const char *split, const gd_audit *audits)
{
	char shared[64];
	if (!schema->group_count) {
		print_shared(shared, &audits[0]);
		if (audits[0].shared_test_rows)
			fprintf(out, "leak audit of the %s split: %s test records %s; --group COLUMN --split grouped keeps together what belongs together\n", split, shared,
				gd_plural(audits[0].shared_test_rows, "is a copy of a training record", "are copies of training records"));
		return;
	}
	fprintf(out, "leak audit of the %s split: test records whose group also has training records; groups of several classes;\n"
		"the accuracy that these conflicts alone allow\n  %-*s %9s  %-24s %9s  %7s\n", split, NAME_WIDTH, "group", "groups", "shared test records", "conflicts", "ceiling");
	for (int i = 0; i < schema->group_count; i++) {
		const gd_audit *audit = &audits[i];
		print_shared(shared, audit);
		fputs("  ", out);
		gd_print_padded(out, schema->columns[schema->groups[i]], NAME_WIDTH);
		fprintf(out, " %9" PRId64 "  %-24s %9" PRId64 "  %7.4f\n", audit->groups, shared, audit->conflicting_groups, audit->rows ? (double)audit->right / (double)audit->rows : 1);
	}
}
