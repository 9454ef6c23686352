/* How a table is written: what parts its fields, what its numbers and quotes look like. Local. */
#ifndef GD_DIALECT_H
#define GD_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/status.h"

typedef enum gd_header_kind { GD_HEADER_AUTO,
	GD_HEADER_YES,
	GD_HEADER_NO } gd_header_kind;

/* What a user says; a zeroed one leaves all of it to be recognised. Texts are the caller's. */
typedef struct gd_dialect_options {
	const char *delimiter; /* NULL or "auto"; a character or a few of them; a backslash and a character (gd_dialect's `guarded`); "tab"; "blank" */
	const char *charset;   /* NULL or "auto"; "utf-8", "latin1", "windows-1252", "utf-16", or another that iconv knows */
	const char *quote;     /* NULL or "auto"; a character; a backslash and a character (gd_dialect's `escaped`); a typographic one; "none" */
	const char *comment;   /* NULL or "auto": lines before the header that begin with #; a character: lines anywhere; "none" */
	int decimal;           /* index in gd_decimal_words */
	int header;            /* gd_header_kind */
} gd_dialect_options;

extern const char *const gd_decimal_words[]; /* "auto", ".", ",", NULL */
extern const char *const gd_header_words[];  /* "auto", "yes", "no", NULL */

/* Marks of several bytes for which one stands in (gd/reader/stand_in.h); a zeroed one is none. */
enum { GD_STAND_IN_ROOM = 8,
	GD_STAND_IN_DELIMITER = 0x1f,
	GD_STAND_IN_THORN = 0x1d };
typedef enum gd_stand_in_quotes { GD_QUOTES_NONE, GD_QUOTES_TYPOGRAPHIC, GD_QUOTES_THORN } gd_stand_in_quotes; /* the last: þ, of Concordance */
typedef struct gd_stand_in {
	char delimiter[GD_STAND_IN_ROOM]; /* "" for none: || or § */
	gd_stand_in_quotes quotes;
} gd_stand_in;

extern const char *const gd_dialect_quotes[]; /* the words for these of --quote */

typedef struct gd_dialect {
	char delimiter;       /* ' ' with `blanks` */
	bool blanks;          /* runs of blanks (spaces, tabs) part the fields, and those at a line's ends count for nothing */
	char quote;           /* 0: none */
	char comment;         /* lines that begin with it are no records, wherever they stand; 0: none */
	char decimal;         /* '.' or ',' */
	bool header;          /* the first line names the columns; else they are 1, 2, ... */
	bool named_comment;   /* the header begins with a comment's character, which is no part of the first name */
	bool short_header;    /* the header lacks a name for the first column, as R writes its row names */
	int long_header;      /* the header ends in so many delimiters that the records lack */
	bool looks_like_data; /* the header, which was taken for one, may be a record */
	int least_fields;     /* records may lack empty fields at their ends, but have so many; 0: no record lacks any */
	int lead;             /* lines before the header that are left out: comments, `sep=` */
	int rows;             /* records behind the header that are left out: names of units, questions */
	int groups;           /* of the lines before the header, the last ones, which name groups of columns */
	bool separator_line;  /* the first of them is `sep=` */
	bool guarded;         /* outside of quotes, a backslash makes a character of the delimiter or backslash behind it */
	bool escaped;         /* inside quotes, a backslash makes a character of the quote or backslash behind it */
	bool ruled;           /* lines that are drawn, and a count of rows behind the last, are no records: as Markdown, psql and mysql have them */
	bool foreign_digits;  /* digits of other scripts than Latin are read as 0 to 9 (gd/value/digits.h) */
	bool framed;          /* and bars stand around each record */
	gd_stand_in stand_in; /* what `delimiter` and `quote` stand for */
} gd_dialect;

extern const gd_dialect gd_dialect_plain; /* of a CSV with commas, points and a header */

/* Which of the options say something. */
typedef struct gd_dialect_given {
	bool delimiter, quote, comment, decimal, header;
} gd_dialect_given;

/* How a table was written, in the words of the options that say so; all empty where it is not known. */
typedef struct gd_writing {
	char delimiter[8], decimal[8], quote[8], header[8], charset[32];
} gd_writing;

/* The texts of a writing by the options' names, for those who store or show them all: [GD_WRITTEN], within `writing`. */
enum { GD_WRITTEN = 5 };
typedef struct gd_written {
	const char *name;
	char *text;
	size_t room;
} gd_written;
void gd_writing_list(gd_writing *writing, gd_written texts[GD_WRITTEN]);
/* As options that can be typed; "" where it is not known. Returns text [room]. */
const char *gd_writing_options(const gd_writing *writing, char *text, size_t room);

/* Puts what the options say into `dialect`, and the header and decimal mark where they say nothing. GD_USAGE for what makes no sense. */
GD_CHECKED gd_status gd_dialect_apply(const gd_dialect_options *options, gd_dialect *dialect, gd_dialect_given *given);
/* Refuses what makes no sense (GD_USAGE). */
GD_CHECKED gd_status gd_dialect_check(const gd_dialect_options *options);
/*
 * From the beginning of a table, bytes [size] of UTF-8 (`whole`: that is all of it), and what the options say. Never an error of the data: where nothing fits,
 * the fields are parted by commas. GD_USAGE as gd_dialect_check; GD_FAILED for memory.
 */
GD_CHECKED gd_status gd_dialect_recognise(const gd_dialect_options *options, const char *bytes, size_t size, bool whole, gd_dialect *dialect);
void gd_dialect_write(const gd_dialect *dialect, const char *charset, gd_writing *writing);
/* In one line, "semicolons between fields, decimal comma": all that is unlike a plain CSV, or "" where nothing is. */
void gd_dialect_describe(const gd_dialect *dialect, char *text, size_t room);

#endif
