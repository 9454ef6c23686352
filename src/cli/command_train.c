#include "gd/cli/commands.h"

#include <stdlib.h>

#include "gd/base/log.h"
#include "gd/base/memory.h"
#include "gd/sweep/cross_validation.h"
#include "gd/train/stop.h"
#include "gd/train/trainer.h"

/* Command line over configuration file over defaults. Local: every rank reads the same file. */
static gd_status read_options(int argc, char **argv, gd_train_options *options, bool *given, gd_arena *arena)
{
	const char **arguments = gd_arena_take(arena, (size_t)argc, sizeof *arguments);
	int count = 0;
	if (!arguments)
		return gd_out_of_memory("the arguments");
	gd_options_initialise(&gd_train_option_table, options);
	gd_status status = gd_options_parse(&gd_train_option_table, options, argc - 1, argv + 1, given, arguments, &count);
	if (gd_failed(&status))
		return status;
	if (count)
		return gd_command_no_argument("train", arguments[0]);
	if (options->config) {
		status = gd_options_read(&gd_train_option_table, options, options->config, given, arena);
		if (gd_failed(&status))
			return status;
	}
	return gd_train_options_check(options);
}

static int run_command(gd_communicator *communicator, int argc, char **argv)
{
	gd_train_options options;
	gd_arena arena = {0};
	bool *given = gd_allocate(gd_train_option_table.count, sizeof *given);
	gd_status mine = given ? read_options(argc, argv, &options, given, &arena) : gd_out_of_memory("the options");
	gd_status status = gd_agree(communicator, &mine);
	if (!gd_failed(&status)) {
		gd_log_set_level(options.quiet ? GD_LOG_QUIET : options.verbose ? GD_LOG_VERBOSE : GD_LOG_NORMAL);
		bool folds = options.folds && !options.fold;
		status = (folds ? gd_cross_validate : gd_train)(communicator, &options, given, gd_command_line());
	}
	gd_arena_release(&arena);
	free(given);
	return gd_command_finish(&status);
}

const gd_command gd_command_train = {
	.name = "train",
	.summary = "train a network on a dataset, on any number of ranks",
	.usage = "[OPTION...]",
	.description = "Trains a network on a dataset made by preprocess. The result does not depend on the number of ranks.\n\n"
		       "Afterwards the run directory holds model.h5, for evaluate and predict, metrics.h5 and checkpoint.h5. A run that a signal, a fault or `--time-limit` ended "
		       "goes on with `--resume`, on another number of ranks if need be, and ends with the bits of one that was never stopped.",
	.options = &gd_train_option_table,
	.collective = run_command,
	/* A signal that comes while MPI starts is for the trainer too. */
	.prepare = gd_stop_watch,
	.examples = GD_ENTRIES(
		{"mpirun -n 8 genre-dist train --data songs.h5 --run runs/first", "on eight ranks"},
		{"mpirun -n 3 genre-dist train --run runs/first --resume --epochs 60", "goes on, for more epochs and on fewer ranks"},
		{"genre-dist train --config runs/first/config.ini --run runs/second --seed 1", "the same with another seed"}),
};
