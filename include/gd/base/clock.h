/* The time that passes. Local. */
#ifndef GD_CLOCK_H
#define GD_CLOCK_H

/* Seconds of a monotonic clock. */
double gd_seconds(void);

#endif
