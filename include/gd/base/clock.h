/* The time that passes. Local. */
#ifndef GD_CLOCK_H
#define GD_CLOCK_H

/* Seconds of a monotonic clock. */
double gd_seconds(void);
/* The least seconds that one call takes, over many samples in about `budget` seconds: what a busy machine does where it is left alone. */
double gd_seconds_of(void (*work)(void *context), void *context, double budget);

#endif
