#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "gd/base/file.h"
#include "gd/base/log.h"
#include "gd/base/output.h"
#include "gd/base/processor.h"
#include "gd/base/shell_word.h"
#include "gd/cli/commands.h"
#include "gd/cli/commands_compare.h"
#include "gd/cli/manual.h"
#include "gd/parallel/host_sum.h"
#include "gd/parallel/launch.h"
#include "gd/run/machine.h"

static char command_line[4096];

const char *gd_command_line(void)
{
	return command_line;
}

static void keep_command_line(int argc, char **argv)
{
	static char room[GD_SHELL_WORD_ROOM];
	size_t used = 0;
	for (int i = 0; i < argc && used < sizeof command_line - 1; i++) {
		const char *word = i ? argv[i] : "genre-dist";
		int wrote = snprintf(command_line + used, sizeof command_line - used, "%s%s", i ? " " : "", gd_shell_word(word, room));
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}

/* -h, or an h among the letters of flags: -qh. */
static bool letter_asks_help(const gd_option_table *table, const char *letter)
{
	for (; *letter && *letter != 'h'; letter++) {
		bool flag = false;
		for (size_t i = 0; i < table->count; i++)
			flag |= table->options[i].letter == *letter && table->options[i].type == GD_OPTION_FLAG;
		if (!flag)
			return false;
	}
	return *letter == 'h';
}

static bool asks_help(const gd_option_table *table, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		const char *word = argv[i];
		if (!strcmp(word, "--help") || !strncmp(word, "--help=", 7))
			return true;
		if (word[0] == '-' && word[1] != '-' && letter_asks_help(table, word + 1))
			return true;
	}
	return false;
}

/* A job of this rank's own. */
static int run_alone(const gd_command *command, int argc, char **argv)
{
	gd_communicator own = {.mpi = MPI_COMM_SELF, .size = 1, .phase = "start"};
	gd_log_mute(false);
	gd_status status = gd_communicator_share(&own);
	int code = gd_failed(&status) ? gd_command_finish(&status) : command->collective(&own, argc, argv);
	gd_host_sum_free(own.node);
	return code;
}

static int run_collective(const gd_command *command, int argc, char **argv)
{
	gd_communicator communicator;
	if (command->prepare)
		command->prepare();
	const bool first = gd_launch_rank() == 0;
	const int launched = gd_launch_size();
	gd_status status = gd_launch_check();
	if (gd_failed(&status))
		return gd_command_finish(&status);
	/* Until train has read its option, and for commands that have none: train's default. */
	status = gd_communicator_start(&communicator, NULL, NULL, 300);
	if (gd_failed(&status))
		return gd_command_finish(&status);
	status = gd_launch_check_size(launched, communicator.size, gd_machine_mpi());
	if (gd_failed(&status))
		gd_log_mute(!first);
	bool alone = false;
	if (!gd_failed(&status))
		status = gd_commands_compare(&communicator, command, argc, argv, &alone);
	int code = gd_failed(&status) ? gd_command_finish(&status) : alone ? run_alone(command, argc, argv)
									   : command->collective(&communicator, argc, argv);
	gd_communicator_finish(&communicator);
	return code;
}

static int print_manual(FILE *out, const gd_command *command)
{
	if (!gd_log_muted())
		gd_manual_print(out, command);
	return out == stderr ? GD_USAGE : GD_OK;
}

static int run(int argc, char **argv)
{
	keep_command_line(argc, argv);
	gd_launch_forget_leftovers();
	gd_log_mute(gd_launch_rank() > 0);
	if (argc < 2)
		return print_manual(stderr, &gd_program);
	const bool help = !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h");
	if (help && argc == 2)
		return print_manual(stdout, &gd_program);
	/* --help COMMAND is help COMMAND. */
	const gd_command *command = gd_command_find(help ? "help" : argv[1]);
	if (command && asks_help(gd_command_options(command), argc - 1, argv + 1))
		return print_manual(stdout, command);
	gd_status status = gd_processor_check();
	if (gd_failed(&status))
		return gd_command_finish(&status);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		if (!gd_log_muted())
			gd_machine_print_version(stdout);
		return GD_OK;
	}
	if (!command) {
		status = gd_command_unknown(argv[1]);
		return gd_command_finish(&status);
	}
	if (command->collective && (!command->local || gd_launch_size() > 1))
		return run_collective(command, argc - 1, argv + 1);
	/* What needs one process only is done by the first; the others have nothing to do. */
	return gd_launch_rank() ? GD_OK : command->local(argc - 1, argv + 1);
}

/* A result that could not be written (a full disk behind the redirection) is no success. */
static int finish_stdout(int code)
{
	gd_status status = gd_output_flush(stdout, "stdout");
	return code == GD_OK && gd_failed(&status) ? gd_command_finish(&status) : code;
}

int main(int argc, char **argv)
{
	return finish_stdout(run(argc, argv));
}
