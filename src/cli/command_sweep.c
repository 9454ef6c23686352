#include "gd/cli/commands.h"

#include <stdlib.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/sweep/sweep.h"

typedef struct sweep_options {
	gd_sweep_options sweep;
	bool quiet, help;
} sweep_options;

#define AT(member) offsetof(sweep_options, member)
static const gd_option options[] = {
	{.name = "run", .letter = 'r', .type = GD_OPTION_TEXT, .offset = AT(sweep.run), .argument = "DIR", .help = "the sweep's directory, with one run directory a trial; by default a new one under ./runs"},
	{.name = "resume", .type = GD_OPTION_FLAG, .offset = AT(sweep.resume), .initial = "off", .help = "go on in --run DIR, on any number of ranks; what is finished stays"},
	{.name = "time-limit", .type = GD_OPTION_REAL, .offset = AT(sweep.time_limit), .minimum = 0, .maximum = 1e9, .argument = "S", .help = "stop with checkpoints before S seconds have passed"},
	{.name = "json", .letter = 'j', .type = GD_OPTION_FLAG, .offset = AT(sweep.json), .initial = "off", .help = "one JSON object a line for each configuration, on stdout"},
	{.name = "quiet", .letter = 'q', .type = GD_OPTION_FLAG, .offset = AT(quiet), .initial = "off", .help = "warnings and errors only, besides the result"},
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

static int run_command(gd_communicator *communicator, int argc, char **argv)
{
	sweep_options o = {0};
	gd_sweep_plan plan = {0};
	int count = 0;
	const char **files = gd_allocate((size_t)argc, sizeof *files);
	gd_options_initialise(&table, &o);
	gd_status mine = files ? gd_options_parse(&table, &o, argc - 1, argv + 1, NULL, files, &count) : gd_out_of_memory("the arguments");
	if (!gd_failed(&mine) && count != 1)
		mine = gd_error(GD_USAGE, "sweep takes one file: genre-dist sweep sweep.ini");
	if (!gd_failed(&mine) && o.sweep.resume && !o.sweep.run)
		mine = gd_error(GD_USAGE, "--resume needs --run DIR, the directory to go on in");
	if (!gd_failed(&mine))
		mine = gd_sweep_plan_read(files[0], &plan);
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_log_set_level(o.quiet ? GD_LOG_QUIET : GD_LOG_NORMAL);
		status = gd_sweep(communicator, &plan, &o.sweep, gd_command_line());
	}
	gd_sweep_plan_release(&plan);
	free(files);
	return gd_command_finish(&status);
}

const gd_command gd_command_sweep = {
	.name = "sweep",
	.summary = "train many configurations in one job",
	.usage = "SWEEP.ini [OPTION...]",
	.description = "Trains many configurations in one job, each by a group of its ranks. A trial's weights are those that train alone gives it.",
	.options = &table,
	.collective = run_command,
	.sections = {
		{.title = "the file's section [sweep]", .settings = &gd_sweep_setting_table},
		{.title = "its other sections", .entries = GD_ENTRIES(
			{"[base]", "options of train for every trial; `config = FILE.ini` takes such a file first"},
			{"[vary]", "lists of values, every combination of which is a trial: `learning-rate = 0.001 0.01`, `dropout = uniform 0 0.5 3`, `weight-decay = log 0.001 1 4`; with `trials = N` ranges lack the number of points"},
			{"[trial NAME]", "one more trial, with options of its own"})},
	},
	.examples = GD_ENTRIES(
		{"mpirun -n 8 genre-dist sweep sweep.ini --run runs/sweep", "every trial in a run directory of its own below runs/sweep"},
		{"mpirun -n 8 genre-dist sweep sweep.ini --run runs/sweep --resume", "goes on; what is finished stays"}),
};
