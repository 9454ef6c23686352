#include "gd/reader/dialect.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gd/base/excerpt.h"
#include "gd/base/shell_word.h"

const char *const gd_decimal_words[] = {"auto", ".", ",", NULL};
const char *const gd_header_words[] = {"auto", "yes", "no", NULL};

static bool is_automatic(const char *text)
{
	return !text || !strcasecmp(text, "auto");
}

/* A character that can part or enclose things, without being part of a number or name. */
static bool is_mark(const char *text)
{
	unsigned char c = (unsigned char)text[0];
	return c && !text[1] && c < 0x80 && (ispunct(c) || c == ' ' || c == '\t' || (iscntrl(c) && c != '\n' && c != '\r')) && c != '.' && c != '-' && c != '+' && c != '_';
}

/* The option's character; `words` are names for some, "tab\tsemicolon;". */
static gd_status read_mark(const char *option, const char *expected, const char *text, char *mark)
{
	static const struct {
		const char *word;
		char mark;
	} words[] = {{"tab", '\t'}, {"\\t", '\t'}, {"none", '\0'}, {"comma", ','}, {"semicolon", ';'}, {"bar", '|'}, {"pipe", '|'}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcasecmp(text, words[i].word)) {
			*mark = words[i].mark;
			return gd_ok();
		}
	if (text[0] == '\\' && (text[1] == 'x' || text[1] == 'X') && text[2] && strspn(text + 2, "0123456789abcdefABCDEF") == strlen(text + 2) && strlen(text) <= 4) {
		const char character[] = {(char)strtol(text + 2, NULL, 16), '\0'};
		if (is_mark(character)) {
			*mark = character[0];
			return gd_ok();
		}
	}
	if (!is_mark(text))
		return gd_error(GD_USAGE, "--%s: expected %s, found '%s'", option, expected, text);
	*mark = text[0];
	return gd_ok();
}

/* Several bytes, none of them part of a word in ASCII, nor quotes. */
static bool is_joint(const char *text)
{
	const size_t length = strlen(text);
	for (const char *c = text; *c; c++)
		if (isalnum((unsigned char)*c) || strchr("_\"'\r\n", *c))
			return false;
	return length > 1 && length < GD_STAND_IN_ROOM && strcmp(text, "\\t") != 0;
}

static gd_status read_delimiter(const char *text, gd_dialect *dialect)
{
	static const char expected[] = "auto, a character such as ; or |, a few such as ||, a backslash and a character, tab or blank";
	dialect->blanks = !strcasecmp(text, "blank") || !strcasecmp(text, "blanks");
	dialect->delimiter = ' ';
	if (dialect->blanks)
		return gd_ok();
	/* A tab's word, and a character by its number, begin with a backslash, too. */
	dialect->guarded = text[0] == '\\' && (is_mark(text + 1) || !strcasecmp(text + 1, "tab"));
	if (!dialect->guarded && is_joint(text)) {
		strcpy(dialect->stand_in.delimiter, text);
		dialect->delimiter = GD_STAND_IN_DELIMITER;
		return gd_ok();
	}
	gd_status status = read_mark("delimiter", expected, text + dialect->guarded, &dialect->delimiter);
	return gd_failed(&status) || dialect->delimiter ? status : gd_error(GD_USAGE, "--delimiter: expected %s, found '%s'", expected, text);
}

const char *const gd_dialect_quotes[] = {"none", "\xe2\x80\x9c", "\xc3\xbe"};

static gd_status read_quote(const char *text, gd_dialect *dialect)
{
	dialect->stand_in.quotes = !strcmp(text, gd_dialect_quotes[GD_QUOTES_TYPOGRAPHIC]) ? GD_QUOTES_TYPOGRAPHIC : !strcmp(text, gd_dialect_quotes[GD_QUOTES_THORN]) ? GD_QUOTES_THORN : GD_QUOTES_NONE;
	dialect->quote = dialect->stand_in.quotes == GD_QUOTES_THORN ? GD_STAND_IN_THORN : '"';
	if (dialect->stand_in.quotes)
		return gd_ok();
	dialect->escaped = text[0] == '\\' && is_mark(text + 1);
	return read_mark("quote", "auto, a character, a backslash and a character, or none", text + dialect->escaped, &dialect->quote);
}

const gd_dialect gd_dialect_plain = {.delimiter = ',', .quote = '"', .decimal = '.', .header = true};

gd_status gd_dialect_apply(const gd_dialect_options *options, gd_dialect *dialect, gd_dialect_given *given)
{
	gd_status status = gd_ok();
	*given = (gd_dialect_given){.delimiter = !is_automatic(options->delimiter), .quote = !is_automatic(options->quote), .comment = !is_automatic(options->comment), .decimal = options->decimal != 0, .header = options->header != GD_HEADER_AUTO};
	dialect->header = options->header != GD_HEADER_NO;
	dialect->decimal = options->decimal == 2 ? ',' : '.';
	if (given->delimiter)
		status = read_delimiter(options->delimiter, dialect);
	if (!gd_failed(&status) && given->quote)
		status = read_quote(options->quote, dialect);
	if (!gd_failed(&status) && given->comment)
		status = read_mark("comment", "auto, a character or none", options->comment, &dialect->comment);
	if (gd_failed(&status))
		return status;
	if (given->delimiter && given->quote && dialect->quote == dialect->delimiter)
		return gd_error(GD_USAGE, "--delimiter and --quote are the same character");
	if (dialect->comment && ((given->delimiter && dialect->comment == dialect->delimiter) || (given->quote && dialect->comment == dialect->quote)))
		return gd_error(GD_USAGE, "--comment is the same character as --delimiter or --quote");
	return gd_ok();
}

gd_status gd_dialect_check(const gd_dialect_options *options)
{
	gd_dialect dialect = {0};
	gd_dialect_given given;
	return gd_dialect_apply(options, &dialect, &given);
}

void gd_writing_list(gd_writing *w, gd_written texts[GD_WRITTEN])
{
	const gd_written all[GD_WRITTEN] = {{"delimiter", w->delimiter, sizeof w->delimiter}, {"decimal", w->decimal, sizeof w->decimal}, {"quote", w->quote, sizeof w->quote},
		{"header", w->header, sizeof w->header}, {"charset", w->charset, sizeof w->charset}};
	memcpy(texts, all, sizeof all);
}

const char *gd_writing_options(const gd_writing *writing, char *text, size_t room)
{
	gd_writing copy = *writing;
	gd_written texts[GD_WRITTEN];
	char word[GD_SHELL_WORD_ROOM];
	size_t length = 0;
	gd_writing_list(&copy, texts);
	text[0] = '\0';
	for (int i = 0; i < GD_WRITTEN && length < room; i++)
		if (*texts[i].text)
			length += (size_t)snprintf(text + length, room - length, "%s--%s %s", length ? " " : "", texts[i].name, gd_shell_word(texts[i].text, word));
	return text;
}

void gd_dialect_write(const gd_dialect *dialect, const char *charset, gd_writing *writing)
{
	if (*dialect->stand_in.delimiter)
		strcpy(writing->delimiter, dialect->stand_in.delimiter);
	else if (dialect->delimiter > 0 && dialect->delimiter < ' ' && dialect->delimiter != '\t')
		snprintf(writing->delimiter, sizeof writing->delimiter, "\\x%02x", (unsigned)dialect->delimiter);
	else if (dialect->blanks || dialect->delimiter == '\t')
		strcpy(writing->delimiter, dialect->blanks ? "blank" : dialect->guarded ? "\\tab" : "tab");
	else
		snprintf(writing->delimiter, sizeof writing->delimiter, "%s%c", dialect->guarded ? "\\" : "", dialect->delimiter);
	snprintf(writing->decimal, sizeof writing->decimal, "%c", dialect->decimal);
	if (dialect->stand_in.quotes)
		strcpy(writing->quote, gd_dialect_quotes[dialect->stand_in.quotes]);
	else if (dialect->quote)
		snprintf(writing->quote, sizeof writing->quote, "%s%c", dialect->escaped ? "\\" : "", dialect->quote);
	else
		strcpy(writing->quote, "none");
	strcpy(writing->header, dialect->header ? "yes" : "no");
	snprintf(writing->charset, sizeof writing->charset, "%s", charset);
}

void gd_dialect_describe(const gd_dialect *dialect, char *text, size_t room)
{
	text[0] = '\0';
	if (*dialect->stand_in.delimiter == '\t')
		gd_list_add(text, room, "%zu tabs between fields", strlen(dialect->stand_in.delimiter));
	else if (*dialect->stand_in.delimiter)
		gd_list_add(text, room, "'%s' between fields", dialect->stand_in.delimiter);
	else if (dialect->blanks)
		gd_list_add(text, room, "blanks between fields");
	else if (dialect->delimiter == ';')
		gd_list_add(text, room, "semicolons between fields");
	else if (dialect->delimiter == '\t')
		gd_list_add(text, room, "tabs between fields");
	else if (dialect->delimiter == '|')
		gd_list_add(text, room, "bars between fields");
	else if (iscntrl((unsigned char)dialect->delimiter))
		gd_list_add(text, room, "\\x%02x between fields", (unsigned)dialect->delimiter);
	else if (dialect->delimiter != ',')
		gd_list_add(text, room, "'%c' between fields", dialect->delimiter);
	if (dialect->guarded)
		gd_list_add(text, room, "backslashes before %s that part nothing", dialect->delimiter == ',' ? "commas" : "delimiters");
	if (dialect->decimal == ',')
		gd_list_add(text, room, "decimal comma");
	if (dialect->foreign_digits)
		gd_list_add(text, room, "digits of other scripts as 0 to 9");
	if (dialect->stand_in.quotes)
		gd_list_add(text, room, dialect->stand_in.quotes == GD_QUOTES_THORN ? "quotes \xc3\xbe" : "typographic quotes");
	else if (!dialect->quote && !dialect->ruled)
		gd_list_add(text, room, "no quotes");
	else if (dialect->quote && dialect->quote != '"')
		gd_list_add(text, room, dialect->quote == '\'' ? "single quotes" : "quotes %c", dialect->quote);
	if (dialect->escaped)
		gd_list_add(text, room, "backslashes before quotes inside quotes");
	if (dialect->ruled)
		gd_list_add(text, room, "lines that are drawn left out");
	if (!dialect->header)
		gd_list_add(text, room, "no header: the columns are 1, 2, ...");
	if (dialect->lead)
		gd_list_add(text, room, "%d line%s before the header left out%s", dialect->lead, dialect->lead > 1 ? "s" : "", dialect->separator_line ? " (sep=)" : dialect->groups ? " (names of groups of columns? --header yes takes the first)" : "");
	if (dialect->rows)
		gd_list_add(text, room, "%d record%s behind the header left out (units or a second header, where others have numbers; --header yes keeps %s)", dialect->rows, dialect->rows > 1 ? "s" : "", dialect->rows > 1 ? "them" : "it");
	if (dialect->comment)
		gd_list_add(text, room, "lines that begin with %c left out", dialect->comment);
	if (dialect->named_comment)
		gd_list_add(text, room, "the header's # left out");
	if (dialect->short_header)
		gd_list_add(text, room, "the first column has no name in the header");
	if (dialect->long_header)
		gd_list_add(text, room, dialect->long_header > 1 ? "the header's last %d delimiters left out" : "the header's last delimiter left out", dialect->long_header);
}
