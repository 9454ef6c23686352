/* Plots as SVG, drawn by gnuplot where it is installed. Local. */
#ifndef GD_PLOT_H
#define GD_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "gd/base/status.h"

typedef struct gd_plot_series {
	const char *name;
	const double *y; /* [count]; what is not finite is a gap */
} gd_plot_series;

enum {
	GD_PLOT_SERIES = 12,     /* at most */
	GD_PLOT_POINTS = 240,    /* of a curve are drawn: of longer ones evenly spaced points, the last included */
	GD_PLOT_CATEGORIES = 48, /* of bars are drawn: the first */
	GD_PLOT_SECONDS = 10,    /* that gnuplot may take */
};

typedef struct gd_plot {
	const char *id;      /* of letters; unlike in any other plot of a page */
	const char *title;   /* for those who do not see it */
	const char *x_label, *y_label;
	size_t count;
	const double *x;     /* [count], ascending: curves */
	char *const *names;  /* [count]: bars over these instead of curves over x */
	bool logarithmic;    /* y, if it spans more than a factor of 30 and is positive */
	bool from_zero;      /* otherwise y begins at 0, unless some of it is below; as bars always do */
	int series_count;
	gd_plot_series series[GD_PLOT_SERIES];
} gd_plot;

/* Whether there is anything to see. */
bool gd_plot_worthwhile(const gd_plot *plot);

/*
 * An <svg> element for HTML onto `out`, well-formed XML by itself. Colours are CSS variables (--s0, --s1, ... for the series, --grid) and
 * currentColor; series differ in dashes and markers or patterns too. Names never reach gnuplot: it draws placeholders, which are replaced in its output.
 * GD_FAILED with a sentence when gnuplot is not there, fails, or takes longer than GD_PLOT_SECONDS; `out` is untouched then.
 */
GD_CHECKED gd_status gd_plot_write(FILE *out, const gd_plot *plot);

#endif
