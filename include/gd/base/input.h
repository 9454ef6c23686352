/*
 * A file's bytes, unpacked, in order: a regular file, a pipe, stdin; plain, or by gzip or zstd. Nothing is ever read twice from what can be read once only. Local.
 * Source: RFC 1952 (gzip), RFC 8878 (zstd), by way of zlib and libzstd.
 */
#ifndef GD_INPUT_H
#define GD_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/magic.h"
#include "gd/base/status.h"

typedef struct gd_input gd_input;

enum { GD_INPUT_PEEK = 1 << 16 };

/*
 * Opens `path`; "-" is stdin. What cannot be read again is copied, as it is read, to a file without a name in the directory `spool`, or where TMPDIR says, or /tmp;
 * with NULL for `spool` it is read once. GD_BAD_DATA for what cannot be opened, GD_FAILED for memory and disk.
 */
GD_CHECKED gd_status gd_input_open(const char *path, const char *spool, gd_input **input);
/* The first bytes, unpacked, up to GD_INPUT_PEEK; they are still to be read. The input's own. */
const char *gd_input_peek(const gd_input *input, size_t *size);
/* Fewer bytes than `size` only at the end. GD_BAD_DATA when the file cannot be read or its packing is damaged. */
GD_CHECKED gd_status gd_input_read(gd_input *input, char *bytes, size_t size, size_t *got);
/* Back to the beginning. */
GD_CHECKED gd_status gd_input_rewind(gd_input *input);
/* Goes on at byte `offset`, of what is neither packed nor to be read once only. */
GD_CHECKED gd_status gd_input_seek(gd_input *input, int64_t offset);
/* Whether its bytes would be gone if it were closed: a pipe, stdin. */
bool gd_input_is_once(const gd_input *input);
gd_packing gd_input_packing(const gd_input *input);
/* For messages: the path, or "stdin". */
const char *gd_input_name(const gd_input *input);
/* May be NULL. */
void gd_input_close(gd_input *input);

#endif
