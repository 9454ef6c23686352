/* Bytes of a table into records, in one dialect. Local. */
#ifndef GD_SPLITTER_H
#define GD_SPLITTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/reader/dialect.h"
#include "gd/reader/record.h"
#include "gd/reader/scanner.h"

typedef enum gd_split_result {
	GD_SPLIT_RECORD,
	GD_SPLIT_MORE, /* more bytes are needed, or gd_splitter_finish */
	GD_SPLIT_END,
	GD_SPLIT_LOOSE_QUOTE, /* a quote behind a closed field, in line `line` */
	GD_SPLIT_OPEN_QUOTE,  /* the record that begins in line `line` ends inside quotes */
	GD_SPLIT_LONG_FIELD,  /* of more than 16 MiB */
	GD_SPLIT_NUL,         /* a byte of zero in line `line` */
	GD_SPLIT_MEMORY,
} gd_split_result;

/* Zeroed memory is an empty one, before gd_splitter_init. */
typedef struct gd_splitter {
	gd_dialect dialect;
	gd_scanner scanner;
	char *bytes;
	size_t room, filled, scanned, start; /* `start`: of the record at hand */
	uint32_t *ends;
	size_t ends_room, ends_count, next, walked; /* `next`: the first end of the record at hand */
	gd_split_result stop;                       /* what ends the bytes at `scanned` */
	bool finished, after_return;
	bool torn;   /* the record delivered last has no newline behind it */
	bool padded; /* what follows are zeros and end-of-file marks of DOS, unless it is an error */
	unsigned found, newest, kept; /* GD_SCAN_*: in the bytes at hand, in those added last, and in those before which are still at hand */
	char **fields;
	size_t *lengths;
	int fields_room;
	int64_t line;   /* on which the next record begins */
	int64_t before; /* bytes of the file in front of those at hand: the caller's to set at the beginning */
	int64_t begin;  /* where in the file the record delivered last begins */
} gd_splitter;

void gd_splitter_init(gd_splitter *splitter, const gd_dialect *dialect);
/* Room for `size` bytes, which the caller fills and then tells; NULL when there is none. Records delivered before are gone. */
char *gd_splitter_room(gd_splitter *splitter, size_t size);
void gd_splitter_add(gd_splitter *splitter, size_t size);
/* No more bytes come: what is left is the last record; zeros and end-of-file marks of DOS (0x1A) behind it are no part of it. */
void gd_splitter_finish(gd_splitter *splitter);
/*
 * The next record that is not empty (nor, in a ruled dialect, drawn), valid until bytes are added: fields without blanks around them, quotes taken off, zero-terminated, in any case as many as
 * there are. `line` and `found` are set; the number is the caller's. `*line` gets the line that an error is about.
 */
gd_split_result gd_splitter_next(gd_splitter *splitter, gd_record *record, int64_t *line);
/* Whether a quote stands behind a backslash in the record at hand, which means nothing in this dialect. */
bool gd_splitter_sees_escaped(const gd_splitter *splitter);
void gd_splitter_release(gd_splitter *splitter);

#endif
