/* A table's file as UTF-8, block by block. Local. */
#ifndef GD_TABLE_TEXT_H
#define GD_TABLE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "gd/base/input.h"
#include "gd/base/sha256_pieces.h"
#include "gd/base/status.h"
#include "gd/reader/charset.h"
#include "gd/reader/dialect.h"

typedef struct gd_table_text gd_table_text;

/*
 * Opens `path` ("-": stdin; `spool` as gd_input_open), which messages call `name` where that is not NULL, and recognises its packing and character set. A file that is plainly no table of text, an HDF5 file or a workbook say, is
 * GD_BAD_DATA and the message says what it is.
 */
GD_CHECKED gd_status gd_table_text_open(const char *path, const char *name, const char *spool, const char *charset, gd_table_text **text);
/* The beginning as UTF-8 without its byte-order mark, still to be read; `*whole`: there is no more. The text's own. */
const char *gd_table_text_peek(const gd_table_text *text, size_t *size, bool *whole);
/*
 * Marks of several bytes, those that `options` say or that its beginning shows: each is one byte in what is read, and in the beginning, from here on (gd/reader/stand_in.h). Asked again, the same.
 */
GD_CHECKED gd_status gd_table_text_find_marks(gd_table_text *text, const gd_dialect_options *options, const gd_stand_in **stand_in);
/*
 * Reads up to `size` bytes (64 at least), 0 at the end alone. `hash` (may be NULL) gets the file's bytes, unpacked but not converted.
 */
GD_CHECKED gd_status gd_table_text_read(gd_table_text *text, char *bytes, size_t size, gd_sha256_pieces *hash, size_t *got);
GD_CHECKED gd_status gd_table_text_rewind(gd_table_text *text);
/* Goes on at byte `offset` of the file; one that is divisible. */
GD_CHECKED gd_status gd_table_text_seek(gd_table_text *text, int64_t offset);
/* Whether its bytes are the file's own, so that any of them can be found by its place. */
bool gd_table_text_is_divisible(const gd_table_text *text);
/* Whether it would be gone if it were closed: a pipe. */
bool gd_table_text_is_once(const gd_table_text *text);
const gd_charset *gd_table_text_charset(const gd_table_text *text);
/* Lines of an ARFF file up to @data, in whose place the text has a header; 0: it is none. */
int64_t gd_table_text_arff_lines(const gd_table_text *text);
gd_packing gd_table_text_packing(const gd_table_text *text);
/* For messages: the name, the path, or "stdin". */
const char *gd_table_text_name(const gd_table_text *text);
/* May be NULL. */
void gd_table_text_close(gd_table_text *text);

#endif
