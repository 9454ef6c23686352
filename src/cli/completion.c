#include <string.h>

#include "gd/base/option_text.h"
#include "gd/cli/manual.h"

/* Before the commands' cases. Bash cuts --name=value into three words, unless COMP_WORDBREAKS lacks the sign. */
static const char head[] =
	"# Completes command lines of genre-dist in bash: written by `genre-dist help --completion`.\n"
	"_genre_dist()\n"
	"{\n"
	"	local current=${COMP_WORDS[COMP_CWORD]-} previous=${COMP_WORDS[COMP_CWORD-1]-} before=\n"
	"	local kind=argument words= options= negated= arguments= word\n"
	"	COMPREPLY=()\n"
	"	if [[ $current == '=' ]]; then\n"
	"		current=\n"
	"	elif [[ $previous == '=' && COMP_CWORD -gt 2 ]]; then\n"
	"		previous=${COMP_WORDS[COMP_CWORD-2]}\n"
	"	elif [[ $current == --*=* ]]; then\n"
	"		previous=${current%%=*} before=${current%%=*}= current=${current#*=}\n"
	"	fi\n";

/* After them: what was found out there becomes the reply. Where it stays empty, readline completes files. */
static const char tail[] =
	"	for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	"		[[ $word != -- ]] || kind=file\n"
	"	done\n"
	"	if [[ $kind == argument && $current == -* ]]; then\n"
	"		kind=words words=$options\n"
	"		[[ $current != --no-* ]] || words+=\" $negated\"\n"
	"	elif [[ $kind == argument && $arguments ]]; then\n"
	"		kind=words words=$arguments\n"
	"	fi\n"
	"	case $kind in\n"
	"	words) COMPREPLY=($(compgen -P \"$before\" -W \"$words\" -- \"$current\")) ;;\n"
	"	directory) compopt +o default -o dirnames ;;\n"
	"	none) compopt +o default ;;\n"
	"	esac\n"
	"}\n"
	"complete -o default -F _genre_dist genre-dist\n";

/* What follows an option, or "none" where there is nothing to offer: a number, a column. */
static const char *kind_of(const gd_option *option)
{
	if (option->type == GD_OPTION_CHOICE)
		return "words";
	if (option->type != GD_OPTION_TEXT || !option->argument)
		return "none";
	if (strstr(option->argument, "DIR"))
		return "directory";
	return strstr(option->argument, "FILE") || strstr(option->argument, "PATH") || strchr(option->argument, '.') ? "file" : "none";
}

static void put_words(FILE *out, const char *variable, const char *const *words)
{
	fprintf(out, "%s='", variable);
	for (int i = 0; words[i]; i++)
		fprintf(out, i ? " %s" : "%s", words[i]);
	fputc('\'', out);
}

static void put_names(FILE *out, const gd_option_table *table)
{
	fputs("		options='", out);
	for (size_t i = 0; i < table->count; i++) {
		fprintf(out, i ? " --%s" : "--%s", table->options[i].name);
		if (table->options[i].letter)
			fprintf(out, " -%c", table->options[i].letter);
	}
	fputs("'\n		negated='", out);
	for (size_t i = 0; i < table->count; i++)
		if ((table->options[i].type == GD_OPTION_FLAG && strcmp(table->options[i].name, "help")) || gd_option_takes_no(&table->options[i]))
			fprintf(out, "--no-%s ", table->options[i].name);
	fputs("'\n", out);
}

static void put_values(FILE *out, const gd_option_table *table)
{
	fputs("		case $previous in\n", out);
	for (size_t i = 0; i < table->count; i++) {
		const gd_option *option = &table->options[i];
		if (option->type == GD_OPTION_FLAG)
			continue;
		fprintf(out, "		--%s", option->name);
		if (option->letter)
			fprintf(out, "|-%c", option->letter);
		fprintf(out, ") kind=%s ", kind_of(option));
		if (option->type == GD_OPTION_CHOICE)
			put_words(out, "words", option->choices);
		fputs(";;\n", out);
	}
	fputs("		esac\n", out);
}

void gd_manual_print_completion(FILE *out)
{
	const gd_option_table *own = gd_command_options(&gd_program);
	fprintf(out, "%s	if ((COMP_CWORD == 1)); then\n		kind=words words='", head);
	for (int i = 0; gd_commands[i]; i++)
		fprintf(out, "%s ", gd_commands[i]->name);
	for (size_t i = 0; i < own->count; i++)
		fprintf(out, i ? " --%s -%c" : "--%s -%c", own->options[i].name, own->options[i].letter);
	fputs("'\n	else\n		case ${COMP_WORDS[1]} in\n", out);
	for (int i = 0; gd_commands[i]; i++) {
		const gd_command *command = gd_commands[i];
		fprintf(out, "		%s)\n", command->name);
		put_names(out, gd_command_options(command));
		if (command->words) {
			put_words(out, "		arguments", command->words);
			fputc('\n', out);
		}
		put_values(out, gd_command_options(command));
		fputs("		;;\n", out);
	}
	fprintf(out, "		esac\n	fi\n%s", tail);
}
