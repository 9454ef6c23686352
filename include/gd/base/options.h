/*
 * Options as data: one table parses, validates, prints --help, and writes and reads INI files. Local.
 */
#ifndef GD_OPTIONS_H
#define GD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "gd/base/status.h"

typedef enum gd_option_type {
	GD_OPTION_FLAG,     /* bool; --name, --no-name, --name=on|off */
	GD_OPTION_INTEGER,  /* int64_t within [minimum, maximum]; `none` and `off` are 0 where 0 is allowed */
	GD_OPTION_REAL,     /* double within [minimum, maximum], finite; `none` and `off` likewise */
	GD_OPTION_CHOICE,   /* int: index into `choices`; `0`, `none` and `off` are the choice `none` or `off` where there is one */
	GD_OPTION_TEXT,     /* const char *; NULL for an empty text, which one with a default refuses; `none` and `off` are texts like others */
	GD_OPTION_WIDTHS,   /* gd_widths: "256,256", or `none` */
	GD_OPTION_TEXTS,    /* gd_texts: given several times, in their order */
} gd_option_type;

#define GD_MAX_WIDTHS 64
typedef struct gd_widths {
	int count;
	int width[GD_MAX_WIDTHS];
} gd_widths;

#define GD_MAX_TEXTS 256
typedef struct gd_texts {
	int count;
	const char *text[GD_MAX_TEXTS];
} gd_texts;

typedef struct gd_option {
	const char *name;       /* long, with dashes: "batch-size" */
	char letter;            /* short form, or 0 */
	gd_option_type type;
	size_t offset;          /* of the value in the command's option struct */
	bool unsets;            /* a text: an empty one on the command line takes back what a file says, instead of being refused */
	const char *initial;    /* default as text; NULL: not set (zero) */
	double minimum, maximum; /* integers and reals; inclusive, unless the next say so; both 0: no range; infinite: no end on that side */
	bool above_minimum;     /* the minimum itself is not allowed */
	bool below_maximum;
	const char *const *choices; /* NULL-terminated */
	const char *zero;       /* integers: a word for 0 besides `none` and `off`, by which 0 is written too */
	const char *argument;   /* "N", "FILE.ini": for --help */
	const char *help;       /* one sentence */
	unsigned flags;         /* the caller's own: whether the option changes the bits, and so on */
} gd_option;

typedef struct gd_option_table {
	const gd_option *options;
	size_t count;
} gd_option_table;

/* Every default into `values`. An invalid default is a programming error (asserted). */
void gd_options_initialise(const gd_option_table *table, void *values);
/* One option from text; dashes and underscores alike in `name`. `where` begins the message ("--epochs", "line 3 of 'x.ini': epochs"); NULL: the option's own name. Text values are kept by pointer. On failure `values` is as before. */
GD_CHECKED gd_status gd_options_set(const gd_option_table *table, void *values, const char *name, const char *text, const char *where);
/*
 * The words of a command line after the program's and the command's names, argv [argc]: --name=value, --name value, -x value, -xvalue, --flag,
 * --no-flag; `--` ends options, the last of several wins, but of GD_OPTION_TEXTS. What is no option (`-` included) goes to arguments [argument_count] (room for argc).
 * given [count] (may be NULL) is set for each option met, otherwise left as it was. An unknown option names the nearest one. Errors: GD_USAGE.
 */
GD_CHECKED gd_status gd_options_parse(const gd_option_table *table, void *values, int argc, char **argv, bool *given, const char **arguments, int *argument_count);
/*
 * An INI file whose keys are option names, without sections; options already `given` (may be NULL) are left alone, those it sets are marked there.
 * Text values go to the arena. A line that starts with # or ; is a comment, as is the rest of a line from a ; after a blank; each key may stand
 * once. Errors: GD_USAGE, with file and line.
 */
struct gd_arena;
GD_CHECKED gd_status gd_options_read(const gd_option_table *table, void *values, const char *path, bool *given, struct gd_arena *arena);
/* The value as the text that would set it, into `text` (cut to `room` bytes); reals with the fewest digits that read back as the same double. */
void gd_options_format(const gd_option *option, const void *values, char *text, size_t room);
const gd_option *gd_options_find(const gd_option_table *table, const char *name);
typedef enum gd_option_place {
	GD_ON_COMMAND_LINE, /* -o, --option VALUE */
	GD_IN_FILE,         /* option = VALUE */
} gd_option_place;
/* One line an option: name, argument, sentence, range or choices, default. */
void gd_options_help(const gd_option_table *table, gd_option_place place, FILE *out);

#endif
