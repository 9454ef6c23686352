/* A run, a sweep or a tuning as one HTML page with its plots: no script, no request, readable in light and dark, on paper and on a phone. Local. */
#ifndef GD_REPORT_H
#define GD_REPORT_H

#include "gd/base/status.h"

typedef struct gd_report_options {
	const char *directory; /* a run's, which may still be going, a sweep's or a tuning's */
	const char *output;    /* NULL: report.html in the directory */
	const char *data;      /* where the dataset is; NULL: where the run found it */
	const char *history;   /* command line, named in the page */
} gd_report_options;

/*
 * Writes the page, as a whole. What cannot be had (gnuplot, the dataset, a checkpoint of a run that has just begun) is said in the page, and what there is
 * is shown without. `*output` (may be NULL) is where it went, released with free(). GD_BAD_DATA for a directory that is no run and for damaged files.
 */
GD_CHECKED gd_status gd_report_write(const gd_report_options *options, char **output);

#endif
