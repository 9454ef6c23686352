/*
 * The statistical profile of a table of songs: what `synth` draws from. It holds aggregates alone, class by class: frequencies, quantiles of each
 * numeric column, their rank correlation, decades of release, and how often a track comes back under the same or another class.
 * Text, one statement a line: a keyword and its values (README of the format: the comment at the head of data/spotify.profile). Local.
 */
#ifndef GD_PROFILE_H
#define GD_PROFILE_H

#include <stdint.h>
#include <stdio.h>

#include "gd/base/memory.h"
#include "gd/base/status.h"

enum {
	GD_PROFILE_LEVELS = 65,   /* quantiles at 0, 1/64, ... 1 */
	GD_PROFILE_NUMBERS = 13,  /* numeric columns of a song */
	GD_PROFILE_COLUMNS = 14,  /* and the release date, as a year with a fraction */
	GD_PROFILE_RELEASE = 13,
	GD_PROFILE_VALUES = 12,   /* most values of a counted column: the keys of the scale */
	GD_PROFILE_DECADES = 32,
	GD_PROFILE_CLASSES = 64,
	GD_PROFILE_NAME = 120,    /* bytes of a class's or subgenre's name, at most */
};

/* A numeric column: counted if it has few values (0 ... values - 1), else known by its quantiles. */
typedef struct gd_profile_column {
	const char *name;
	int values;         /* 0: quantiles */
	const char *format; /* how songs write it, for printf */
} gd_profile_column;
extern const gd_profile_column gd_profile_columns[GD_PROFILE_COLUMNS];

typedef struct gd_profile_marginal {
	double zero;                        /* the share of exact zeros, which the quantiles leave out */
	double quantile[GD_PROFILE_LEVELS]; /* ascending */
	double cumulative[GD_PROFILE_VALUES]; /* of a counted column: share of values up to this one */
} gd_profile_marginal;

typedef struct gd_profile_subgenre {
	char *name;
	double cumulative; /* share up to this one */
} gd_profile_subgenre;

/* Years (first_year - 1, first_year + 9]: 1951 is the first of (1950, 1960]. Shares of dates that give no more than year or month, and of full dates that
 * say January 1. */
typedef struct gd_profile_decade {
	int first_year;
	double cumulative;
	double year_only, month_only, january_first;
} gd_profile_decade;

typedef struct gd_profile_class {
	char *name;
	double share, cumulative;
	double repeated;             /* share of records whose track another record has */
	double *shared;              /* [classes], sum 1 (or 0 where nothing repeats): the class of that other record */
	int subgenres, decades;
	gd_profile_subgenre *subgenre;
	gd_profile_decade decade[GD_PROFILE_DECADES];
	gd_profile_marginal marginal[GD_PROFILE_COLUMNS];
	double factor[GD_PROFILE_COLUMNS][GD_PROFILE_COLUMNS]; /* Cholesky factor of the normals' correlation, lower triangle */
} gd_profile_class;

typedef struct gd_profile {
	gd_arena arena;
	int classes;
	gd_profile_class *class; /* [classes] */
} gd_profile;

/* A profile from its text; `name` is for messages. A malformed one is GD_USAGE and names the line. */
GD_CHECKED gd_status gd_profile_read(const char *name, const char *text, gd_profile *profile);
void gd_profile_release(gd_profile *profile);

/*
 * The profile of the songs in a CSV with the columns of the song schema, as text written to `out`. Records with an empty field or an `NA` are left out; a number that
 * is none is GD_BAD_DATA. Memory grows with the records (200 bytes each).
 */
GD_CHECKED gd_status gd_profile_measure(const char *csv, FILE *out);

#endif
