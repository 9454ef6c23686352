/* Files that exist only when they are whole. Local. */
#ifndef GD_FILE_H
#define GD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gd/base/status.h"

/* The error `cannot <verb> '<path>': <reason>`, the reason being that of the errno `number`, in lower case. */
GD_CHECKED gd_status gd_file_error(gd_code code, const char *verb, const char *path, int number);

/* The whole file; `*bytes` is released with free(). A missing or unreadable file is `if_missing`
 * (GD_USAGE for configurations, GD_BAD_DATA for data). */
GD_CHECKED gd_status gd_file_read(const char *path, gd_code if_missing, void **bytes, size_t *size);

/* Replaces `path` as a whole: temporary file in the same directory, written, fsynced, closed, renamed;
 * directory fsynced. On failure the old file stands and the temporary one is gone. What is no regular file
 * (/dev/null, a pipe) is refused rather than replaced, and a symbolic link stays: the file that it leads to is
 * replaced. Errors here and below: GD_FAILED. */
GD_CHECKED gd_status gd_file_write(const char *path, const void *bytes, size_t size);

/* The same, but first makes `previous` a hard link to what `path` is now, so that one whole file
 * always stands. Where links are not to be had, a copy. */
GD_CHECKED gd_status gd_file_replace(const char *path, const char *previous, const void *bytes, size_t size);

/* For writers that stream: an empty temporary file beside `path` (its name released with free()), then publish (as
 * gd_file_write does after its writing; a failure discards) or discard. */
GD_CHECKED gd_status gd_file_begin(const char *path, char **temporary);
GD_CHECKED gd_status gd_file_publish(const char *temporary, const char *path);
void gd_file_discard(const char *temporary);
/* A temporary file of no name in `directory`, for reading and writing: gone when it is closed, however the process ends. -1, with errno set, where there can be none. */
int gd_file_open_unnamed(const char *directory);

/* Where `path` leads through symbolic links, released with free(): renaming to that name leaves the links alone.
 * A link to nothing is an error; a path that is no link, or leads to what is no file, comes back as it is. */
GD_CHECKED gd_status gd_file_resolve(const char *path, char **target);

bool gd_file_exists(const char *path);
/* Whether `path` is there and takes bytes without keeping them: a device, a pipe, a socket. Such a thing is opened and written to, never replaced. */
bool gd_file_is_stream(const char *path);
/* Whether both paths lead to one file that exists. */
bool gd_file_same(const char *one, const char *other);
/* Makes a directory and its missing parents; one that exists is fine. */
GD_CHECKED gd_status gd_directory_make(const char *path);

/* Seconds since 1970 as ISO 8601 UTC, `2026-01-31T12:00:00Z`, into 21 bytes. */
void gd_time_iso(int64_t seconds, char text[21]);

#endif
