/*
 * A table of text, record by record: one file or several, from a disk, a pipe or stdin, plain or packed, in whatever dialect. Local.
 * Source of the format: RFC 4180; what departs from it is recognised (gd/reader/dialect.h, charset.h) or said by options.
 *
 *   status = gd_table_open(paths, count, &options, &table);
 *   header = gd_table_get_header(table);
 *   while (!gd_failed(&status = gd_table_next(table, &record)) && record) ...
 *   gd_table_close(table);
 */
#ifndef GD_TABLE_H
#define GD_TABLE_H

#include <stdint.h>

#include "gd/base/meter.h"
#include "gd/base/sha256_pieces.h"
#include "gd/base/status.h"
#include "gd/reader/dialect.h"
#include "gd/reader/record.h"
#include "gd/reader/stretch.h"

/* What becomes of a record that has another number of fields than the header (but for one trailing empty one). */
typedef enum gd_ragged {
	GD_RAGGED_REFUSE, /* GD_BAD_DATA, with its line */
	GD_RAGGED_KEEP,   /* delivered with `ragged` set and all fields empty: where a prediction for each record is wanted */
} gd_ragged;

/* A zeroed one recognises everything. */
typedef struct gd_table_options {
	gd_dialect_options dialect;
	gd_ragged ragged;
	bool quiet;        /* does not warn or say how the files are written */
	bool once;         /* read once: nothing of a pipe is kept for gd_table_rewind, and there is no digest */
	gd_meter *meter;   /* gets the bytes that are read, unpacked; NULL: nobody */
	const char *const *names; /* [files]: what messages call them; NULL: their paths */
	const char *spool; /* the directory for what is kept, which outlives the table; NULL: TMPDIR, or /tmp */
	const struct gd_table *after; /* the digest goes on behind that of this table, which was read to its end; NULL: none */
} gd_table_options;

typedef struct gd_table gd_table;

/*
 * Opens paths [count], which are the caller's as long as the table is open: one table, whose header is the first's and must be the same in all of them. "-" is stdin. Says in one line how a file is written
 * if that is not plain CSV, and warns where the header looks like a record. GD_USAGE for options, GD_BAD_DATA for a file that is absent, empty or no table of text: the
 * message says what it is.
 */
GD_CHECKED gd_status gd_table_open(const char *const *paths, int count, const gd_table_options *options, gd_table **table);
/* The names of the columns, valid until the table is closed. */
const gd_record *gd_table_get_header(const gd_table *table);
/*
 * The next record, valid until the next call, or NULL behind the last. Blank lines are no records; blanks around fields without quotes are not theirs. A ragged record,
 * text behind a closing quote, a quote never closed, a NUL byte or (with an explicit --charset utf-8) invalid UTF-8 is GD_BAD_DATA and names file and line.
 */
GD_CHECKED gd_status gd_table_next(gd_table *table, const gd_record **record);
/* A file of the table, as a reader of one of its stretches must know it. */
typedef struct gd_table_place {
	const char *path;
	gd_dialect dialect;
	bool divisible; /* any of its bytes can be found by its place: neither packed, nor a pipe, nor to be converted */
	int64_t begin;  /* where its first record, the header perhaps, begins */
} gd_table_place;

/* Opens file number `file` and looks at it; before the first record is asked for, or gd_table_rewind. */
GD_CHECKED gd_status gd_table_look(gd_table *table, int file, gd_table_place *place);
/*
 * From the next gd_table_rewind on the table is these stretches [count] alone (the caller's as long as it is open), in the order of their files, one in each of these at most. Records are numbered
 * from `number` + 1 on, and there is no digest. With no stretch it has a header and no record.
 */
void gd_table_divide(gd_table *table, const gd_stretch *stretches, int count, int64_t number);
/* Back to the first record. */
GD_CHECKED gd_status gd_table_rewind(gd_table *table);
/* An error of GD_BAD_DATA with the file's name in front, and the line of the record at hand where there is one; others as they are. */
gd_status gd_table_name_error(gd_table *table, const gd_status *cause);
/* How the file at hand is written. */
void gd_table_get_writing(const gd_table *table, gd_writing *writing);
/* How many fields of a column so far had a quote inside but none around them, and the line of the first. */
int64_t gd_table_count_loose_quotes(const gd_table *table, int column, int64_t *line);
/* Lines that are said to be unlike the others. */
typedef enum gd_line_kind { GD_LINE_HEADER, /* the header again, which is no record */
	GD_LINE_FOOTER,  /* texts behind the last record, which are none */
	GD_LINE_FOREIGN, /* records that are no UTF-8 */
	GD_LINE_SHORT,   /* records that lack empty fields at their ends */
	GD_LINE_KINDS } gd_line_kind;
/* How many there were so far, and the first. */
int64_t gd_table_count_lines(const gd_table *table, gd_line_kind kind, int64_t *line);
/* May be NULL. */
void gd_table_close(gd_table *table);

typedef struct gd_table_reader {
	/*
	 * Called once with the header, then with each record; any error ends the reading and is returned. One of
	 * GD_BAD_DATA gets the file's name (and a record's line) in front, so that a callback need not know them.
	 */
	gd_status (*header)(void *context, const gd_record *header);
	gd_status (*record)(void *context, const gd_record *record);
	void *context;
	gd_sha256_pieces **digest; /* gets the table's digest for as long as records are delivered: bytes of it wait for the reader's messages, which take less time together; NULL: none do */
} gd_table_reader;

/* Something that delivers a table, as often as it is asked: a file, or songs drawn from a profile. `sha256` (NULL: none is made) gets the digest of the bytes read,
 * unpacked, file after file (gd/base/sha256_pieces.h). */
typedef gd_status gd_table_source(void *context, const gd_table_reader *reader, char sha256[65]);

/* A gd_table_source; `context` is a gd_table. */
gd_status gd_table_deliver(void *context, const gd_table_reader *reader, char sha256[65]);
/* Opens one file without options, delivers it and closes it. */
GD_CHECKED gd_status gd_table_read(const char *path, const gd_table_reader *reader, char sha256[65]);

/* Index of the column `name` in `*index`, or -1. Two columns of that name are GD_BAD_DATA. */
GD_CHECKED gd_status gd_table_find(const gd_record *header, const char *name, int *index);

/* The letters of a name that tell it from others, in small letters: all but blanks, underscores, dots and dashes. Freed by the caller, NULL when out of memory. */
char *gd_table_core_of(const char *name);
/* Index of the one column whose name differs from `name` in case, blanks, underscores, dots and dashes alone; -1: none, or several. */
int gd_table_find_alike(const gd_record *header, const char *name);

/* The GD_BAD_DATA of a table without the column `name` (and `more`, a few words or ""): what was meant, or what there is. */
gd_status gd_table_lacks(const gd_record *header, const char *name, const char *more);

/* The column whose name looks most like `name`, or NULL when none is near: for "did you mean". */
const char *gd_table_nearest(const gd_record *header, const char *name);

#endif
