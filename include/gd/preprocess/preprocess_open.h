/*
 * The table's files, shared out: each rank reads the records that begin in its stretch of the bytes of all files, one behind the other. What is packed or comes by a pipe is first unpacked by one
 * rank, several files by several, into a temporary file beside the output; a file that must be converted to UTF-8 is read by one rank.
 */
#ifndef GD_PREPROCESS_OPEN_H
#define GD_PREPROCESS_OPEN_H

#include "gd/preprocess/preprocess_run.h"

/* Collective. Opens the table; on several ranks it then has this rank's stretches, and run->source_sha256 is known. */
GD_CHECKED gd_status gd_preprocess_open(gd_preprocess *run);
/* Local. Makes the next readings of the table those of this rank's share, whose records are numbered from `number` + 1 on. */
void gd_preprocess_divide(gd_preprocess *run, int64_t number);
/* Local. Begins the meter of one reading of the table. */
void gd_preprocess_begin_meter(gd_preprocess *run, const char *doing);
/* Collective. Whether files that were read more than once are those that were opened, by their lengths and times. */
GD_CHECKED gd_status gd_preprocess_check_files(gd_preprocess *run);
/* Local. Closes the table and removes what was unpacked. */
void gd_preprocess_close(gd_preprocess *run);

#endif
