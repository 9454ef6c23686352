#include "gd/preprocess/preprocess_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/preprocess/preprocess_join.h"
#include "gd/preprocess/preprocess_memory.h"
#include "gd/preprocess/preprocess_open.h"
#include "gd/preprocess/preprocess_print.h"
#include "gd/schema/inference.h"
#include "gd/schema/shipped.h"

/* What the options say holds for every column. */
static gd_status choose_encoding(const gd_preprocess_options *options, gd_schema *schema)
{
	if (options->encoding)
		gd_schema_set_encoding(schema, *options->encoding, options->bins, options->settles_encoding);
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

static gd_status read_schema(const char *path, gd_schema *schema)
{
	void *text;
	size_t size;
	gd_status status = gd_file_read(path, GD_USAGE, &text, &size);
	if (gd_failed(&status))
		return status;
	char *whole = gd_allocate(size + 1, 1);
	if (whole && size)
		memcpy(whole, text, size);
	free(text);
	if (!whole)
		return gd_out_of_memory("a schema");
	status = gd_schema_read(whole, path, GD_USAGE, schema);
	free(whole);
	return status;
}

/* Where one begins: a file, nothing, or the shipped one. */
static gd_status begin_schema(const gd_preprocess_options *options, gd_schema *schema)
{
	if (options->schema)
		return read_schema(options->schema, schema);
	if (!options->target) {
		gd_log_detail("columns are those of the shipped song schema");
		return gd_schema_read(gd_shipped_schema, "the shipped song schema", GD_USAGE, schema);
	}
	gd_status status = gd_schema_init(schema);
	schema->infers = schema->spares_unreadable = true;
	schema->rare = 0;
	return status;
}

/* What the options say of values and single columns; `wishes` gets the columns. */
static gd_status apply_options(const gd_preprocess_options *options, gd_schema *schema, gd_wishes *wishes)
{
	static const gd_role roles[] = {GD_ROLE_DROP, GD_ROLE_NUMERIC, GD_ROLE_CATEGORICAL, GD_ROLE_DATE};
	const char *const lists[] = {options->drop, options->numeric, options->categorical, options->date};
	gd_status status = gd_ok();
	if (options->missing)
		schema->missing = *options->missing;
	schema->joins_classes = schema->joins_classes || options->join_classes;
	if (options->missing_values)
		status = gd_schema_add_missing(schema, options->missing_values);
	for (size_t i = 0; i < sizeof roles / sizeof *roles && !gd_failed(&status); i++) {
		if (lists[i])
			status = gd_wishes_add(wishes, roles[i], lists[i]);
		for (int32_t j = 0; j < wishes->columns[roles[i]].count; j++) {
			int column = gd_schema_find_column(schema, wishes->columns[roles[i]].texts[j]);
			if (column >= 0)
				gd_schema_forget(schema, column);
		}
	}
	if (!gd_failed(&status) && schema->target < 0 && !options->target)
		status = gd_error(GD_USAGE, "the schema '%s' has no target; expected 'target = COLUMN' in it, or --target COLUMN", options->schema);
	return status;
}

/* A table on its way to inference, whose memory is looked after meanwhile. */
typedef struct watched {
	const gd_preprocess *run;
	gd_table_source *source;
	void *context;
	gd_inference *inference;
	const gd_table_reader *reader;
} watched;

static gd_status watch_header(void *context, const gd_record *header)
{
	const watched *w = context;
	return w->reader->header(w->reader->context, header);
}

static gd_status watch_record(void *context, const gd_record *record)
{
	const watched *w = context;
	gd_status status = w->reader->record(w->reader->context, record);
	return gd_failed(&status) ? status : gd_preprocess_fit_columns(w->run, w->inference);
}

/* A gd_table_source. */
static gd_status watch(void *context, const gd_table_reader *reader, char sha256[65])
{
	watched *w = context;
	const gd_table_reader through = {.header = watch_header, .record = watch_record, .context = w};
	w->reader = reader;
	return w->source(w->context, &through, sha256);
}

static gd_status infer(gd_preprocess *run, gd_table_source *source, void *context, const gd_wishes *wishes, gd_schema *schema, gd_inference *inference)
{
	const gd_preprocess_options *options = run->options;
	gd_preprocess_begin_meter(run, "looking at the columns");
	run->twice = true;
	watched through = {.run = run, .source = source, .context = context, .inference = inference};
	gd_status status = gd_inference_collect(inference, watch, &through, wishes, schema);
	gd_meter_end(&run->meter);
	bool collected = !gd_failed(&status);
	status = gd_preprocess_join_inference(run, &status, inference);
	while (!gd_failed(&status) && inference->upto < inference->count) {
		gd_preprocess_begin_meter(run, "looking at more columns");
		status = gd_inference_go_on(inference, watch, &through);
		gd_meter_end(&run->meter);
		status = gd_preprocess_join_inference(run, &status, inference);
	}
	if (gd_failed(&status) && collected)
		gd_inference_release(inference);
	if (gd_failed(&status))
		return status;
	status = gd_inference_conclude(inference, options->input, wishes);
	if (gd_failed(&status))
		return status;
	if (run->out)
		gd_preprocess_print_decisions(run->out, inference, options->verbose);
	gd_preprocess_warn_of_decisions(inference, options->verbose);
	*schema = inference->schema;
	inference->schema = (gd_schema){.target = -1};
	schema->infers = false;
	return status;
}

/* A line of a file, whatever a name holds. */
static void put_comment(FILE *out, const gd_inference_column *column)
{
	char room[GD_EXCERPT_ROOM];
	fprintf(out, "; %s = drop     ; %s\n", *column->name ? gd_excerpt(column->name, room) : "(no name)", column->why);
}

static gd_status write_schema(const gd_preprocess_options *options, const gd_schema *schema, const gd_inference *inference)
{
	char *text = NULL, *whole = NULL;
	size_t size;
	gd_status status = gd_schema_format(schema, &text);
	if (gd_failed(&status))
		return status;
	FILE *out = open_memstream(&whole, &size);
	if (out) {
		const char *encoding = strstr(text, "\n[encoding]\n");
		size_t columns = encoding ? (size_t)(encoding + 1 - text) : strlen(text);
		fprintf(out, "; What genre-dist made of '%s'. Edit it and give it back: preprocess TABLE --schema %s\n", options->input, options->write_schema);
		fwrite(text, 1, columns, out);
		for (int i = 0; i < inference->count; i++)
			if (inference->columns[i].role == GD_ROLE_DROP)
				put_comment(out, &inference->columns[i]);
		fputs(text + columns, out);
	}
	free(text);
	if (!out || fclose(out))
		status = gd_out_of_memory("a schema");
	else
		status = gd_file_write(options->write_schema, whole, size);
	free(whole);
	return status;
}

gd_status gd_preprocess_choose_schema(gd_preprocess *run, gd_table_source *source, void *context, gd_schema *schema)
{
	const gd_preprocess_options *options = run->options;
	gd_wishes wishes = {.target = options->target, .group = options->group, .split = options->split_column, .weight = options->weight};
	gd_inference inference = {0};
	*schema = (gd_schema){.target = -1};
	int decimal = !strcmp(run->writing.decimal, ",") ? 2 : 1;
	gd_status status = begin_schema(options, schema);
	gd_schema_settle_commas(schema, &decimal);
	if (!gd_failed(&status))
		status = apply_options(options, schema, &wishes);
	if (!gd_failed(&status) && options->target)
		status = gd_schema_set_target(schema, options->target);
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status) && (schema->infers || wishes.count))
		status = infer(run, source, context, &wishes, schema, &inference);
	if (!gd_failed(&status) && options->group)
		status = gd_schema_set_group(schema, options->group);
	if (!gd_failed(&status) && options->weight)
		status = gd_schema_set_weight(schema, options->weight);
	if (!gd_failed(&status))
		status = choose_encoding(options, schema);
	if (!gd_failed(&status) && !schema->term_count)
		status = gd_error(GD_USAGE, "no column becomes a feature when '%s' is the target", options->target);
	if (!gd_failed(&status) && options->split == GD_SPLIT_GROUPED && !schema->group_count)
		status = gd_error(GD_USAGE, "--split grouped needs --group COLUMN, or 'group =' in the schema");
	if (!gd_failed(&status) && options->write_schema && run->communicator->rank == 0)
		status = write_schema(options, schema, &inference);
	gd_inference_release(&inference);
	gd_wishes_release(&wishes);
	return status;
}
