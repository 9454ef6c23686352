#include "gd/preprocess/preprocess_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/parse.h"
#include "gd/base/shell_word.h"
#include "gd/preprocess/preprocess_join.h"
#include "gd/preprocess/preprocess_open.h"
#include "gd/preprocess/preprocess_schema.h"
#include "gd/preprocess/preprocess_test.h"
#include "gd/schema/target.h"
#include "gd/value/spelling.h"

/* Each rank's records have numbers of their own until it is known how many there are in front of them; for inference that will do. */
enum { RANK_SHIFT = 40 };

static gd_table_source *source_of(const gd_preprocess *run, void **context)
{
	*context = run->options->source ? run->options->source_context : run->arrays ? (void *)run->arrays : run->table;
	return run->options->source ? run->options->source : run->arrays ? gd_array_table_deliver : gd_table_deliver;
}

/* Lines that are the header again, and quotes that enclose nothing, in columns that mean something. */
static void warn_of_readings(const gd_preprocess *run)
{
	const int64_t *lines = run->loose + run->recipe.schema.column_count, *at = run->loose_line + run->recipe.schema.column_count;
	const int64_t headers = lines[GD_LINE_HEADER], footers = lines[GD_LINE_FOOTER], foreign = lines[GD_LINE_FOREIGN], shorter = lines[GD_LINE_SHORT];
	const gd_schema *schema = &run->recipe.schema;
	char room[GD_EXCERPT_ROOM];
	if (headers)
		gd_log_warning("%lld %s the header again, %s line %lld, and %s left out", (long long)headers, gd_plural(headers, "line is", "lines are"), gd_plural(headers, "in", "the first in"), (long long)at[GD_LINE_HEADER], gd_plural(headers, "is", "are"));
	if (footers)
		gd_log_warning("%lld %s behind the last record, %s line %lld, %s left out: %s fewer fields than the header, as footers do", (long long)footers, gd_plural(footers, "line", "lines"), gd_plural(footers, "in", "the first in"),
			(long long)at[GD_LINE_FOOTER], gd_plural(footers, "is", "are"), gd_plural(footers, "it has", "they have"));
	if (foreign)
		gd_log_warning("%lld %s not UTF-8, unlike the rest, %s line %lld: fields like that are read as Windows-1252 (--charset says otherwise)", (long long)foreign, gd_plural(foreign, "record is", "records are"),
			gd_plural(foreign, "in", "the first in"), (long long)at[GD_LINE_FOREIGN]);
	if (shorter)
		gd_log_warning("%lld %s fewer fields than the header, %s line %lld: %s empty ones in their place, as spreadsheets leave them out", (long long)shorter, gd_plural(shorter, "record has", "records have"),
			gd_plural(shorter, "in", "the first in"), (long long)at[GD_LINE_SHORT], gd_plural(shorter, "it has", "they have"));
	for (int i = 0; i < schema->column_count; i++) {
		int64_t count = run->loose[i], line = run->loose_line[i];
		if (count)
			gd_log_warning("%lld %s of column '%s' %s a quote that encloses nothing, %s line %lld: it is read as a character (--quote says otherwise)", (long long)count, gd_plural(count, "value", "values"),
				gd_excerpt(schema->columns[i], room), gd_plural(count, "holds", "hold"), gd_plural(count, "in", "the first in"), (long long)line);
	}
}

static gd_status read_rows(gd_preprocess *run)
{
	const gd_preprocess_options *options = run->options;
	void *context;
	gd_table_source *source = source_of(run, &context);
	gd_status status = gd_ok();
	gd_preprocess_divide(run, 0);
	gd_preprocess_begin_meter(run, "reading the records");
	status = gd_rows_read(&run->rows, &run->recipe, &run->spill, options->split_column, source, context, run->header.source_sha256);
	gd_meter_end(&run->meter);
	status = gd_preprocess_join_rows(run, &status);
	if (status.code == GD_BAD_DATA && !options->schema && !options->target && strstr(status.message, "it has no column")) {
		/* Which columns there are is no help here. */
		const char *list = strstr(status.message, "; its columns are");
		return gd_error(GD_BAD_DATA, "%.*s; without --schema or --target a table of songs is expected", (int)(list ? (size_t)(list - status.message) : strlen(status.message)), status.message);
	}
	if (gd_failed(&status))
		return status;
	warn_of_readings(run);
	if (run->together || run->arrays)
		memcpy(run->header.source_sha256, run->source_sha256, sizeof run->header.source_sha256);
	if (!run->rows.read)
		return gd_preprocess_name_table(run, gd_error(GD_BAD_DATA, "it has a header but no records"));
	if (run->rows.unlabelled == run->rows.read)
		return gd_preprocess_name_table(run, gd_error(GD_BAD_DATA, "none of its %lld %s has a label", (long long)run->rows.read, gd_plural(run->rows.read, "record", "records")));
	if (!run->records)
		return gd_preprocess_name_table(run, gd_error(GD_BAD_DATA, "each of its %lld %s misses a value in a column that the schema names", (long long)run->rows.read, gd_plural(run->rows.read, "record", "records")));
	return gd_ok();
}

static gd_status check_target(gd_preprocess *run)
{
	const gd_schema *schema = &run->recipe.schema;
	gd_target target = {.column = schema->columns[schema->target], .values = run->records, .without = run->rows.unlabelled, .numbers = true};
	for (int32_t i = 0; i < schema->classes.count && i < run->rows.frequency_room; i++)
		target.distinct += run->rows.frequency[i] > 0;
	for (int32_t i = 0; i < schema->classes.count; i++) {
		double value = 0;
		target.numbers = gd_parse_double(schema->classes.texts[i], &value) && target.numbers;
		target.fractional = target.fractional || value != floor(value);
	}
	return gd_preprocess_name_table(run, gd_target_check(&target));
}

/* Labels that look like one class in several spellings, and words that mean "no value" elsewhere. */
static gd_status warn_of_classes(const gd_dictionary *classes)
{
	char text[GD_ALIKE_ROOM], word[GD_SHELL_WORD_ROOM];
	gd_status status = gd_target_alike(classes, text);
	if (!gd_failed(&status) && *text)
		gd_log_warning("classes look like one: %s; --join-classes joins them", text);
	for (int32_t i = 0; i < classes->count; i++)
		if (gd_spelling_gap(classes->texts[i]))
			gd_log_warning("'%s' is taken for a class; if it means that there is no label: --missing-values %s", classes->texts[i], gd_shell_word(classes->texts[i], word));
	return status;
}

gd_status gd_preprocess_read(gd_preprocess *run)
{
	gd_schema schema;
	void *context;
	gd_table_source *source = source_of(run, &context);
	gd_preprocess_divide(run, (int64_t)run->communicator->rank << RANK_SHIFT);
	run->communicator->phase = "reading the table";
	gd_status status = gd_preprocess_choose_schema(run, source, context, &schema);
	if (!gd_failed(&status))
		status = gd_recipe_init(&run->recipe, &schema);
	else
		gd_schema_release(&schema);
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = read_rows(run);
	if (!gd_failed(&status))
		status = check_target(run);
	bool learns = run->recipe.schema.learns_classes;
	run->rows.together = run->together;
	if (!gd_failed(&status))
		status = gd_rows_fit_classes(&run->rows);
	if (!gd_failed(&status) && learns)
		status = warn_of_classes(&run->recipe.schema.classes);
	status = gd_agree(run->communicator, &status);
	run->rows.spares_labels = learns;
	if (!gd_failed(&status) && run->options->test_count)
		status = gd_preprocess_read_tests(run);
	return status;
}
