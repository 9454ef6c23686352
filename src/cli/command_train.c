#include "gd/cli/commands.h"

#include <stdlib.h>
#include <string.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/train/trainer.h"

static void print_help(void)
{
	printf("usage: genre-dist train [OPTION...]\n"
	       "       mpirun -n 8 genre-dist train --data songs.h5 --run runs/first\n\n"
	       "Trains a network on a dataset made by preprocess. The result does not depend on the number of ranks.\n"
	       "Afterwards: model.h5 in the run directory for evaluate and predict, metrics.h5, checkpoint.h5.\n\noptions:\n");
	gd_options_help(&gd_train_option_table, stdout);
}

/* Command line over configuration file over defaults. Local: every rank reads the same file. */
static gd_status read_options(int argc, char **argv, gd_train_options *options, bool *given, gd_arena *arena)
{
	const char *arguments[64];
	int count = 0;
	gd_options_initialise(&gd_train_option_table, options);
	if (argc > 64)
		return gd_error(GD_USAGE, "too many arguments; put them into a --config file");
	gd_status status = gd_options_parse(&gd_train_option_table, options, argc - 1, argv + 1, given, arguments, &count);
	if (gd_failed(&status))
		return status;
	if (count)
		return gd_error(GD_USAGE, "train takes options only, found '%s'; 'genre-dist train --help' lists them", arguments[0]);
	if (options->config) {
		status = gd_options_read(&gd_train_option_table, options, options->config, given, arena);
		if (gd_failed(&status))
			return status;
	}
	return gd_train_options_check(options);
}

int gd_command_train(gd_communicator *communicator, int argc, char **argv)
{
	if (!communicator) {
		print_help();
		return GD_OK;
	}
	gd_train_options options;
	gd_arena arena = {0};
	bool *given = gd_allocate(gd_train_option_table.count, sizeof *given);
	gd_status mine = given ? read_options(argc, argv, &options, given, &arena) : gd_out_of_memory("the options");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_log_set_level(options.quiet ? GD_LOG_QUIET : options.verbose ? GD_LOG_VERBOSE : GD_LOG_NORMAL);
		status = gd_train(communicator, &options, given, gd_command_line());
	}
	gd_arena_release(&arena);
	free(given);
	return gd_command_finish(&status);
}
