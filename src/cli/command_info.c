#include "gd/cli/commands.h"

#include <stdio.h>

#include "gd/base/log.h"
#include "gd/base/options.h"
#include "gd/bench/check.h"
#include "gd/report/describe.h"
#include "gd/run/machine.h"

typedef struct info_options {
	bool check, help;
} info_options;

static const gd_option options[] = {
	{.name = "check", .type = GD_OPTION_FLAG, .offset = offsetof(info_options, check), .initial = "off",
		.help = "test this installation, on all ranks, with files in the directory PATH (default: the current one): a page that says what is wrong and what to do"},
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = offsetof(info_options, help), .initial = "off", .help = "this list"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

static gd_status read_path(int argc, char **argv, const char **path, bool *check)
{
	info_options o;
	const char *arguments[8];
	int count = 0;
	gd_options_initialise(&table, &o);
	*path = NULL;
	*check = false;
	if (argc > 8)
		return gd_error(GD_USAGE, "info takes one path at most");
	gd_status status = gd_options_parse(&table, &o, argc - 1, argv + 1, NULL, arguments, &count);
	if (!gd_failed(&status) && count > 1)
		status = gd_error(GD_USAGE, "info takes one path at most, found '%s' as well", arguments[1]);
	*check = o.check;
	*path = !gd_failed(&status) && count ? arguments[0] : NULL;
	return status;
}

static void print_machine(void)
{
	gd_machine_print_version(stdout);
	printf("host %s: %s, %d core%s for this process\n", gd_machine_host(), gd_machine_cpu(), gd_machine_cores(), gd_machine_cores() > 1 ? "s" : "");
}

static int run_started(gd_communicator *communicator, gd_launcher launcher, int argc, char **argv)
{
	const char *path;
	bool check;
	gd_status mine = read_path(argc, argv, &path, &check), status = gd_agree(communicator, &mine);
	if (!gd_failed(&status) && check) {
		gd_log_set_level(GD_LOG_QUIET);
		status = gd_check_run(communicator, launcher, path ? path : ".", stdout);
	} else if (!gd_failed(&status) && path) {
		mine = communicator->rank == 0 ? gd_describe(stdout, path) : gd_ok();
		status = gd_agree(communicator, &mine);
	} else if (!gd_failed(&status)) {
		if (communicator->rank == 0)
			print_machine();
		status = gd_machine_print_ranks(communicator, stdout);
	}
	return gd_command_finish(&status);
}

static int run_ranks(gd_communicator *communicator, int argc, char **argv)
{
	return run_started(communicator, gd_launch_launcher(), argc, argv);
}

/* The check has a rank, be it one. */
static int run_one_rank(int argc, char **argv)
{
	gd_communicator communicator;
	const gd_launcher launcher = gd_launch_launcher();
	gd_status status = gd_communicator_start(&communicator, NULL, NULL, 300);
	if (gd_failed(&status))
		return gd_command_finish(&status);
	int code = run_started(&communicator, launcher, argc, argv);
	gd_communicator_finish(&communicator);
	return code;
}

static int run_alone(int argc, char **argv)
{
	const char *path;
	bool check;
	gd_status status = read_path(argc, argv, &path, &check);
	if (!gd_failed(&status) && check)
		return run_one_rank(argc, argv);
	if (!gd_failed(&status) && path)
		status = gd_describe(stdout, path);
	else if (!gd_failed(&status))
		print_machine();
	return gd_command_finish(&status);
}

const gd_command gd_command_info = {
	.name = "info",
	.summary = "describe this build and machine, or a file or run directory",
	.usage = "[PATH] [OPTION...]",
	.description = "Without PATH: this build and machine, and under mpirun or srun the ranks and their cores.\n"
		       "With PATH: what a dataset, checkpoint, model, metrics file or run directory holds, a running one included.\n\n"
		       "With `--check`: whether this installation does what it should, on all ranks, with files in the directory PATH: ranks and launcher, the engine of matrix products, "
		       "memory that ranks share, HDF5 files of all ranks together, the bits of a table, a dataset and a training, the links between ranks. It leaves nothing behind.",
	.options = &table,
	.local = run_alone,
	.collective = run_ranks,
	.alone = true,
	.examples = GD_ENTRIES(
		{"mpirun -n 8 genre-dist info", "where eight ranks run"},
		{"mpirun -n 8 genre-dist info --check /scratch", "a page for whoever runs the cluster; exit code 1 where something is wrong"},
		{"genre-dist info runs/first", "how far a run has come"}),
};
