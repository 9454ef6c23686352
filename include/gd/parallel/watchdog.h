/*
 * No rank waits for ever: a thread looks at how long this process has been in its current wait, and ends the job when
 * that is too long. It costs the wait two clock readings, and works whatever the wait is blocked in. Local.
 */
#ifndef GD_WATCHDOG_H
#define GD_WATCHDOG_H

#include <stdbool.h>

#include "gd/base/status.h"

/* Starts the thread, unless it runs already; `rank` and `host` say who speaks (host is copied). */
GD_CHECKED gd_status gd_watchdog_start(int rank, const char *host);
/* Ends the thread; nothing if it was not started. */
void gd_watchdog_stop(void);

/*
 * A wait begins: past `seconds` (0: never) in it, prints one line on stderr, leaves other ranks about a second to print
 * theirs, and ends the job with exit code GD_FAILED. Time in which the whole process was stopped does not count.
 * `phase` stays valid until gd_watchdog_leave.
 */
void gd_watchdog_enter(const char *phase, double seconds);
/* What this process has to say, and the exit code, where its waits end so from now on; NULL: what was said above. It stays valid until then. */
void gd_watchdog_set_cause(const gd_status *cause);
/* Whether the wait that was entered is MPI_Init's or MPI_Finalize's, from which a process is ended by leaving it. */
void gd_watchdog_without_mpi(bool without);
/* The wait is over; returns the seconds since gd_watchdog_enter. */
double gd_watchdog_leave(void);

#endif
