#include "gd/preprocess/preprocess.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gd/base/file.h"
#include "gd/base/leftover.h"
#include "gd/base/excerpt.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/output.h"
#include "gd/parallel/join.h"
#include "gd/parallel/reduce.h"
#include "gd/preprocess/preprocess_audit.h"
#include "gd/preprocess/preprocess_fit.h"
#include "gd/preprocess/preprocess_memory.h"
#include "gd/preprocess/preprocess_open.h"
#include "gd/preprocess/preprocess_place.h"
#include "gd/preprocess/preprocess_read.h"
#include "gd/preprocess/preprocess_test.h"
#include "gd/preprocess/preprocess_write.h"
#include "gd/store/dataset_print.h"
#include "gd/store/file_kind.h"

static_assert((int)GD_SPLIT_TRAIN == (int)GD_TRAIN && (int)GD_SPLIT_VALIDATION == (int)GD_VALIDATION && (int)GD_SPLIT_TEST == (int)GD_TEST, "parts in one order");

static gd_status check_options(const gd_preprocess_options *options)
{
	/* Only a schema could name them otherwise. */
	if (options->split == GD_SPLIT_GROUPED && !options->group && !options->schema && options->target)
		return gd_error(GD_USAGE, "--split grouped needs --group COLUMN, whose equal values belong together");
	if (options->split == GD_SPLIT_COLUMN && !options->split_column)
		return gd_error(GD_USAGE, "--split column needs --split-column");
	if (options->split != GD_SPLIT_COLUMN && options->split_column)
		return gd_error(GD_USAGE, "--split-column goes with --split column, not with --split %s", gd_split_names[options->split]);
	if (options->split_column && options->target && !strcmp(options->split_column, options->target))
		return gd_error(GD_USAGE, "--target and --split-column name the same column '%s'", options->target);
	if (options->group && options->target && !strcmp(options->group, options->target))
		return gd_error(GD_USAGE, "--target and --group name the same column '%s'", options->target);
	for (int i = 0; i < 2 && options->weight; i++) {
		const char *other = i ? options->split_column : options->target;
		if (other && !strcmp(options->weight, other))
			return gd_error(GD_USAGE, "--weight and --%s name the same column '%s'", i ? "split-column" : "target", options->weight);
	}
	return gd_ok();
}

/* The length of a path without its extension, that of a packing before it. */
static size_t stem_length(const char *path)
{
	static const char *const packings[] = {".gz", ".zst"};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	size_t length = strlen(path), first = (size_t)(name - path);
	for (size_t i = 0; i < sizeof packings / sizeof *packings; i++) {
		size_t size = strlen(packings[i]);
		if (length > first + size && !strcmp(path + length - size, packings[i]))
			length -= size;
	}
	const char *dot = memrchr(name, '.', length - first);
	return dot && dot > name ? (size_t)(dot - path) : length;
}

/* All files, those of the test part last. */
static const char *input_of(const gd_preprocess_options *options, int i)
{
	return i < options->input_count ? options->inputs[i] : options->tests[i - options->input_count];
}

static gd_status check_output(const gd_preprocess_options *options, const char *path, bool is_schema)
{
	gd_status status = gd_output_check(path);
	if (!gd_failed(&status) && !options->source)
		status = gd_output_check_inputs(path, options->inputs, options->input_count);
	if (!gd_failed(&status))
		status = gd_output_check_inputs(path, options->tests, options->test_count);
	if (!gd_failed(&status))
		status = gd_output_check_inputs(path, &options->schema, 1);
	if (!gd_failed(&status))
		status = options->force ? gd_file_check_forced(path, is_schema) : gd_output_check_new(path);
	return status;
}

static gd_status choose_output(gd_preprocess *run)
{
	const gd_preprocess_options *options = run->options;
	struct stat info;
	if (!options->output && (!strcmp(options->input, "-") || (!stat(options->input, &info) && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))))
		return gd_error(GD_USAGE, "what is read from '%s' needs --output, the dataset's name", options->input);
	if (options->output)
		run->output = strdup(options->output);
	else if (asprintf(&run->output, "%.*s.h5", (int)stem_length(options->input), options->input) < 0)
		run->output = NULL;
	if (!run->output)
		return gd_out_of_memory("a path");
	if (gd_file_is_stream(run->output))
		return gd_error(GD_USAGE, "a dataset goes into a file, and '%s' is none: --output OUT.h5", run->output);
	/* What is wrong with a dataset or a model as a table is said when it is read. */
	const bool misplaced = !options->output && !options->features && gd_file_same(options->input, run->output) && !gd_file_is_no_hdf5(options->input);
	return misplaced ? gd_ok() : check_output(options, run->output, false);
}

/* A schema that was given is not overwritten by the one that is written, nor are both outputs one file. */
static gd_status check_schema(const gd_preprocess *run)
{
	const char *path = run->options->write_schema;
	if (!path)
		return gd_ok();
	if (gd_file_same(run->output, path) || !strcmp(run->output, path))
		return gd_error(GD_USAGE, "'%s' cannot be both the dataset and what --write-schema writes; choose another name", path);
	return check_output(run->options, path, true);
}

/* What a dataset is made of: all inputs in their order, then the files of the test part. */
static char *name_source(const gd_preprocess_options *options, gd_arena *arena)
{
	size_t length = 1;
	int count = options->input_count + options->test_count;
	if (options->source || count < 2)
		return gd_arena_string(arena, options->input);
	for (int i = 0; i < count; i++)
		length += strlen(input_of(options, i)) + 2;
	char *text = gd_arena_take(arena, length, 1);
	for (int i = 0; text && i < count; i++) {
		strcat(text, i ? ", " : "");
		strcat(text, input_of(options, i));
	}
	return text;
}

/* The rest of the header. */
static gd_status sign(gd_preprocess *run)
{
	const gd_preprocess_options *options = run->options;
	gd_dataset_header *header = &run->header;
	gd_arena *arena = &header->preprocessing.arena;
	header->preprocessing.writing = run->writing;
	if (options->source)
		gd_dialect_write(&gd_dialect_plain, "UTF-8", &header->preprocessing.writing);
	header->source = name_source(options, arena);
	header->split = gd_arena_string(arena, gd_split_names[options->split]);
	header->grouped = options->split == GD_SPLIT_GROUPED;
	header->history = gd_arena_string(arena, options->history ? options->history : "");
	header->rows_read = run->rows.read;
	header->rows_dropped = run->rows.dropped;
	header->seed = options->seed;
	if (!header->source || !header->split || !header->history)
		return gd_out_of_memory("the dataset's header");
	return gd_ok();
}

static void print_tables(const gd_preprocess *run)
{
	FILE *out = run->out;
	if (!out)
		return;
	gd_dataset_print_classes(out, &run->header, run->options->verbose);
	gd_dataset_print_correlation(out, &run->header, run->scalar);
	if (*run->header.audit)
		fprintf(out, "\n%s", run->header.audit);
	fflush(out);
}

/* What it took: the most memory of a rank, and what ranks kept in files. */
static gd_status tell_memory(gd_preprocess *run)
{
	size_t ranks = (size_t)run->communicator->size;
	const int64_t mine[2] = {(int64_t)ceil(gd_memory_peak()), run->spill.written};
	int64_t peak = 0, spilled = 0, *all = gd_allocate(2 * ranks, sizeof *all);
	gd_status status = all ? gd_ok() : gd_out_of_memory("the ranks' memory");
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = gd_join_all(run->communicator, mine, sizeof mine, all);
	for (size_t i = 0; i < 2 * ranks && !gd_failed(&status); i += 2) {
		peak = all[i] > peak ? all[i] : peak;
		spilled += all[i + 1];
	}
	free(all);
	gd_log_detail("peak memory a rank: %lld MB, of the %lld MB that it may take", (long long)peak, (long long)(run->memory >> 20));
	if (spilled)
		gd_log_detail("%lld kB went through temporary files", (long long)(spilled + 1023) / 1024);
	return status;
}

/* At the end alone: a failure says one thing. */
static void tell(const gd_preprocess *run)
{
	const int64_t *rows = run->header.rows;
	int64_t unlabelled = run->rows.unlabelled, strangers = run->rows.strangers, dropped = run->rows.dropped - unlabelled - strangers;
	const int features = run->header.preprocessing.features, classes = run->header.preprocessing.classes;
	if (unlabelled)
		gd_log_note("%lld of %lld records %s left out", (long long)unlabelled, (long long)run->rows.read, gd_plural(unlabelled, "has no label and was", "have no label and were"));
	if (strangers)
		gd_log_warning("%lld %s that the other files lack, and %s left out", (long long)strangers, gd_plural(strangers, "record of the test files is of a class", "records of the test files are of classes"),
			gd_plural(strangers, "was", "were"));
	if (dropped)
		gd_log_note("%lld of %lld records %s dropped", (long long)dropped, (long long)run->rows.read, gd_plural(dropped, "lacks a value and was", "lack a value and were"));
	gd_log_note("wrote '%s': %lld training, %lld validation and %lld test records of %d %s and %d %s", run->output, (long long)rows[GD_TRAIN], (long long)rows[GD_VALIDATION], (long long)rows[GD_TEST],
		features, gd_plural(features, "feature", "features"), classes, gd_plural(classes, "class", "classes"));
}

/* What table.h's rooms ask of all who hold rows. */
static gd_status sum(void *context, const gd_status *mine, int64_t *counts, size_t count)
{
	gd_status status = mine ? gd_agree(context, mine) : gd_ok();
	return gd_failed(&status) || !count ? status : gd_join_counts(context, counts, count);
}

static gd_status add_up(void *context, const gd_status *mine, double *numbers, size_t count)
{
	gd_status status = gd_agree(context, mine);
	return gd_failed(&status) ? status : gd_reduce_sum(context, numbers, count);
}

static gd_status run_all(gd_preprocess *run)
{
	gd_status status = check_options(run->options);
	if (!gd_failed(&status))
		status = choose_output(run);
	if (!gd_failed(&status))
		status = check_schema(run);
	if (!gd_failed(&status) && run->communicator->rank == 0)
		gd_leftover_remove(run->output);
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = gd_preprocess_plan_memory(run);
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status) && !run->options->source)
		status = gd_preprocess_open(run);
	if (!gd_failed(&status))
		status = gd_preprocess_read(run);
	if (!gd_failed(&status))
		status = gd_preprocess_place(run);
	if (!gd_failed(&status))
		status = gd_preprocess_fit(run);
	if (!gd_failed(&status))
		status = gd_preprocess_audit(run);
	if (!gd_failed(&status)) {
		print_tables(run);
		status = sign(run);
		status = gd_agree(run->communicator, &status);
	}
	if (!gd_failed(&status))
		status = gd_preprocess_check_files(run);
	if (!gd_failed(&status) && run->tests)
		status = gd_preprocess_check_files(run->tests);
	if (!gd_failed(&status))
		status = gd_preprocess_write(run);
	status = gd_agree(run->communicator, &status);
	if (!gd_failed(&status))
		status = tell_memory(run);
	if (!gd_failed(&status))
		tell(run);
	return status;
}

gd_status gd_preprocess_run(const gd_preprocess_options *options, char **output)
{
	gd_communicator alone = {.size = 1, .phase = "preprocess"};
	gd_preprocess run = {.options = options, .communicator = options->communicator ? options->communicator : &alone, .spill = {.file = -1}};
	const gd_together together = {sum, add_up, run.communicator};
	run.together = run.communicator->size > 1 ? &together : NULL;
	run.out = run.communicator->rank == 0 ? options->out : NULL;
	gd_status status = run_all(&run);
	gd_preprocess_close_tests(&run);
	gd_preprocess_close(&run);
	gd_rows_release(&run.rows);
	gd_spill_release(&run.spill);
	free(run.spill_directory);
	gd_recipe_release(&run.recipe);
	gd_preprocessing_release(&run.header.preprocessing);
	free(run.starts);
	free(run.features);
	free(run.constant);
	free(run.flag);
	free(run.scalar);
	free(run.category);
	free(run.audits);
	gd_arena_release(&run.arena);
	if (output && !gd_failed(&status))
		*output = run.output;
	else
		free(run.output);
	return status;
}
