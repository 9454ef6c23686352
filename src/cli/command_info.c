#include "gd/cli/commands.h"

#include <stdio.h>

#include "gd/base/log.h"
#include "gd/base/options.h"
#include "gd/report/describe.h"
#include "gd/run/machine.h"

typedef struct info_options {
	bool help;
} info_options;

static const gd_option options[] = {
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = offsetof(info_options, help), .initial = "off", .help = "this list"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

static gd_status read_path(int argc, char **argv, const char **path)
{
	info_options o;
	const char *arguments[8];
	int count = 0;
	gd_options_initialise(&table, &o);
	if (argc > 8)
		return gd_error(GD_USAGE, "info takes one path at most");
	gd_status status = gd_options_parse(&table, &o, argc - 1, argv + 1, NULL, arguments, &count);
	if (!gd_failed(&status) && count > 1)
		status = gd_error(GD_USAGE, "info takes one path at most, found '%s' as well", arguments[1]);
	*path = !gd_failed(&status) && count ? arguments[0] : NULL;
	return status;
}

static void print_machine(void)
{
	gd_machine_print_version(stdout);
	printf("host %s: %s, %d core%s for this process\n", gd_machine_host(), gd_machine_cpu(), gd_machine_cores(), gd_machine_cores() > 1 ? "s" : "");
}

static int run_alone(int argc, char **argv)
{
	const char *path = NULL;
	gd_status status = read_path(argc, argv, &path);
	if (!gd_failed(&status) && path)
		status = gd_describe(stdout, path);
	else if (!gd_failed(&status))
		print_machine();
	return gd_command_finish(&status);
}

static int run_ranks(gd_communicator *communicator, int argc, char **argv)
{
	const char *path = NULL;
	gd_status status;
	gd_status mine = read_path(argc, argv, &path);
	status = gd_agree(communicator, &mine);
	if (!gd_failed(&status) && path) {
		mine = communicator->rank == 0 ? gd_describe(stdout, path) : gd_ok();
		status = gd_agree(communicator, &mine);
	} else if (!gd_failed(&status)) {
		if (communicator->rank == 0)
			print_machine();
		status = gd_machine_print_ranks(communicator, stdout);
	}
	return gd_command_finish(&status);
}

const gd_command gd_command_info = {
	.name = "info",
	.summary = "describe this build and machine, or a file or run directory",
	.usage = "[PATH]",
	.description = "Without PATH: this build and machine, and under mpirun or srun the ranks and their cores.\n"
		       "With PATH: what a dataset, checkpoint, model, metrics file or run directory holds, a running one included.",
	.options = &table,
	.local = run_alone,
	.collective = run_ranks,
	.examples = GD_ENTRIES(
		{"mpirun -n 8 genre-dist info", "where eight ranks run"},
		{"genre-dist info runs/first", "how far a run has come"}),
};
