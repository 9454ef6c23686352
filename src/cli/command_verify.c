#include "gd/cli/commands.h"

#include <stdio.h>

#include "gd/base/log.h"
#include "gd/base/options.h"
#include "gd/train/verify.h"

typedef struct verify_options {
	const char *data;
	int from;
	bool quiet, help;
} verify_options;

static const char *const starts[] = {"previous", "start", NULL};

#define AT(member) offsetof(verify_options, member)
static const gd_option options[] = {
	{.name = "data", .letter = 'd', .type = GD_OPTION_TEXT, .offset = AT(data), .argument = "FILE.h5", .help = "the dataset, where it is not at the place the run knows"},
	{.name = "from", .type = GD_OPTION_CHOICE, .offset = AT(from), .initial = "previous", .choices = starts, .help = "replay from checkpoint.previous.h5, or from the start of the training"},
	{.name = "quiet", .letter = 'q', .type = GD_OPTION_FLAG, .offset = AT(quiet), .initial = "off", .help = "warnings and errors only, besides the result"},
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

static int run_command(gd_communicator *communicator, int argc, char **argv)
{
	verify_options o;
	const char *arguments[16];
	int count = 0;
	bool equal = true;
	gd_options_initialise(&table, &o);
	gd_status mine = argc > 16 ? gd_error(GD_USAGE, "verify takes one run directory") : gd_options_parse(&table, &o, argc - 1, argv + 1, NULL, arguments, &count);
	if (!gd_failed(&mine) && count != 1)
		mine = count ? gd_error(GD_USAGE, "verify takes one run directory, found '%s' as well", arguments[1]) : gd_error(GD_USAGE, "verify needs a run directory: genre-dist verify runs/first");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_log_set_level(o.quiet ? GD_LOG_QUIET : GD_LOG_NORMAL);
		gd_verify_options options_of_run = {.directory = arguments[0], .data = o.data, .from_start = o.from == 1};
		status = gd_verify(communicator, &options_of_run, &equal);
	}
	if (!gd_failed(&status) && !equal)
		status = gd_error(GD_FAILED, "the replay differs from '%s/checkpoint.h5': that was computed by other code or on a faulty machine, or this replay was", arguments[0]);
	return gd_command_finish(&status);
}

const gd_command gd_command_verify = {
	.name = "verify",
	.summary = "replay a run's last steps and compare the bits",
	.usage = "RUN_DIR [OPTION...]",
	.description = "Replays the steps that lead to a run's checkpoint.h5, on any number of ranks, and compares weights, optimizer state and everything else that a resume needs, bit for bit. "
		       "Writes nothing.",
	.options = &table,
	.collective = run_command,
	.exit_codes = GD_ENTRIES({"0", "equal"}, {"1", "different, or failed while running"}),
	.examples = GD_ENTRIES({"mpirun -n 3 genre-dist verify runs/first", "from checkpoint.previous.h5 to checkpoint.h5, on three ranks"}),
};
