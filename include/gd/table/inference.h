/* A schema guessed from the data, with the reasons. Local. */
#ifndef GD_INFERENCE_H
#define GD_INFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "gd/base/memory.h"
#include "gd/base/status.h"
#include "gd/table/schema.h"
#include "gd/table/table.h"

typedef enum gd_role { GD_ROLE_TARGET, GD_ROLE_GROUP, GD_ROLE_SPLIT, GD_ROLE_NUMERIC, GD_ROLE_CATEGORICAL, GD_ROLE_DROP } gd_role;
extern const char *const gd_role_names[]; /* "target", "group", "split", "numeric", "categorical", "drop" */

typedef struct gd_inference_column {
	char *name;
	int64_t values, missing;
	int64_t numbers;          /* values that are numbers */
	int64_t distinct;
	bool fractional;          /* a number that is not whole */
	double minimum, maximum;  /* of the finite numbers */
	uint64_t *seen;           /* open-addressed hashes of the values: 8 bytes and more for each distinct one */
	uint64_t slots;
	gd_role role;
	char why[96];
} gd_inference_column;

typedef struct gd_inference {
	gd_arena arena;
	gd_inference_column *columns; /* [count] */
	int count;
	int64_t records;
	char sha256[65];              /* of the bytes read */
	gd_schema schema;             /* of what was decided; the caller may take it over */
} gd_inference;

/*
 * Reads the table `name` once and decides on each column: `target` (needed), `group` and `split` (may be NULL) are what they are; of the rest, columns of numbers are numeric (if half
 * of the values are: a text among them is an error when the table is read), texts of few values are categorical, and identifiers, free text and columns that are often empty are
 * dropped. GD_BAD_DATA when a column named is not there, or the target is not of classes. On failure there is nothing to release.
 */
GD_CHECKED gd_status gd_inference_read(gd_inference *inference, const char *name, gd_table_source *source, void *context,
	const char *target, const char *group, const char *split);
void gd_inference_release(gd_inference *inference);

#endif
