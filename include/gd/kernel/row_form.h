/*
 * How rows of features are held: as they are, or in fewer words where of a run of columns one at most differs from what it is in nearly all rows, as the levels of a category do. A packed row is 32-bit words:
 * a float for each other column, and for such a run the number of the column that differs, or their count where none does. Local.
 */
#ifndef GD_ROW_FORM_H
#define GD_ROW_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Columns side by side. */
typedef struct gd_row_run {
	int first, count; /* columns */
	int word;         /* where they begin in a packed row */
	bool levels;      /* they are one word */
} gd_row_run;

typedef struct gd_row_form {
	int features, words; /* of a row, and of a packed one */
	int runs;
	gd_row_run *run;          /* [runs] */
	float *absent, *present;  /* [features]: the two values of a level */
} gd_row_form;

/* A form of no runs yet, with room for all there can be. False: out of memory, and nothing to release. */
bool gd_row_form_init(gd_row_form *form, int features);
void gd_row_form_release(gd_row_form *form);
/* The next `count` columns: levels of one category, or plain ones. */
void gd_row_form_add(gd_row_form *form, int count, bool levels);

/* rows [count, features] → packed [count, words], overwritten. False where a value is neither of its level's two, to the bit, or two levels of a run are there; what is packed is then of no use. */
bool gd_row_form_pack(const gd_row_form *form, size_t count, const float *rows, float *packed);
/* Row r of `count` is the one packed at packed + index[r] * stride; out [features, count] with `pitch` floats from one of its rows to the next. */
void gd_row_form_expand(const gd_row_form *form, size_t count, const float *packed, size_t stride, const uint64_t *index, float *out, size_t pitch);

#endif
