#include <stdio.h>

#include "gd/cli/manual.h"

typedef struct help_options {
	bool help;
} help_options;

#define AT(member) offsetof(help_options, member)
static const gd_option options[] = {
	{.name = "help", .letter = 'h', .type = GD_OPTION_FLAG, .offset = AT(help), .initial = "off", .help = "this list"},
};
static const gd_option_table table = {options, sizeof options / sizeof options[0]};

static gd_status print(int argc, char **argv)
{
	help_options o;
	const char *arguments[8];
	int count = 0;
	gd_options_initialise(&table, &o);
	gd_status status = argc > 8 ? gd_error(GD_USAGE, "help takes one command at most") : gd_options_parse(&table, &o, argc - 1, argv + 1, NULL, arguments, &count);
	if (gd_failed(&status))
		return status;
	if (count > 1)
		return gd_error(GD_USAGE, "help takes one command at most, found '%s' as well", arguments[1]);
	const gd_command *command = count ? gd_command_find(arguments[0]) : &gd_program;
	if (!command)
		return gd_command_unknown(arguments[0]);
	gd_manual_print(stdout, command);
	return gd_ok();
}

static int run(int argc, char **argv)
{
	gd_status status = print(argc, argv);
	return gd_command_finish(&status);
}

#define NAME(name) #name,
static const char *const names[] = {GD_COMMANDS(NAME) NULL};

const gd_command gd_command_help = {
	.name = "help",
	.summary = "print a command's manual",
	.usage = "[COMMAND]",
	.description = "Prints what `genre-dist COMMAND --help` prints, without COMMAND what `genre-dist --help` prints. Opens no pager and no browser.",
	.options = &table,
	.words = names,
	.local = run,
	.examples = GD_ENTRIES({"genre-dist help train", "options of train"}),
};
