#include "gd/cli/commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "gd/base/cores.h"
#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/options.h"
#include "gd/base/output.h"
#include "gd/base/parse.h"
#include "gd/base/shell_word.h"
#include "gd/cli/dialect_options.h"
#include "gd/preprocess/preprocess.h"
#include "gd/preprocess/preprocess_memory.h"
#include "gd/run/preset.h"
#include "gd/store/array_table.h"

typedef struct preprocess_options {
	const char *output, *schema, *target, *group, *weight, *split_column, *drop, *numeric, *categorical, *date, *missing_values, *write_schema, *features, *labels, *memory;
	int split, encoding, missing;
	int64_t bins;
	double test_fraction, validation_fraction;
	int64_t seed;
	gd_dialect_options dialect;
	gd_texts tests;
	bool join_classes, force, quiet, verbose, help;
	int64_t bytes; /* of --memory */
} preprocess_options;

#define AT(member) offsetof(preprocess_options, member)
static const gd_option options[] = {
	{.name = "output", .letter = 'o', .type = GD_OPTION_TEXT, .offset = AT(output), .argument = "OUT.h5", .help = "the dataset; default: the input's path with .h5"},
	{.name = "schema", .letter = 's', .type = GD_OPTION_TEXT, .offset = AT(schema), .argument = "FILE.ini", .help = "what the columns mean; default: the shipped song schema"},
	{.name = "features", .type = GD_OPTION_TEXT, .offset = AT(features), .argument = "PATH", .help = "the input is an HDF5 file, whose array [rows, columns] at this path has the columns, as numbers"},
	{.name = "labels", .type = GD_OPTION_TEXT, .offset = AT(labels), .argument = "PATH", .help = "its array [rows] of the classes, numbers or texts, which is the target"},
	{.name = "target", .letter = 't', .type = GD_OPTION_TEXT, .offset = AT(target), .argument = "COLUMN", .help = "the column to predict; without a schema the others are inferred from the data"},
	{.name = "group", .letter = 'g', .type = GD_OPTION_TEXT, .offset = AT(group), .argument = "COLUMN", .help = "records with equal values here belong together"},
	{.name = "weight", .type = GD_OPTION_TEXT, .offset = AT(weight), .argument = "COLUMN", .help = "how much a record counts in the loss and the scores: numbers, none negative; no feature"},
	{.name = "drop", .type = GD_OPTION_TEXT, .offset = AT(drop), .argument = "COLUMN,...", .help = "columns to leave out"},
	{.name = "numeric", .type = GD_OPTION_TEXT, .offset = AT(numeric), .argument = "COLUMN,...", .help = "columns that are numbers"},
	{.name = "categorical", .type = GD_OPTION_TEXT, .offset = AT(categorical), .argument = "COLUMN,...", .help = "columns whose values are levels"},
	{.name = "date", .type = GD_OPTION_TEXT, .offset = AT(date), .argument = "COLUMN,...", .help = "columns that are dates or times"},
	{.name = "missing", .type = GD_OPTION_CHOICE, .offset = AT(missing), .initial = "impute", .choices = gd_missing_names, .help = "a record that lacks a value: impute it, drop the record, or end; overrides the schema"},
	{.name = "missing-values", .type = GD_OPTION_TEXT, .offset = AT(missing_values), .argument = "WORD,...", .help = "texts that mean \"no value\", besides the usual ones (empty, NA, NaN, null, ?, None, -, ...) or the schema's"},
	{.name = "join-classes", .type = GD_OPTION_FLAG, .offset = AT(join_classes), .initial = "off", .help = "labels that differ in case or blanks alone are one class, and so are yes and true"},
	{.name = "write-schema", .type = GD_OPTION_TEXT, .offset = AT(write_schema), .argument = "FILE.ini", .help = "write what was decided, to be edited and given back with --schema"},
	{.name = "split", .type = GD_OPTION_CHOICE, .offset = AT(split), .initial = "random", .choices = gd_split_names, .help = "stratified by class; or groups kept together; or taken from a column"},
	{.name = "split-column", .type = GD_OPTION_TEXT, .offset = AT(split_column), .argument = "COLUMN", .help = "holds train, validation or test for each record"},
	{.name = "test", .type = GD_OPTION_TEXTS, .offset = AT(tests), .argument = "FILE", .help = "the test part, from files of their own; give it once a file"},
	{.name = "test-fraction", .type = GD_OPTION_REAL, .offset = AT(test_fraction), .initial = "0.3", .minimum = 0, .maximum = 1, .below_maximum = true, .argument = "X", .help = "share of the records for the test part"},
	{.name = "validation-fraction", .type = GD_OPTION_REAL, .offset = AT(validation_fraction), .initial = "0.1", .minimum = 0, .maximum = 1, .below_maximum = true, .argument = "X", .help = "share, of what the test part leaves, for the validation part"},
	{.name = "encoding", .type = GD_OPTION_CHOICE, .offset = AT(encoding), .initial = "auto", .choices = gd_encoding_choices, .help = "how numbers enter a model: as train chooses, as they are, as normal quantiles, or in bins; overrides the schema"},
	{.name = "bins", .type = GD_OPTION_INTEGER, .offset = AT(bins), .minimum = GD_LEAST_BINS, .maximum = GD_MOST_BINS, .argument = "N", .help = "bins of a number, for --encoding piecewise-linear (by itself 32) or quantile (128)"},
	{.name = "seed", .type = GD_OPTION_INTEGER, .offset = AT(seed), .initial = "0", .minimum = 0, .maximum = 9007199254740992.0, .argument = "N", .help = "of split and order"},
	GD_DIALECT_OPTIONS(preprocess_options),
	{.name = "memory", .type = GD_OPTION_TEXT, .offset = AT(memory), .argument = "SIZE", .help = "the most that a rank's process takes, such as 512M or 2G (at least 256M): what does not fit goes through a temporary file beside the output; default: half of what the host has free, divided by its ranks"},
	{.name = "force", .letter = 'f', .type = GD_OPTION_FLAG, .offset = AT(force), .initial = "off", .help = "overwrite the output"},
	{.name = "quiet", .letter = 'q', .type = GD_OPTION_FLAG, .offset = AT(quiet), .initial = "off", .help = "no tables; warnings and errors only"},
	{.name = "verbose", .letter = 'v', .type = GD_OPTION_FLAG, .offset = AT(verbose), .initial = "off", .help = "say more"},
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

/* With as many ranks as have a core and rows of a batch: a small table is trained faster by one. */
static void say_next(const char *dataset)
{
	char word[GD_SHELL_WORD_ROOM], launcher[32] = "";
	const int blocks = gd_preset_blocks(dataset), ranks = gd_cores_whole() < blocks ? gd_cores_whole() : blocks;
	if (ranks > 1)
		snprintf(launcher, sizeof launcher, "mpirun -n %d ", ranks);
	gd_log_note("next: %sgenre-dist train --data %s", launcher, gd_shell_word(dataset, word));
}

/* `communicator`: NULL for one process. */
static gd_status run(gd_communicator *communicator, const preprocess_options *o, const bool *given, const char *const *inputs, int count)
{
	char *output = NULL;
	gd_encoding_kind encoding = o->encoding ? (gd_encoding_kind)(o->encoding - 1) : GD_ENCODE_STANDARD;
	gd_missing missing = (gd_missing)o->missing;
	gd_preprocess_options preprocess = {
		.input = inputs[0],
		.inputs = inputs,
		.input_count = count,
		.dialect = o->dialect,
		.output = o->output,
		.schema = o->schema,
		.target = o->features && !o->schema ? gd_array_table_label(o->labels) : o->target,
		.features = o->features,
		.labels = o->labels,
		.group = o->group,
		.weight = o->weight,
		.drop = o->drop,
		.numeric = o->numeric,
		.categorical = o->categorical,
		.date = o->date,
		.missing = given[gd_options_find(&table, "missing") - options] ? &missing : NULL,
		.missing_values = o->missing_values,
		.join_classes = o->join_classes,
		.write_schema = o->write_schema,
		.verbose = o->verbose,
		.split = (gd_split_kind)o->split,
		.split_column = o->split_column,
		.tests = o->tests.text,
		.test_count = o->tests.count,
		.test_fraction = o->tests.count ? 0 : o->test_fraction,
		.validation_fraction = o->validation_fraction,
		.encoding = given[gd_options_find(&table, "encoding") - options] ? &encoding : NULL,
		.settles_encoding = o->encoding > 0,
		.bins = (int)o->bins,
		.seed = o->seed,
		.force = o->force,
		.memory = o->bytes,
		.history = gd_command_line(),
		.out = o->quiet ? NULL : stdout,
		.communicator = communicator,
	};
	gd_status status = gd_preprocess_run(&preprocess, &output);
	if (!gd_failed(&status) && !o->quiet && (!communicator || communicator->rank == 0))
		say_next(output);
	free(output);
	return status;
}

/* A column that holds the parts leaves nothing to share out. */
static gd_status check_fractions(const preprocess_options *o, const bool *given)
{
	static const char *const names[] = {"test-fraction", "validation-fraction"};
	for (size_t i = 0; o->split == GD_SPLIT_COLUMN && i < sizeof names / sizeof *names; i++)
		if (given[gd_options_find(&table, names[i]) - options])
			return gd_error(GD_USAGE, "--%s does not go with --split column, which takes the parts from the data", names[i]);
	if (o->tests.count && o->split == GD_SPLIT_COLUMN)
		return gd_error(GD_USAGE, "--test does not go with --split column, which takes the parts from the data");
	if (o->tests.count && given[gd_options_find(&table, "test-fraction") - options])
		return gd_error(GD_USAGE, "--test-fraction does not go with --test, whose files are the test part");
	return gd_ok();
}

/* What has a meaning for tables of text alone is refused for arrays. */
static gd_status check_arrays(const preprocess_options *o, const bool *given, int count)
{
	static const char *const names[] = {"target", "test", "delimiter", "decimal", "charset", "quote", "comment", "header"};
	if (!o->features && !o->labels)
		return gd_ok();
	if (!o->features || !o->labels)
		return gd_error(GD_USAGE, "--features and --labels go together: two arrays of one HDF5 file");
	if (count > 1)
		return gd_error(GD_USAGE, "--features takes one HDF5 file, found %d files", count);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (given[gd_options_find(&table, names[i]) - options])
			return gd_error(GD_USAGE, "--%s does not go with --features: %s", names[i], i > 1 ? "that is of tables of text" : i ? "the test part is drawn from the arrays" : "the target is the array of --labels");
	return gd_ok();
}

static gd_status check_memory(preprocess_options *o)
{
	o->bytes = 0;
	if (!o->memory)
		return gd_ok();
	if (!gd_parse_size(o->memory, &o->bytes))
		return gd_error(GD_USAGE, "--memory takes a size such as 512M or 2G, not '%s'", o->memory);
	return o->bytes < GD_LEAST_MEMORY ? gd_error(GD_USAGE, "--memory %s is too little; at least 256M are needed", o->memory) : gd_ok();
}

static gd_status read_options(int argc, char **argv, preprocess_options *o, bool *given, const char **inputs, int *count)
{
	gd_options_initialise(&table, o);
	gd_status status = gd_options_parse(&table, o, argc - 1, argv + 1, given, inputs, count);
	if (gd_failed(&status))
		return status;
	gd_log_set_level(o->quiet ? GD_LOG_QUIET : o->verbose ? GD_LOG_VERBOSE
							      : GD_LOG_NORMAL);
	if (o->quiet && o->verbose)
		return gd_error(GD_USAGE, "--quiet and --verbose contradict each other");
	if (o->output && gd_output_is_stdout(o->output))
		return gd_error(GD_USAGE, "a dataset goes into a file, not to stdout: --output OUT.h5");
	status = *count ? check_fractions(o, given) : gd_error(GD_USAGE, "preprocess needs a table: genre-dist preprocess data/spotify_songs.csv");
	if (!gd_failed(&status))
		status = check_arrays(o, given, *count);
	if (!gd_failed(&status))
		status = check_memory(o);
	return gd_failed(&status) ? status : gd_dialect_check(&o->dialect);
}

static int run_ranks(gd_communicator *communicator, int argc, char **argv)
{
	preprocess_options o;
	bool given[sizeof options / sizeof options[0]] = {false};
	int count = 0;
	const char **inputs = gd_allocate((size_t)argc, sizeof *inputs);
	gd_status status = inputs ? read_options(argc, argv, &o, given, inputs, &count) : gd_out_of_memory("the arguments");
	/* A rank may unpack or read for as long as it takes, and others wait. */
	if (communicator) {
		communicator->watchdog = 0;
		status = gd_agree(communicator, &status);
	}
	if (!gd_failed(&status))
		status = run(communicator, &o, given, inputs, count);
	free(inputs);
	return gd_command_finish(&status);
}

static int run_alone(int argc, char **argv)
{
	return run_ranks(NULL, argc, argv);
}

const gd_command gd_command_preprocess = {
	.name = "preprocess",
	.summary = "turn a table into a normalised, split dataset",
	.usage = "INPUT... [-o OUT.h5] [OPTION...]",
	.description = "Turns a table into a dataset to train on: split, shuffled, standardised by the training part. Several files are one table; gzip and zstd are unpacked; - is stdin. "
		       "How a file is written (delimiter, decimal mark, character set, quotes, comments) is recognised and said, unless options say it.\n\n"
		       "With --features and --labels the table is two arrays of an HDF5 file, whose NaN are missing values.\n\n"
		       "Under mpirun the ranks share the work; the dataset is the same on any number of them.",
	.options = &table,
	.local = run_alone,
	.collective = run_ranks,
	.examples = GD_ENTRIES(
		{"genre-dist preprocess flowers.csv --target species", "flowers.h5; says what it decided about each column"},
		{"mpirun -n 8 genre-dist preprocess songs-*.csv.gz -o songs.h5", "many files, one table, on eight ranks"},
		{"genre-dist preprocess arrays.h5 --features /x --labels /y -o dataset.h5", "arrays that exist already, [rows, columns] and [rows]"},
		{"genre-dist preprocess songs.csv --schema songs.ini --split grouped -o songs.h5", "columns as a schema describes them, groups of records on one side"}),
};
