/* What went wrong, in one sentence that travels with the code. Local. */
#ifndef GD_STATUS_H
#define GD_STATUS_H

#include <stdbool.h>

/* The program's exit codes; every layer reports in them. */
typedef enum gd_code {
	GD_OK = 0,
	GD_FAILED = 1,    /* disk, memory, MPI, a lost rank */
	GD_USAGE = 2,     /* wrong or contradictory options, a malformed configuration */
	GD_BAD_DATA = 3,  /* a CSV, dataset or model that is missing, damaged or of another kind */
	GD_DIVERGED = 4,  /* training met a value that is not finite */
	GD_STOPPED = 75,  /* stopped early with a checkpoint (EX_TEMPFAIL of sysexits.h) */
} gd_code;

/* A result by value: `message` is meaningful only when `code` is not GD_OK. */
typedef struct gd_status {
	gd_code code;
	char message[508];
} gd_status;

/* Marks a function whose result must be looked at. */
#define GD_CHECKED __attribute__((warn_unused_result))

static inline gd_status gd_ok(void)
{
	gd_status status;
	status.code = GD_OK;
	status.message[0] = '\0';
	return status;
}

static inline bool gd_failed(const gd_status *status)
{
	return status->code != GD_OK;
}

/*
 * An error with a printf-style message: lower case, no full stop, cause first, subject in single
 * quotes, then what to do next where that is known. A message that is too long is cut.
 */
gd_status gd_error(gd_code code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The error for memory that could not be had; `what` names its purpose ("the shard's rows"). */
gd_status gd_out_of_memory(const char *what);

#endif
