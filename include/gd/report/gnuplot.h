/* Running gnuplot. Local. */
#ifndef GD_GNUPLOT_H
#define GD_GNUPLOT_H

#include <stddef.h>

#include "gd/base/status.h"

/*
 * What gnuplot prints when it is fed a script, as one text released with free(). The user's start-up files are not read. GD_FAILED when it is
 * not installed, ends with an error, prints more than a megabyte, or is not done after `seconds` (it is killed then).
 */
GD_CHECKED gd_status gd_gnuplot_run(const char *script, size_t length, double seconds, char **output);

#endif
