/* A CSV read record by record. Local. Source of the format: RFC 4180, by way of libcsv. */
#ifndef GD_TABLE_H
#define GD_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "gd/base/status.h"

/* One record: fields [count] are zero-terminated, valid UTF-8, and the reader's until the call returns. */
typedef struct gd_record {
	int64_t number;      /* the first record after the header is 1; the header is 0 */
	int64_t line;        /* line of the file on which it begins; the first is 1 */
	int count;
	char *const *fields;
	const size_t *lengths;
} gd_record;

typedef struct gd_table_reader {
	/*
	 * Called once with the header, then with each record; any error ends the reading and is returned. One of
	 * GD_BAD_DATA gets the file's name (and a record's line) in front, so that a callback need not know them.
	 */
	gd_status (*header)(void *context, const gd_record *header);
	gd_status (*record)(void *context, const gd_record *record);
	void *context;
} gd_table_reader;

/*
 * Streams `path` in constant memory: quotes, embedded newlines, CRLF, a byte-order mark, blank lines skipped, blanks around
 * unquoted fields trimmed. An empty file, a ragged record, a stray or unclosed quote, a NUL byte or invalid UTF-8 is GD_BAD_DATA
 * and names file and line; a header without records is not an error. `sha256` (may be NULL) gets the hash of the bytes read.
 */
GD_CHECKED gd_status gd_table_read(const char *path, const gd_table_reader *reader, char sha256[65]);

/* Something that delivers a table as gd_table_read does: a file, or songs drawn from a profile. */
typedef gd_status gd_table_source(void *context, const gd_table_reader *reader, char sha256[65]);

/* Index of the column `name` in `*index`, or -1. Two columns of that name are GD_BAD_DATA. */
GD_CHECKED gd_status gd_table_find(const gd_record *header, const char *name, int *index);

/* The column whose name looks most like `name`, or NULL when none is near: for "did you mean". */
const char *gd_table_nearest(const gd_record *header, const char *name);

#endif
