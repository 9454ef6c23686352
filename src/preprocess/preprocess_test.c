#include "gd/preprocess/preprocess_test.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/parallel/join.h"
#include "gd/preprocess/preprocess_hash.h"
#include "gd/preprocess/preprocess_open.h"
#include "gd/reader/column_index.h"

/* A table whose records come with their fields in the inputs' places. */
typedef struct aligned {
	gd_preprocess *run;
	const gd_table_reader *reader;
	int count;        /* columns of the inputs */
	int *from;        /* [count] field of the test table, -1: it has none */
	char **fields;    /* [count] */
	size_t *lengths;  /* [count] */
	gd_enumeration renamed;
} aligned;

static gd_status lacks(const gd_record *header, const char *name)
{
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM];
	const char *nearest = gd_table_nearest(header, name);
	gd_excerpt(name, room);
	if (nearest)
		return gd_error(GD_BAD_DATA, "it has no column '%s', as the other files have; did you mean '%s'", room, gd_excerpt(nearest, other));
	return gd_error(GD_BAD_DATA, "it has no column '%s', as the other files have", room);
}

/* Where column `i` of the inputs is, by name, as a model meets another table. Columns that nobody looks at may be lacking. */
static gd_status align_column(aligned *a, const gd_column_index *index, int i, bool needed)
{
	const char *name = gd_table_get_header(a->run->table)->fields[i];
	char room[GD_EXCERPT_ROOM], other[GD_EXCERPT_ROOM], pair[2 * GD_EXCERPT_ROOM + 8];
	gd_status status = gd_column_index_find(index, name, &a->from[i]);
	if (gd_failed(&status) && needed)
		return status;
	if (gd_failed(&status))
		a->from[i] = -1;
	if (a->from[i] >= 0 || !needed)
		return gd_ok();
	status = gd_column_index_find_alike(index, name, &a->from[i]);
	if (gd_failed(&status))
		return status;
	if (a->from[i] < 0)
		return lacks(index->header, name);
	snprintf(pair, sizeof pair, "%s' as '%s", gd_excerpt(index->header->fields[a->from[i]], room), gd_excerpt(name, other));
	gd_enumeration_add(&a->renamed, pair);
	return status;
}

static gd_status align_header(void *context, const gd_record *header)
{
	aligned *a = context;
	const gd_recipe *recipe = &a->run->recipe;
	gd_column_index index = {0};
	bool *needed = gd_allocate((size_t)a->count, sizeof *needed);
	gd_status status = needed ? gd_column_index_init(&index, header) : gd_out_of_memory("the test files");
	for (int c = 0; needed && c < recipe->schema.column_count; c++)
		if (recipe->field[c] >= 0)
			needed[recipe->field[c]] = true;
	for (int i = 0; i < a->count && !gd_failed(&status); i++)
		status = align_column(a, &index, i, needed[i]);
	gd_column_index_release(&index);
	free(needed);
	return gd_failed(&status) ? status : a->reader->header(a->reader->context, gd_table_get_header(a->run->table));
}

static gd_status align_record(void *context, const gd_record *record)
{
	static char nothing[1];
	aligned *a = context;
	for (int i = 0; i < a->count; i++) {
		a->fields[i] = a->from[i] < 0 ? nothing : record->fields[a->from[i]];
		a->lengths[i] = a->from[i] < 0 ? 0 : record->lengths[a->from[i]];
	}
	gd_record same = *record;
	same.count = a->count;
	same.fields = a->fields;
	same.lengths = a->lengths;
	same.slack = false;
	return a->reader->record(a->reader->context, &same);
}

/* A gd_table_source. */
static gd_status deliver_aligned(void *context, const gd_table_reader *reader, char sha256[65])
{
	aligned *a = context;
	a->reader = reader;
	const gd_table_reader mine = {.header = align_header, .record = align_record, .context = a, .digest = reader->digest};
	return gd_table_deliver(a->run->tests->table, &mine, sha256);
}

static gd_status read_here(gd_preprocess *run)
{
	gd_preprocess *tests = run->tests;
	aligned a = {.run = run, .count = gd_table_get_header(run->table)->count};
	a.from = gd_allocate((size_t)a.count, sizeof *a.from);
	a.fields = gd_allocate((size_t)a.count, sizeof *a.fields);
	a.lengths = gd_allocate((size_t)a.count, sizeof *a.lengths);
	gd_status status = a.from && a.fields && a.lengths ? gd_ok() : gd_out_of_memory("the test files");
	if (!gd_failed(&status) && run->together)
		gd_table_divide(tests->table, tests->stretches, tests->stretch_count, 0);
	gd_preprocess_begin_meter(tests, "reading the test records");
	if (!gd_failed(&status))
		status = gd_rows_read_tests(&run->rows, deliver_aligned, &a, run->together ? NULL : run->header.source_sha256);
	gd_meter_end(&tests->meter);
	if (!gd_failed(&status) && a.renamed.count)
		gd_log_warning("columns of '%s' are taken for those of the other files: %s", run->options->tests[0], gd_enumeration_text(&a.renamed));
	free(a.from);
	free(a.fields);
	free(a.lengths);
	return status;
}

/* ---- what the ranks have read, together ---- */

enum { READ, DROPPED, UNLABELLED, STRANGERS, KEPT, LEFT_OUT, SHORTER, FOREIGN, COUNTS };

/* Lines and records that are unlike the others. */
static void warn_of_lines(const int64_t *counts)
{
	const int64_t lines = counts[LEFT_OUT], shorter = counts[SHORTER], foreign = counts[FOREIGN];
	if (lines)
		gd_log_warning("%lld %s of the test files %s left out: %s the header again, or a footer", (long long)lines, gd_plural(lines, "line", "lines"), gd_plural(lines, "is", "are"), gd_plural(lines, "it is", "they are"));
	if (shorter)
		gd_log_warning("%lld %s fewer fields than the header: %s empty ones in their place, as spreadsheets leave them out", (long long)shorter, gd_plural(shorter, "record of the test files has", "records of the test files have"),
			gd_plural(shorter, "it has", "they have"));
	if (foreign)
		gd_log_warning("%lld %s not UTF-8, unlike the rest: fields like that are read as Windows-1252 (--charset says otherwise)", (long long)foreign, gd_plural(foreign, "record of the test files is", "records of the test files are"));
}

static gd_status count_records(gd_preprocess *run, const int64_t *before)
{
	gd_table *table = run->tests->table;
	int64_t line;
	gd_rows *rows = &run->rows;
	int64_t counts[COUNTS] = {rows->read, rows->dropped, rows->unlabelled, rows->strangers, rows->count - rows->inputs}, read, earlier = 0;
	counts[LEFT_OUT] = gd_table_count_lines(table, GD_LINE_HEADER, &line) + gd_table_count_lines(table, GD_LINE_FOOTER, &line);
	counts[SHORTER] = gd_table_count_lines(table, GD_LINE_SHORT, &line);
	counts[FOREIGN] = gd_table_count_lines(table, GD_LINE_FOREIGN, &line);
	for (int i = 0; i < KEPT; i++)
		counts[i] -= before[i];
	read = counts[READ];
	gd_status status = run->together ? gd_join_before(run->communicator, &read, 1, &earlier) : gd_ok();
	if (!gd_failed(&status) && run->together)
		status = gd_join_counts(run->communicator, counts, COUNTS);
	if (gd_failed(&status))
		return status;
	warn_of_lines(counts);
	status = gd_rows_settle_tests(rows, before[READ] + earlier);
	status = gd_agree(run->communicator, &status);
	if (gd_failed(&status))
		return status;
	rows->read = before[READ] + counts[READ];
	rows->dropped = before[DROPPED] + counts[DROPPED];
	rows->unlabelled = before[UNLABELLED] + counts[UNLABELLED];
	rows->strangers = before[STRANGERS] + counts[STRANGERS];
	run->records += counts[KEPT];
	if (!counts[KEPT])
		return gd_error(GD_BAD_DATA, "cannot use '%s': none of its %lld %s can be tested on: each lacks a label of the other files, or a value", run->options->tests[0], (long long)counts[READ],
			gd_plural(counts[READ], "record", "records"));
	return status;
}

/* Oddities of the test files, from `before` [columns, GD_ODDS] on: added up, and said where they are no gaps; what is unseen is said with that of the other records. */
static gd_status count_oddities(gd_preprocess *run, const int64_t *before)
{
	gd_recipe *recipe = &run->recipe;
	size_t count = (size_t)recipe->schema.column_count * GD_ODDS;
	char room[GD_EXCERPT_ROOM];
	int64_t *found = gd_allocate(count, sizeof *found);
	gd_status status = found ? gd_ok() : gd_out_of_memory("the columns");
	for (size_t i = 0; i < count && found; i++)
		found[i] = recipe->oddities[i / GD_ODDS][i % GD_ODDS].count - before[i];
	status = gd_together_sum(run->together, &status, found, count);
	for (size_t i = 0; i < count && !gd_failed(&status); i++) {
		recipe->oddities[i / GD_ODDS][i % GD_ODDS].count = before[i] + found[i];
		if (i % GD_ODDS == GD_ODD_UNREADABLE && found[i])
			gd_log_warning("%lld %s no number or date in column '%s', which counts as missing", (long long)found[i], gd_plural(found[i], "record of the test files has", "records of the test files have"),
				gd_excerpt(recipe->schema.columns[i / GD_ODDS], room));
	}
	free(found);
	return status;
}

/* The digest of all files on several ranks; one rank has it from reading. */
static gd_status hash_files(gd_preprocess *run)
{
	const gd_preprocess *const parts[] = {run, run->tests};
	int count = run->options->input_count + run->options->test_count, at = 0;
	if (!run->together)
		return gd_ok();
	gd_preprocess_options options = *run->options;
	gd_preprocess all = {.options = &options, .communicator = run->communicator, .together = run->together};
	options.input_count = count;
	all.paths = gd_arena_take(&run->arena, (size_t)count, sizeof *all.paths);
	all.names = gd_arena_take(&run->arena, (size_t)count, sizeof *all.names);
	all.sizes = gd_arena_take(&run->arena, (size_t)count, sizeof *all.sizes);
	gd_status status = all.paths && all.names && all.sizes ? gd_ok() : gd_out_of_memory("the files");
	status = gd_agree(run->communicator, &status);
	for (int part = 0; part < 2 && !gd_failed(&status); part++)
		for (int i = 0; i < parts[part]->options->input_count; i++, at++) {
			all.paths[at] = parts[part]->paths[i];
			all.names[at] = parts[part]->names[i];
			all.sizes[at] = parts[part]->sizes[i];
		}
	if (!gd_failed(&status))
		status = gd_preprocess_hash(&all, &status, NULL);
	memcpy(run->header.source_sha256, all.source_sha256, sizeof all.source_sha256);
	return status;
}

static gd_status open_tests(gd_preprocess *run)
{
	gd_preprocess_options *options = gd_arena_take(&run->arena, 1, sizeof *options);
	gd_preprocess *tests = gd_arena_take(&run->arena, 1, sizeof *tests);
	gd_status status = options && tests ? gd_ok() : gd_out_of_memory("the test files");
	status = gd_agree(run->communicator, &status);
	if (gd_failed(&status))
		return status;
	*options = *run->options;
	options->input = run->options->tests[0];
	options->inputs = run->options->tests;
	options->input_count = run->options->test_count;
	gd_schema_settle_commas(&run->recipe.schema, &options->dialect.decimal);
	*tests = (gd_preprocess){.options = options, .output = run->output, .communicator = run->communicator, .together = run->together, .after = run->table};
	run->tests = tests;
	return gd_preprocess_open(tests);
}

gd_status gd_preprocess_read_tests(gd_preprocess *run)
{
	const gd_rows *rows = &run->rows;
	const int64_t before[KEPT] = {rows->read, rows->dropped, rows->unlabelled, rows->strangers};
	size_t count = (size_t)run->recipe.schema.column_count * GD_ODDS;
	int64_t *oddities = gd_allocate(count, sizeof *oddities);
	gd_status status = oddities ? gd_ok() : gd_out_of_memory("the columns");
	status = gd_agree(run->communicator, &status);
	for (size_t i = 0; i < count && !gd_failed(&status); i++)
		oddities[i] = run->recipe.oddities[i / GD_ODDS][i % GD_ODDS].count;
	if (!gd_failed(&status))
		status = open_tests(run);
	run->communicator->phase = "reading the test files";
	if (!gd_failed(&status)) {
		status = read_here(run);
		status = gd_join_agree(run->communicator, &status);
	}
	if (!gd_failed(&status))
		status = count_records(run, before);
	if (!gd_failed(&status))
		status = count_oddities(run, oddities);
	if (!gd_failed(&status))
		status = hash_files(run);
	free(oddities);
	return status;
}

void gd_preprocess_close_tests(gd_preprocess *run)
{
	if (!run->tests)
		return;
	gd_preprocess_close(run->tests);
	gd_arena_release(&run->tests->arena);
}
