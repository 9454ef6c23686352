#include "gd/cli/commands.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/bench/bench.h"
#include "gd/bench/bench_ingest.h"
#include "gd/store/file_kind.h"

/* Options of train that decide what a step costs, or which epochs are planned. */
static const char *const train_names[] = {"encoding", "bins", "hidden", "activation", "batch-norm", "members", "periodic", "periodic-width", "dropout", "input-dropout", "optimizer", "momentum",
	"nesterov", "clip-norm", "ema", "reduction", "shard-optimizer", "batch-size", "drop-last", "epochs", "time-limit", "seed", "quiet", "help"};
enum { FROM_TRAIN = sizeof train_names / sizeof train_names[0] };

static const char *const algorithms[] = {"recursive-doubling", "rabenseifner", "ring", "auto", NULL};

enum { DATA, CONFIG, INPUTS, CLASSES, ROWS, STEPS, SECONDS, PLAN, FLOPS, LATENCY, BANDWIDTH, ALLREDUCE, JSON, OWN };
#define AT(member) offsetof(gd_bench_options, member)
static const gd_option own_options[OWN] = {
	[DATA] = {.name = "data", .letter = 'd', .type = GD_OPTION_TEXT, .offset = AT(train.data), .argument = "FILE.h5|TABLE", .help = "rows, shapes and encodings of a dataset, and its reading timed too; by default rows are random. A table of text: what its reading costs, and on how many ranks, instead of a model"},
	[CONFIG] = {.name = "config", .letter = 'c', .type = GD_OPTION_TEXT, .offset = AT(train.config), .argument = "FILE.ini", .help = "a training's options from a file, as train reads them; the command line wins"},
	[INPUTS] = {.name = "inputs", .type = GD_OPTION_INTEGER, .offset = AT(inputs), .initial = "20", .minimum = 1, .maximum = 1e6, .argument = "N", .help = "features of a random row"},
	[CLASSES] = {.name = "classes", .type = GD_OPTION_INTEGER, .offset = AT(classes), .initial = "6", .minimum = 1, .maximum = 1e6, .argument = "N", .help = "classes of random rows"},
	[ROWS] = {.name = "rows", .type = GD_OPTION_INTEGER, .offset = AT(rows), .initial = "20000", .minimum = 1, .maximum = 1e15, .argument = "N", .help = "random rows, over all ranks"},
	[STEPS] = {.name = "steps", .type = GD_OPTION_INTEGER, .offset = AT(steps), .minimum = 0, .maximum = 1e6, .argument = "N", .help = "training steps to time; by default as many as fit into --seconds"},
	[SECONDS] = {.name = "seconds", .type = GD_OPTION_REAL, .offset = AT(seconds), .initial = "2", .minimum = 0, .above_minimum = true, .maximum = 1e6, .argument = "S", .help = "for the timed steps, and about as long for the other figures"},
	[PLAN] = {.name = "plan", .letter = 'p', .type = GD_OPTION_WIDTHS, .offset = AT(plan), .argument = "P,P,...", .help = "predict steps and epochs on these numbers of ranks"},
	[FLOPS] = {.name = "flops", .type = GD_OPTION_REAL, .offset = AT(flops), .minimum = 0, .maximum = 1e30, .argument = "RATE", .help = "plan for ranks that do RATE floating-point operations a second (60e9) in all, and measure no step"},
	[LATENCY] = {.name = "latency", .type = GD_OPTION_REAL, .offset = AT(latency), .minimum = 0, .maximum = 1e12, .argument = "US", .help = "plan for a network with this latency, alpha, in microseconds a message"},
	[BANDWIDTH] = {.name = "bandwidth", .type = GD_OPTION_REAL, .offset = AT(bandwidth), .minimum = 0, .above_minimum = true, .maximum = 1e12, .argument = "GB/s", .help = "and this bandwidth, 1/beta, in 10^9 bytes a second; by default both are measured"},
	[ALLREDUCE] = {.name = "allreduce", .type = GD_OPTION_CHOICE, .offset = AT(allreduce), .initial = "auto", .choices = algorithms, .help = "how the planned network sums; auto: the cheapest for each message"},
	[JSON] = {.name = "json", .letter = 'j', .type = GD_OPTION_FLAG, .offset = AT(json), .initial = "off", .help = "one JSON object on stdout"},
};

/* Its own options, then those of train, in one table. */
static const gd_option_table *make_table(void)
{
	static gd_option options[OWN + FROM_TRAIN];
	static const gd_option_table table = {options, OWN + FROM_TRAIN};
	memcpy(options, own_options, sizeof own_options);
	for (int i = 0; i < FROM_TRAIN; i++) {
		const gd_option *option = gd_options_find(&gd_train_option_table, train_names[i]);
		assert(option);
		options[OWN + i] = *option;
		options[OWN + i].offset += AT(train);
	}
	return &table;
}

static bool is_table(const gd_bench_options *o)
{
	return o->train.data && gd_file_is_no_hdf5(o->train.data);
}

/* A table is read, whatever the model. */
static gd_status check_table(const gd_bench_options *o, const gd_option_table *table, const bool *given)
{
	static const char *const allowed[] = {"data", "seconds", "plan", "json", "quiet"};
	for (size_t i = 0; i < table->count; i++) {
		bool fits = !given[i];
		for (size_t j = 0; j < sizeof allowed / sizeof *allowed; j++)
			fits = fits || !strcmp(table->options[i].name, allowed[j]);
		if (!fits)
			return gd_error(GD_USAGE, "--%s is about a model, and '%s' is a table, whose reading is measured", table->options[i].name, o->train.data);
	}
	return gd_ok();
}

static gd_status check(const gd_bench_options *o, const bool *given, int ranks)
{
	for (int i = INPUTS; i <= ROWS; i++)
		if (given[i] && o->train.data)
			return gd_error(GD_USAGE, "--%s is for random rows, and '%s' has rows of its own", own_options[i].name, o->train.data);
	for (int i = FLOPS; i <= ALLREDUCE; i++)
		if (given[i] && !o->plan.count)
			return gd_error(GD_USAGE, "--%s is for a plan: name its numbers of ranks with --plan", own_options[i].name);
	if (given[LATENCY] != given[BANDWIDTH])
		return gd_error(GD_USAGE, "--latency and --bandwidth describe a network together; one of them is missing");
	if (given[STEPS] && o->flops > 0)
		return gd_error(GD_USAGE, "--steps and --flops contradict each other: with given rates no step is timed");
	if (o->plan.count && !o->network_given && ranks == 1)
		return gd_error(GD_USAGE, "one rank has no network to measure: give --plan a --latency and a --bandwidth, or start several ranks with mpirun");
	return gd_train_options_check(&o->train);
}

/* Command line over configuration file over defaults, as train has it. Local: every rank reads the same file. */
static gd_status read_options(int argc, char **argv, int ranks, gd_bench_options *o, gd_arena *arena)
{
	const gd_option_table *table = make_table();
	const char **arguments = gd_arena_take(arena, (size_t)argc, sizeof *arguments);
	bool given[OWN + FROM_TRAIN] = {false}, *train_given = gd_arena_take(arena, gd_train_option_table.count, sizeof *train_given);
	int count = 0;
	if (!arguments || !train_given)
		return gd_out_of_memory("the options");
	gd_options_initialise(&gd_train_option_table, &o->train);
	gd_options_initialise(table, o);
	gd_status status = gd_options_parse(table, o, argc - 1, argv + 1, given, arguments, &count);
	if (gd_failed(&status))
		return status;
	if (count)
		return gd_command_no_argument("bench", arguments[0]);
	for (size_t i = 0; i < table->count; i++) {
		const gd_option *option = gd_options_find(&gd_train_option_table, table->options[i].name);
		if (given[i] && option)
			train_given[option - gd_train_option_table.options] = true;
	}
	if (is_table(o))
		return check_table(o, table, given);
	if (o->train.config) {
		status = gd_options_read(&gd_train_option_table, &o->train, o->train.config, train_given, arena);
		if (gd_failed(&status))
			return status;
	}
	o->network_given = given[LATENCY] && given[BANDWIDTH];
	return check(o, given, ranks);
}

static gd_status run_table(gd_communicator *communicator, const gd_bench_options *options)
{
	gd_bench_ingest ingest;
	gd_status status = gd_bench_ingest_run(communicator, options->train.data, options->seconds, &ingest);
	if (!gd_failed(&status) && communicator->rank == 0)
		(options->json ? gd_bench_ingest_print_json : gd_bench_ingest_print)(stdout, &ingest, &options->plan);
	return status;
}

static int run_command(gd_communicator *communicator, int argc, char **argv)
{
	gd_bench_options options = {0};
	gd_bench_report *report = gd_allocate(1, sizeof *report);
	gd_arena arena = {0};
	gd_status mine = report ? read_options(argc, argv, communicator->size, &options, &arena) : gd_out_of_memory("the report");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_log_set_level(options.train.quiet ? GD_LOG_QUIET : GD_LOG_NORMAL);
	}
	if (!gd_failed(&status) && is_table(&options)) {
		status = run_table(communicator, &options);
	} else if (!gd_failed(&status)) {
		status = gd_bench_run(communicator, &options, report);
		if (!gd_failed(&status) && communicator->rank == 0)
			(options.json ? gd_bench_print_json : gd_bench_print)(stdout, report);
		gd_bench_release(report);
	}
	free(report);
	gd_arena_release(&arena);
	return gd_command_finish(&status);
}

const gd_command gd_command_bench = {
	.name = "bench",
	.summary = "measure this machine and a model on it, and plan other numbers of ranks",
	.usage = "[OPTION...]",
	.description = "Measures what this machine does at best (dense products, memory, sums over ranks) and training steps of a network, and compares the steps with what the figures predict. "
		       "With `--plan`, says how long a training takes on other numbers of ranks, and how many help. "
		       "With `--data TABLE`, the same of reading a table of text: bytes a second a core stage by stage, the disk, and what more ranks give.",
	.make_options = make_table,
	.collective = run_command,
	.examples = GD_ENTRIES(
		{"mpirun -n 2 genre-dist bench --hidden 256,256 --plan 1,2,4,8,16", "measures on two ranks, and plans for up to sixteen"},
		{"genre-dist bench --data songs.csv --plan 1,8,64", "how fast this table is read, and how fast on up to 64 ranks"},
		{"genre-dist bench --plan 1,8,64,1024 --flops 60e9 --latency 2 --bandwidth 12.5", "plans for another cluster, and measures nothing"}),
};
