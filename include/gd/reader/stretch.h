/*
 * Stretches of a table's file, which several readers share: where in it records begin, as far as quotes decide that. Local.
 *
 * Behind a newline there are two states, inside quotes or not (gd/reader/scanner.h). What a stretch makes of either is found without knowing which it is; the stretches
 * in front of it, one after the other, then tell. A record belongs to the stretch in which it begins.
 */
#ifndef GD_STRETCH_H
#define GD_STRETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/status.h"
#include "gd/reader/dialect.h"

/* The records of file number `file` that begin in its bytes [first, end); `first` is 0, or right behind a newline outside quotes. */
typedef struct gd_stretch {
	int file;
	int64_t first, end;
} gd_stretch;

/* The first place from `from` (at least 1) on that is right behind a newline, or `size`, the file's. Errors here and below: GD_BAD_DATA where the file cannot be read, GD_FAILED. */
GD_CHECKED gd_status gd_stretch_cut(const char *path, int64_t from, int64_t size, int64_t *cut);
/*
 * Whether quotes are open at `end`, if they were not at `first` (open[0]), and if they were (open[1]). Both places are right behind newlines, or the file's ends. Behind quotes that stand where
 * none may, which end the reading, none are.
 */
GD_CHECKED gd_status gd_stretch_scan(const char *path, const gd_dialect *dialect, int64_t first, int64_t end, bool open[2]);
/* From `from`, inside quotes, the first place right behind a newline outside of them, or `size`. */
GD_CHECKED gd_status gd_stretch_leave(const char *path, const gd_dialect *dialect, int64_t from, int64_t size, int64_t *place);
/* The lines that end in front of `end`. */
GD_CHECKED gd_status gd_stretch_count_lines(const char *path, int64_t end, int64_t *lines);

#endif
