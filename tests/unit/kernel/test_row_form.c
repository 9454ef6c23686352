/* Rows held in few words: what is packed comes back to the bit, and what is no such row is told. */
#include "gd/kernel/row_form.h"

#include <math.h>
#include <string.h>

#include "gd/kernel/transpose.h"
#include "unit.h"

const char *const unit_suite = "row form";

enum { ROWS = 77, PITCH = 90, FEATURES = 2 + 5 + 3 + 1 + 40, WORDS = 2 + 1 + 1 + 1 + 1 };

/* Plain columns, two runs of levels side by side, a plain column, and a run at the end. */
static void make_form(gd_row_form *form)
{
	CU_ASSERT_FATAL(gd_row_form_init(form, FEATURES));
	gd_row_form_add(form, 1, false);
	gd_row_form_add(form, 1, false);
	gd_row_form_add(form, 5, true);
	gd_row_form_add(form, 3, true);
	gd_row_form_add(form, 1, false);
	gd_row_form_add(form, 40, true);
	for (int f = 0; f < FEATURES; f++) {
		form->absent[f] = f % 3 ? -.25f * (float)f : 0.f;
		form->present[f] = 3 + (float)f;
	}
}

/* Every level of each run, and none, in some row. */
static void make_rows(const gd_row_form *form, float *rows)
{
	for (int r = 0; r < ROWS; r++)
		for (int i = 0; i < form->runs; i++)
			for (int f = form->run[i].first; f < form->run[i].first + form->run[i].count; f++) {
				bool level = f - form->run[i].first == r % (form->run[i].count + 1);
				rows[r * FEATURES + f] = !form->run[i].levels ? sinf((float)(r * FEATURES + f)) : level ? form->present[f]
															: form->absent[f];
			}
}

static void test_round_trip(void)
{
	static float rows[ROWS * FEATURES], packed[ROWS * WORDS], out[FEATURES * PITCH], expected[FEATURES * PITCH];
	uint64_t index[ROWS];
	gd_row_form form;
	make_form(&form);
	CU_ASSERT_EQUAL(form.features, FEATURES);
	CU_ASSERT_EQUAL(form.words, WORDS);
	CU_ASSERT_EQUAL(form.runs, 5); /* plain columns side by side are one */
	make_rows(&form, rows);
	CU_ASSERT(gd_row_form_pack(&form, ROWS, rows, packed));
	for (int count = 1; count <= ROWS; count += 19) {
		for (int r = 0; r < count; r++)
			index[r] = (uint64_t)(r * 31 % ROWS);
		memset(out, 0, sizeof out);
		memset(expected, 0, sizeof expected);
		gd_row_form_expand(&form, (size_t)count, packed, WORDS, index, out, PITCH);
		gd_transpose_chosen_ref((size_t)count, FEATURES, rows, FEATURES, index, expected, PITCH);
		CU_ASSERT_EQUAL(memcmp(out, expected, sizeof out), 0);
	}
	gd_row_form_release(&form);
}

static void test_misfits(void)
{
	static float rows[ROWS * FEATURES], packed[ROWS * WORDS];
	gd_row_form form;
	make_form(&form);
	/* The other zero, another value, what is not finite, another level's value, a second level; the first column of a run and the last of all. */
	const struct {
		int feature;
		float value;
	} misfits[] = {{3, -0.f}, {2, .125f}, {4, NAN}, {FEATURES - 1, form.present[FEATURES - 2]}, {FEATURES - 1, form.present[FEATURES - 1]}};
	for (size_t i = 0; i < sizeof misfits / sizeof *misfits; i++) {
		make_rows(&form, rows);
		float *row = rows + (ROWS - 7) * FEATURES; /* which has a level in the last run */
		CU_ASSERT(memcmp(row + misfits[i].feature, &misfits[i].value, sizeof *row) != 0);
		row[misfits[i].feature] = misfits[i].value;
		CU_ASSERT_FALSE(gd_row_form_pack(&form, ROWS, rows, packed));
		CU_ASSERT(gd_row_form_pack(&form, ROWS - 7, rows, packed));
	}
	gd_row_form_release(&form);
}

const unit_test unit_tests[] = {
	{"what is packed comes back", test_round_trip},
	{"values that are no levels, and two levels", test_misfits},
	{0},
};
