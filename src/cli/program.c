#include "gd/cli/manual.h"

typedef struct program_options {
	bool help, version;
} program_options;

/* main() looks for these two itself. */
static const gd_option options[] = {
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = offsetof(program_options, help), .initial = "off", .help = "this page; after a command: that command's"},
	{.name = "version", .letter = 'V', .type = GD_OPTION_FLAG, .offset = offsetof(program_options, version), .initial = "off", .help = "version, compiler and libraries"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

const gd_command gd_program = {
	.name = "",
	.summary = "train neural-network classifiers on labelled tables, with the same bits on any number of ranks",
	.usage = "COMMAND [OPTION...] [ARGUMENT...]",
	.description = "genre-dist trains neural-network classifiers on labelled tables: the same bits on any number of ranks.\n\n"
		       "A table becomes a dataset with `preprocess`, a dataset a model with `train`, and a model scores a dataset with `evaluate` or classifies another table "
		       "with `predict`. Commands that compute run on one process, or under `mpirun` or `srun` on many. Options are written `--name=value` or `--name value`, flags "
		       "`--name` or `--no-name`; `--` ends them. Results go to stdout, all else to stderr.",
	.options = &table,
	.sections = {
		{.title = "signals", .text = "At SIGTERM, SIGINT, SIGUSR1 or SIGUSR2 to any of its ranks, `train` or `sweep` ends with a checkpoint and exit code 75.\n\n"
			"Sent to Open MPI's `mpirun`, SIGUSR1 and SIGUSR2 reach all ranks, and `mpirun` exits with 75. At SIGTERM and SIGINT it gives the ranks a second for their checkpoint, "
			"or as many as `OMPI_MCA_odls_base_sigkill_timeout` says, and itself exits with 1 in any case."},
		{.title = "environment", .entries = GD_ENTRIES(
			{"GENRE_DIST_KERNEL", "`plain`, `avx2` or `avx512`: use no wider vector instructions than these. By default the widest that the processor has; the results are the same bits. Anything else: exit code 2."},
			{"NO_COLOR", "where it is set and not empty: no colours on a terminal"})},
	},
	.files = GD_ENTRIES(
		{"config.ini", "in a run directory: every option in force"},
		{"metrics.h5", "a row an epoch, readable while the run goes on"},
		{"checkpoint.h5", "the newest state to resume from; checkpoint.previous.h5 the one before"},
		{"best.h5", "the model of the lowest validation loss; absent without a validation part"},
		{"model.h5", "the model to use: the best, else the last"}),
	.exit_codes = GD_ENTRIES(
		{"0", "done; or `--max-steps` reached"},
		{"1", "failed while running: disk, memory, MPI, a lost rank; or the last checkpoint could not be written"},
		{"2", "wrong usage: unknown or contradictory options, values out of range, a configuration, schema or sweep file that is missing or malformed, a run directory that holds another run or is in use"},
		{"3", "bad input data: a table, dataset, model or checkpoint that is missing, unreadable, damaged, of another kind, or lacks what was asked"},
		{"4", "training diverged: numbers that are not finite"},
		{"75", "stopped early with a checkpoint, by a signal or the time limit: start again with `--resume`"}),
	.examples = GD_ENTRIES(
		{"genre-dist preprocess flowers.csv --target species", "flowers.csv becomes flowers.h5"},
		{"mpirun -n 4 genre-dist train --data flowers.h5 --run runs/flowers", "runs/flowers/model.h5, on four ranks"},
		{"genre-dist predict runs/flowers/model.h5 new_flowers.csv -o species.csv", "the species of other flowers"}),
};
