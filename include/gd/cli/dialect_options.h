/* How a table is written, as options: one table for all commands that read tables of text. */
#ifndef GD_DIALECT_OPTIONS_H
#define GD_DIALECT_OPTIONS_H

#include <stddef.h>

#include "gd/base/options.h"
#include "gd/reader/dialect.h"

/* Entries of a command's option table, for the member `dialect` (gd_dialect_options) of its struct `owner`. */
#define GD_DIALECT_OPTIONS(owner) \
	{.name = "delimiter", .type = GD_OPTION_TEXT, .offset = offsetof(owner, dialect.delimiter), .initial = "auto", .argument = "auto|C|tab|blank", .help = "what parts the fields of a record; blank: any run of spaces and tabs; a backslash in front: behind one it is a character"}, \
	{.name = "decimal", .type = GD_OPTION_CHOICE, .offset = offsetof(owner, dialect.decimal), .initial = "auto", .choices = gd_decimal_words, .help = "what parts whole and fraction of a number"}, \
	{.name = "charset", .type = GD_OPTION_TEXT, .offset = offsetof(owner, dialect.charset), .initial = "auto", .argument = "auto|utf-8|latin1|utf-16|NAME", .help = "the character set, by a name that iconv knows"}, \
	{.name = "quote", .type = GD_OPTION_TEXT, .offset = offsetof(owner, dialect.quote), .initial = "auto", .argument = "auto|C|none", .help = "what encloses a field that holds delimiters or newlines; \\C: those inside it stand behind backslashes"}, \
	{.name = "comment", .type = GD_OPTION_TEXT, .offset = offsetof(owner, dialect.comment), .initial = "auto", .argument = "auto|C|none", .help = "lines that begin with it are left out; auto: those before the header that begin with #"}, \
	{.name = "header", .type = GD_OPTION_CHOICE, .offset = offsetof(owner, dialect.header), .initial = "auto", .choices = gd_header_words, .help = "whether the first line names the columns; without it they are 1, 2, ...; auto: yes, with a warning where it looks like data"}

#endif
