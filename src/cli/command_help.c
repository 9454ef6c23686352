#include <stdio.h>

#include "gd/cli/manual.h"

typedef struct help_options {
	bool man, completion, help;
} help_options;

#define AT(member) offsetof(help_options, member)
static const gd_option options[] = {
	{.name = "man", .letter = 'm', .type = GD_OPTION_FLAG, .offset = AT(man), .initial = "off", .help = "the page in roff, as man(1) takes it"},
	{.name = "completion", .type = GD_OPTION_FLAG, .offset = AT(completion), .initial = "off", .help = "a script that completes command lines in bash"},
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
	if (o.completion && (o.man || count))
		return gd_error(GD_USAGE, "--completion is for all commands, and goes with nothing else");
	const gd_command *command = count ? gd_command_find(arguments[0]) : &gd_program;
	if (!command)
		return gd_command_unknown(arguments[0]);
	if (o.completion)
		gd_manual_print_completion(stdout);
	else
		(o.man ? gd_manual_print_page : gd_manual_print)(stdout, command);
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
	.usage = "[COMMAND] [--man]\n--completion",
	.description = "Prints what `genre-dist COMMAND --help` prints, without COMMAND what `genre-dist --help` prints. Opens no pager and no browser.",
	.options = &table,
	.words = names,
	.local = run,
	.examples = GD_ENTRIES(
		{"genre-dist help train", "options of train"},
		{"genre-dist help --man train | man -l -", "the same as a page"},
		{"source <(genre-dist help --completion)", "in bash: Tab completes commands, options and their values from now on"}),
};
