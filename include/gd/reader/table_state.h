/* What a table is made of, between the files that read it. Local. */
#ifndef GD_TABLE_STATE_H
#define GD_TABLE_STATE_H

#include "gd/base/memory.h"
#include "gd/reader/record_room.h"
#include "gd/reader/splitter.h"
#include "gd/reader/table.h"
#include "gd/reader/table_text.h"

enum { GD_TABLE_DESCRIPTION = 320 };

struct gd_table {
	const char *const *paths;
	int count;
	gd_table_options options;
	gd_table_text **texts; /* [count]: those that are open */
	int file;              /* at hand */
	const gd_stretch *stretches; /* [stretch_count]; NULL: all of all files */
	int stretch_count, stretch;
	int64_t first_number;  /* of the records in front of them */
	int64_t lines_before;  /* of the splitter's first line; -1: not counted yet */
	int64_t first_begin;   /* where the file's first record begins */
	gd_splitter splitter;
	int files_told; /* files, the first ones, of which it was said how they are written */
	bool begun;     /* a record was asked for in this pass */
	bool pending;   /* the first record, which is no header, is in `record` */
	gd_arena arena; /* the header's */
	gd_record header;
	int *order;       /* [columns]: the place of each in the file at hand */
	bool permuted;    /* which differ from those in the first file */
	char **ordered;   /* [columns + 1], with the lengths: a record's fields in order */
	size_t *ordered_lengths;
	gd_record record; /* the one delivered last */
	int64_t number;
	gd_record_room room;
	int64_t lines[GD_LINE_KINDS], first_line[GD_LINE_KINDS];
	int64_t *loose, *loose_line; /* [columns] */
	gd_sha256_pieces hash;
	bool unhashed;    /* nobody asked for the digest of this pass */
	char description[GD_TABLE_DESCRIPTION];
};

/* Whether there is a digest: a part of a table has none, and what is read once is read for its records. */
static inline bool gd_table_hashes(const gd_table *table)
{
	return !table->stretches && !table->options.once && !table->unhashed;
}

/* NULL: there is none. */
static inline gd_sha256_pieces *gd_table_hash(gd_table *table)
{
	return gd_table_hashes(table) ? &table->hash : NULL;
}

/* For messages. */
const char *gd_table_name(const gd_table *table);
/* A line of those that the splitter counts, as the file counts them. */
int64_t gd_table_line(gd_table *table, int64_t line);
/* GD_BAD_DATA about a line that the splitter counted. */
gd_status gd_table_fail(gd_table *table, int64_t line, const char *message);
/* The same of a quote, which may be a character where it stands behind a backslash. */
gd_status gd_table_fail_quote(gd_table *table, int64_t line, const char *message);

/* How the file at hand is written, kept for those who ask, and said once where it is unlike a plain CSV. */
void gd_table_describe(gd_table *table);
/* Its header looks like a record. */
void gd_table_warn_of_data(const gd_table *table, const gd_record *first);

/* Whether a record of another length than the header, which is no matter elsewhere, has no field with anything in it. */
bool gd_table_is_blank(const gd_table *table, const gd_record *record);
/* A record as it should be: in UTF-8, with as many fields as the header. */
GD_CHECKED gd_status gd_table_check_charset(gd_table *table, gd_record *record);
GD_CHECKED gd_status gd_table_check_fields(gd_table *table, gd_record *record);
/* The fields in the order of the first file's header; a record with too few or too many stays as it is. */
void gd_table_order(gd_table *table, gd_record *record);
/* Digits of other scripts become 0 to 9. */
void gd_table_turn_digits(const gd_table *table, const gd_record *record);
/* Whether the record is the header again; counted. */
bool gd_table_repeats_header(gd_table *table, const gd_record *record);
/*
 * Of the record at hand, which has not as many fields as the header (`ragged` is the error that says so): whether it is the first of a footer, a few lines of text behind the last record, which is counted and passed over,
 * so that the file is at its end. If it is none, the error, with what may be done.
 */
GD_CHECKED gd_status gd_table_pass_footer(gd_table *table, const gd_status *ragged, bool *passed);

/* The splitter's next record, as it comes; `*ended` behind the last. */
GD_CHECKED gd_status gd_table_split(gd_table *table, gd_record *record, bool *ended);
/* Whether the record that was split last is another reader's. */
static inline bool gd_table_is_behind(const gd_table *table)
{
	return table->stretches && table->splitter.begin >= table->stretches[table->stretch].end;
}
void gd_table_note_loose_quotes(gd_table *table, const gd_record *record);

#endif
