/*
 * The commands: src/cli/command_NAME.c each, which defines gd_command_NAME: what it does, and all that its --help, its man page and its completion are
 * written from.
 */
#ifndef GD_COMMANDS_H
#define GD_COMMANDS_H

#include <stdbool.h>

#include "gd/base/options.h"
#include "gd/base/status.h"
#include "gd/parallel/communicator.h"

/* In the order in which --help lists them: a new command is one more name here. */
#define GD_COMMANDS(take) \
	take(preprocess) \
	take(train) \
	take(evaluate) \
	take(predict) \
	take(export) \
	take(verify) \
	take(sweep) \
	take(tune) \
	take(baseline) \
	take(report) \
	take(bench) \
	take(synth) \
	take(info) \
	take(help)

/*
 * Texts of the manual are plain: \n\n between paragraphs, `backquotes` around what is typed. Lists of entries end with one that has no name; GD_ENTRIES
 * makes one.
 */
typedef struct gd_entry {
	const char *name; /* a command line, a file, a code, a word */
	const char *text; /* what it means */
} gd_entry;
#define GD_ENTRIES(...) ((const gd_entry[]){__VA_ARGS__, {NULL, NULL}})

typedef struct gd_section {
	const char *title;               /* "names"; in capitals on a page */
	const gd_entry *entries;         /* may be NULL, as the next two */
	bool (*is_there)(const char *name); /* NULL: all; of an entry that is not, the text ends with "(not in this build)" */
	const gd_option_table *settings; /* keys of a file */
	const char *text;
} gd_section;

typedef struct gd_command {
	const char *name, *summary;
	const char *usage;                            /* what follows the command's name; a line a form */
	const char *description;
	const gd_option_table *options;
	const gd_option_table *(*make_options)(void); /* instead, for a table put together from others; the same at each call */
	const char *const *words;                     /* what its first argument may be; NULL: a file; ends with NULL */
	gd_section sections[4];                       /* after the options; those in use come first */
	const gd_entry *files, *exit_codes;           /* its own, besides those of genre-dist(1) */
	const gd_entry *examples;                     /* at least one */
	/* argv[0] is the command's name; the result is the exit status. --help never gets there. */
	int (*local)(int argc, char **argv); /* by one process; NULL where only `collective` will do */
	int (*collective)(gd_communicator *communicator, int argc, char **argv); /* by all ranks, which leave with one status; NULL: other ranks do nothing */
	void (*prepare)(void); /* before MPI starts; may be NULL */
	bool alone;            /* ranks that were given different arguments work each for itself; else they are refused */
} gd_command;

#define GD_DECLARE_COMMAND(name) extern const gd_command gd_command_##name;
GD_COMMANDS(GD_DECLARE_COMMAND)
#undef GD_DECLARE_COMMAND
extern const gd_command *const gd_commands[]; /* up to a NULL */

const gd_option_table *gd_command_options(const gd_command *command);
/* NULL where there is no such command. */
const gd_command *gd_command_find(const char *name);
/* The error of a name that is no command's: it names the nearest one. */
GD_CHECKED gd_status gd_command_unknown(const char *name);
/* The error of an argument where a command takes none; where it is a file, perhaps the dataset was meant. */
GD_CHECKED gd_status gd_command_no_argument(const char *command, const char *found);

/* The error of a dataset among arguments that are models or tables; `paths` [count]. */
GD_CHECKED gd_status gd_command_no_dataset(const char *const *paths, int count);

/* Prints the error, if it is one and this process speaks for the job; returns the exit status. */
int gd_command_finish(const gd_status *status);

/* The command line as one string, for the `history` attribute of files; set once by main(). */
const char *gd_command_line(void);

#endif
