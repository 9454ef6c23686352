#include "gd/cli/commands.h"

#include <stdio.h>
#include <stdlib.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/base/options.h"
#include "gd/base/output.h"
#include "gd/report/report.h"

typedef struct report_options {
	const char *output, *data;
	bool quiet, help;
} report_options;

#define AT(member) offsetof(report_options, member)
static const gd_option options[] = {
	{.name = "output", .letter = 'o', .type = GD_OPTION_TEXT, .offset = AT(output), .argument = "FILE.html", .help = "by default report.html in the run directory; an older page is replaced, no other file"},
	{.name = "data", .letter = 'd', .type = GD_OPTION_TEXT, .offset = AT(data), .argument = "FILE.h5", .help = "where the dataset is now; by default where the run found it"},
	{.name = "quiet", .letter = 'q', .type = GD_OPTION_FLAG, .offset = AT(quiet), .initial = "off", .help = "warnings and errors only"},
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list"},
};
#undef AT
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

static gd_status run(int argc, char **argv)
{
	report_options o;
	int count = 0;
	char *output = NULL;
	const char **arguments = gd_allocate((size_t)argc, sizeof *arguments);
	gd_options_initialise(&table, &o);
	gd_status status = arguments ? gd_options_parse(&table, &o, argc - 1, argv + 1, NULL, arguments, &count) : gd_out_of_memory("the arguments");
	if (!gd_failed(&status) && count == 0)
		status = gd_error(GD_USAGE, "report needs a run directory: genre-dist report runs/first");
	if (!gd_failed(&status) && count > 1)
		status = gd_error(GD_USAGE, "report takes one run directory, found '%s' as well", arguments[1]);
	if (!gd_failed(&status)) {
		gd_log_set_level(o.quiet ? GD_LOG_QUIET : GD_LOG_NORMAL);
		gd_report_options wanted = {.directory = arguments[0], .output = o.output, .data = o.data, .history = gd_command_line()};
		status = gd_report_write(&wanted, &output);
	}
	if (!gd_failed(&status))
		gd_log_note("wrote '%s'", output);
	free(output);
	free(arguments);
	return status;
}

static int run_alone(int argc, char **argv)
{
	gd_status status = run(argc, argv);
	return gd_command_finish(&status);
}

/* The first rank writes the page; the others wait for as long as it takes. */
static int run_ranks(gd_communicator *communicator, int argc, char **argv)
{
	communicator->watchdog = 0;
	gd_status mine = communicator->rank == 0 ? run(argc, argv) : gd_ok();
	gd_status status = gd_agree(communicator, &mine);
	return gd_command_finish(&status);
}

const gd_command gd_command_report = {
	.name = "report",
	.summary = "show a run as one HTML page with its plots",
	.usage = "RUN_DIR [OPTION...]",
	.description = "Writes a run, which may still be going, as one HTML page: curves, scores, data, where the time went, and how to get it again; "
		       "of a sweep or a tuning its table, curves and what mattered. "
		       "The page needs no script and no network. Plots are drawn by gnuplot, where it is installed.",
	.options = &table,
	.local = run_alone,
	.collective = run_ranks,
	.alone = true,
	.examples = GD_ENTRIES({"genre-dist report runs/first", "writes runs/first/report.html"}),
};
