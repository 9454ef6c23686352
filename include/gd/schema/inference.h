/* A schema guessed from the data, with the reasons. Local. */
#ifndef GD_INFERENCE_H
#define GD_INFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/memory.h"
#include "gd/base/status.h"
#include "gd/reader/table.h"
#include "gd/schema/reading.h"
#include "gd/schema/schema.h"
#include "gd/schema/summary.h"

typedef enum gd_role {
	GD_ROLE_TARGET,
	GD_ROLE_GROUP,
	GD_ROLE_SPLIT,
	GD_ROLE_WEIGHT,
	GD_ROLE_NUMERIC,
	GD_ROLE_FLAG,
	GD_ROLE_CATEGORICAL,
	GD_ROLE_DATE,
	GD_ROLE_DROP,
	GD_ROLE_SCHEMA, /* a schema that leaves other columns to inference names it */
	GD_ROLES,
} gd_role;
extern const char *const gd_role_names[]; /* "target", "group", "split", "weight", "numeric", "flag", "categorical", "date", "drop", "schema" */

/* What a user says about columns; names may be NULL. */
typedef struct gd_wishes {
	const char *target, *group, *split, *weight;
	gd_dictionary columns[GD_ROLES]; /* names of columns that are to be numeric, categorical, dates, or dropped */
	int count;                       /* of all of these */
} gd_wishes;

/* Takes a list of columns from an option: names between commas, a backslash before those that are part of one. GD_USAGE when a column has a role already. */
GD_CHECKED gd_status gd_wishes_add(gd_wishes *wishes, gd_role role, const char *list);
void gd_wishes_release(gd_wishes *wishes);
/* The role that a column is to have, or GD_ROLES. */
gd_role gd_wishes_role(const gd_wishes *wishes, const char *column);

typedef struct gd_inference_column {
	char *name;
	gd_summary summary;
	gd_reading reading;
	gd_role role;
	bool asked;        /* a user says so */
	const struct gd_inference_column *namesake; /* an earlier column after which this one is named, NULL: none */
	gd_date_order others; /* that of the dates in other columns; GD_DATE_YEAR_FIRST: they say nothing */
	char words[96];    /* what a schema says of it: "year, month, dmy"; "" for roles that are no treatment */
	char why[192];
	char warning[256]; /* "" for none */
} gd_inference_column;

typedef struct gd_inference {
	gd_arena arena;
	gd_inference_column *columns; /* [count] */
	int count;
	int from, upto;               /* of the columns, those that are looked at; others' turn was in an earlier reading, or comes in a later one */
	int target;                   /* index of the target's column, -1: none */
	int64_t records, first_line; /* the line of the first record */
	gd_schema schema;             /* of what was decided; the caller may take it over */
} gd_inference;

/*
 * Reads the table `name` once and decides on each column. Those that `wishes` or `schema` name are what they say; of the rest, numbers are numeric, texts that say true or false are flags,
 * dates and times become their parts, texts that come back are categorical; identifiers, texts that hardly come back and columns without a value are dropped (gd_inference_decide). `schema`
 * is taken over, and released on failure; it says what is a missing value, its terms come first, and unless it infers, columns that nobody names are left out. GD_BAD_DATA when a column named is not there, or the target is not of classes. On failure
 * there is nothing to release.
 */
GD_CHECKED gd_status gd_inference_read(gd_inference *inference, const char *name, gd_table_source *source, void *context, const gd_wishes *wishes, gd_schema *schema);
/* The same in two steps, between which several processes may make what they read of their stretches one. */
GD_CHECKED gd_status gd_inference_collect(gd_inference *inference, gd_table_source *source, void *context, const gd_wishes *wishes, gd_schema *schema);
/*
 * Where memory is short: columns from `upto` on are left to another reading, as few as are looked at now; what was kept of them is forgotten. gd_inference_go_on is that reading, of all that
 * are left at first; before it what is known of the others, of all processes, is made smaller. It fails as the source does, with the inference as it is.
 */
void gd_inference_narrow(gd_inference *inference, int upto);
GD_CHECKED gd_status gd_inference_go_on(gd_inference *inference, gd_table_source *source, void *context);
GD_CHECKED gd_status gd_inference_conclude(gd_inference *inference, const char *name, const gd_wishes *wishes);
void gd_inference_release(gd_inference *inference);

/* Decides on a column from its finished summary: role (which `asked` fixes), words, why, warning. `schema` has the rule for rare levels, and perhaps the order of dates. */
void gd_inference_decide(gd_inference_column *column, const gd_schema *schema);
/* Whether two columns hold the same in every record. */
bool gd_inference_same(const gd_inference_column *one, const gd_inference_column *other);
/* Warns of a first record that is no record: texts where all others have numbers, in each such column, as names of units are. */
void gd_inference_look_for_units(gd_inference *inference);
/* Warns of feature columns that hold the same in every record. Fails when memory runs out. */
GD_CHECKED gd_status gd_inference_find_copies(gd_inference *inference);

#endif
