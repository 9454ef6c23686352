#include "gd/cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/store/dataset.h"
#include "gd/sweep/tune.h"
#include "gd/train/stop.h"

typedef struct tune_options {
	gd_tune_options tune;
	const char *budget;
	bool quiet, help;
} tune_options;

#define AT(member) offsetof(tune_options, member)
static const gd_option options[] = {
	{.name = "data", .letter = 'd', .type = GD_OPTION_TEXT, .offset = AT(tune.data), .initial = GD_DATASET_DEFAULT, .argument = "FILE.h5", .help = "dataset made by preprocess"},
	{.name = "run", .letter = 'r', .type = GD_OPTION_TEXT, .offset = AT(tune.run), .initial = "runs/tune", .argument = "DIR", .help = "directory of the search, and of the best models"},
	{.name = "trials", .type = GD_OPTION_INTEGER, .offset = AT(tune.trials), .initial = "0", .minimum = 0, .maximum = 10000, .argument = "N", .help = "configurations that are drawn, beside the defaults: the same models on any machine"},
	{.name = "budget", .type = GD_OPTION_TEXT, .offset = AT(budget), .argument = "TIME", .help = "time for all of it instead, about: 90s, 10m, 2h"},
	{.name = "folds", .type = GD_OPTION_INTEGER, .offset = AT(tune.folds), .initial = "3", .minimum = 2, .maximum = 1000, .argument = "K", .help = "of the training part, one after the other held out"},
	{.name = "best", .type = GD_OPTION_INTEGER, .offset = AT(tune.best), .initial = "0", .minimum = 0, .maximum = 100, .argument = "N", .help = "configurations that are trained on all of it in the end; 0: three, and with --budget up to eight where time is left"},
	{.name = "config", .letter = 'c', .type = GD_OPTION_TEXT, .offset = AT(tune.config), .argument = "FILE.ini", .help = "options of train that are not searched but set"},
	{.name = "seed", .letter = 's', .type = GD_OPTION_INTEGER, .offset = AT(tune.seed), .initial = "0", .minimum = 0, .maximum = 9007199254740000.0, .argument = "N", .help = "of the drawing"},
	{.name = "resume", .type = GD_OPTION_FLAG, .offset = AT(tune.resume), .initial = "off", .help = "go on in --run DIR, on any number of ranks; what is finished stays"},
	{.name = "quiet", .letter = 'q', .type = GD_OPTION_FLAG, .offset = AT(quiet), .initial = "off", .help = "warnings and errors only, besides the result"},
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

static gd_status read_budget(const char *text, double *seconds)
{
	char *end;
	double value = strtod(text, &end), unit = !*end || !strcmp(end, "s") ? 1 : !strcmp(end, "m") ? 60 : !strcmp(end, "h") ? 3600 : 0;
	*seconds = value * unit;
	return end != text && *seconds >= 1 && *seconds <= 1e9 ? gd_ok() : gd_error(GD_USAGE, "--budget: expected a time such as 90s, 10m or 2h, found '%s'", text);
}

static gd_status read_options(int argc, char **argv, tune_options *o)
{
	int count = 0;
	const char **arguments = gd_allocate((size_t)argc, sizeof *arguments);
	gd_options_initialise(&table, o);
	gd_status status = arguments ? gd_options_parse(&table, o, argc - 1, argv + 1, NULL, arguments, &count) : gd_out_of_memory("the arguments");
	if (!gd_failed(&status) && count)
		status = gd_command_no_argument("tune", arguments[0]);
	free(arguments);
	if (!gd_failed(&status) && !o->budget == !o->tune.trials)
		status = gd_error(GD_USAGE, "tune needs --budget TIME or --trials N, one of them");
	if (!gd_failed(&status) && o->budget)
		status = read_budget(o->budget, &o->tune.budget);
	return status;
}

static int run_command(gd_communicator *communicator, int argc, char **argv)
{
	tune_options o = {0};
	gd_status mine = read_options(argc, argv, &o);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_log_set_level(o.quiet ? GD_LOG_QUIET : GD_LOG_NORMAL);
		status = gd_tune(communicator, &o.tune, gd_command_line());
	}
	return gd_command_finish(&status);
}

const gd_command gd_command_tune = {
	.name = "tune",
	.summary = "search for options on folds, and train the best",
	.usage = "--trials N | --budget TIME [OPTION...]",
	.description = "Searches for options of train by successive halving: configurations drawn around the defaults, and the defaults, race on folds of the training part; after a ninth of the "
		       "epochs one in three goes on, after a third again (fewer times where that would leave less than --best). The best few are then trained on all of the training part, for evaluate and predict to average. No row of the test part is read.",
	.options = &table,
	.collective = run_command,
	.prepare = gd_stop_watch,
	.examples = GD_ENTRIES(
		{"mpirun -n 8 genre-dist tune --data songs.h5 --trials 30 --run runs/tuned", "thirty configurations and the defaults, the same on any number of ranks"},
		{"genre-dist evaluate runs/tuned/best/best-*/model.h5 --data songs.h5", "the best few, averaged"}),
};
