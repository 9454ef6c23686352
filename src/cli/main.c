#include "gd/cli/commands.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/parse.h"
#include "gd/kernel/gemm.h"
#include "gd/parallel/launch.h"
#include "gd/run/machine.h"
#include "gd/train/stop.h"

typedef struct command {
	const char *name;
	const char *summary;
	int (*local)(int argc, char **argv);
	int (*collective)(gd_communicator *communicator, int argc, char **argv);
} command;

static const command commands[] = {
	{"preprocess", "turn a CSV into a normalised, split dataset", gd_command_preprocess, NULL},
	{"train", "train a network on a dataset, on any number of ranks", NULL, gd_command_train},
	{"evaluate", "score models on a part of a dataset", NULL, gd_command_evaluate},
	{"predict", "classify the records of a raw CSV", NULL, gd_command_predict},
	{"verify", "replay a run's last steps and compare the bits", NULL, gd_command_verify},
	{"sweep", "train many configurations in one job", NULL, gd_command_sweep},
	{"baseline", "score a classical model on a dataset", NULL, gd_command_baseline},
	{"report", "show a run as one HTML page with its plots", gd_command_report, NULL},
	{"bench", "measure this machine and a model on it, and plan other numbers of ranks", NULL, gd_command_bench},
	{"synth", "draw songs from the shipped statistical profile", gd_command_synth, gd_command_synth_ranks},
	{"info", "describe this build and machine, or a file or run directory", gd_command_info, gd_command_info_ranks},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

static char command_line[4096];

const char *gd_command_line(void)
{
	return command_line;
}

static void keep_command_line(int argc, char **argv)
{
	size_t used = 0;
	for (int i = 0; i < argc && used < sizeof command_line - 1; i++) {
		const char *word = i ? argv[i] : "genre-dist";
		bool quote = !*word || strpbrk(word, " \t\n\"'$&|;<>()*?");
		int wrote = snprintf(command_line + used, sizeof command_line - used, quote ? "%s'%s'" : "%s%s", i ? " " : "", word);
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}

static void print_help(FILE *out)
{
	fputs("genre-dist trains neural-network classifiers on labelled tables: the same bits on any number of ranks.\n\n"
	      "usage: genre-dist COMMAND [OPTION...] [ARGUMENT...]\n"
	      "       mpirun -n 8 genre-dist train [OPTION...]\n\ncommands:\n", out);
	for (int i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-11s %s\n", commands[i].name, commands[i].summary);
	fputs("\n  genre-dist COMMAND --help   a command's options\n"
	      "  genre-dist --version        version, compiler and libraries\n\n"
	      "exit codes: 0 done, 1 failed while running, 2 wrong usage, 3 bad input data, 4 training diverged,\n"
	      "            75 stopped early with a checkpoint (go on with train --resume)\n", out);
}

int gd_command_finish(const gd_status *status)
{
	if (gd_failed(status) && !gd_log_muted())
		gd_log_error("%s", status->message);
	return status->code;
}

static bool asks_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	return false;
}

static int run_collective(const command *chosen, int argc, char **argv)
{
	if (asks_help(argc, argv))
		return gd_launch_rank() ? 0 : chosen->collective(NULL, argc, argv);
	gd_communicator communicator;
	/* A signal that comes while MPI starts is for the trainer too. */
	if (chosen->collective == gd_command_train)
		gd_stop_watch();
	const bool first = gd_launch_rank() == 0;
	const int launched = gd_launch_size();
	gd_status status = gd_launch_check();
	if (gd_failed(&status))
		return gd_command_finish(&status);
	/* Until train has read its option, and for commands that have none: train's default. */
	status = gd_communicator_start(&communicator, NULL, NULL, 300);
	if (gd_failed(&status))
		return gd_command_finish(&status);
	status = gd_launch_check_size(launched, communicator.size);
	if (gd_failed(&status))
		gd_log_mute(!first);
	int code = gd_failed(&status) ? gd_command_finish(&status) : chosen->collective(&communicator, argc, argv);
	gd_communicator_finish(&communicator);
	return code;
}

static const command *find_command(const char *name)
{
	for (int i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int unknown_command(const char *name)
{
	int nearest = 0, distance = 100;
	for (int i = 0; i < COMMANDS; i++) {
		int edits = gd_edit_distance(name, commands[i].name);
		if (edits < distance) {
			distance = edits;
			nearest = i;
		}
	}
	gd_status status = distance <= 2
		? gd_error(GD_USAGE, "unknown command '%s'; did you mean '%s'?", name, commands[nearest].name)
		: gd_error(GD_USAGE, "unknown command '%s'; 'genre-dist --help' lists the commands", name);
	return gd_command_finish(&status);
}

static int run(int argc, char **argv)
{
	keep_command_line(argc, argv);
	gd_gemm_single_thread();
	gd_log_mute(gd_launch_rank() > 0);
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		if (!gd_log_muted())
			print_help(argc < 2 ? stderr : stdout);
		return argc < 2 ? GD_USAGE : GD_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		if (!gd_log_muted())
			gd_machine_print_version(stdout);
		return GD_OK;
	}
	const command *chosen = find_command(argv[1]);
	if (!chosen)
		return unknown_command(argv[1]);
	if (chosen->collective && (!chosen->local || gd_launch_size() > 1))
		return run_collective(chosen, argc - 1, argv + 1);
	/* What needs one process only is done by the first; the others have nothing to do. */
	return gd_launch_rank() ? GD_OK : chosen->local(argc - 1, argv + 1);
}

/* A result that could not be written (a full disk behind the redirection) is no success. */
static int finish_stdout(int code)
{
	const bool before = ferror(stdout);
	if ((!fflush(stdout) && !before) || code != GD_OK)
		return code;
	gd_status status = gd_file_error(GD_FAILED, "write to", "stdout", before ? EIO : errno);
	return gd_command_finish(&status);
}

int main(int argc, char **argv)
{
	return finish_stdout(run(argc, argv));
}
