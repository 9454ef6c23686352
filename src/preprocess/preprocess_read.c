/* The first stage of `preprocess`: which columns mean what, and the records in memory. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/parse.h"
#include "gd/preprocess/preprocess_run.h"
#include "gd/table/inference.h"
#include "gd/table/shipped.h"
#include "gd/table/target.h"

static gd_status read_csv(void *context, const gd_table_reader *reader, char sha256[65])
{
	return gd_table_read(((const gd_preprocess_options *)context)->input, reader, sha256);
}

static gd_table_source *source_of(const gd_preprocess_options *options, void **context)
{
	*context = options->source ? options->source_context : (void *)options;
	return options->source ? options->source : read_csv;
}

/* What the options say holds for every column. */
static gd_status choose_encoding(const gd_preprocess_options *options, gd_schema *schema)
{
	if (options->encoding)
		gd_schema_set_encoding(schema, *options->encoding, options->bins);
	else if (options->bins)
		for (int i = -1; i < schema->encoding_count; i++) {
			gd_column_encoding *encoding = i < 0 ? &schema->encoding : &schema->encodings[i];
			if (encoding->kind != GD_ENCODE_STANDARD)
				encoding->bins = options->bins;
		}
	bool binned = schema->encoding.kind != GD_ENCODE_STANDARD;
	for (int i = 0; i < schema->encoding_count; i++)
		binned = binned || schema->encodings[i].kind != GD_ENCODE_STANDARD;
	if (options->bins && !binned)
		return gd_error(GD_USAGE, "--bins goes with --encoding piecewise-linear or quantile");
	return gd_ok();
}

/* The columns' meaning: from a file, from the data, or the shipped one. */
static gd_status choose_schema(gd_preprocess *run, gd_schema *schema)
{
	const gd_preprocess_options *options = run->options;
	void *context, *text;
	gd_table_source *source = source_of(options, &context);
	gd_status status;
	size_t size;
	*schema = (gd_schema){.target = -1};
	if (options->schema) {
		status = gd_file_read(options->schema, GD_USAGE, &text, &size);
		if (gd_failed(&status))
			return status;
		char *whole = gd_allocate(size + 1, 1);
		if (whole && size)
			memcpy(whole, text, size);
		free(text);
		if (!whole)
			return gd_out_of_memory("a schema");
		status = gd_schema_read(whole, options->schema, GD_USAGE, schema);
		free(whole);
	} else if (options->target) {
		gd_inference inference;
		status = gd_inference_read(&inference, options->input, source, context, options->target, options->group, options->split_column);
		if (gd_failed(&status))
			return status;
		if (options->out)
			gd_preprocess_print_decisions(options->out, &inference);
		memcpy(run->inferred_sha256, inference.sha256, sizeof run->inferred_sha256);
		*schema = inference.schema;
		inference.schema = (gd_schema){.target = -1};
		gd_inference_release(&inference);
	} else {
		gd_log_detail("columns are those of the shipped song schema");
		status = gd_schema_read(gd_shipped_schema, "the shipped song schema", GD_USAGE, schema);
	}
	if (!gd_failed(&status) && options->target)
		status = gd_schema_set_target(schema, options->target);
	if (!gd_failed(&status) && options->group)
		status = gd_schema_set_group(schema, options->group);
	if (!gd_failed(&status))
		status = choose_encoding(options, schema);
	if (!gd_failed(&status) && !schema->term_count)
		status = gd_error(GD_USAGE, "no column becomes a feature when '%s' is the target", options->target);
	if (!gd_failed(&status) && options->split == GD_SPLIT_GROUPED && !schema->group_count)
		status = gd_error(GD_USAGE, "--split grouped needs --group COLUMN, or 'group =' in the schema");
	return status;
}

static gd_status read_rows(gd_preprocess *run)
{
	const gd_preprocess_options *options = run->options;
	void *context;
	gd_table_source *source = source_of(options, &context);
	gd_status status = gd_rows_read(&run->rows, &run->recipe, options->split_column, source, context, run->header.source_sha256);
	if (status.code == GD_BAD_DATA && !options->schema && !options->target && strstr(status.message, "it has no column"))
		return gd_error(GD_BAD_DATA, "%s; without --schema or --target a table of songs is expected", status.message);
	if (gd_failed(&status))
		return status;
	if (*run->inferred_sha256 && strcmp(run->inferred_sha256, run->header.source_sha256))
		return gd_error(GD_FAILED, "'%s' changed while it was read", options->input);
	if (!run->rows.read)
		return gd_preprocess_name_table(run, gd_error(GD_BAD_DATA, "it has a header but no records"));
	if (!run->rows.count)
		return gd_preprocess_name_table(run, gd_error(GD_BAD_DATA, "each of its %lld records misses a value in a column that the schema names", (long long)run->rows.read));
	return gd_ok();
}

static gd_status check_target(const gd_preprocess *run)
{
	const gd_schema *schema = &run->recipe.schema;
	gd_target target = {.column = schema->columns[schema->target], .values = run->rows.count, .numbers = true};
	bool *found = gd_allocate((size_t)schema->classes.count, sizeof *found);
	if (!found)
		return gd_out_of_memory("the classes");
	for (int64_t i = 0; i < run->rows.count; i++) {
		target.distinct += !found[run->rows.labels[i]];
		found[run->rows.labels[i]] = true;
	}
	free(found);
	for (int32_t i = 0; i < schema->classes.count; i++) {
		double value = 0;
		target.numbers = gd_parse_double(schema->classes.texts[i], &value) && target.numbers;
		target.fractional = target.fractional || value != floor(value);
	}
	return gd_preprocess_name_table(run, gd_target_check(&target));
}

gd_status gd_preprocess_read(gd_preprocess *run)
{
	gd_schema schema;
	gd_status status = choose_schema(run, &schema);
	if (gd_failed(&status)) {
		gd_schema_release(&schema);
		return status;
	}
	status = gd_recipe_init(&run->recipe, &schema);
	if (!gd_failed(&status))
		status = read_rows(run);
	if (!gd_failed(&status))
		status = check_target(run);
	if (!gd_failed(&status))
		status = gd_rows_fit_classes(&run->rows);
	return status;
}
