/* Where results go: looked at before the work whose result it is. Local. */
#ifndef GD_OUTPUT_H
#define GD_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "gd/base/status.h"

/*
 * Whether a file can come to `path`. GD_USAGE where its directory is not there or `path` is a directory itself, GD_FAILED where the directory may not be written to.
 */
GD_CHECKED gd_status gd_output_check(const char *path);
/* GD_USAGE, naming --force, where a file is there that would be replaced. */
GD_CHECKED gd_status gd_output_check_new(const char *path);
/* What results of a kind begin with, by which they are known again. */
typedef struct gd_output_kind {
	const char *noun;      /* in the plural: "predictions" */
	const char *beginning; /* without a '\0' in it */
} gd_output_kind;
/*
 * gd_output_check of a result that is made again at any time: no `inputs` [count] are at `path` by any name, and a file that is there is empty or one of its kind (GD_USAGE): tables, datasets, models and
 * a run's files are not replaced.
 */
GD_CHECKED gd_status gd_output_check_result(const char *path, const char *const *inputs, int count, const gd_output_kind *kind);
/* Whether a regular file is there that begins with `beginning`. */
bool gd_output_begins(const char *path, const char *beginning);
/* GD_USAGE where one of `inputs` [count], of which any may be NULL, is at `path`, by whatever name. */
GD_CHECKED gd_status gd_output_check_inputs(const char *path, const char *const *inputs, int count);
/* What is still to be written goes out; GD_FAILED with the reason where that, or any writing before, failed. `name` is what a user knows `out` by. */
GD_CHECKED gd_status gd_output_flush(FILE *out, const char *name);
/*
 * Whether stdout goes through a launcher that puts the unfinished end of what it has read of one stream in front of the other's next line, as Open MPI 5's does: a flush of stdout then waits until the
 * launcher has read all of it, two seconds at most, so that what follows on stderr takes nothing along.
 */
void gd_output_set_relayed(bool is_relayed);
/* All of a result to where it goes: stdout (below), a device or a pipe, or a file that is replaced as a whole (gd_file_write). GD_FAILED. */
GD_CHECKED gd_status gd_output_write(const char *path, const void *bytes, size_t size);
/* Opens what takes bytes without keeping them, stdout among it; `*out` is NULL where `path` is for a file. */
GD_CHECKED gd_status gd_output_open_stream(const char *path, FILE **out);
/* Flushes such a stream, and closes it unless it is stdout. */
GD_CHECKED gd_status gd_output_close_stream(FILE *out, const char *path);
/* Whether `path` means stdout: "-", "/dev/stdout", or no path at all. */
bool gd_output_is_stdout(const char *path);
/* The directory that `path` lies in, released with free(); NULL when out of memory. */
char *gd_output_directory(const char *path);

#endif
