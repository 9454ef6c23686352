/*
 * How a run is getting on: a small text in its directory, `status.txt`, lines of `name = value`, replaced as a whole while the training goes on and not
 * forced to the disk, since nothing depends on it. Local.
 */
#ifndef GD_RUN_STATUS_H
#define GD_RUN_STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct gd_run_status {
	char state[16];      /* "training", "finished", "stopped", "failed" */
	int64_t written;     /* seconds since 1970 */
	int64_t ranks;
	int64_t epoch, epochs; /* the epoch under way, from 1, of one that has ended the last, and how many there are to be */
	int64_t step, steps; /* finished steps, and how many there are to be */
	double loss, accuracy; /* of the epoch under way, so far */
	double samples_per_second;
	double seconds_left; /* by the speed so far; negative: not known yet */
	int64_t checkpoint_step; /* of the last checkpoint written by this process; -1: none yet */
	int64_t checkpoint_written;
	bool checkpoint_failed; /* the last try */
} gd_run_status;

/* Replaces the text; what goes wrong is nobody's loss and is not told. */
void gd_run_status_write(const char *directory, const gd_run_status *status);
/* False if there is no such text, or one that makes no sense. */
bool gd_run_status_read(const char *directory, gd_run_status *status);
/* For people: state, epoch, step, loss, speed, time left, last checkpoint; whether the process still lives is asked of the directory's lock. */
void gd_run_status_print(FILE *out, const char *directory, const gd_run_status *status);

#endif
